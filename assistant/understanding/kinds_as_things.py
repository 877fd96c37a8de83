""" "Dogs", "each novel": a kind said for the things of that kind, with their noun beside it ("dog pets")."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.concepts import SYNONYM
from assistant.understanding.draft import World
from assistant.understanding.entities.words import word_lists
from assistant.understanding.tokens import Token, fold_case
from semantic_layer import SemanticLayer

LONGEST = 3


def with_things_of_codes(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with the things of which a code stands here in the plural: "dogs" of species codes are pets."""
    return _with_thing(tokens, world, coded_only=True)


def with_things_of_kinds(tokens: Sequence[Token], world: World) -> list[Token]:
    """The tokens with the things of which any kind stands here in the plural, or behind "each"."""
    return _with_thing(tokens, world, coded_only=False)


def _with_thing(tokens: Sequence[Token], world: World, *, coded_only: bool) -> list[Token]:
    found = [
        (at, end, thing, value)
        for at in range(len(tokens))
        for end in range(min(len(tokens), at + LONGEST), at, -1)
        for thing, value in _kind(tokens, at, end, world, coded_only)
    ]
    things = {thing for _, _, thing, _ in found}
    if len(things) != 1 or _is_said(tokens, found[0][2], world):
        return list(tokens)
    told = list(tokens)
    for at, end, thing, value in reversed(found):
        joined = end + 1 < len(tokens) and _joins(tokens[end], world)
        noun = "" if joined and any(first == end + 1 for first, *_ in found) else world.layer.datasets[thing].title
        named = [*world.language.tokens_at(value, tokens[at]), *world.language.tokens_at(noun, tokens[end - 1])]
        told[at:end] = named
    return told


def _joins(token: Token, world: World) -> bool:
    return token.text == "," or token.text in world.language.words("joining")


def _kind(tokens: Sequence[Token], at: int, end: int, world: World, coded_only: bool) -> list[tuple[str, str]]:
    """The things that a kind in the plural, or behind "each", tells apart, with the kind as it is stored."""
    last = tokens[end - 1]
    plural = last.text != last.plain and last.text.endswith("s")
    if not (plural or (at and tokens[at - 1].text in word_lists()["every"])):
        return []
    meant = world.lexicon.lookup(tokens[at:end])
    if len(meant) != 1 or meant[0].kind != "value" or meant[0].weight < SYNONYM - 0.1 or "." not in meant[0].target:
        return []
    target, value = meant[0].target, str(meant[0].value)
    other = last.text.endswith("s") and fold_case(value) != " ".join(token.text for token in tokens[at:end])
    several = other and not _is_said(tokens, target.partition(".")[0], world)
    thing = _told_apart(target, world, coded_only, several)
    return [(thing, value)] if thing else []


def _told_apart(field: str, world: World, coded_only: bool, several: bool) -> str:
    """The dataset whose rows a kind tells apart: those that link to a mere code, or those it is a field of."""
    layer, dataset = world.layer, field.partition(".")[0]
    named = field in world.nouns.names(dataset)
    if named or coded_only:
        return rows_of_code(dataset, world, several) if named else ""
    return dataset if layer.datasets[dataset].entity and not named else ""


def rows_of_code(dataset: str, world: World, several: bool) -> str:
    """The one dataset whose rows link to a code that says nothing but its own name, or to a name said of `several`.

    "Labradors" are dogs, of which each has a breed that is stored as "Labrador".
    """
    layer: SemanticLayer = world.layer
    code = layer.datasets[dataset]
    shown = {*code.key_fields, *(name.partition(".")[2] for name in world.nouns.names(dataset))}
    rows = [link.from_ for link in layer.relationships.values() if link.to == dataset]
    mere = all(field.implied or field.name in shown for field in code.fields)
    return rows[0] if (mere or several) and len(rows) == 1 and len(layer.datasets[rows[0]].primary_key) == 1 else ""


def _is_said(tokens: Sequence[Token], thing: str, world: World) -> bool:
    """Whether the things are named in the question themselves ("how many pets are dogs")."""
    count = world.nouns.count_of(thing)
    return any(
        (one.kind == "noun" and one.target == thing) or (one.kind == "metric" and one.target == count)
        for token in tokens
        for one in world.lexicon.lookup([token])
    )
