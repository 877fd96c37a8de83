"""A pass for levels at the end of a time: "MRR at the end of last year" is the MRR of last year, which is its last."""

from __future__ import annotations

from assistant.understanding.draft import Draft, World
from semantic_layer import SemanticQuery, SimpleMetric

LEVEL_COST = 1.0
"""What a level costs that stands in for a number of today: what happened in a period is the plainer reading of it."""


def find_closing_days(draft: Draft) -> None:
    """Take "the end of" before a time for what a level says by itself, and let the numbers mean only levels.

    A level is not added up over time: of a period it is that of the last day. Of anything else an end is left over.
    """
    words = draft.world.language.words("closing_edges")
    for at, element in enumerate(draft.elements):
        if at in draft.uses or element.text.casefold() not in words or not _is_of_time(draft, at):
            continue
        kept = [(place, tuple(c for c in choices if _has_level(draft, c.target))) for place, choices in draft.metrics]
        if kept and all(choices for _, choices in kept):
            draft.metrics = kept
            draft.use(at, "filler")


def _is_of_time(draft: Draft, at: int) -> bool:
    genitive = draft.world.language.words("genitive")
    said = draft.element(at + 1).text.casefold().split() if at + 1 < len(draft.elements) else []
    following = draft.ahead(at)
    if (
        following is not None and following == at + 1 and "by" in draft.element(following).cues
    ):  # "the end of each month"
        following = draft.ahead(following)
    return bool(said) and said[0] in genitive and following is not None and draft.kind(following) in ("time", "grain")


def _has_level(draft: Draft, name: str) -> bool:
    """Whether a number, or what stands in for it by time, is a level."""
    layer = draft.world.layer
    return any(is_level(draft.world, way) for way in (name, *layer.metrics[name].stand_ins) if way in layer.metrics)


def is_level(world: World, name: str) -> bool:
    """Whether a number is of the last day of each period."""
    metric = world.layer.metrics[name]
    level = world.layer.measures[metric.measure].non_additive if isinstance(metric, SimpleMetric) else None
    return level is not None and level.take == "last"


def asks_for_deeds(world: World, query: SemanticQuery) -> bool:
    """Whether a query is by or for a reason or a state of today, which say nothing of what was there in the past."""
    words = {*world.language.words("reason_words"), *world.language.words("state_words")}
    named = {one.field for one in (*query.group_by, *query.filters)} & set(world.layer.fields)
    return any(words & set(world.layer.fields[name].title.casefold().split()) for name in named)
