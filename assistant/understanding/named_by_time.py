"""Values called after a month: "the May newsletter" is the one of the latest May, "last month's newsletter" too."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.time_phrases import period_at
from assistant.understanding.tokens import Token, phrase_keys, tokenize

WHOLE_NAME = 0.95


def with_values_of_months(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with "May newsletter" as the value "Newsletter May 2026", where just that is stored."""
    found, at = list(tokens), 0
    clock = Clock(tuple(tokens), world.language, world.as_of)
    months = world.language.data["months"]
    if not any(token.text in months or token.text in world.language.data["units"]["month"] for token in tokens):
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
    name = world.language.data["month_names"][month.start.month - 1]
    said = tokenize(f"{tokens[behind].text} {name.lower()} {month.start.year}", world.language.forms)
    if not any(c.kind == "value" and c.weight >= WHOLE_NAME for c in world.lexicon.lookup(said)):
        return tokens
    bare, plain = phrase_keys(said)  # as one word, since a part of the name may mean something by itself
    first, last = tokens[at], tokens[period[1] - 1]
    return [*tokens[:at], Token(first.start, last.end, plain, plain, plain, bare), *tokens[period[1] :]]
