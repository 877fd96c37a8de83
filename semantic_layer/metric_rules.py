"""What must hold inside a metric or a measure beyond its names."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.errors import UnsafeQuery
from semantic_layer.metric_types import (
    NO_TIME,
    ConversionMetric,
    CumulativeMetric,
    Metric,
    PerEntityMetric,
    RetentionMetric,
    SimpleMetric,
    UnavailableMetric,
)
from semantic_layer.model import Dataset, Measure
from semantic_layer.references import Reference, inputs
from semantic_layer.scope import NameScope, Problem
from semantic_layer.yaml_source import Location

Found = Iterator[tuple[Problem, Location]]


def metric_problems(metric: Metric, scope: NameScope) -> Found:
    """What is wrong in a metric whose names all resolve, and at which key."""
    if isinstance(metric, UnavailableMetric):
        if not metric.needs:
            yield Problem("it does not say what it needs.", "Add `needs:` in words."), ()
    elif isinstance(metric, CumulativeMetric):
        yield from _cumulative(metric, scope)
    elif isinstance(metric, PerEntityMetric):
        yield from _per_entity(metric)
        yield from _entity(metric.entity, inputs(metric), scope)
    elif isinstance(metric, ConversionMetric):
        yield from _entity(metric.entity, (metric.base, metric.conversion), scope)
        yield from _times((metric.base, metric.conversion), scope)
        yield from _counting(metric.base, scope)
    elif isinstance(metric, RetentionMetric):
        yield from _entity(metric.entity, (metric.activity,), scope)
        yield from _times((metric.activity,), scope)


def _cumulative(metric: CumulativeMetric, scope: NameScope) -> Found:
    if metric.window and metric.to_date:
        yield Problem("`window` and `to_date` exclude each other.", "Keep one of them."), ("to_date",)
    inner = _simple(metric.metric, scope)
    measure = _measure(inner, scope) if inner else None
    if measure and measure.non_additive:
        yield (
            Problem(f"`{metric.metric}` is a level, which cannot be summed over time.", "Use it as it is."),
            ("metric",),
        )
    yield from _times((metric.metric,), scope)


def _per_entity(metric: PerEntityMetric) -> Found:
    counting = metric.agg in ("count", "share")
    if counting and not metric.condition:
        yield Problem(f"`agg: {metric.agg}` counts what meets a condition.", "Add `condition:`."), ("agg",)
    if counting == bool(metric.metric):
        remedy = "Remove `metric:`." if counting else "Add `metric:`."
        yield Problem("`metric` belongs to the aggregates of a metric, not to `count` and `share`.", remedy), ("agg",)
    if (metric.agg == "percentile") != (metric.percentile is not None):
        yield Problem("`percentile` belongs to `agg: percentile`, and there it is needed.", "Give both."), ("agg",)


def _entity(entity: str, metrics: tuple[str, ...], scope: NameScope) -> Found:
    """Every row of the metrics must belong to at most one entity."""
    if not scope.entries.datasets[entity].node.primary_key:
        yield Problem(f"`{entity}` has no primary key.", f"Declare the `primary_key` of `{entity}`."), ("entity",)
    for fact in dict.fromkeys(fact for name in metrics for fact in _facts(name, scope)):
        try:
            scope.graph.route(fact, entity)
        except UnsafeQuery as error:
            yield Problem(error.faults[0].sentence, "Declare the relationship."), ("entity",)


def _facts(name: str, scope: NameScope) -> Iterator[str]:
    entry = scope.entries.metrics.get(name)
    if entry is None:
        return
    if isinstance(entry.node, SimpleMetric):
        yield entry.node.measure.partition(".")[0]
    for part in inputs(entry.node):
        yield from _facts(part, scope)


def _times(metrics: tuple[str, ...], scope: NameScope) -> Found:
    for name in metrics:
        inner = _simple(name, scope)
        dataset = scope.entries.datasets.get(inner.measure.partition(".")[0]) if inner else None
        if inner and dataset and not _has_time(inner, dataset.node):
            yield Problem(f"`{name}` has no time.", f"Give `{dataset.node.name}` a `time`."), ()


def _has_time(metric: SimpleMetric, dataset: Dataset) -> bool:
    return metric.time != NO_TIME and bool(metric.time or dataset.time)


def _counting(base: str, scope: NameScope) -> Found:
    inner = _simple(base, scope)
    measure = _measure(inner, scope) if inner else None
    if measure and measure.agg not in ("count", "count_distinct"):
        yield Problem(f"`{base}` does not count events.", "Name a metric that counts."), ("base",)


def _simple(name: str, scope: NameScope) -> SimpleMetric | None:
    entry = scope.entries.metrics.get(name)
    return entry.node if entry and isinstance(entry.node, SimpleMetric) else None


def _measure(metric: SimpleMetric, scope: NameScope) -> Measure | None:
    dataset, _, name = metric.measure.partition(".")
    entry = scope.entries.datasets.get(dataset)
    return next((one for one in entry.node.measures if one.name == name), None) if entry else None


def measure_problems(dataset: Dataset, measure: Measure, scope: NameScope) -> Found:
    """What is wrong in a measure, and at which key."""
    if not measure.expression and measure.agg != "count":
        yield Problem(f"measure `{measure.name}` has no expression.", "Say what to aggregate."), ()
    if (measure.agg == "percentile") != (measure.percentile is not None):
        message = f"measure `{measure.name}`: `percentile` belongs to `agg: percentile`, and there it is needed."
        yield Problem(message, "Give both, such as `agg: percentile` and `percentile: 0.9`."), ()
    level = measure.non_additive
    if level is None:
        return
    if measure.agg not in ("sum", "count"):
        yield Problem(f"measure `{measure.name}`: only a sum or a count can be `non_additive`.", "Use `sum`."), ("agg",)
    reference = Reference("time", level.time, (), dataset.name)
    problems = [(scope.problem(reference), "time")]
    problems += [(scope.problem(Reference("column", name, (), dataset.name)), "per") for name in level.per]
    yield from ((problem, ("non_additive", key)) for problem, key in problems if problem)
