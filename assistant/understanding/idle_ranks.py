"""Words of rank and place that a reading has placed and that change nothing in its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.draft import Draft
from assistant.understanding.idle_deeds import is_asked_by, is_ratio
from semantic_layer import SimpleMetric

RANKED = ("order", "limit")
MEANS = ("average", "median", "percentile")


def _two_ranks(draft: Draft) -> Iterator[int]:
    """ "the most orders and the fewest tickets": rows have one order, by which the other is not heeded."""
    ranks = [at for at, use in draft.uses.items() if use[0] in RANKED and _ranks(draft, at)]
    sides = {cue for at in ranks for cue in draft.element(at).cues & {"top", "bottom"}}
    if len(ranks) > 1 and (len(sides) > 1 or len(draft.metrics) > 1):
        yield from ranks[:1]


def _ranks(draft: Draft, at: int) -> bool:
    return at >= 0 and draft.kind(at) == "" and not draft.element(at).cues.isdisjoint({"top", "bottom"})


def _highest_average(draft: Draft) -> Iterator[int]:
    """ "highest order value by channel": the largest single one, or the order of the averages?"""
    layer = draft.world.layer
    for place, choices in draft.metrics:
        amounts = [c.target for c in choices if layer.metrics[c.target].format == "currency"]
        told = (
            not set(draft.element(place).text.casefold().split()).isdisjoint(_average_words(draft))
            if place >= 0
            else True
        )
        if place == 1 and _ranks(draft, 0) and not told and any(is_ratio(draft, name) for name in amounts):
            yield 0


def _extreme_of_average(draft: Draft) -> Iterator[int]:
    """ "max handling time by agent": the longest single one, and no order of the averages."""
    layer, extremes = draft.world.layer, draft.world.language.words("extreme_words")
    for place, choices in draft.metrics:
        lead = place - 1
        if lead < 0 or draft.element(lead).text.casefold() not in extremes or not _ranks(draft, lead):
            continue
        simple = [metric for c in choices if isinstance(metric := layer.metrics[c.target], SimpleMetric)]
        if any(layer.measures[metric.measure].agg in MEANS for metric in simple):
            yield lead


def _average_words(draft: Draft) -> set[str]:
    return {word for cue in ("average", "median", "per") for word in draft.world.language.cued(cue)}


def _priced(draft: Draft) -> Iterator[int]:
    """ "the most expensive channel": what costs most, whatever else is measured."""
    language, lexicon = draft.world.language, draft.world.lexicon
    nouns = {language.bare(str(noun)) for noun in language.data["adjectives"]["expensive"]}
    names = [c.target for _, choices in draft.metrics for c in choices]
    for at in (at for at, use in draft.uses.items() if use[0] in RANKED and _ranks(draft, at)):
        priced = set(draft.element(at).text.casefold().split()) & set(language.words("price_words"))
        if priced and not any(nouns & lexicon.words_of(name) for name in names):
            yield at


def _extreme_of_all(draft: Draft) -> Iterator[int]:
    """ "worst rated products": the products in order, not the one lowest rating."""
    metrics = draft.world.layer.metrics
    extremes = [c.target for _, choices in draft.metrics for c in choices if metrics[c.target].implied]
    if any(name.startswith(("min_of_", "max_of_")) for name in extremes):
        yield from (at for at, _ in draft.scopes if draft.element(at).plural)


def _popular_stock(draft: Draft) -> Iterator[int]:
    """ "the most popular category": what is bought most, not of what most products are there.

    "The most common job title" is that of the most people.
    """
    layer, frequent = draft.world.layer, set(draft.world.language.words("frequencies"))
    if _ranks_people(draft):
        frequent -= set(draft.world.language.words("common_words"))
    counted = draft.world.nouns.counted
    names = [c.target for _, choices in draft.metrics for c in choices]
    still = [name for name in names if name.startswith("count_of_") and layer.metrics[name].implied]
    still += [name for name in names if name in counted and not layer.datasets[counted[name]].time]
    for at, use in draft.uses.items():
        words = set(draft.element(at).text.casefold().split()) if at >= 0 and use[0] in RANKED else set[str]()
        if still and words & frequent:
            yield at


def _ranks_people(draft: Draft) -> bool:
    """Whether what is ranked is said of people: their jobs, their cities."""
    datasets, words = draft.world.layer.datasets, set(draft.world.language.words("person_nouns"))
    named = {choice.fields[0].partition(".")[0] for _, choices in draft.groups for choice in choices if choice.fields}
    nouns = {name: {name, *datasets[name].synonyms} for name in named if name in datasets}
    return bool(nouns) and all(datasets[name].entity and said & words for name, said in nouns.items())


def _in_places(draft: Draft) -> Iterator[int]:
    """ "how many orders in stores": where something was counted, not the number of each store."""
    if not any(element.cues & {"how_many", "how_much", "share"} for element in draft.elements):
        return
    every = draft.world.language.words("every_words")
    for at, _ in draft.groups:
        if at < 1 or draft.kind(at) != "dimension" or is_asked_by(draft, at):
            continue
        lead = draft.element(at - 1)
        if lead.cues <= {"filler"} and lead.text.casefold() not in draft.world.language.fillers and at > 1:
            lead = draft.element(at - 2)  # "from paid channels", where "paid" is a word of the number's name
        linked = "link_any" in lead.cues or not set(lead.text.casefold().split()[-1:]).isdisjoint(
            draft.world.language.links["any"]
        )
        if linked and not lead.cues & {"by", "per", "how_many", "which"} and lead.text.casefold() not in every:
            yield at


RANKS: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _two_ranks,
    _highest_average,
    _extreme_of_average,
    _priced,
    _extreme_of_all,
    _popular_stock,
    _in_places,
)
