"""Every way in which a refused question may be said again, the nearest to its own words first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from assistant.understanding.deeds_undergone import with_deeds
from assistant.understanding.draft import World
from assistant.understanding.kinds_as_things import with_things_of_kinds
from assistant.understanding.retold.asked_days import asked_days, asked_places
from assistant.understanding.retold.asked_fields import asked_fields, without_kinds
from assistant.understanding.retold.asked_roles import asked_roles
from assistant.understanding.retold.kin import with_kin
from assistant.understanding.retold.measured import deeds_ranked, measured
from assistant.understanding.retold.numbers import added_up, asked_part, by_ordinal, much_of
from assistant.understanding.retold.payments import paid_in_all, without_paying
from assistant.understanding.retold.ranked import by_ranked, for_each
from assistant.understanding.retold.repeated import held, repeated
from assistant.understanding.retold.restated import (
    by_flags,
    by_periods,
    having_many,
    having_most,
    of_codes,
    of_each_getting,
    of_kind,
    without_each,
    without_idle,
    without_tying,
    without_way,
)
from assistant.understanding.retold.typical import typical
from assistant.understanding.tokens import Token

MOST_TOLD = 6
Form = Callable[[Sequence[Token], World], Iterator[list[Token]]]


def _one(say: Callable[[Sequence[Token], World], list[Token]]) -> Form:
    """A form that says a question in one way at most: nothing where it comes out as it was."""

    def told(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
        other = say(tokens, world)
        if other != list(tokens):
            yield other

    return told


FORMS: tuple[Form, ...] = (
    of_codes,
    _one(with_things_of_kinds),
    _one(with_deeds),
    without_idle,
    by_periods,
    by_flags,
    having_many,
    of_each_getting,
    of_kind,
    without_each,
    without_tying,
    without_way,
    having_most,
    by_ranked,
    for_each,
    typical,
    measured,
    asked_roles,
    asked_days,
    asked_places,
    held,
    repeated,
    asked_fields,
    deeds_ranked,
    by_ordinal,
    added_up,
    asked_part,
    much_of,
    without_paying,
    paid_in_all,
    without_kinds,
)


def retold(tokens: Sequence[Token], world: World) -> Iterator[list[Token]]:
    """The question in the words of the tables, then as each form says it, and as two of them do; never as it was."""
    plain = with_kin(tokens, world)
    if plain != list(tokens):
        yield plain
        yield from islice(_told(tokens, world, 0), MOST_TOLD)
    yield from islice(_told(plain, world, 0), MOST_TOLD)


def _told(tokens: Sequence[Token], world: World, first: int) -> Iterator[list[Token]]:
    for at, form in enumerate(FORMS[first:], first):
        for other in form(tokens, world):
            yield other
            yield from _told(other, world, at + 1)
