"""Periods of days that lie in the future as a rule: "deals expected to close in July" are those of the next July."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.periods import Period
from assistant.understanding.time_phrases import time_phrase
from assistant.understanding.tokens import Token
from semantic_layer import Filter, SimpleMetric, TimeRange, time_of


def looking_ahead(plan: Plan, tokens: Sequence[Token], world: World) -> Plan:
    """The plan with whole periods where its days lie ahead, and without a year the nearer one; others as they are."""
    query = plan.query
    timed = [one for one in query.filters if one.time_range is not None and _is_ahead(world, one.field)]
    whole = query.time_range is not None and bool(query.metrics) and all(_is_ahead(world, n) for n in query.metrics)
    if not timed and not whole:
        return plan
    periods = list(_periods(tokens, world))
    span = _seen_ahead(query.time_range, periods, world) if whole else query.time_range
    filters = tuple(_moved(one, periods, world) if one in timed else one for one in query.filters)
    return replace(plan, query=query.model_copy(update={"time_range": span, "filters": filters}))


def _is_ahead(world: World, name: str) -> bool:
    metric = world.layer.metrics.get(name)
    field = world.layer.fields.get(time_of(world.layer, metric)) if isinstance(metric, SimpleMetric) else None
    return field is not None and field.ahead


def _moved(one: Filter, periods: Sequence[Period], world: World) -> Filter:
    return one.model_copy(update={"time_range": _seen_ahead(one.time_range, periods, world)})


def _periods(tokens: Sequence[Token], world: World) -> Iterator[Period]:
    """Every period that the words name."""
    clock, at = Clock(tuple(tokens), world.language, world.as_of), 0
    while at < len(tokens):
        found = time_phrase(clock, at)
        yield from found.readings if found is not None else ()
        at = max(found.behind, at + 1) if found is not None else at + 1


def _seen_ahead(asked: TimeRange | None, periods: Sequence[Period], world: World) -> TimeRange | None:
    """The period that a range was cut from, a year later where that is nearer to today."""
    named = [one for one in periods if one.clipped(world.as_of) == asked]
    if asked is None or not named or named[0].start is None or named[0].end is None:
        return asked
    period = named[0]
    if period.yearless:
        later = period.moved_years(1)
        assert later.start is not None
        is_nearer = later.start - world.as_of < world.as_of - named[0].end
        year = str(named[0].start.year)
        period = replace(later, label=later.label.replace(year, str(later.start.year))) if is_nearer else period
    return period.whole()
