"""Bounds on a number that the counted rows have themselves: "houses with more than 4 rooms by city" are such houses."""

from __future__ import annotations

from dataclasses import replace

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Bound, Draft
from semantic_layer import SimpleMetric

ADDED = frozenset({"sum", "average"})


def of_each_row(draft: Draft, at: int, bound: Bound) -> Bound:
    """The bound on the field of each row where its noun, "with", and the comparison at `at` follow each other."""
    before = at - 1
    having = before > 0 and draft.element(before).text.casefold() in draft.world.language.words("having_words")
    if not having or draft.kind(before - 1) not in ("noun", "metric"):
        return bound
    nouns = draft.concepts(before - 1, "noun")
    counted = draft.world.nouns.counted
    rows = {c.target for c in nouns} or {counted.get(c.target, "") for c in draft.concepts(before - 1, "metric")}
    fields = {_field_of(draft, choice, dataset) for choice in bound.choices for dataset in rows}
    one = next(iter(fields)) if len(rows) == len(fields) == 1 else ""
    return replace(bound, choices=(Concept("dimension", one, bound.choices[0].weight),)) if one else bound


def _field_of(draft: Draft, choice: Concept, rows: str) -> str:
    """The number field of these rows that a metric adds up; empty when it adds up anything else."""
    layer = draft.world.layer
    metric = layer.metrics.get(choice.target) if choice.kind == "metric" else None
    if not rows or not isinstance(metric, SimpleMetric) or metric.filter:
        return ""
    measure, owner = layer.measures[metric.measure], metric.measure.partition(".")[0]
    if owner != rows or measure.agg not in ADDED or measure.filter:
        return ""
    own = [one for one in layer.datasets[rows].fields if one.kind == "number" and not one.hidden]
    named = [one.name for one in own if measure.expression in (one.name, one.sql)]
    return f"{rows}.{named[0]}" if len(named) == 1 else ""
