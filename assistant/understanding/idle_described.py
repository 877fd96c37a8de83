"""Numbers taken for what only describes or counts other things: "repeat-customer orders" are orders."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.draft import Draft

GATHERED = 0.85


def count_of_others(draft: Draft) -> Iterator[int]:
    """ "how many customers are in northern parts" asks for customers; a rate or a mean is no number of them."""
    layer = draft.world.layer
    for place, choices in draft.metrics:
        gathered = all(
            choice.weight < GATHERED and layer.metrics[choice.target].format != "integer" for choice in choices
        )
        if place < 1 or not gathered or "how_many" not in draft.element(place - 1).cues:
            continue
        word = draft.world.language.tokens(draft.element(place).text)
        nouns = [one for one in draft.world.lexicon.lookup(word) if one.kind == "noun"]
        things = {one.target for one in nouns}
        facts = {fact for choice in choices for fact in draft.world.reach.facts(choice.target)}
        if things and not things & facts:
            yield place


def described_things(draft: Draft) -> Iterator[int]:
    """ "repeat-customer orders" asks for orders: people in the singular right before them tell whose they are."""
    language, lexicon = draft.world.language, draft.world.lexicon
    for place, _ in draft.metrics:
        behind = place + 1
        if place < 0 or behind >= len(draft.elements) or draft.kind(behind) != "noun":
            continue
        last = language.tokens(draft.element(place).text)[-1:]
        things = {c.target for token in last for c in lexicon.lookup([token]) if c.kind == "noun"}
        people = any(draft.world.layer.datasets[name].entity for name in things)
        scope = draft.uses.get(behind, ("",))[0] == "filler" and draft.element(behind).plural
        if people and scope and last[0].text == last[0].plain:
            yield behind


def doing_things(draft: Draft) -> Iterator[int]:
    """ "returning customer orders": what people do describes them, and is no number of returns."""
    for place, choices in draft.metrics:
        said = draft.element(place).text.casefold() if place >= 0 else ""
        doing = said.endswith("ing") and said.isalpha() and all(choice.inflected for choice in choices)
        behind = draft.ahead(place) if doing else None
        if behind is not None and draft.kind(behind) in ("noun", "value") and behind == place + 1:
            yield place


ASKING = frozenset({"by", "per", "where", "listing", "top", "bottom", "compare", "versus", "divide", "share"})


def groups_not_asked_for(draft: Draft) -> Iterator[int]:
    """ "what our stores made": where something was done, and no number for each of them that nobody asked for."""
    asked = any(element.cues & (ASKING | {"distribution"}) for element in draft.elements)
    for at, _ in draft.groups if not asked else ():
        named = at >= 0 and draft.kind(at) == "dimension" and bool(draft.concepts(at, "value"))
        compound = named and not draft.element(at).plural and draft.kind(draft.ahead(at)) == "metric"  # "brand revenue"
        bounded = any(bound.choices[0].kind == "metric" for bound in draft.bounds) and draft.back(at) is None
        if named and bounded and draft.element(at).plural:
            continue  # "brands with a return rate above 8%"
        if named and not compound and not draft.element(_described_from(draft, at)).cues & {"which", "how_many"}:
            yield at


def _described_from(draft: Draft, at: int) -> int:
    """The word before all that describes a thing: "how many" of "how many of our German stores"."""
    idle = {*draft.world.language.determiners, *draft.world.language.words("genitive")}
    before = at - 1
    while before > 0 and (
        draft.kind(before) in ("value", "number") or set(draft.element(before).text.casefold().split()) <= idle
    ):
        before -= 1
    return max(before, 0)


def field_beside_value(draft: Draft) -> Iterator[int]:
    """ "split between owners and renters": two values of one field, and no field called owner beside a value."""
    for at, _ in draft.groups:
        own = {concept.target for concept in draft.concepts(at, "value")} if at >= 0 else set[str]()
        places = [place for place in range(at + 1, len(draft.elements)) if draft.kind(place) == "value"] if own else []
        near = [place for place in places[:1] if {"and", "or", "versus"} & draft.element(place - 1).cues]
        if any(own & {concept.target for concept in draft.concepts(place, "value")} for place in near):
            yield at


DESCRIBED = (count_of_others, described_things, doing_things, groups_not_asked_for, field_beside_value)
