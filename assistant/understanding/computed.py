"""Passes for numbers that nobody declared: averages and extremes of number fields, counts of different values."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from semantic_layer import SimpleMetric, implied_metric

COMPUTED_WEIGHT = 0.8
CUES = {"average": ("average",), "median": ("median",), "max": ("top",), "min": ("bottom",), "sum": ("sum",)}


def find_value_counts(draft: Draft) -> None:
    """ "how many brands", "number of different cities": the different values of a field."""
    for at in draft.cues("how_many"):
        place = draft.ahead(at)
        different = any("each_one" in draft.element(i).cues for i in range(at + 1, place or at))
        if place is None or draft.metrics or place in draft.uses or draft.kind(place) != "dimension":
            continue
        if draft.element(place).plural or different:
            _take(draft, at, place, "count_distinct", "categorical")


def find_computed(draft: Draft) -> None:
    """ "average list price by category", "what is the highest list price": one number over a number field."""
    if draft.metrics:
        return
    for aggregation, cues in CUES.items():
        for at in draft.cues(*cues):
            place = draft.ahead(at)
            if place is not None and place not in draft.uses and draft.kind(place) == "dimension" and not draft.metrics:
                ranked = aggregation in ("min", "max")
                if not (ranked and (draft.groups or _named_before(draft, at))):
                    _take(draft, at, place, aggregation, "number")


def _named_before(draft: Draft, at: int) -> bool:
    """Whether something stands before that the extreme may be looked for among ("product with the highest price")."""
    return any(draft.kind(i) in ("noun", "dimension") for i in range(at))


def _name(draft: Draft, field: str, aggregation: str) -> str:
    """The implied metric; things told apart by a name are counted themselves, since names may repeat."""
    layer, dataset = draft.world.layer, field.partition(".")[0]
    words = layer.fields[field].title.casefold().split()
    if aggregation == "count_distinct" and (set(words) & set(draft.world.language.words("name_words"))):
        return draft.world.nouns.count_of(dataset)
    return implied_metric(layer, field, aggregation)


def _declared(draft: Draft, field: str, aggregation: str) -> str:
    """The declared metric that computes the very same, if there is one."""
    layer, dataset = draft.world.layer, field.partition(".")[0]
    for name, metric in layer.metrics.items():
        if not isinstance(metric, SimpleMetric) or metric.filter or metric.hidden or metric.implied:
            continue
        measure = layer.measures[metric.measure]
        told = measure.expression in (layer.fields[field].sql, field.partition(".")[2])
        same = told and (measure.agg, measure.filter) == (aggregation, "")
        if same and metric.measure.partition(".")[0] == dataset:
            return name
    return ""


def _take(draft: Draft, cue: int, place: int, aggregation: str, kind: str) -> None:
    layer = draft.world.layer
    fields = [c for c in draft.concepts(place, "dimension") if layer.fields[c.target].kind == kind]
    found = [(_declared(draft, c.target, aggregation) or _name(draft, c.target, aggregation), c.weight) for c in fields]
    choices = tuple(Concept("metric", name, COMPUTED_WEIGHT + weight - 1) for name, weight in found if name)
    if choices:
        draft.metrics.append((place, choices))
        draft.use(cue, "metric", aggregation)
        draft.use(place, "metric", choices[0].target)
        _use_asking(draft, cue)


def _use_asking(draft: Draft, cue: int) -> None:
    """ "what is the average price": the word that asks for the number, right before it."""
    for at in range(cue - 1, -1, -1):
        if not draft.soft(at):
            return
        if "which" in draft.element(at).cues:
            draft.use(at, "filler")
