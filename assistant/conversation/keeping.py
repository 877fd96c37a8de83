"""Whether a follow-up still speaks of the number that its own words name."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp
from semantic_layer import RatioMetric, SemanticQuery


def loses_number(followed: Plan, alone: Plan, follow_up: FollowUp) -> bool:
    """Whether a metric that the words name by its name ("average order value") has no part in what they come to.

    A name that is also one of rows ("tickets") may only say where to look.
    """
    spoken, metrics = (
        set(_spoken(followed.asked or followed.query, follow_up)),
        follow_up.understanding.world.layer.metrics,
    )
    told = {name for name, one in metrics.items() if not spoken.isdisjoint((name, *one.stand_ins))}
    return any(name not in told for name in _named(alone, follow_up))


def _named(alone: Plan, follow_up: FollowUp) -> Iterator[str]:
    """The metrics that the question alone measures and that nothing but a metric's name stands for."""
    understanding = follow_up.understanding
    measured = (alone.asked or alone.query).metrics
    for span in alone.spans:
        if span.role != "metric" or span.target not in measured:
            continue
        elements = understanding.meanings(understanding.tokens(span.text))
        concepts = [concept for element in elements for concept in element.concepts]
        counted = understanding.world.nouns.counted
        if concepts and all(c.kind == "metric" and c.target not in counted for c in concepts):
            yield span.target


def _spoken(query: SemanticQuery, follow_up: FollowUp) -> Iterator[str]:
    """Every metric with a part in a query: measured, compared with a bound, sorted by, or part of a ratio."""
    layer = follow_up.understanding.world.layer
    fields = [*query.metrics, *(f.field for f in query.filters), *(o.by for o in query.order_by)]
    fields += [query.top.by] if query.top else []
    for name in fields:
        yield name
        metric = layer.metrics.get(name)
        if isinstance(metric, RatioMetric):
            yield from (metric.numerator, metric.denominator)
