"""Segments in questions: their words, and a period that a rule of theirs is about."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.draft import Draft, TimeChoice
from assistant.understanding.periods import unit_period
from semantic_layer import Segment, SemanticLayer

HORIZONS = ("month", "quarter", "year")


def owner(layer: SemanticLayer, target: str) -> str:
    """The dataset of a field (`dataset.field`), or whose rows a segment holds."""
    return layer.segments[target].entity if target in layer.segments else target.partition(".")[0]


def segments_of(draft: Draft) -> Iterator[Segment]:
    """The segments that the conditions of a draft may mean."""
    segments = draft.world.layer.segments
    for condition in draft.conditions:
        for concept in (concept for concepts in condition.values for concept in concepts):
            if concept.target in segments:
                yield segments[concept.target]


def find_horizons(draft: Draft) -> None:
    """ "at risk this quarter" says the period that the rule is about; any other period would not be heeded.

    A number that is asked for or bounded takes the period itself: "revenue of at-risk customers last year", "at-risk
    customers who spent over 500 this year".
    """
    asked = [segment.horizon for segment in segments_of(draft) if segment.horizon]
    periods = [choice.period for choice in draft.times if choice.period is not None]
    counted = draft.world.nouns.counted
    numbers = any(c.target not in counted for _, choices in draft.metrics for c in choices)
    if not asked or not periods or draft.bounds or numbers:
        return
    running = unit_period(draft.world.as_of, asked[0])
    if all(period.start == running.start and period.partial for period in periods) or all(
        (period.start, period.end) == (running.start, running.end) for period in periods
    ):
        draft.times = (TimeChoice(),)
        return
    for at in [place for place, use in draft.uses.items() if use[0] == "time"]:
        del draft.uses[at]
