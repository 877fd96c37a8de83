"""Funnels as queries: their steps side by side, each as a share of the step before it and the last one of the first.

Whether the steps count the same things decides what may be said of them, so it is found out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from semantic_layer.check import check
from semantic_layer.entries import Entries, Entry
from semantic_layer.errors import Fault, QueryError
from semantic_layer.model import Funnel, SemanticLayer, SimpleMetric
from semantic_layer.query import SemanticQuery, Share
from semantic_layer.references import Reference
from semantic_layer.resolution import time_of
from semantic_layer.scope import NameScope, hint

Bond = Literal["same", "days", "apart"]
LEAST_STEPS = 2
PINNED = re.compile(r"^\s*(?:\w+\.)?(\w+)\s*(?:=|\bIN\b)", re.IGNORECASE)


def step_shares(metrics: Sequence[str]) -> tuple[Share, ...]:
    """Each step as a share of the one before it; of more than two the last one also of the first."""
    rates = tuple(Share(metric=after, of=before) for before, after in pairwise(metrics))
    return (*rates, Share(metric=metrics[-1], of=metrics[0])) if len(rates) > 1 else rates


def is_funnel(query: SemanticQuery) -> bool:
    """Whether a query shows the steps of a funnel, defined or not."""
    return len(query.metrics) >= LEAST_STEPS and query.shares == step_shares(query.metrics)


def funnel_of(layer: SemanticLayer, query: SemanticQuery) -> Funnel | None:
    """The funnel whose steps, or some of them in order, a query shows; None for any other query."""
    if not is_funnel(query):
        return None
    asked = query.metrics
    return next((one for one in layer.funnels.values() if _is_part(asked, one.metrics)), None)


def _is_part(asked: tuple[str, ...], steps: tuple[str, ...]) -> bool:
    return tuple(step for step in steps if step in asked) == asked


def bond(layer: SemanticLayer, metrics: Sequence[str]) -> Bond:
    """What holds the steps of a funnel together.

    "same": each step is of the things of the first one, all by one day of theirs. "days": they count the same kind of
    thing, but each by the day of its own step. "apart": numbers of the same period, whatever they are of.
    """
    kinds = {counted(layer, name) for name in metrics}
    if len(kinds) > 1 or "" in kinds:
        return "apart"
    apart = _of_other_rows(layer, metrics)
    if len({_day(layer, name) for name in metrics}) == 1 and not apart:
        return "same"
    return "apart" if apart and not all(_measure_is_distinct(layer, name) for name in metrics) else "days"


def counted(layer: SemanticLayer, name: str) -> str:
    """What kind of thing a metric counts: a dataset, or a column of one; empty for what is no plain count."""
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return ""
    dataset, measure = metric.measure.partition(".")[0], layer.measures[metric.measure]
    if measure.agg == "count":
        return dataset
    column = (measure.expression,)
    if measure.agg != "count_distinct" or column == layer.datasets[dataset].primary_key:
        return dataset if measure.agg == "count_distinct" else ""
    links = (link for link in layer.relationships.values() if link.from_ == dataset and link.from_columns == column)
    named = (link.to for link in links if link.to_columns == layer.datasets[link.to].primary_key)
    return next(named, f"{dataset}.{measure.expression}")


def _measure_is_distinct(layer: SemanticLayer, name: str) -> bool:
    metric = layer.metrics[name]
    return isinstance(metric, SimpleMetric) and layer.measures[metric.measure].agg == "count_distinct"


def _day(layer: SemanticLayer, name: str) -> str:
    metric = layer.metrics[name]
    return time_of(layer, metric) if isinstance(metric, SimpleMetric) else ""


def _of_other_rows(layer: SemanticLayer, metrics: Sequence[str]) -> bool:
    """Whether two steps keep rows of another value of the same column: "sent" and "opened" are two events."""
    pinned = [found[1] for name in metrics if (found := PINNED.match(_filter(layer, name)))]
    return len(set(pinned)) < len(pinned)


def _filter(layer: SemanticLayer, name: str) -> str:
    metric = layer.metrics[name]
    return layer.measures[metric.measure].filter or metric.filter if isinstance(metric, SimpleMetric) else ""


def funnel_faults(entries: Entries, scope: NameScope) -> Iterator[Fault]:
    """Funnels over names that nothing has, with a step twice, or called as something else."""
    for name, entry in entries.funnels.items():
        if any(name in section for section in (entries.metrics, entries.segments, entries.datasets)):
            yield entry.fault(f"`{name}` is called so already.", "Rename the funnel.", ("name",))
        known = [one for one, metric in entries.metrics.items() if metric.node.type == "simple"]
        for index, metric in enumerate(entry.node.metrics):
            at = ("steps", index, "metric")
            if problem := scope.problem(Reference("metric", metric, at)):
                yield entry.fault(problem.message, problem.remedy or hint(metric, known), at)
            if metric in entry.node.metrics[:index]:
                yield entry.fault(f"`{metric}` is a step twice.", "Name each metric once.", at)
        if entry.node.entity and (unknown := scope.dataset_problem(entry.node.entity)):
            yield entry.fault(unknown.message, unknown.remedy, ("entity",))


def broken_funnels(layer: SemanticLayer, entries: Entries) -> Iterator[Fault]:
    """Funnels whose steps cannot stand side by side, or do not count what the funnel says."""
    open_layer = layer.unhidden
    for entry in entries.funnels.values():
        metrics = entry.node.metrics
        try:
            check(open_layer, SemanticQuery(metrics=metrics, shares=step_shares(metrics)))
        except QueryError as error:
            yield entry.fault(
                " ".join(fault.sentence for fault in error.faults), "Name metrics that count.", ("steps",)
            )
        yield from _of_other_things(layer, entry) if entry.node.entity else ()


def _of_other_things(layer: SemanticLayer, entry: Entry[Funnel]) -> Iterator[Fault]:
    for index, metric in enumerate(entry.node.metrics):
        if counted(layer, metric) != entry.node.entity:
            message = f"`{metric}` does not count rows of `{entry.node.entity}`."
            yield entry.fault(message, "Name a metric that does, or leave out `entity`.", ("steps", index, "metric"))
