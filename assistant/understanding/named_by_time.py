"""Values called after a month: "the May newsletter" is the one of the latest May, "last month's newsletter" too.

"The last newsletter" is the newest of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.time_phrases import period_at
from assistant.understanding.tokens import Token, phrase_keys, tokenize

WHOLE_NAME = 0.95


def with_values_of_months(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "May newsletter" as the value "Newsletter May 2026", where just that is stored."""
    found, at = _newest(list(tokens), world), 0
    clock = Clock(tuple(found), world.language, world.as_of)
    months = world.language.data["months"]
    if not any(token.text in months or token.text in world.language.data["units"]["month"] for token in found):
        return found
    while at < len(found):
        found = _named(found, at, world, clock)
        if len(found) != len(clock.tokens):
            clock = Clock(tuple(found), world.language, world.as_of)
        at += 1
    return found


def _named(tokens: list[Token], at: int, world: World, clock: Clock) -> list[Token]:
    period = period_at(clock, at)
    month = period[0][0] if period is not None and period[0] else None
    if period is None or month is None or month.unit != "month" or month.start is None or len(period[0]) > 1:
        return tokens
    behind = period[1] + 1 if clock.word(period[1]) == "s" else period[1]
    if behind >= len(tokens) or not tokens[behind].text.isalpha():
        return tokens
    name = _called(tokens[behind], month.start, world)
    if name is None:
        return tokens
    return [*tokens[:at], _spoken(name, tokens[at : period[1]]), *tokens[period[1] :]]


def _called(thing: Token, month: date, world: World) -> tuple[str, str] | None:
    """The bare and the plain form of the value that is called after a thing and a month; None where none is."""
    name = world.language.data["month_names"][month.month - 1]
    said = tokenize(f"{thing.text} {name.lower()} {month.year}", world.language.forms)
    known = any(c.kind == "value" and c.weight >= WHOLE_NAME for c in world.lexicon.lookup(said))
    return phrase_keys(said) if known else None


def _spoken(name: tuple[str, str], place: Sequence[Token]) -> Token:
    """A name as one word, since a part of it may mean something by itself."""
    bare, plain = name
    return Token(place[0].start, place[-1].end, plain, plain, plain, bare)


def _newest(tokens: list[Token], world: World) -> list[Token]:
    """The tokens with "last newsletter" as the newest value that is called so and after a month of the past year."""
    words = world.language.words("newest_words")
    for at in range(len(tokens) - 1):
        behind = at + 2 if f"{tokens[at].text} {tokens[at + 1].text}" in words else at + 1
        opened = tokens[at].text in words or behind == at + 2
        if not opened or behind >= len(tokens) or not tokens[behind].text.isalpha():
            continue
        name = next((found for month in _months(world.as_of) if (found := _called(tokens[behind], month, world))), None)
        if name is not None:
            return [*tokens[:at], _spoken(name, tokens[at:behind]), *tokens[behind:]]
    return tokens


def _months(last: date) -> Iterator[date]:
    """The first days of the last month of data and of the eleven before it, newest first."""
    for back in range(12):
        at = last.year * 12 + last.month - 1 - back
        yield date(at // 12, at % 12 + 1, 1)
