"""Clauses that compare with something by its name: "in the same city as the Rex", "of the same genre as Salt Road"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, reaches
from assistant.understanding.entities.roles import own_names, roles_of
from assistant.understanding.entities.valued import value_conditions
from assistant.understanding.entities.words import Words
from semantic_layer import Filter


def same_as(words: Words, found: Found) -> Iterator[Found]:
    """Things that have in a field what another row has there that is told by its name; that row itself is left out."""
    start = words.skip(found.at, *LINKING)
    same = words.phrase(start, "same") or words.phrase(found.at, "same")
    if found.group or same is None or not found.entity:
        return
    for field, behind in (*_fields(words, same, found.entity), *_things(words, same, found.entity)):
        named = found.used(start, behind, "dimension", field)
        as_ = behind < len(words.tokens) and words.tokens[behind].text == "as"
        if as_:
            yield from _told(words, named, field, behind + 1)


def _fields(words: Words, at: int, entity: str) -> list[tuple[str, int]]:
    """The fields of the things that words here name, those of what they belong to only where they have none."""
    own = [one for one in own_fields(words, at, entity) if words.world.layer.fields[one[0]].kind != "time"]
    named = [(c.target, behind) for concepts, behind in words.concepts(at, "dimension") for c in concepts]
    linked = [one for one in named if words.world.reach.steps(entity, one[0].partition(".")[0]) == 1]
    return own or (linked if len({field for field, _ in linked}) == 1 else [])


def _things(words: Words, at: int, entity: str) -> Iterator[tuple[str, int]]:
    """ "(in the same) club": the key of what things belong to, which is said by its noun."""
    for dataset, behind in words.nouns(at):
        keys = words.world.layer.datasets[dataset].key_fields
        if words.world.reach.steps(entity, dataset) == 1 and len(keys) == 1:
            yield f"{dataset}.{keys[0]}", behind
    for role in roles_of(words, entity):
        behind = at + len(role.words)
        keys = words.world.layer.datasets[role.link.to].key_fields
        said = tuple(token.text for token in words.tokens[at:behind]) == role.words and len(keys) == 1
        alone = sum(one.link.to == role.link.to for one in roles_of(words, entity)) == 1
        for dataset, end in words.nouns(behind) if said and alone else ():
            if dataset == role.link.to:
                yield f"{dataset}.{keys[0]}", end


def _told(words: Words, found: Found, field: str, at: int) -> Iterator[Found]:
    start = words.skip(at, "empty", "that_of")
    nouns = (end for _, end in words.nouns(start))
    for place in dict.fromkeys((start, *(words.skip(end, "called", "empty") for end in nouns))):
        for told in value_conditions(words, found.moved(place), ""):
            row = told.filters[-1]
            owner = row.field.partition(".")[0]
            names = row.op == "in" and len(row.values) == 1 and row.field in own_names(words, owner)
            other = field if names and reaches(words, owner, field.partition(".")[0]) else _alike(words, field, owner)
            if names and other:
                kept = Filter.model_validate({"field": field, "op": "eq", "other": other, "where": (row,)})
                apart = (row.model_copy(update={"op": "not_in"}),) if owner == found.entity else ()
                led = replace(told, filters=(*told.filters[:-1], kept, *apart), at=found.at)
                yield led.used(found.at, place, "condition", "same").moved(told.at) if place > found.at else led


def _alike(words: Words, field: str, owner: str) -> str:
    """The field of the same name that the named row has itself: the city of an agent beside that of a customer."""
    own = f"{owner}.{field.partition('.')[2]}"
    return own if own in words.world.layer.fields else ""
