"""Periods that move: "last month" on a board is always the month before the last day of data."""

from __future__ import annotations

from collections.abc import Callable

from assistant.understanding import Understanding
from semantic_layer import Comparison, Filter, SemanticQuery, TimeRange

PeriodChange = Callable[[TimeRange], TimeRange]


def period_named(understanding: Understanding, words: str) -> TimeRange | None:
    """The period that words such as "last month" name as of the last day of data; None when they name none, or two."""
    found = [one.time for one in understanding.meanings(understanding.tokens(words)) if one.time is not None]
    if len(found) != 1 or len(found[0].readings) != 1:
        return None
    return found[0].readings[0].clipped(understanding.world.as_of)


def movable(understanding: Understanding, query: SemanticQuery) -> SemanticQuery:
    """The query, its labels kept only where their words name the very days of the period today."""
    return _each_period(
        query, lambda span: span if _same(period_named(understanding, span.label), span) else _still(span)
    )


def moved(understanding: Understanding, query: SemanticQuery) -> SemanticQuery:
    """The query for today: each period that has a label is the one its words name now."""
    return _each_period(query, lambda span: (span.label and period_named(understanding, span.label)) or span)


def _still(span: TimeRange) -> TimeRange:
    return span.model_copy(update={"label": ""})


def _same(named: TimeRange | None, span: TimeRange) -> bool:
    return bool(span.label) and named is not None and (named.start, named.end) == (span.start, span.end)


def _each_period(query: SemanticQuery, change: PeriodChange) -> SemanticQuery:
    updates: dict[str, object] = {}
    if query.time_range is not None:
        updates["time_range"] = change(query.time_range)
    if query.compare is not None and query.compare.range is not None:
        updates["compare"] = Comparison(kind=query.compare.kind, range=change(query.compare.range))
    updates["filters"] = tuple(_in_period(one, change) for one in query.filters)
    return query.model_copy(update=updates)


def _in_period(condition: Filter, change: PeriodChange) -> Filter:
    if condition.time_range is None:
        return condition
    return condition.model_copy(update={"time_range": change(condition.time_range)})
