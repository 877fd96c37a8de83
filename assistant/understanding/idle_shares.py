"""Shares of what is described before it is said what became of it: "what share of mobile visits ended in an order"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.draft import Draft
from semantic_layer import RatioMetric, SimpleMetric


def told_of(draft: Draft, cue: int, place: int) -> bool:
    """Whether between a share and its number stands what it is a share of, and the number only tells what became of it.

    "mobile visits ended in an order" are a part of the mobile visits, not the mobile part of those visits.
    """
    return cue < place and (_is_clause(draft, place) or any(_is_helping(draft, at) for at in range(cue + 1, place)))


def share_of_described(draft: Draft) -> Iterator[int]:
    """The word that asks for a share which would be that of the case, where it is that of what the case describes."""
    cues = [at for at, element in enumerate(draft.elements) if "share" in element.cues]
    if not (draft.shared and cues and draft.metrics):
        return
    place = draft.metrics[0][0]
    cases = [one.place for one in (*draft.conditions, *draft.presence, *draft.bounds) if one.part]
    described = [at for at in cases if cues[0] < at < place]
    if any(_names_other(draft, at, place) for at in described) or (described and told_of(draft, cues[0], place)):
        yield cues[0]


def _names_other(draft: Draft, at: int, place: int) -> bool:
    """Whether a thing that is not counted stands between a condition and the number: "Gold members redeemed"."""
    return any(draft.kind(i) == "noun" for i in range(at + 1, place))


def _is_clause(draft: Draft, place: int) -> bool:
    """Whether a number is called by things and what they did: "visits ended in an order"."""
    words = draft.element(place).text.split()
    if len(words) < 2:
        return False
    first = draft.world.language.tokens(words[0])[0]
    things = any(concept.kind == "noun" for concept in draft.world.lexicon.lookup([first]))
    return things and first.text != first.plain


def _is_helping(draft: Draft, at: int) -> bool:
    """Whether a word only helps a verb: "were" of "deals over 5000 euros were won"."""
    said = draft.element(at).text.casefold().split()
    return not draft.kind(at) and not set(said).isdisjoint(draft.world.language.words("auxiliaries"))


def case_of_a_rate(draft: Draft) -> Iterator[int]:
    """ "the share of visits that ended in an order that were mobile": a part of those visits, which no rate tells."""
    layer, shares = draft.world.layer, set(draft.world.language.words("share_words"))
    for place, choices in draft.metrics:
        rates = all(layer.metrics[choice.target].format == "percent" for choice in choices)
        said = {word for at in range(place + 1) for word in draft.element(at).text.casefold().split()[:1]}
        if not rates or said.isdisjoint(shares):
            continue
        yield from (c.place for c in draft.conditions if c.place > place and _is_said_of(draft, c.place))


def _is_said_of(draft: Draft, at: int) -> bool:
    """Whether a value is what something is said to be: "were on mobile"."""
    before = at - 1
    while before > 0 and not draft.kind(before) and any(cue.startswith("link") for cue in draft.element(before).cues):
        before -= 1
    return draft.element(before).text.casefold() in draft.world.language.words("copulas")


def rate_of_others(draft: Draft) -> Iterator[int]:
    """ "what share of members redeemed points" is asked of members; a rate of points does not tell it."""
    layer = draft.world.layer
    ratios = [layer.metrics[c.target] for _, choices in draft.metrics for c in choices]
    bases = {_counted_in(draft, one.denominator) for one in ratios if isinstance(one, RatioMetric)}
    if len(ratios) != 1 or not bases or "" in bases:
        return
    for at, element in enumerate(draft.elements):
        behind = draft.ahead(at) if "share" in element.cues else None
        while behind is not None and draft.kind(behind) == "value":
            behind = draft.ahead(behind)
        thing = draft.noun(behind) if behind is not None and draft.kind(behind) == "noun" else ""
        if thing and behind is not None and not layer.datasets[thing].entity and thing not in bases:
            yield behind


def _counted_in(draft: Draft, name: str) -> str:
    """The dataset whose rows a plain number is of, empty for others."""
    metric = draft.world.layer.metrics[name]
    return metric.measure.partition(".")[0] if isinstance(metric, SimpleMetric) else ""


SHARES = (share_of_described, case_of_a_rate, rate_of_others)
