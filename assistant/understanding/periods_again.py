"""The second of two periods said short: "in the second quarter than in the first", "lower in May than in the same month
last year", "more than they did last year".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.dates import YEAR
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

COMPARING = frozenset({"than", "versus"})
LONGEST = 2  # words that set one against the other: "compared to"


def with_periods_again(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with what the second period leaves out said again; any others as they are."""
    found = list(tokens)
    for at in range(len(found) - 1, 0, -1):
        behind = _behind_comparison(found, at, language)
        if not behind:
            continue
        found = _without_doing(found, behind, language)
        start = _past(found, behind, language)
        found = _with_unit(found, start, at, language) or _with_month(found, start, at, language) or found
    return found


def _behind_comparison(tokens: Sequence[Token], at: int, language: Language) -> int:
    """The place behind the words that set one against the other and end here; 0 without such."""
    for size in range(LONGEST, 0, -1):
        said = " ".join(token.text for token in tokens[max(at - size + 1, 0) : at + 1])
        if COMPARING.intersection(language.cues.get(said, ())) or said in language.words("than_words"):
            return at + 1
    return 0


def _past(tokens: Sequence[Token], at: int, language: Language) -> int:
    idle = {"the", *language.words("time_places")} - _pointing(language)
    while at < len(tokens) and tokens[at].text in idle:
        at += 1
    return at


def _without_doing(tokens: list[Token], at: int, language: Language) -> list[Token]:
    """ "than they did last year" as "than last year"."""
    told = tokens[at : at + 2]
    if (
        len(told) == 2
        and told[0].text in language.words("those_doing")
        and told[1].text in language.words("auxiliaries")
    ):
        pointing = _pointing(language)
        if at + 2 < len(tokens) and tokens[at + 2].text in {*pointing, *language.words("time_places"), "the"}:
            return [*tokens[:at], *tokens[at + 2 :]]
    return tokens


def _with_unit(tokens: list[Token], start: int, before: int, language: Language) -> list[Token] | None:
    """ "this quarter against the last (quarter)", "in the second half than in the first (half)"."""
    if start >= len(tokens) or not _ends(tokens, start + 1):
        return None
    relative = {word for name in ("last", "this") for word in language.data["relative"][name]}
    for kind in (set(language.data["ordinals"]), relative):
        units = (i + 1 for i in range(before - 1) if tokens[i].text in kind and _is_unit(tokens[i + 1], language))
        unit = next(units, 0)
        if unit and tokens[start].text in kind:
            of_year = tokens[unit + 1 : unit + 3] if any(map(_is_year, tokens[unit + 2 : unit + 3])) else []
            again = [replace(one, start=tokens[start].end, end=tokens[start].end) for one in (tokens[unit], *of_year)]
            return [*tokens[: start + 1], *again, *tokens[start + 1 :]]
    return None


def _with_month(tokens: list[Token], start: int, before: int, language: Language) -> list[Token] | None:
    """ "(lower in May) than in the same month last year" with "May last year"."""
    told = tokens[start : start + 2]
    month = next((token for token in tokens[:before] if _is_month(token, language)), None)
    if month is None or len(told) < 2 or told[0].text != "same" or told[1].text not in language.words("same_months"):
        return None
    behind = start + 3 if tokens[start + 2 : start + 3] and tokens[start + 2].text == "of" else start + 2
    named = replace(month, start=told[0].start, end=told[1].end)
    lead = start - 1 if tokens[start - 1].text == "the" else start
    return [*tokens[:lead], named, *tokens[behind:]]


def _pointing(language: Language) -> set[str]:
    return {word for group in language.data["relative"].values() for word in group}


def _is_unit(token: Token, language: Language) -> bool:
    return token.text in language.unit_names


def _is_year(token: Token) -> bool:
    return YEAR.match(token.text) is not None


def _is_month(token: Token, language: Language) -> bool:
    named = token.text in language.data["months"]
    return named and not (token.text in language.words("ambiguous_months") and not token.raw[0].isupper())


def _ends(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing follows that a number of order could be of."""
    return at >= len(tokens) or not tokens[at].text.isalnum() or tokens[at].text in ("for", "by", "in", "among")
