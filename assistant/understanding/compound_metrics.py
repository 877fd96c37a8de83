"""A thing beside a number that together are called another number: "orders that our campaigns brought"."""

from __future__ import annotations

from assistant.understanding.concepts import Concept
from assistant.understanding.draft import Draft

GATHERED_WEIGHT = 0.8
"""How well a metric fits whose name is told in two words apart."""


def take_compound(draft: Draft, at: int) -> bool:
    """Read a thing beside the one number of the question as the metric both are called; whether there is one."""
    if len(draft.metrics) != 1:
        return False
    place, choices = draft.metrics[0][0], [c for c in draft.metrics[0][1] if c.weight > GATHERED_WEIGHT]
    facts = {fact for choice in choices for fact in draft.world.reach.facts(choice.target)}
    names = {draft.world.compounds.named(draft.noun(at), choice.target, at < place) for choice in choices} - {""}
    if len(names) != 1 or draft.noun(at) in facts or place < 0 or _describes(draft, place, at):
        return False
    name = names.pop()
    language = draft.world.language
    said = {token.bare for token in language.tokens(draft.element(place).text)}
    came = {language.bare(verb) for verb in language.words("creation_verbs")}
    if not said <= draft.world.lexicon.words_of(name) | came:
        return False  # "net revenue from subscribers" is no recurring revenue, though "revenue from subscribers" is
    draft.metrics = [(place, (Concept("metric", name, GATHERED_WEIGHT),))]
    draft.uses[place] = ("metric", name)
    draft.use(at, "metric", name)
    return True


def _describes(draft: Draft, place: int, at: int) -> bool:
    """Whether the number's word only describes the things right behind it: "customer orders" are orders."""
    between = [draft.element(i).text for i in range(place + 1, at)]
    return place < at and set(between) <= {"-"} and not draft.element(place).plural
