"""Cumulative and offset metrics: windows over the calendar, never over row order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.aggregate import (
    aggregated,
    is_zero_filled,
    measure_condition,
    measured,
    own_condition,
    simple_part,
)
from semantic_layer.compiler.conditions import within
from semantic_layer.compiler.draft import Draft, Part, Scope
from semantic_layer.compiler.formulas import evaluated
from semantic_layer.compiler.rows import key_trees, row_conditions
from semantic_layer.compiler.source import Source
from semantic_layer.compiler.spine import buckets
from semantic_layer.metric_types import CumulativeMetric, Metric, OffsetMetric, SimpleMetric
from semantic_layer.model import Measure
from semantic_layer.nodes import interval
from semantic_layer.query import TimeRange
from semantic_layer.resolution import Key, fact, simple, time_of
from semantic_layer.spans import period_start, shift_of, step

_SELF_ADDING = {"sum": exp.Sum, "count": exp.Sum, "min": exp.Min, "max": exp.Max}
_VALUE, _MOMENT = "value", "moment"


def cumulative_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of one cumulative metric: each bucket with the rows of the window that ends with it."""
    metric = metrics[0]
    if not isinstance(metric, CumulativeMetric):
        raise TypeError(metric.name)
    inner = simple(draft.layer, metric.metric).model_copy(update={"name": metric.name})
    if scope.time is None:
        span = _window_before(draft, metric, scope.span)
        return simple_part(draft, replace(scope, span=span), (inner,))
    return _by_bucket(_Window(draft, scope, metric, inner, scope.time))


def _last_moment(draft: Draft, span: TimeRange | None) -> date:
    return min(span.end, draft.data_end) if span and span.end else draft.data_end


def _window_before(draft: Draft, metric: CumulativeMetric, span: TimeRange | None) -> TimeRange:
    """The window that ends with the span, or with the data."""
    end = _last_moment(draft, span)
    if metric.window:
        return TimeRange(start=shift_of(interval(metric.window)).before(end), end=end)
    if metric.to_date:
        last = date.fromordinal(end.toordinal() - 1)
        return TimeRange(start=period_start(last, metric.to_date, draft.rules), end=end)
    return TimeRange(end=end)


@dataclass(frozen=True)
class _Window:
    """One cumulative metric at work: its scope, the simple metric in it, the key of its buckets."""

    draft: Draft
    scope: Scope
    metric: CumulativeMetric
    inner: SimpleMetric
    time: Key

    @property
    def measure(self) -> Measure:
        return self.draft.layer.measures[self.inner.measure]

    @property
    def others(self) -> tuple[Key, ...]:
        return tuple(key for key in self.scope.keys if not key.is_metric_time)

    @property
    def counts_newcomers(self) -> bool:
        """A distinct count since the beginning: each value counts from its first day on."""
        return self.measure.agg == "count_distinct" and not (self.metric.window or self.metric.to_date)

    @property
    def in_hours(self) -> bool:
        return self.time.grain == "hour" or (self.metric.window or "").endswith(("hour", "hours"))


def _by_bucket(window: _Window) -> Part:
    draft, name = window.draft, window.metric.name
    rows = draft.add(f"{fact(window.inner)}_rows", _daily(window))
    cells = draft.add(f"{name}_cells", _cells(window, rows))
    rows = _first_seen(window, rows) if window.counts_newcomers else rows
    keys = [sql.named(sql.column(key.name, cells), key.name) for key in window.scope.keys]
    select = sql.selected([*keys, sql.named(_combined(window, rows), name)], sql.table(cells))
    sql.joined(select, sql.table(rows), _in_window(window, rows, cells), "LEFT")
    sql.grouped(select, len(keys))
    zero = frozenset({name}) if is_zero_filled(draft.layer, window.inner) else frozenset[str]()
    return Part(draft.add(f"{name}_agg", select), window.scope.keys, (name,), zero)


def _first_seen(window: _Window, rows: str) -> str:
    """For each group and day how many values are there for the first time: what a running distinct count adds up."""
    draft = window.draft
    keys: list[exp.Expr] = [sql.column(key.name, rows) for key in window.others]
    day = sql.named(exp.Min(this=sql.column(_MOMENT, rows)), _MOMENT)
    first = sql.selected([*keys, sql.column(_VALUE, rows), day], sql.table(rows))
    sql.filtered(first, [sql.is_known(sql.column(_VALUE, rows))])
    sql.grouped(first, len(keys) + 1)
    seen = draft.add("first_seen", first)
    own: list[exp.Expr] = [sql.column(name, seen) for name in (*(key.name for key in window.others), _MOMENT)]
    by_day = sql.selected([*own, sql.named(sql.rows(), _VALUE)], sql.table(seen))
    sql.grouped(by_day, len(own))
    return draft.add("newcomers", by_day)


def _daily(window: _Window) -> exp.Select:
    """The rows that any window may need: summed up by day where that loses nothing."""
    draft, measure = window.draft, window.measure
    source = Source(draft, fact(window.inner))
    draft.facts[fact(window.inner)] = None
    time = time_of(draft.layer, window.inner)
    keys = key_trees(source, Scope(window.others, top=window.scope.top), time)
    moment = sql.truncated(source.time(time), "hour" if window.in_hours else "day")
    tree = measured(source, measure)
    adding = measure.agg in _SELF_ADDING
    value = aggregated(measure, tree) if adding else tree
    end = TimeRange(end=window.scope.span.end) if window.scope.span and window.scope.span.end else None
    where = [
        *row_conditions(source, replace(window.scope, span=end), time),
        *own_condition(source, window.inner),
        *measure_condition(source, measure),
    ]
    select = source.select([*keys, sql.named(moment, _MOMENT), sql.named(value, _VALUE)])
    sql.filtered(select, where)
    if adding:
        sql.grouped(select, len(keys) + 1)
    elif measure.agg == "count_distinct":
        select.set("distinct", exp.Distinct())
    return select


def _cells(window: _Window, rows: str) -> exp.Select:
    """The rows of the result: buckets in which there is something, or every bucket of the span for every group."""
    others = [sql.column(key.name, rows) for key in window.others]
    grain = window.time.grain or "day"
    if window.scope.spine:
        groups = sql.selected(list(others), sql.table(rows))
        groups.set("distinct", exp.Distinct())
        return buckets(window.draft, window.scope, groups if others else None)
    bucket = sql.truncated(sql.column(_MOMENT, rows), grain, window.draft.rules)
    select = sql.selected([*others, sql.named(bucket, window.time.name)], sql.table(rows))
    moment = sql.column(_MOMENT, rows)
    sql.filtered(select, [sql.is_known(moment), *within(moment, window.scope.span)])
    select.set("distinct", exp.Distinct())
    return select


def _in_window(window: _Window, rows: str, cells: str) -> exp.Expr | None:
    draft, grain = window.draft, window.time.grain or "day"
    conditions = [sql.same(sql.column(key.name, cells), sql.column(key.name, rows)) for key in window.others]
    end = sql.bucket_end(sql.column(window.time.name, cells), grain)
    if grain not in ("hour", "day"):
        last = sql.moment(_last_moment(draft, window.scope.span))
        end = exp.Least(this=end, expressions=[last], ignore_nulls=True)
    moment = sql.column(_MOMENT, rows)
    conditions.append(exp.LT(this=moment, expression=end))
    start = _start(window, end)
    if start is not None:
        conditions.append(exp.GTE(this=moment.copy(), expression=start))
    return sql.both(conditions)


def _start(window: _Window, end: exp.Expr) -> exp.Expr | None:
    """The first moment of the window that ends before `end`."""
    metric = window.metric
    if metric.window:
        back = shift_of(interval(metric.window))
        return sql.moved(end.copy(), -back.count, back.unit)
    if metric.to_date:
        last = sql.moved(end.copy(), -1, "hour" if window.in_hours else "day")
        return sql.truncated(last, metric.to_date, window.draft.rules)
    return None


def _combined(window: _Window, rows: str) -> exp.Expr:
    """The values of a window taken together."""
    measure, value = window.measure, sql.column(_VALUE, rows)
    if window.counts_newcomers:
        return sql.cast(sql.or_zero(exp.Sum(this=value)), exp.DType.BIGINT)
    if measure.agg not in _SELF_ADDING:
        return aggregated(measure, value)
    found = _SELF_ADDING[measure.agg](this=value)
    return sql.cast(sql.or_zero(found), exp.DType.BIGINT) if measure.agg == "count" else found


def offset_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of one offset metric: the metric's own buckets, to be met from later ones."""
    metric = metrics[0]
    if not isinstance(metric, OffsetMetric):
        raise TypeError(metric.name)
    grain = scope.time.grain if scope.time else None
    back = step(interval(metric.offset), grain)
    if back is None:
        raise ValueError(f"{metric.offset} is no whole number of {grain}s")
    span = back.span(scope.span) if scope.span else None
    frame = evaluated(draft, replace(scope, span=span, spine=False), (metric.metric,), f"{metric.name}_then")
    select = frame.source.copy()
    columns = {**frame.keys, metric.name: frame.leaves[metric.metric]}
    select.set("expressions", [sql.named(tree.copy(), name) for name, tree in columns.items()])
    name = draft.add(f"{metric.name}_values", select)
    zero = frozenset({metric.name}) if frame.zero and scope.time is None and scope.keys else frozenset[str]()
    if scope.time is None:
        return Part(name, scope.keys, (metric.name,), zero)
    return Part(name, scope.keys, (metric.name,), earlier=back)
