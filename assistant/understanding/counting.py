"""Passes that find what is counted: "how many German customers", "how many started and how many ended"."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft
from semantic_layer import is_count


def find_counted(draft: Draft) -> None:
    """ "how many German customers": the noun or metric that is counted, past the words that only narrow it."""
    for at in draft.cues("how_many"):
        place, implied = draft.ahead(at), None
        if place is None:
            _count_before(draft, at)
            continue
        while place is not None and _narrows(draft, place):
            implied = place if draft.implied_noun(place) else implied
            place = draft.ahead(place)
        if implied is not None and (place is None or draft.kind(place) not in ("metric", "noun")):
            count = draft.world.nouns.count_of(draft.implied_noun(implied))
            if count and not draft.metrics:
                draft.metrics.append((implied, (Concept("metric", count, 0.9),)))
                draft.use(at, "filler")
                continue
        if place is not None and not draft.metrics and _are_bounded(draft, place):
            draft.use(at, "filler")
            draft.metrics.append((place, (Concept("metric", draft.world.nouns.count_of(draft.noun(place)), 0.9),)))
            draft.use(place, "metric", draft.metrics[0][1][0].target)
            continue
        if place is not None and draft.kind(place) in ("metric", "noun") and draft.metric_choices(place):
            draft.use(at, "filler")
            if draft.kind(at - 1 if at else None) != "grain" and not draft.metrics:
                draft.counted = place
                draft.take_metric(place)


def _are_bounded(draft: Draft, at: int) -> bool:
    """ "how many people ordered only once": a word for people that the conditions with numbers are on."""
    if draft.kind(at) != "noun" or draft.element(at).text.casefold() not in draft.world.language.persons:
        return False
    bounded = {bound.entity for bound in draft.bounds}
    return bounded == {draft.noun(at)} and bool(draft.world.nouns.count_of(draft.noun(at)))


def find_second_count(draft: Draft) -> None:
    """ "how many subscriptions started and how many ended": the other number of the same things, by its verb."""
    language, pairs = draft.world.language, draft.world.pairs
    for at in draft.cues("how_many") if len(draft.metrics) == 1 else ():
        place, joined = draft.ahead(at), draft.back(at)
        if place is None or joined is None or not draft.has(joined, "and"):
            continue
        verb, noun = draft.element(place), draft.element(draft.metrics[0][0])
        words = [language.bare(word) for word in noun.text.casefold().split()]
        said = language.bare(verb.text.casefold())
        named = {name for word in words for pair in ((word, said), (said, word)) for name in pairs.get(pair, ())}
        counts = [name for name in sorted(named) if is_count(draft.world.layer, name)]
        if (verb.unknown or draft.kind(place) == "value") and len(counts) == 1:
            draft.metrics.append((place, (Concept("metric", counts[0], 0.9),)))
            draft.use(place, "metric", counts[0])
            for used in (at, joined):
                draft.use(used, "filler")


def _narrows(draft: Draft, at: int) -> bool:
    """Whether an element only narrows what follows: values, flags, and conditions such as "one-star"."""
    if draft.uses.get(at, ("",))[0] == "condition" and draft.kind(at) in ("number", "dimension", ""):
        return True
    return draft.kind(at) == "value" or draft.is_flag(at) or _joins_values(draft, at)


def _joins_values(draft: Draft, at: int) -> bool:
    """ "or" in "high or urgent tickets"."""
    joins = draft.kind(at) == "" and not draft.element(at).cues.isdisjoint({"and", "or"})
    return joins and draft.kind(draft.back(at)) == "value" and draft.kind(draft.ahead(at)) == "value"


def _count_before(draft: Draft, at: int) -> None:
    """ "customers from Austria: how many?": what the question began with is counted."""
    places = [i for i in range(at) if draft.kind(i) in ("noun", "metric")]
    if places and draft.metric_choices(places[0]) and not draft.metrics:
        draft.use(at, "filler")
        draft.counted = places[0]
        draft.take_metric(places[0])
