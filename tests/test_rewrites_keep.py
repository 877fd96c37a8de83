"""No rewrite swallows a number, a denial or a word that limits: what it takes must stand in what it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from assistant.understanding.language import load_language
from assistant.understanding.language.wordings import Wording, wording

EN = load_language("en")
DENYING = frozenset(
    {"not", "no", "never", "without", "none", "nothing", "nobody", "noone", "neither", "nor", "cannot", "non"}
)
LIMITING = frozenset({"only", "solely", "exclusively", "merely", "except", "excluding", "excl"})
ARTICLES = frozenset({"a", "an", "the", "each", "every", "single", "per", "another", "our", "someone", "somebody"})
VALUES = {
    **{str(word): int(value) for word, value in EN.data["number_words"].items() if word != "couple"},
    **{str(word): int(value) for word, value in EN.data["ordinals"].items() if word != "last"},
    **{word: EN.data["once"][word] for word in EN.words("once")},
    **{word: EN.data["scales"][word] for word in EN.words("scales")},
    **{f"{part}{number}": number for part in "qh" for number in range(1, 5)},
}

# What the new words say by themselves, so that the old ones are not lost: a piece of the new form, and why.
DENIED_BY = {
    "were not sold": "nothing sold is not sold",
    "days since the last order over": "no order for so long is an order longer ago",
    "used to": "what used to be is no longer",
    "bounced": "a visit of one page, left without a second, is a bounce",
    "missed the sla": "no answer in time misses the target",
    "everyone else": "those who are not are all others",
    "last week": "the last whole week never holds the running one",
    "last month": "the last whole month never holds the running one",
    "last quarter": "the last whole quarter never holds the running one",
    "last * weeks": "the last whole weeks never hold the running one",
    "last * months": "the last whole months never hold the running one",
    "last * quarters": "the last whole quarters never hold the running one",
}
LIMITED_BY = {
    **dict.fromkeys(("last day", "last week", "last month"), "what has only just ended is the last whole one"),
    **dict.fromkeys(("last quarter", "last year"), "what has only just ended is the last whole one"),
    **{piece: DENIED_BY[piece] for piece in ("last * weeks", "last * months", "last * quarters")},
    "for customers in": "the place is a condition",
    "customers in": "the place is a condition",
    "in * ,": "what is looked at only is a condition",
    "the top": "a top one is the only one",
    "exactly one": "only a single one is exactly one",
    "solved with one": "after only one reply is after one reply",
    "bounced": "only one page is a bounce",
}
COUNTED_BY = {  # with the numbers that may be missing
    "best": ("1 1st one first", "the first in rank is the best"),
    "at the top": ("1st first", "the first place is the top"),
    "new versus returning": ("first", "a first order is that of a new customer"),
    "new customers": ("first", "who orders for the first time is a new customer"),
    "to answer": ("first", "the time to answer a ticket is that to its first answer"),
    "which one": ("two", "which of the two asks for one of the sides named"),
    "more than once": ("two twice", "twice or more is more than once"),
    "ordered at least twice": ("first", "who came back after a first order ordered twice at least"),
    "90 days": ("3 three", "three months of again are ninety days"),
    "in thousands": ("million millions thousand", "in which unit amounts are shown changes none"),
    "bounced": ("one second", "a visit of one page, left without a second, is a bounce"),
    "had no orders": ("once one", "not once, and no one, is never"),
    "ordered again": ("second", "a second order is one made again"),
    "spend per order": ("one once", "at one time is with one order"),
}
SPELT = {  # pieces of the old form: here no number is said
    "of the last one": "the last one is the last year",
    "the one before that": "the one before is the period before",
    "one another": "each other",
    "one by one": "each by itself",
    "every one of": "each of",
    "one entry|line|row": "each row is of one",
    "contain at least one": "one at least is any",
    "contained at least one": "one at least is any",
    "containing at least one": "one at least is any",
    "included at least one": "one at least is any",
    "a single copy": "not a single one is none",
    "rounded": "how numbers are shown changes none",
    "expressed|given|shown": "how numbers are shown changes none",
}


def _texts(words: frozenset[str]) -> set[str]:
    return {word.casefold() for word in words}


def _numbers_lost(line: Wording, new: str) -> Iterator[str]:
    given = {VALUES.get(word, int(word) if word.isdecimal() else None) for word in new.replace("-", " ").split()}
    for part in line.parts:
        for word in _texts(part.words):
            value = int(word) if word.isdecimal() else VALUES.get(word)
            if value is not None and value not in given and not _texts(part.words) & ARTICLES:
                yield word


def _told(line: Wording) -> tuple[str, str]:
    old = " ".join("|".join(sorted(part.words)) or "*" for part in line.parts)
    return old.casefold(), " ".join(line.new).casefold()


def _swallowed(lines: Iterable[Wording], words: frozenset[str], explained: Iterable[str]) -> list[str]:
    """Lines whose old form holds one of the words, and whose new form neither denies nor limits."""
    found: list[str] = []
    for line in lines:
        old, new = _told(line)
        said = {word for part in line.parts for word in _texts(part.words)}
        lost = said & words and not set(new.replace("-", " ").split()) & (DENYING | LIMITING)
        if lost and not any(piece in new for piece in explained) and not any(piece in old for piece in SPELT):
            found.append(f"{old} -> {new}")
    return found


def _uncounted(lines: Iterable[Wording]) -> list[str]:
    """Lines whose old form says a number that their new form does not."""
    found: list[str] = []
    for line in lines:
        old, new = _told(line)
        explained = {word for piece, (words, _) in COUNTED_BY.items() if piece in new for word in words.split()}
        if set(_numbers_lost(line, new)) - explained and not any(piece in old for piece in SPELT):
            found.append(f"{old} -> {new}")
    return found


@pytest.mark.parametrize("code", ["en", "de"])
def test_no_rewrite_swallows_a_denial(code: str) -> None:
    assert _swallowed(load_language(code).rewrites.listed, DENYING, DENIED_BY) == []


@pytest.mark.parametrize("code", ["en", "de"])
def test_no_rewrite_swallows_a_word_that_limits(code: str) -> None:
    assert _swallowed(load_language(code).rewrites.listed, LIMITING, LIMITED_BY) == []


@pytest.mark.parametrize("code", ["en", "de"])
def test_no_rewrite_swallows_a_number(code: str) -> None:
    assert _uncounted(load_language(code).rewrites.listed) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("the three best *", "the best *"),
        ("twice as many *", "more *"),
        ("second order", "order"),
        ("per 100 *", "per *"),
    ],
)
def test_a_swallowed_number_is_found(old: str, new: str) -> None:
    assert _uncounted([wording(old, new)])


@pytest.mark.parametrize(("old", "new"), [("who did not *", "who did *"), ("* without|except *", "* with *")])
def test_a_swallowed_denial_is_found(old: str, new: str) -> None:
    assert _swallowed([wording(old, new)], DENYING, DENIED_BY)


def test_every_explanation_is_still_needed() -> None:
    lines = [_told(line) for code in ("en", "de") for line in load_language(code).rewrites.listed]
    pieces = {*DENIED_BY, *LIMITED_BY, *COUNTED_BY}
    assert [piece for piece in pieces if not any(piece in new for _, new in lines)] == []
    assert [piece for piece in SPELT if not any(piece in old for old, _ in lines)] == []
