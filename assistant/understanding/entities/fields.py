"""The fields of things by their names, and by a part of them: "cost" for the cost of a treatment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.understanding.entities.words import Words, word_lists
from assistant.understanding.tokens import Token
from semantic_layer import Dimension, holds_numbers

LONGEST_PART = 3


def own_fields(words: Words, at: int, entity: str) -> Iterator[tuple[str, int]]:
    """The fields of a dataset that words here name, the whole names first; a part of a name only where one has it."""
    found = [
        (concept.target, behind)
        for concepts, behind in words.concepts(at, "dimension")
        for concept in concepts
        if concept.target.partition(".")[0] == entity
    ]
    yield from found or _fields_of_whole(words, at, entity)
    longest = max((behind for _, behind in found), default=at)
    for end in range(min(at + LONGEST_PART, len(words.tokens)), longest, -1):
        named = partly_named(words, words.tokens[at:end], entity)
        if len(named) == 1:
            yield named[0], end


def _fields_of_whole(words: Words, at: int, entity: str) -> list[tuple[str, int]]:
    """The fields of what things are a kind of, with the same key: the day on which a person became a party."""
    reach = words.world.reach
    named = [(c.target, behind) for concepts, behind in words.concepts(at, "dimension") for c in concepts]
    owners = {target: target.partition(".")[0] for target, _ in named}
    return [
        one for one in named if (reach.steps(entity, owners[one[0]]), reach.steps(owners[one[0]], entity)) == (1, 1)
    ]


def details_of(words: Words, dataset: str) -> str:
    """The one field of details that rows of a dataset have, empty without one."""
    fields = words.world.layer.datasets[dataset].fields
    found = [one.name for one in fields if one.name.rpartition("_")[2] in ("detail", "details") and not one.hidden]
    return f"{dataset}.{found[0]}" if len(found) == 1 else ""


def number_fields(words: Words, at: int, entity: str) -> Iterator[tuple[str, int]]:
    """The fields that hold numbers, levels and codes too, of a dataset or what its rows belong to, that words name."""
    fields, reach = words.world.layer.fields, words.world.reach
    found: list[tuple[str, int]] = []
    for start in dict.fromkeys((at, words.phrase(at, "number_of") or at)):  # "the number of pages" of "pages"
        found.extend(own_fields(words, start, entity))
        for concepts, behind in words.concepts(start, "dimension"):
            linked = {c.target for c in concepts if reach.steps(entity, c.target.partition(".")[0])}
            found.extend((target, behind) for target in sorted(linked))
    for target, behind in dict.fromkeys(found):
        if fields[target].kind == "number" or holds_numbers(words.world.layer, target):
            yield target, behind


def partly_named(words: Words, tokens: Sequence[Token], entity: str) -> list[str]:
    """The fields of a dataset whose names have these words as their head: "cost of treatment", "charge amount"."""
    said = tuple(token.plain for token in tokens)
    fields = words.world.layer.datasets[entity].fields
    return [
        f"{entity}.{field.name}" for field in fields if not (field.hidden or field.implied) and _has(words, field, said)
    ]


def _has(words: Words, field: Dimension, said: tuple[str, ...]) -> bool:
    plains, lists = words.world.language.plains, word_lists()
    for name in (field.name.replace("_", " "), field.label):
        parts, size = plains(name), len(said)
        if len(parts) <= size or said[0] not in parts:
            continue
        rest = parts[size:]
        begins = parts[:size] == said and (rest[:1] == ("of",) or (rest and all(one in lists["tails"] for one in rest)))
        telling = tuple(part for part in parts if part not in lists["by_the_way"])
        if parts[-size:] == said or begins or telling == said:
            return True
    return False
