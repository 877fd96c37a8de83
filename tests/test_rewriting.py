"""Wordings brought into the one form that the reader knows."""

import pytest

from assistant.understanding.language import load_language
from assistant.understanding.language.wordings import wording, wordings
from assistant.understanding.rewriting import rewritten
from assistant.understanding.tokens import tokenize

EN = load_language("en")


@pytest.mark.parametrize("code", ["en", "de"])
def test_every_phrase_is_replaced_once_and_the_reading_ends(code: str) -> None:
    language = load_language(code)
    longest = max(len(wording.new) for wording in language.rewrites.listed)
    for phrase in language.rewrites.listed:
        words = [min(part.words, default="nine") for part in phrase.parts]
        found = rewritten(tokenize(" ".join(words), language.forms), language)
        assert len(found) <= len(words) * (longest + 2)


def test_a_phrase_that_its_own_wording_holds_is_not_replaced_again() -> None:
    found = rewritten(tokenize("customers with age over 50", EN.forms), EN)
    assert [token.text for token in found][-3:] == ["age", "over", "50"]


@pytest.mark.parametrize(
    ("phrase", "said", "taken"),
    [
        ("most|all of our|the? *", "most of the orders", ["orders"]),
        ("most|all of our|the? *", "all of orders", ["orders"]),
        ("most|all of our|the? *", "some of our orders", None),
        ("do ** come from", "do our best orders come from", ["our best orders"]),
        ("do ** come from", "do our very best orders come from", None),
        ("do ** come from", "do they , now , come from", None),
        ("* and *", "gross and net", ["gross", "net"]),
    ],
)
def test_a_phrase_takes_the_fewest_words_that_fit(phrase: str, said: str, taken: list[str] | None) -> None:
    tokens = tokenize(said, EN.forms)
    found = wording(phrase, "").match(tokens, 0)
    assert (found and [" ".join(token.text for token in star) for star in found[1]]) == taken
    assert found is None or found[0] == len(tokens)


def test_lines_of_the_table_are_found_by_the_words_they_need() -> None:
    lines = ["one|two three?", "* and *", "^ how two", "* of", "** *"]
    table = wordings(wording(old, "x") for old in lines)
    assert table.fitting({"two", "and"}, 0) == [0, 1, 4]
    assert table.fitting({"how", "two", "of"}, 1) == [2, 3, 4]
    assert table.fitting(set(), 0) == [4]


FALLING = frozenset({"fell", "fall", "drop", "decline", "decrease", "down", "lowest", "least", "worst", "less"})
RISING = frozenset({"grew", "rose", "rise", "increase", "up", "highest", "most", "best", "biggest", "more"})


def test_no_phrase_turns_a_fall_into_a_rise() -> None:
    for phrase in EN.rewrites.listed:
        either = [part.words for part in phrase.parts if part.words & FALLING and part.words & RISING]
        new = set(phrase.new)
        assert not either or bool(new & FALLING) == bool(new & RISING), phrase
