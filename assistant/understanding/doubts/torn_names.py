"""Doubts of names of several words that a plan takes apart: "at risk of churning" is no rate of churning."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.doubts.doubted import Doubt, Doubted, raw

LONGEST = 5


def _torn_segment(asked: Doubted) -> Iterator[Doubt]:
    """ "is anyone at risk of churning": a number that lies within the name of a segment was not asked for."""
    for first in range(len(asked.tokens) - 1):
        for behind in range(min(first + LONGEST, len(asked.tokens)), first + 1, -1):
            named = {c.target for c in asked.concepts(first, behind) if c.kind == "value"}
            if named & asked.world.layer.segments.keys() and _is_torn(asked, first, behind):
                yield Doubt(raw(asked.tokens[first:behind]), "torn_name")


def _is_torn(asked: Doubted, first: int, behind: int) -> bool:
    """Whether a number that counts nobody was found within a stretch of words, and nothing that they are as a whole."""
    start, end, spans = asked.tokens[first].start, asked.tokens[behind - 1].end, asked.plan.spans
    whole = any(span.start <= start and end <= span.end for span in spans)
    inside = (span.target for span in spans if start <= span.start and span.end <= end and span.role == "metric")
    metrics = asked.world.layer.metrics
    return not whole and any(target in metrics and metrics[target].format != "integer" for target in inside)


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_torn_segment,)
