"""What the nouns beside a number are for: its scope, whom it is per, or the thing that is counted."""

from __future__ import annotations

from assistant.understanding.compound_metrics import take_compound
from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from assistant.understanding.measuring import joins_a_metric
from semantic_layer import RatioMetric, SimpleMetric


def find_scopes(draft: Draft) -> None:
    """Nouns that are not measured: joined to a metric they are measured too, else they only say where it looks."""
    for at in range(len(draft.elements)):
        if draft.kind(at) != "noun" or at in draft.uses or (draft.per is not None and at == draft.per[1]):
            continue
        if _restates(draft, at):
            draft.use(at, "filler", draft.noun(at))
            continue
        again = any(draft.kind(i) == "noun" and draft.noun(i) == draft.noun(at) for i in range(at))
        again = again or _opens(draft, at)
        if draft.metrics and draft.metric_choices(at) and not again and joins_a_metric(draft, at):
            draft.take_metric(at)
        elif _is_single(draft, at) and not _conditional(draft, at):
            _take_each(draft, at)
        elif draft.metrics and not _conditional(draft, at) and not _heads(draft, at) and not take_compound(draft, at):
            draft.scopes.append((at, draft.noun(at)))
            draft.use(at, "filler", draft.noun(at))


def _opens(draft: Draft, at: int) -> bool:
    """ "for phone tickets, what is the resolution time": where to look is told first, and a comma ends it."""
    start = at - 1
    while start >= 0 and draft.kind(start) == "value":
        start -= 1
    linked = start == 0 and "link_any" in draft.element(0).cues
    first = min((place for place, _ in draft.metrics), default=-1)
    between = [draft.element(i) for i in range(at + 1, first)]
    joined = any("and" in element.cues and element.text.strip(" ,") for element in between)
    return linked and at < first and not joined


def _restates(draft: Draft, at: int) -> bool:
    """ "revenue of gold members": a noun right behind a value of its own only says what the value is of.

    A verb does not: in "visitors on phones ordering" the visitors order.
    """
    if at == 0 or not draft.metrics or draft.uses.get(at - 1, ("",))[0] != "value":
        return False
    if all(concept.inflected for concept in (*draft.concepts(at, "noun"), *draft.concepts(at, "metric"))):
        return False
    owners = {concept.target.partition(".")[0] for concept in draft.concepts(at - 1, "value")}
    return draft.noun(at) in owners and len(owners) > 1


def _take_each(draft: Draft, at: int) -> None:
    """ "what does it cost to serve a customer": the ratio of the layer to the count of the noun, when there is one."""
    if len(draft.metrics) != 1:
        return
    layer, (place, choices) = draft.world.layer, draft.metrics[0]
    entity = draft.noun(at)
    asked = {concept.target for concept in choices}
    ratios = [m for m in layer.metrics.values() if isinstance(m, RatioMetric) and not m.hidden and m.numerator in asked]
    found = [m.name for m in ratios if _counts(draft, m.denominator, entity)]
    if found:
        draft.metrics = [(place, tuple(Concept("metric", name) for name in found))]
        draft.uses[place] = ("metric", found[0])
        draft.use(at, "metric", found[0])
        if draft.has(at - 1, "average", "typical"):
            draft.use(at - 1, "metric", found[0])


def _is_total(draft: Draft, metric: SimpleMetric) -> bool:
    """Whether a metric grows with the rows it is of; an average or a median is that of one already."""
    return draft.world.layer.measures[metric.measure].agg in ("sum", "count", "count_distinct")


def _counts(draft: Draft, name: str, entity: str) -> bool:
    """Whether a metric tells how many of an entity there are, or did something."""
    layer, metric = draft.world.layer, draft.world.layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return False
    measure = layer.measures[metric.measure]
    distinct = measure.agg == "count_distinct" and measure.expression in layer.datasets[entity].primary_key
    return distinct or draft.world.nouns.counted.get(name) == entity


def _is_single(draft: Draft, at: int) -> bool:
    """ "what does it cost to serve one customer": the number of one, which a total does not tell."""
    one = at > 0 and draft.element(at - 1).text.casefold() in draft.world.language.words("indefinite")
    one = one or (at > 0 and draft.has(at - 1, "average", "typical"))
    metrics = [draft.world.layer.metrics[c.target] for _, choices in draft.metrics for c in choices]
    totals = [metric for metric in metrics if isinstance(metric, SimpleMetric) and _is_total(draft, metric)]
    return one and not draft.element(at).plural and bool(totals)


def _heads(draft: Draft, at: int) -> bool:
    """Whether the noun is what the question is about ("orders by returning customers"), not where to look.

    A noun before the metric only narrows it when something introduces it ("from", "did") or when it stands right
    before the metric ("customer revenue").
    """
    first = min(place for place, _ in draft.metrics)
    if at > first or draft.ahead(at) == first == at + 1:
        return False
    start = draft.back(at)
    while start is not None and draft.kind(start) == "value":  # "did Gen Z customers spend"
        start = draft.back(start)
    excluded = (
        start is not None and "exclude" in draft.element(start).cues and draft.uses.get(start, ("",))[0] == "condition"
    )
    if excluded and draft.kind(at - 1) == "value":  # "excluding marketplace orders"
        return False
    introducing = range((start if start is not None else -1) + 1, at)
    auxiliaries = draft.world.language.words("auxiliaries")
    said = [draft.element(place) for place in introducing]
    return not any("link_any" in element.cues or element.text.lower() in auxiliaries for element in said)


def _conditional(draft: Draft, at: int) -> bool:
    """Whether the noun says more than where to look ("customers with orders", "without tickets", "... and orders")."""
    if at > 0 and draft.kinds[at - 1] == "" and "link_value" in draft.element(at - 1).cues:
        return "only" not in draft.element(at - 1).cues
    back = draft.back(at)
    return back is not None and draft.kind(back) == "" and draft.has(back, "exclude", "per", "and", "or")


def blocked_scopes(draft: Draft, metrics: tuple[str, ...]) -> list[int]:
    """The scope nouns that no chosen metric's rows can belong to, so that they would be ignored."""
    return [at for at, dataset in draft.scopes if not all(_can_reach(draft, name, dataset) for name in metrics)]


def _can_reach(draft: Draft, name: str, dataset: str) -> bool:
    """Whether a metric, or one that stands in for it, has rows that belong to rows of a dataset."""
    ways = (name, *draft.world.layer.metrics[name].stand_ins)
    return any(draft.world.reach.distance([way], dataset) is not None for way in ways)
