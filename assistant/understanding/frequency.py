"""A pass for rankings that name no number: "most sold product", "which complaints are the most frequent"."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.grouping import preferences
from assistant.understanding.tokens import tokenize
from semantic_layer import SemanticLayer, SimpleMetric

IMPLIED_WEIGHT = 0.8
_STEM = 5  # letters that two forms of a word share


def find_ranked_deeds(draft: Draft) -> None:
    """What a ranked group is ranked by when only a deed or a frequency says so."""
    if draft.metrics or draft.ranking is None or not draft.groups or draft.listed:
        return
    cues = [at for at in range(len(draft.elements)) if draft.element(at).cues & {"top", "bottom"}]
    cues += preferences(draft) if _are_things(draft) else []
    for at in cues:
        found = _deed(draft, at)
        if found is not None:
            place, choices = found
            draft.metrics.append((place, choices))
            draft.use(place, "metric", choices[0].target)
            draft.use(at, "order", "descending" if draft.ranking.descending else "ascending")
            draft.ranking.metric = place
            return


def _are_things(draft: Draft) -> bool:
    """Whether what is preferred is bought ("products"), not a way or a person of some event ("contact channel")."""
    datasets = draft.world.layer.datasets
    named = {choice.fields[0].partition(".")[0] for choice in draft.groups[0][1]}
    return all(not datasets[name].entity and not datasets[name].time for name in named)


def _deed(draft: Draft, at: int) -> tuple[int, tuple[Concept, ...]] | None:
    """The number that a ranking word with a verb stands for, and the element that says it."""
    language = draft.world.language
    places = [place for place in (at, at + 1, at - 1) if place == at or _is_free(draft, place)]
    said = [
        (place, word) for place in places for word in draft.element(place).text.casefold().replace("-", " ").split()
    ]
    for place, word in said:
        metrics = _named(draft, [str(noun) for noun in language.data["ranked_deeds"].get(word, ())])
        if metrics:
            return place, metrics
    if _is_counted(draft, draft.back(at)):
        return None  # "which team breaches the SLA most often"
    often = [place for place, word in said if word in language.words("frequencies")]
    for place in often:
        draft.use(place, "order", "frequency")
    return _rows(draft, at) if often else None


def _is_counted(draft: Draft, at: int | None) -> bool:
    """Whether a number of events is named right before, which is how often they happen."""
    if at is None or draft.kind(at) != "metric" or at in draft.uses:
        return False
    metrics = [draft.world.layer.metrics[concept.target] for concept in draft.metric_choices(at)]
    measures = [m.measure for m in metrics if isinstance(m, SimpleMetric) and not m.implied]
    counting = all(draft.world.layer.measures[name].agg == "count" for name in measures)
    return len(measures) == len(metrics) > 0 and counting and not any(c.inflected for c in draft.metric_choices(at))


def _is_free(draft: Draft, at: int) -> bool:
    if not 0 <= at < len(draft.elements) or at in draft.uses:
        return False
    verb = draft.kind(at) == "metric" and all(concept.inflected for concept in draft.concepts(at, "metric"))
    return verb or (draft.kind(at) == "" and (draft.element(at).unknown or draft.soft(at)))


def _named(draft: Draft, nouns: list[str]) -> tuple[Concept, ...]:
    """The metrics of the first noun that names any which can be split by what is ranked."""
    lexicon, language = draft.world.lexicon, draft.world.language
    for noun in nouns:
        found = [c for c in lexicon.lookup(tokenize(noun, language.forms)) if c.kind == "metric"]
        near = tuple(c for c in found if _reaches(draft, c.target))
        if near:
            return near
    return ()


def _reaches(draft: Draft, name: str) -> bool:
    datasets = {choice.fields[0].partition(".")[0] for choice in draft.groups[0][1]}
    ways = (name, *draft.world.layer.metrics[name].stand_ins)
    return any(draft.world.reach.distance([way], dataset) is not None for way in ways for dataset in datasets)


def _rows(draft: Draft, at: int) -> tuple[int, tuple[Concept, ...]] | None:
    """How often something occurs: the number of rows that have it."""
    weights = {choice.fields[0].partition(".")[0]: choice.weight for choice in draft.groups[0][1]}
    best = [dataset for dataset, weight in weights.items() if weight == max(weights.values())]
    count = _occurrences(draft, best[0]) if len(best) == 1 else ""
    return (at, (Concept("metric", count, IMPLIED_WEIGHT),)) if count else None


def _occurrences(draft: Draft, dataset: str) -> str:
    """The metric that counts the rows of a dataset; where it is a state of today, rather one called like the group."""
    layer, count = draft.world.layer, draft.world.nouns.count_of(dataset)
    if not _is_of_today(layer, count):
        return count
    field = draft.groups[0][1][0].fields[0].partition(".")[2]
    stems = {word[:_STEM] for word in field.split("_") if len(word) >= _STEM}
    named = [name for name in layer.metrics if _counts(layer, name, dataset) and _shares(name, stems)]
    return named[0] if len(named) == 1 else count


def _is_of_today(layer: SemanticLayer, name: str) -> bool:
    metric = layer.metrics.get(name)
    return isinstance(metric, SimpleMetric) and metric.time == "none"


def _counts(layer: SemanticLayer, name: str, dataset: str) -> bool:
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or metric.hidden or metric.implied or metric.time == "none":
        return False
    return metric.measure.partition(".")[0] == dataset and layer.measures[metric.measure].agg == "count"


def _shares(name: str, stems: set[str]) -> bool:
    return any(word[:_STEM] in stems for word in name.split("_"))
