"""A part of the year said once for two years: "Q4 revenue, 2024 vs 2025", "in May 2025 vs 2026"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.dates import YEAR
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token

PART = re.compile(r"[qh][1-4]$")
LONGEST = 2  # words that set one against the other: "compared to"


def with_parts_of_years(tokens: Sequence[Token], language: Language) -> list[Token]:
    """The tokens with the part of the year before each of two years that are set against each other."""
    found = list(tokens)
    pair = next((one for at in range(len(found)) if (one := _pair(found, at, language)) is not None), None)
    parts = [at for at in range(len(found)) if _is_part(found, at, language)]
    if pair is None or len(parts) != 1:
        return found
    first, second = pair
    (at,) = parts
    part = found[at]
    if at == first - 1:
        return [*found[:second], _at(part, found[second]), *found[second:]]
    if at > first or YEAR.match(found[at + 1].text):
        return found
    told = [*found[:first], _at(part, found[first]), *found[first:second], _at(part, found[second]), *found[second:]]
    start = at - 1 if at and found[at - 1].text in language.words("time_places") else at
    return [*told[:start], *told[at + 1 :]]


def _pair(tokens: Sequence[Token], at: int, language: Language) -> tuple[int, int] | None:
    """The places of two years with a word between that sets one against the other."""
    if not YEAR.match(tokens[at].text):
        return None
    for size in range(1, LONGEST + 1):
        second = at + size + 1
        between = "".join(token.bare for token in tokens[at + 1 : second])
        against = "versus" in language.cues.get(between, ()) or between in language.bares("two_sides")
        if against and second < len(tokens) and YEAR.match(tokens[second].text):
            return at, second
    return None


def _is_part(tokens: Sequence[Token], at: int, language: Language) -> bool:
    """Whether a word is a quarter, a half or a month."""
    token = tokens[at]
    named = token.text in language.data["months"]
    doubtful = token.text in language.words("ambiguous_months") and not token.raw[0].isupper()
    return bool(PART.match(token.text)) or (named and not doubtful)


def _at(token: Token, place: Token) -> Token:
    return replace(token, start=place.start, end=place.start)
