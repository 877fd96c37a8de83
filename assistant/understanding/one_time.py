"""Queries that are the same although a period stands elsewhere: orders of May, or orders with so many units in May."""

from __future__ import annotations

from assistant.understanding.draft import World
from semantic_layer import SemanticQuery, SimpleMetric, time_of


def in_one_time(query: SemanticQuery, world: World) -> SemanticQuery:
    """The query with the period of its one bound on the very rows that are counted as its own period.

    A bound on each row by a number at the time of that row has no other rows in any other time.
    """
    timed = [one for one in query.filters if one.time_range is not None]
    if query.compare is not None or len(timed) != 1 or query.time_range not in (None, timed[0].time_range):
        return query
    (bound,) = timed
    names = (*query.metrics, bound.field)
    metrics = [world.layer.metrics.get(name) for name in names]
    times = {time_of(world.layer, one) if isinstance(one, SimpleMetric) else "" for one in metrics}
    own = query.metrics and {fact for name in query.metrics for fact in world.reach.facts(name)} == {bound.entity}
    if not own or len(times) != 1 or times.pop().partition(".")[0] != bound.entity:
        return query
    free = bound.model_copy(update={"time_range": None})
    filters = tuple(free if one is bound else one for one in query.filters)
    return query.model_copy(update={"time_range": bound.time_range, "filters": filters})
