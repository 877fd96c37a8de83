"""Periods of a clause ("who ordered yesterday") beside the period of the whole question ("revenue this year")."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.draft import Bound, Draft


def outside_clauses(draft: Draft, places: Sequence[int]) -> list[int]:
    """The times that are not those of a deed only; all of them when no other is left for the question itself."""
    own = {at for at in places for bound in draft.bounds if at > bound.place and _is_of(draft, at, bound)}
    return [at for at in places if at not in own] or list(places)


def _is_of(draft: Draft, at: int, bound: Bound) -> bool:
    """Whether a time is the period of a deed."""
    phrase = draft.element(at).time
    if phrase is None or bound.period is None or len(phrase.readings) != 1:
        return False
    return phrase.readings[0].clipped(draft.world.as_of) == bound.period
