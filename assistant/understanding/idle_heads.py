"""Heads of phrases that a reading has placed and whose number it does not give."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.draft import Draft
from assistant.understanding.idle_deeds import is_ratio
from semantic_layer import SimpleMetric

MEASURABLE = ("noun", "metric")
GATHERED = 0.7  # a name gathered from words that lie apart weighs less


def _share_of_others(draft: Draft) -> Iterator[int]:
    """ "what share of orders was placed by new buyers": of the orders, not of the buyers."""
    measured = {place for place, _ in draft.metrics}
    for at, element in enumerate(draft.elements):
        of = draft.ahead(at) if "share" in element.cues else None
        if of is None or not measured or at > min(measured) or draft.kind(of) not in MEASURABLE or of in measured:
            continue
        if draft.metric_choices(of) and not _is_measured(draft, of):
            yield of


def _is_measured(draft: Draft, at: int) -> bool:
    asked = {choice.target for _, choices in draft.metrics for choice in choices}
    return bool({concept.target for concept in draft.metric_choices(at)} & asked) or any(
        is_ratio(draft, name) for name in asked
    )


def _total_of_averages(draft: Draft) -> Iterator[int]:
    """ "the total value of an order": no average is a total."""
    words, layer = set(draft.world.language.words("sum_words")), draft.world.layer
    for place, choices in draft.metrics:
        said = draft.element(place - 1).text.casefold().split() if place > 0 else []
        money = all(layer.metrics[c.target].format == "currency" and is_ratio(draft, c.target) for c in choices)
        if money and said[-1:] and said[-1] in words and not _says_average(draft, place):
            yield place - 1


def _averaged_in_total(draft: Draft) -> Iterator[int]:
    """ "how much time did agents spend on tickets in total": no average is that."""
    layer, phrases = draft.world.layer, draft.world.language.words("in_total")
    simple = [
        metric
        for _, choices in draft.metrics
        for choice in choices
        if isinstance(metric := layer.metrics[choice.target], SimpleMetric)
    ]
    means = bool(simple) and all(layer.measures[metric.measure].agg in ("average", "median") for metric in simple)
    words = [element.text.casefold() for element in draft.elements]
    for at, word in enumerate(words) if means and len(draft.metrics) == 1 else ():
        if word in phrases or " ".join(words[at : at + 2]) in phrases:
            yield at


def _says_average(draft: Draft, at: int) -> bool:
    cues = draft.world.language.cues
    said = draft.element(at).text.casefold().split()
    return any({"average", "median", "per"} & set(cues.get(word, ())) for word in said)


def _gathered_average(draft: Draft) -> Iterator[int]:
    """ "amount refunded for May orders": words that lie apart are no average that nobody asked for."""
    layer = draft.world.layer
    if any(_says_average(draft, at) for at in range(len(draft.elements))):
        return
    for place, choices in draft.metrics:
        money = all(layer.metrics[c.target].format == "currency" and is_ratio(draft, c.target) for c in choices)
        apart = place >= 0 and choices and all(choice.weight < GATHERED for choice in choices)
        if money and apart and not any(_is_of_name(draft, at, choices[0].target) for at in (place - 1, place + 1)):
            yield place


def _is_of_name(draft: Draft, at: int, name: str) -> bool:
    """Whether a word beside is a word of the metric's own names: "basket value"."""
    said = draft.element(at).text.casefold().split() if 0 <= at < len(draft.elements) else []
    return any(draft.world.language.bare(word) in draft.world.lexicon.words_of(name) for word in said)


def _other_value(draft: Draft) -> Iterator[int]:
    """ "whose language is French", where French is a country: a field is said to be what is no value of it."""
    copulas = set(draft.world.language.words("copulas"))
    for at in range(1, len(draft.elements)):
        before = draft.back(at) if draft.kind(at) == "value" else None
        if before is None or draft.kind(before) != "dimension" or draft.is_flag(before):
            continue
        said = {draft.element(i).text.casefold() for i in range(before + 1, at)}
        fields = {concept.target for concept in draft.concepts(at, "value")}
        own = {concept.target for concept in draft.concepts(before, "dimension")}
        if said & copulas and not fields & own and draft.uses.get(at, ("",))[0] == "value":
            yield at


def _which_fell(draft: Draft) -> Iterator[int]:
    """ "the regions in which revenue fell": some of the groups, which a list of all of them does not tell."""
    if not draft.groups or draft.grain or draft.ranking is not None:
        return
    relatives = set(draft.world.language.words("relatives")) | set(draft.world.language.words("place_relatives"))
    last = max(at for at, _ in draft.groups)
    for at in draft.uses:
        changed = at > last >= 0 and draft.element(at).cues & {"change_up", "change_down"}
        if changed and any(draft.element(i).text.casefold() in relatives for i in range(last + 1, at)):
            yield at


def _flag_of_the_deed(draft: Draft) -> Iterator[int]:
    """ "revenue of customers who first ordered in 2025": said of the people, not of the orders that are summed."""
    layer, reach = draft.world.layer, draft.world.reach
    relatives = set(draft.world.language.words("relatives"))
    for at in range(2, len(draft.elements)):
        if not draft.is_flag(at) or draft.element(at - 1).text.casefold() not in relatives:
            continue
        subject = draft.back(at - 1)
        entity = draft.noun(subject) if subject is not None and draft.kind(subject) == "noun" else ""
        owners = {concept.target.partition(".")[0] for concept in draft.concepts(at, "dimension")}
        if entity and layer.datasets[entity].entity and all(reach.steps(entity, name) is None for name in owners):
            yield at


def _ranked_others(draft: Draft) -> Iterator[int]:
    """ "which plan loses the most subscribers, measured by churn": what is ranked is not what it is ranked by."""
    for at in range(len(draft.elements) - 1):
        ranks = draft.uses.get(at, ("",))[0] == "order" and draft.element(at).cues & {"top", "bottom"}
        if not ranks or draft.kind(at + 1) != "value" or not draft.element(at + 1).plural:
            continue
        behind = at + 2 if at + 2 < len(draft.elements) else None
        named = any(place >= 0 and place not in (at, at + 1) for place, _ in draft.metrics)
        if named and (behind is None or draft.kind(behind) not in (*MEASURABLE, "dimension", "value")):
            yield at


def _one_end_of_two(draft: Draft) -> Iterator[int]:
    """ "days between order and ticket": not those between orders, and the number of tickets."""
    between = set(draft.world.language.data["cues"]["cmp_between"])
    for at, _ in draft.metrics:
        if at < 0 or at + 2 >= len(draft.elements) or "and" not in draft.element(at + 1).cues:
            continue
        said = draft.element(at).text.casefold().split()
        joined = any("and" in draft.world.language.cues.get(word, ()) for word in said)
        if between & set(said) and not joined and draft.kind(at + 2) in MEASURABLE:
            yield at


HEADS: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _share_of_others,
    _total_of_averages,
    _gathered_average,
    _other_value,
    _which_fell,
    _flag_of_the_deed,
    _ranked_others,
    _one_end_of_two,
    _averaged_in_total,
)
