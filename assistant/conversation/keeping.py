"""Whether a follow-up still speaks of the number that its own words name."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp
from assistant.understanding import Concept
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
    """The metrics that the question alone measures and that nothing but a metric's name stands for.

    A value of rows that were not measured ("retention" as an objective of campaigns) is no other meaning of the word.
    """
    understanding = follow_up.understanding
    measured = (alone.asked or alone.query).metrics
    for span in alone.spans:
        if span.role != "metric" or span.target not in measured:
            continue
        elements = understanding.meanings(understanding.tokens(span.text))
        concepts = [c for element in elements for c in element.concepts if not _is_far(c, follow_up)]
        counted = understanding.world.nouns.counted
        if concepts and all(c.kind == "metric" and c.target not in counted for c in concepts):
            yield span.target


def _is_far(concept: Concept, follow_up: FollowUp) -> bool:
    """Whether a value is neither of the rows measured before nor of an entity, nor of what those were grouped by."""
    world, base = follow_up.understanding.world, follow_up.base
    owner = concept.target.partition(".")[0]
    if concept.kind != "value" or owner not in world.layer.datasets or world.layer.datasets[owner].entity:
        return False
    facts = {fact for name in base.metrics for fact in world.reach.facts(name)}
    return owner not in facts | {one.field.partition(".")[0] for one in (*base.group_by, *base.filters)}


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
