"""What a query may say about the buckets of its time: one number over all of them, or each with those before it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from semantic_layer.errors import QueryFault
from semantic_layer.expressions import parse_expression
from semantic_layer.metric_types import DerivedMetric, SimpleMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.query import METRIC_TIME, SemanticQuery, TimeGrain
from semantic_layer.references import inputs
from semantic_layer.resolution import bases, is_metric_filter, time_of
from semantic_layer.spans import CalendarRules, next_start, period_start

_PARTS: dict[TimeGrain, tuple[str, ...]] = {
    "hour": ("day", "week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year"),
    "day": ("week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year"),
    "month": ("quarter", "half", "year", "fiscal_quarter", "fiscal_year"),
    "quarter": ("half", "year"),
    "half": ("year",),
    "fiscal_quarter": ("fiscal_year",),
}
"""The grains that a bucket of each grain lies in whole, whichever bucket it is."""


def per_bucket(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of asking for one number over the buckets of a period."""
    asked = query.per_bucket
    if asked is None:
        return
    yield from _alone(query, "One number over the buckets of a period")
    spread = asked.agg == "average" and asked.grain == "week"  # its days are averaged, which distinct counts are not
    yield from _adding(layer, query, ("sum", "count") if spread else ("sum", "count", "count_distinct"))
    for one in query.group_by:
        inside = one.grain in _PARTS.get(asked.grain, ())
        if one.field == METRIC_TIME and not inside:
            yield QueryFault("E_PER_BUCKET", f"A {asked.grain} is no part of a {one.calendar or one.grain}.")
        if one.field in layer.fields and (layer.fields[one.field].implied or layer.fields[one.field].kind == "time"):
            yield QueryFault("E_PER_BUCKET", f"By `{one.field}` not every {asked.grain} counts for each group.")
    conditions = any(is_metric_filter(layer, one) for one in query.filters)
    if conditions != (asked.agg == "count"):
        sentence = f"To count each {asked.grain} needs a condition on a metric; an average takes none."
        yield QueryFault("E_PER_BUCKET", sentence)
    if _holds_no_bucket(layer, query, asked.grain):
        yield QueryFault("E_PER_BUCKET", f"The period has no whole {asked.grain}.")


def _holds_no_bucket(layer: SemanticLayer, query: SemanticQuery, grain: TimeGrain) -> bool:
    span = query.time_range
    if span is None or span.start is None or span.end is None or grain == "hour":
        return False
    rules = CalendarRules(layer.definitions.week_start == "sunday", layer.definitions.fiscal_year_start_month)
    first = period_start(span.start, grain, rules)
    first = first if first == span.start else next_start(first, grain)
    return next_start(first, grain) > span.end


def running(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of asking for each bucket together with those before it."""
    asked = query.running
    if asked is None:
        return
    yield from _alone(query, "A running total")
    exact = ("sum", "count") if asked.agg == "sum" else ("sum", "count", "count_distinct")
    yield from _adding(layer, query, exact)
    if sum(one.field == METRIC_TIME and one.grain is not None for one in query.group_by) != 1:
        yield QueryFault("E_RUNNING", "A running total needs a grouping by one grain of `metric_time`.")
    if any(one.field in layer.fields and layer.fields[one.field].kind == "time" for one in query.group_by):
        yield QueryFault("E_RUNNING", "A running total is not broken down by another time.")
    if asked.agg == "average" and asked.last is None:
        yield QueryFault("E_RUNNING", "A running average needs to know over how many buckets.")
    if any(is_metric_filter(layer, one) for one in query.filters):
        yield QueryFault("E_RUNNING", "A running total takes no condition on a metric: it would leave buckets out.")


def _alone(query: SemanticQuery, what: str) -> Iterator[QueryFault]:
    """What cannot be asked beside."""
    beside = {
        "compare": query.compare,
        "shares": query.shares,
        "ranks": query.ranks,
        "pivot": query.pivot,
        "entity": query.entity,
        "mark_partial": query.mark_partial,
        "running" if query.per_bucket else "per_bucket": query.running if query.per_bucket else query.per_bucket,
    }
    for name, value in beside.items():
        if value:
            yield QueryFault("E_ALONG_TIME", f"{what} has no `{name}`.")


def _adding(layer: SemanticLayer, query: SemanticQuery, exact: tuple[str, ...]) -> Iterator[QueryFault]:
    """Only sums and counts, which are 0 where nothing happened; a ratio or an average of buckets is no average."""
    for name in query.metrics:
        known = all(time_of(layer, one) for one in bases(layer, (name,)) if isinstance(one, SimpleMetric))
        if not (known and adds_up_in_time(layer, name, exact)):
            sentence = f"`{layer.metrics[name].title}` does not add up from one period to the next."
            yield QueryFault("E_NOT_ADDITIVE_IN_TIME", sentence)


def adds_up_in_time(layer: SemanticLayer, name: str, aggregations: tuple[str, ...] = ("sum", "count")) -> bool:
    """True for a metric of one of these aggregations that is no level, and for sums and differences of such."""
    metric = layer.metrics[name]
    if isinstance(metric, SimpleMetric):
        measure = layer.measures[metric.measure]
        return measure.agg in aggregations and not measure.non_additive
    if not isinstance(metric, DerivedMetric):
        return False
    nodes = parse_expression(metric.expression).walk()
    plain = all(isinstance(node, exp.Add | exp.Sub | exp.Paren | exp.Column | exp.Identifier) for node in nodes)
    return plain and all(adds_up_in_time(layer, one, aggregations) for one in inputs(metric))
