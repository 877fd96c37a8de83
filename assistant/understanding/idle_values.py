"""Values placed as a condition that say something else of what they stand beside, or stand for a thing themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.draft import Draft
from assistant.understanding.segments import owner

EXACT = 0.99


def _of_another_thing(draft: Draft) -> Iterator[int]:
    """ "revenue from new products": new are the products, and not the customers whose orders are called new."""
    layer, reach = draft.world.layer, draft.world.reach
    for condition in draft.conditions:
        behind = condition.place + 1
        if condition.place < 0 or behind >= len(draft.elements) or draft.kind(behind) != "noun":
            continue
        described = draft.noun(behind)
        owners = {owner(layer, c.target) for concepts in condition.values for c in concepts}
        if all(reach.steps(described, name) is None and reach.steps(name, described) is None for name in owners):
            yield condition.place


def _of_the_doer(draft: Draft) -> Iterator[int]:
    """ "new orders": a field called after customers says which customers are new, and not which orders."""
    datasets = draft.world.layer.datasets
    for condition in draft.conditions:
        behind = condition.place + 1
        if condition.place < 0 or behind >= len(draft.elements) or draft.kind(behind) not in ("noun", "metric"):
            continue
        if draft.element(condition.place).text.casefold() in draft.world.language.words("person_nouns"):
            continue  # "guest orders" says who placed them
        nouns = {c.target for c in draft.concepts(behind, "noun")}
        fields = {c.target for concepts in condition.values for c in concepts if _is_of(c.target, nouns)}
        called = {name for field in fields for name in datasets if name in field.partition(".")[2].split("_")}
        if nouns and fields and any(datasets[name].entity for name in called - nouns):
            yield condition.place


def _is_of(field: str, datasets: set[str]) -> bool:
    """Whether a field belongs to one of these datasets."""
    return field.partition(".")[0] in datasets


def _as_things(draft: Draft) -> Iterator[int]:
    """ "emails to Gold members": a value in the plural that opens a question is what is asked for, not a condition."""
    at = next((i for i in range(len(draft.elements)) if draft.kind(i) or draft.element(i).unknown), -1)
    if at < 0 or at + 2 >= len(draft.elements) or draft.kind(at) != "value":
        return
    said, bare = draft.element(at), draft.world.language.bare
    stored = {str(concept.value).casefold() for concept in draft.concepts(at, "value")}
    inflected = said.text.casefold() not in stored and bare(said.text.casefold()) in map(bare, stored)
    if said.plural and inflected and "link_any" in draft.element(at + 1).cues:
        yield at


def _called_like_a_field(draft: Draft) -> Iterator[int]:
    """ "brand revenue": the name of a field is no value of another one that is only called the same."""
    for condition in draft.conditions:
        place = condition.place
        own = {concept.target for concepts in condition.values for concept in concepts}
        named = [c for c in draft.concepts(place, "dimension") if c.target not in own] if place >= 0 else []
        beside = condition.nouns or any(
            draft.kind(at) == "dimension" for at in (draft.back(place), draft.ahead(place)) if at is not None
        )
        if not beside and any(concept.weight >= EXACT for concept in named):
            yield place


def _compared_with_their_field(draft: Draft) -> Iterator[int]:
    """ "weekdays against weekends": a field in the plural set against values of its own is one side, not their name."""
    compared = any(element.cues & {"compare", "versus"} for element in draft.elements)
    for at in range(len(draft.elements) - 2) if compared else ():
        joined = draft.element(at + 1).cues & {"versus", "and", "link_value"}
        sides = draft.kind(at) == "dimension" and draft.kind(at + 2) == "value" and draft.element(at).plural
        if joined and sides and draft.uses.get(at, ("",))[0] == "condition":
            yield at


def _which_ones(draft: Draft) -> Iterator[int]:
    """ "which loyal customers are in the south": those people, and not how many there are."""
    first = draft.elements[0].text.casefold() if draft.elements else ""
    split = draft.listed or draft.groups or draft.grain or draft.ranking is not None or draft.trend
    if first not in draft.world.language.words("asking_which") or split:
        return
    datasets = draft.world.layer.datasets
    for place, _ in draft.metrics:
        words = draft.tokens[draft.element(place).first : draft.element(place).behind] if place >= 0 else ()
        named = draft.world.lexicon.lookup(words) if len(words) == 1 else ()
        if any(concept.kind == "noun" and datasets[concept.target].entity for concept in named):
            yield place


VALUES: tuple[Callable[[Draft], Iterator[int]], ...] = (
    _of_another_thing,
    _of_the_doer,
    _as_things,
    _called_like_a_field,
    _compared_with_their_field,
    _which_ones,
)
