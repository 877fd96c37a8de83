"""A pass for distributions: "distribution of ratings", "how are customers spread over the regions"."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft, GroupChoice
from semantic_layer import SimpleMetric

AVERAGES = ("average", "median")


def find_distributions(draft: Draft) -> None:
    """The rows counted for each value, where a number that is averaged or a field is said to be distributed."""
    cues = draft.cues("distribution")
    if not cues:
        return
    if not draft.groups and not draft.grain and len(draft.metrics) == 1:
        at, choices = draft.metrics[0]
        fields = [field for concept in choices if (field := _averaged(draft, concept.target))]
        counts = {draft.world.nouns.count_of(field.partition(".")[0]) for field in fields}
        if len(fields) == len(choices) == len(counts) == 1 and "" not in counts:
            draft.metrics = [(at, (Concept("metric", counts.pop(), choices[0].weight),))]
            draft.groups.append((at, (GroupChoice((fields[0],)),)))
    if draft.groups or draft.grain or any(condition.grouped for condition in draft.conditions):
        for at in cues:
            draft.use(at, "dimension", "distribution")


def _averaged(draft: Draft, name: str) -> str:
    """The number field that a metric averages, empty when it is no average of one."""
    layer, metric = draft.world.layer, draft.world.layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or metric.filter or layer.measures[metric.measure].agg not in AVERAGES:
        return ""
    dataset, expression = metric.measure.partition(".")[0], layer.measures[metric.measure].expression
    named = (f"{dataset}.{field.name}" for field in layer.datasets[dataset].fields if field.sql == expression)
    return next((ref for ref in named if layer.fields[ref].kind == "number"), "")
