"""Whether a metric is the kind of number that the words of a question ask for: a count, an amount, a length of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft, TimeChoice
from semantic_layer import RatioMetric, SemanticLayer, SimpleMetric

SURE_NAME = 0.89  # a name or a synonym as declared, in its own form


def fits(draft: Draft, metrics: Sequence[Concept], time: TimeChoice) -> bool:
    """Whether the metrics suit the ranking word, "how many" and "how much", and the period."""
    names = tuple(dict.fromkeys(concept.target for concept in metrics))
    suited = _rankable(draft, names) and _countable(draft, names) and _is_amount(draft, metrics)
    return suited and not _untimely(draft, names, time)


def _rankable(draft: Draft, names: tuple[str, ...]) -> bool:
    """Whether the ranking word suits the metric: "fastest" ranks lengths of time only."""
    if draft.ranking is None:
        return True
    if draft.ranking.judged and names and ranked_by(draft, names) in draft.world.nouns.counted and _judges(draft):
        return False  # "the worst reviews" are not the fewest
    if not draft.ranking.lasting:
        return True
    return draft.world.layer.metrics[ranked_by(draft, names)].format == "duration"


def _judges(draft: Draft) -> bool:
    """Whether the word that judges stands right before the thing that would be counted."""
    at = draft.ranking.metric if draft.ranking else None
    return bool(at) and not draft.element(at - 1).cues.isdisjoint({"good", "bad"})


def _untimely(draft: Draft, names: tuple[str, ...], time: TimeChoice) -> bool:
    """Whether values would be counted of a period only: "stores opened in 2025" are not the stores seen in it."""
    layer = draft.world.layer
    distinct = [name for name in names if layer.metrics[name].implied and name.startswith("count_distinct")]
    return bool(distinct) and time.period is not None


def _countable(draft: Draft, names: tuple[str, ...]) -> bool:
    """Whether what "how many" asks for is a number of things, not an amount or a rate."""
    asked = any("how_many" in element.cues for element in draft.elements) or _says(draft, "many")
    if not (asked or _opens_a_name(draft)) or not names or draft.per_bucket is not None or draft.together is not None:
        return True
    form = draft.world.layer.metrics[names[0]].format
    if form == "percent" and _is_named_per(draft, names[0]):
        return True
    if form == "duration" and not _asks_for_length(draft):
        return False
    return form not in ("percent", "currency") and _counts_once(draft, names[0])


def _opens_a_name(draft: Draft) -> bool:
    """Whether "how many" is part of a name that somebody declared ("how many customers")."""
    openings = (" ".join(element.text.casefold().split()[:2]) for element in draft.elements if element.concepts)
    return any("how_many" in draft.world.language.cues.get(opening, ()) for opening in openings)


def _is_named_per(draft: Draft, name: str) -> bool:
    """ "how many tickets per order": a number of one for each of another, however its share is written."""
    places = [at for at, choices in draft.metrics if at >= 0 and any(choice.target == name for choice in choices)]
    said = [draft.element(at).text.casefold().split() for at in places]
    language = draft.world.language
    units = language.unit_names
    per = [after for words in said for word, after in pairwise(words) if "per" in language.cues.get(word, ())]
    return bool(per) and units.isdisjoint(per) and isinstance(draft.world.layer.metrics[name], RatioMetric)


def _asks_for_length(draft: Draft) -> bool:
    """ "how many minutes does it take": a unit of time is counted."""
    language = draft.world.language
    units = {*language.unit_words("minutes"), *language.unit_words("seconds")}
    return any(element.grain or element.text.casefold() in units for element in draft.elements)


def _is_amount(draft: Draft, metrics: Sequence[Concept]) -> bool:
    """Whether what "how much" asks for is no count that only scattered words make up ("pay for a new customer")."""
    asked = any("how_much" in element.cues for element in draft.elements) or _says(draft, "much")
    layer = draft.world.layer
    return not (asked and any(c.weight < SURE_NAME and layer.metrics[c.target].format == "integer" for c in metrics))


def _counts_once(draft: Draft, name: str) -> bool:
    """Whether "how many different" things is what a metric counts: each thing once, however often it occurs."""
    words = set(draft.world.language.words("distinct_words"))
    said = [element for element in draft.elements if "how_many" in element.cues]
    if not any(words & set(element.text.casefold().split()) for element in said):
        return True
    place = next((at for at in range(len(draft.elements)) if "how_many" in draft.element(at).cues), -1)
    metric, layer, named = draft.world.layer.metrics[name], draft.world.layer, draft.ahead(place)
    if not isinstance(metric, SimpleMetric):
        return False
    if name in draft.world.nouns.counted and not layer.datasets[metric.measure.partition(".")[0]].time:
        return True
    keys = layer.datasets[draft.noun(named)].primary_key if draft.kind(named) == "noun" and named is not None else ()
    measure = layer.measures[metric.measure]
    called = named is not None and any(c.weight >= SURE_NAME for c in draft.concepts(named, "metric"))
    own = measure.expression in keys or called or draft.kind(named) == "dimension"
    return measure.agg == "count_distinct" and own


def _says(draft: Draft, degree: str) -> bool:
    """Whether "how" and a degree stand beside each other in two elements."""
    texts = [element.text.casefold() for element in draft.elements]
    return any(first.split()[-1:] == ["how"] and second.split()[:1] == [degree] for first, second in pairwise(texts))


def ranked_by(draft: Draft, names: tuple[str, ...]) -> str:
    """The metric that the rows are ranked by: the one asked for, else the first."""
    asked = draft.ranking.metric if draft.ranking else None
    place = next((i for i, (at, _) in enumerate(draft.metrics) if at == asked), 0)
    return names[min(place, len(names) - 1)]


def is_happening(layer: SemanticLayer, name: str) -> bool:
    """Whether a simple metric is of things that happen over time, and not of what there is."""
    metric = layer.metrics[name]
    return isinstance(metric, SimpleMetric) and metric.time != "none"


def standing_in(draft: Draft, choices: tuple[Concept, ...]) -> tuple[Concept, ...]:
    """ "products with revenue over 5000": the numbers that mean the same at a finer grain, where all have some."""
    metrics = draft.world.layer.metrics
    finer = {one: metrics[one.target].stand_ins if one.kind == "metric" else () for one in choices}
    return tuple(replace(one, target=name) for one in choices for name in finer[one]) if all(finer.values()) else ()


def rates_of(draft: Draft, choices: tuple[Concept, ...], unit: str) -> tuple[Concept, ...]:
    """ "a margin below 30%": the declared rates of an amount that by itself has another unit."""
    asked = {concept.target for concept in choices if concept.kind == "metric"}
    if unit != "%" or not asked:
        return ()
    ratios = [m for m in draft.world.layer.metrics.values() if isinstance(m, RatioMetric) and not m.hidden]
    return tuple(Concept("metric", m.name) for m in ratios if m.unit == unit and m.numerator in asked)
