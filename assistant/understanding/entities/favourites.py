"""What is used most: things by the value that most have, the commonest value, what is ordered most often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, count_of_each, is_had, reaches, told_by
from assistant.understanding.entities.words import Words
from semantic_layer import OrderBy

USED = (("most_used", True), ("least_used", False))
OFTEN = (("oftenest", True), ("seldomest", False))
MUCH = (("most", True), ("least", False))  # at the end alone: "prescribed the most"
WHOLE_NAME = 0.95
ENDING = frozenset(role for role, _ in MUCH)


def of_favourite(words: Words, found: Found) -> Iterator[Found]:
    """ "customers using the most popular payment method": those with the value that most of them have."""
    if not found.is_plain_list or found.filters or found.metrics or found.favourite:
        return
    start = words.skip(found.at, *LINKING)
    for role, descending in USED if start > found.at else ():
        said = words.phrase(start, role)
        for field, behind in _values(words, words.skip(said, "empty"), found.entity) if said is not None else ():
            if words.world.nouns.count_of(found.entity):
                yield replace(found, favourite=(field, descending)).used(start, behind, "order", field)


def _values(words: Words, at: int, entity: str) -> Iterator[tuple[str, int]]:
    """The categories of things, and the keys of what they belong to ("payment type" as a table of its own)."""
    world = words.world
    for concepts, behind in words.concepts(at, "dimension"):
        near = {c.target: world.reach.steps(entity, c.target.partition(".")[0]) for c in concepts}
        known = {name: far for name, far in near.items() if far is not None and _is_category(words, name)}
        nearest = [name for name, far in known.items() if far == min(known.values())]
        if len(nearest) == 1:
            yield nearest[0], behind
            return
    for dataset, behind in words.nouns(at):
        keys = world.layer.datasets[dataset].key_fields
        if dataset != entity and reaches(words, entity, dataset) and len(keys) == 1:
            yield f"{dataset}.{keys[0]}", behind


def _is_category(words: Words, name: str) -> bool:
    field = words.world.layer.fields[name]
    return field.kind == "categorical" and not field.pii


def common_value(words: Words, at: int) -> Iterator[Found]:
    """ "the most common colour of the goods": a category by the number of things that have it."""
    for role, descending in USED:
        said = words.phrase(at, role)
        for concepts, behind in words.concepts(words.skip(said, "empty"), "dimension") if said is not None else ():
            genitive = words.phrase(behind, "genitive") or words.phrase(behind, "amid")
            owners = words.nouns(words.skip(genitive, "empty")) if genitive is not None else []
            own_rows = {c.target.partition(".")[0] for c in concepts if c.weight >= WHOLE_NAME}
            if len(own_rows) == 1 and words.at_end(behind):  # "the most common damage type" is that of damages
                owners = [(own_rows.pop(), behind)]
            for dataset, end in owners:
                own = [
                    c.target for c in concepts if words.world.reach.steps(dataset, c.target.partition(".")[0]) in (0, 1)
                ]
                count = words.world.nouns.count_of(dataset)
                if len(own) == 1 and count and _is_category(words, own[0]):
                    order = OrderBy(by=count, descending=descending)
                    named = Found(end, group=own[0], metrics=(count,), order=order, limit=1, rank=1)
                    ranked = named.used(at, behind, "order", own[0])
                    yield ranked.used(behind, end, "dimension", dataset) if end > behind else ranked


def often_done(words: Words, found: Found) -> Iterator[Found]:
    """ "the most frequently ordered product": by the number of what the verb makes."""
    for role, descending in OFTEN:
        said = words.phrase(found.at, role)
        if said is None:
            continue
        for dataset, behind in words.nouns(said + 1):
            yield from _counted(words, found, (found.at, said, behind), dataset, descending)


def done_often(words: Words, found: Found) -> Iterator[Found]:
    """ "(which product) was ordered most often"."""
    passive = words.phrase(words.skip(found.at, "relatives"), "happened") is not None
    if not (found.is_plain_list and passive) or found.metrics or found.filters or found.cut:
        return
    at = words.skip(found.at, "relatives", "happened")
    for role, descending in (*OFTEN, *MUCH):
        behind = words.phrase(at + 1, role) if at < len(words.tokens) else None
        if behind is not None and (role not in ENDING or words.at_end(behind)):
            if words.phrase(at, "using") is not None:
                yield from _told_by_one(words, found.used(found.at, behind, "order", role), descending)
            yield from (
                one.moved(behind) for one in _counted(words, found, (found.at, at, behind), found.entity, descending)
            )


def _counted(words: Words, found: Found, said: tuple[int, int, int], dataset: str, descending: bool) -> Iterator[Found]:
    """Things by how often they were what the verb at the middle place says."""
    start, at, behind = said
    made = _made(words, at, dataset)
    count = count_of_each(words, made, dataset) if made else ""
    if count:
        order = OrderBy(by=count, descending=descending)
        ranked = replace(found, entity=dataset, metrics=(count,), order=order, limit=1, fewest=not descending)
        yield ranked.used(start, behind, "order", count)


def _told_by_one(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    """ "(which payment method) is used most often": by the rows of the only table that tells it."""
    telling = told_by(words, found.entity)
    count = count_of_each(words, telling, found.entity) if telling else ""
    if count:
        order = OrderBy(by=count, descending=descending)
        yield replace(found, metrics=(count,), order=order, limit=1, fewest=not descending)


def _made(words: Words, at: int, dataset: str) -> str:
    """What a verb makes or is the noun of: rows of one thing each, or through lines, of which each counts once."""
    deed = words.deed(at) or words.deed_of_noun(at)
    return deed if deed and (reaches(words, deed, dataset) or is_had(words, deed, dataset)) else ""
