"""Whose the period is of things that lack something: "orders without a refund in May" are the orders of May."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.contradictions import named_cases
from assistant.understanding.draft import World
from semantic_layer import Filter, SemanticQuery, SimpleMetric, TimeRange, time_of


def day_of_state(world: World, dataset: str, filters: Sequence[Filter]) -> str:
    """The day that counts for rows in a state: deals won in June were won then, whenever they were opened.

    It is the time of the numbers that the state gives their name; empty where these count by more than one.
    """
    time = world.layer.datasets[dataset].time or "."
    stated = [one for one in filters if one.op == "in" and not one.entity]
    simple = [metric for metric in world.layer.metrics.values() if isinstance(metric, SimpleMetric)]
    own = [metric for metric in simple if metric.measure.partition(".")[0] == dataset]
    named = [metric for metric in own for one in stated if named_cases(world, metric.name, one.field) & {*one.values}]
    days = {time_of(world.layer, metric) for metric in named} or ({f"{dataset}.{time}"} if "." not in time else set())
    return days.pop() if len(days) == 1 else ""


def with_own_period(query: SemanticQuery, world: World) -> SemanticQuery:
    """The query with the period of what its rows lack as the period of the rows, where these have a time themselves."""
    lacking = [one for one in query.filters if one.op == "eq" and one.values == (0,) and one.time_range is not None]
    dataset = query.entity or _counted(query, world)
    dated = dataset and world.layer.datasets[dataset].time
    if len(lacking) != 1 or not dated or query.time_range is not None or lacking[0].entity not in ("", dataset):
        return query
    period, count = lacking[0].time_range, world.nouns.count_of(dataset)
    metric = world.layer.metrics.get(count)
    if period is None or not isinstance(metric, SimpleMetric) or time_of(world.layer, metric) != f"{dataset}.{dated}":
        return query
    never = lacking[0].model_copy(update={"time_range": None})
    filters = tuple(never if one is lacking[0] else one for one in query.filters)
    if not query.entity:
        return query.model_copy(update={"filters": filters, "time_range": period})
    return query.model_copy(update={"filters": (*filters, _in_time(count, period))})


def _in_time(count: str, period: TimeRange) -> Filter:
    """The condition that a row falls into a period."""
    return Filter(field=count, op="ge", values=(1,), time_range=period)


def _counted(query: SemanticQuery, world: World) -> str:
    """The dataset whose rows the one number of a query counts, empty for any other."""
    counts = (name for name in world.layer.datasets if query.metrics == (world.nouns.count_of(name),))
    return next(counts, "")
