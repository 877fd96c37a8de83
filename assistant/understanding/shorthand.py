"""What people leave out when they type: "whats", "dont", "u", "w/", "cust", "jun '26", "06/2026", put in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.understanding.draft import World
from assistant.understanding.quantities import with_plain_bounds
from assistant.understanding.tokens import Token, tokenize

LONGEST = 5
SIDES = (1, 2, 3)
PART_OF_YEAR, TURNED_PART = re.compile(r"[qh][1-4]$"), re.compile(r"([1-4])([qh])(\d\d|20\d\d)?$")
MONTH_AND_YEAR, TWO_DIGITS = re.compile(r"(0?[1-9]|1[0-2])[/.](20\d\d)$"), re.compile(r"\d\d$")
YEAR = re.compile(r"(?:19|20)\d\d$")
APOSTROPHES = "'’‘"
NEWEST, OLDEST = 1, -8
"""The years that two digits may stand for, counted from the running one."""


def spelt_out(tokens: Sequence[Token], question: str, world: World) -> list[Token]:
    """The tokens with shorthand in full and bounds put plainly; a word that the layer itself uses is left as it is."""
    table: dict[str, str] = world.language.data["shorthand"]
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        size, words = _full(tokens, at, table, world)
        span = tokens[at : at + size]
        found += _made(words, span, world) if words else span
        at += size
    whole = _with_years(_with_names_added(found, world), question, world)
    return with_plain_bounds(
        [one for at, one in enumerate(whole) if not _is_long_ago(whole, at, world)], world.language
    )


def _with_names_added(tokens: list[Token], world: World) -> list[Token]:
    """ "Shoes plus Clothing", "April plus May": two names, or two months, and not a sum of numbers."""
    language = world.language
    found = list(tokens)
    for at in range(1, len(found) - 1):
        months = {found[at - 1].text, found[at + 1].text} <= set(language.data["months"])
        if found[at].text in language.words("adding_words") and (months or _are_added(found, at, world)):
            found[at : at + 1] = language.tokens_at(language.data["sign_between_names"], found[at])
            found += language.tokens_at(language.data["added_periods"], found[-1]) if months else []
    return found


def _are_added(tokens: Sequence[Token], at: int, world: World) -> bool:
    """Whether values of one field stand on both sides of a place."""
    sides = [
        [_fields_of_values(tokens[max(at - size, 0) : at], world) for size in SIDES],
        [_fields_of_values(tokens[at + 1 : at + 1 + size], world) for size in SIDES],
    ]
    before, after = ({field for fields in side for field in fields} for side in sides)
    return bool(before & after)


def _fields_of_values(tokens: Sequence[Token], world: World) -> set[str]:
    return {concept.target for concept in world.lexicon.lookup(list(tokens)) if concept.kind == "value"}


def _full(tokens: Sequence[Token], at: int, table: dict[str, str], world: World) -> tuple[int, str]:
    """How many tokens stand for other words, and for which; one and none for a word that stands for itself."""
    for size in range(min(LONGEST, len(tokens) - at), 0, -1):
        span = tokens[at : at + size]
        said = " ".join(token.text for token in span)
        month = MONTH_AND_YEAR.match("".join(token.raw for token in span)) if size in (1, 3) else None
        if month and span[-1].end - span[0].start == len(month.group()):
            return size, f"{month.group(2)}-{int(month.group(1)):02}"
        if said in table and not world.lexicon.lookup(span) and not (said == "#" and _is_rank(tokens, at)):
            return size, table[said]
    turned = TURNED_PART.match(tokens[at].text)
    return 1, f"{turned.group(2)}{turned.group(1)} {turned.group(3) or ''}" if turned else ""


def _is_rank(tokens: Sequence[Token], at: int) -> bool:
    """ "#1", "# of orders": a number or a cue of its own."""
    behind = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return not behind.isalpha() or behind == "of"


def _with_years(tokens: list[Token], question: str, world: World) -> list[Token]:
    """ "q2 26", "jun '26", "in jun 25": the year in full; "jun 25" alone is a day."""
    return [_in_full(tokens, at, question, world) for at in range(len(tokens))]


def _in_full(tokens: list[Token], at: int, question: str, world: World) -> Token:
    token, before = tokens[at], tokens[at - 1].text if at else ""
    if not at or not TWO_DIGITS.match(token.text) or not _names_year(int(token.text), world):
        return token
    months = world.language.data["months"]
    marked = before in months and question[token.start - 1 : token.start] in APOSTROPHES
    introduced = before in months and at > 1 and tokens[at - 2].text == "in"
    if not (marked or introduced or PART_OF_YEAR.match(before)):
        return token
    text = f"20{token.text}"
    return replace(token, raw=text, text=text, plain=text, bare=text)


def _is_long_ago(tokens: list[Token], at: int, world: World) -> bool:
    """ "back in March": said of a time; "came back in March" is another deed."""
    data = world.language.data
    if tokens[at].text != "back" or at >= len(tokens) - 2 or tokens[at + 1].text != "in":
        return False
    named = tokens[at + 2].text
    timed = named in data["months"] or named in data["seasons"] or PART_OF_YEAR.match(named) or YEAR.match(named)
    verb = at - 2 if at > 1 and tokens[at - 1].text in data["returned_objects"] else at - 1
    return bool(timed) and (at == 0 or tokens[verb].text not in data["returning_verbs"])


def _names_year(digits: int, world: World) -> bool:
    return OLDEST <= 2000 + digits - world.as_of.year <= NEWEST


def _made(words: str, span: Sequence[Token], world: World) -> list[Token]:
    fresh = tokenize(words, world.language.forms)
    return [replace(one, start=span[0].start, end=span[-1].end) for one in fresh]
