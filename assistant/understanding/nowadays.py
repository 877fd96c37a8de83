"""A pass for "these days" and "at the moment" beside numbers of what happens, which have no value of a moment.

Of a stock ("open tickets") such words ask for today. The revenue of "these days" is no revenue of all time: it is shown
month by month, up to the last one.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.understanding.draft import Draft
from assistant.understanding.levels import is_level
from semantic_layer import RatioMetric, SimpleMetric, time_of

GRAIN = "month"


def find_nowadays(draft: Draft) -> None:
    """Break a number of what happens down by month where it is asked for as of now, and nothing else divides it."""
    places = [at for at in draft.cues("now") if at not in draft.uses]
    timed = draft.grain or any(choice.period is not None for choice in draft.times)
    divided = draft.groups or draft.ranking is not None or draft.bounds or draft.scopes or draft.listed
    if not places or timed or divided or not asks_for_happenings(draft, places):
        return
    if _are_in_a_state(draft):
        for at in places:
            draft.use(at, "filler")
        return
    for at in places:
        draft.use(at, "grain", GRAIN)
    draft.grain = GRAIN


def _are_in_a_state(draft: Draft) -> bool:
    """ "how many orders are pending right now": a state is that of today, so that nothing is left to tell by month."""
    words = set(draft.world.language.words("states_of_today"))
    fields = {value.target for one in draft.conditions if not one.negated for choice in one.values for value in choice}
    said = (draft.world.layer.fields[name].label.casefold().split() for name in fields)
    return any(not words.isdisjoint(label) for label in said)


def asks_for_happenings(draft: Draft, places: Iterable[int]) -> bool:
    """Whether all numbers are of what happens; "still" is said of states and not of a time."""
    remaining = set(draft.world.language.words("remaining_words"))
    told = any(draft.element(at).text.casefold() not in remaining for at in places)
    names = {choice.target for _, choices in draft.metrics for choice in choices}
    return told and bool(names) and all(_flows(draft, name) for name in names)


def _flows(draft: Draft, name: str) -> bool:
    metric = draft.world.layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return _flows(draft, metric.numerator) and _flows(draft, metric.denominator)
    timed = isinstance(metric, SimpleMetric) and time_of(draft.world.layer, metric) != ""
    return timed and not is_level(draft.world, name)
