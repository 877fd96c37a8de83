"""Whose period is whose where several deeds are told: "ordered this year and never complained"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.understanding.forms.deed_clauses import Had
from semantic_layer import SemanticQuery


def timed(had: tuple[Had, ...]) -> list[tuple[Had, ...]]:
    """The readings of whose period is whose: values of one verb share it; of several deeds it may be the last one's."""
    shared = _along_verbs(had)
    periods = [one.period for one in shared if one.period is not None]
    untimed = [one for one in shared if one.period is None and not one.state and not _is_never(one, shared)]
    if not periods or not untimed or any(period != periods[0] for period in periods):
        return [shared]
    period = periods[0]
    return [tuple(replace(one, period=period) if one in untimed else one for one in shared), shared]


def _is_never(one: Had, all_: Sequence[Had]) -> bool:
    """Whether a deed is denied behind one with a period: "ordered this year and never complained" is never at all."""
    before = all_[: all_.index(one)]
    return one.denied and any(other.period is not None for other in before)


def _along_verbs(had: tuple[Had, ...]) -> tuple[Had, ...]:
    """The period of a value's clause for the values before it that have the same verb: "X and Y this year"."""
    found = list(had)
    for at in range(len(found) - 1, 0, -1):
        if found[at].inherited and found[at - 1].period is None:
            found[at - 1] = replace(found[at - 1], period=found[at].period)
    for first, second in pairwise(range(len(found))):
        if found[second].inherited and found[second].period is None:
            found[second] = replace(found[second], period=found[first].period)
    return tuple(found)


def never_at_all(had: Sequence[Had], query: SemanticQuery) -> bool:
    """Whether a query puts a period on what was never done, which another deed has: never is never at all."""
    never = {one.metric for one in had if one.denied and one.period is None}
    return any(one.field in never and one.time_range is not None for one in query.filters)
