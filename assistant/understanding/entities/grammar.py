"""The grammar: what is asked of which things, and the clauses that tell them apart; each rule gives every reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.clauses import CLAUSES
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, OrderBy, implied_metric

MOST_READINGS = 40
MOST_FIELDS = 4
AGGREGATIONS = {"averages": "average", "maxima": "max", "minima": "min", "sums": "sum"}


def readings(words: Words) -> Iterator[Found]:
    """Every reading that holds the whole question."""
    begun = words.skip(0, "requests", "asking", "empty")
    marked = words.phrase(begun, "distinct")
    if marked is not None:
        begun = words.skip(marked, "empty", "distinct")
    for asked in _asked(words, begun):
        yield from _clauses(words, replace(asked, distinct=marked is not None and not asked.counting), 0)


def _asked(words: Words, at: int) -> Iterator[Found]:
    """What is asked for: a number of things, things, or fields of things."""
    for start in dict.fromkeys(
        (words.skip(0, "requests", "empty"), words.skip(0, "requests", "asking", "being", "articles"), at)
    ):
        behind = words.phrase(start, "counting")
        if behind is not None:
            yield from _things(words, Found(words.skip(behind, "empty"), counting=True))
            return
    yield from _things(words, Found(at))
    yield from _fields(words, Found(at))
    yield from _groups(words, Found(at))
    yield from _computed(words, at)
    yield from _persons(words, at)


def _groups(words: Words, found: Found) -> Iterator[Found]:
    """ "which payment method is used by the most customers": a field whose values are what is asked for."""
    for concepts, behind in words.concepts(found.at, "dimension"):
        for concept in concepts:
            field, owner = words.world.layer.fields[concept.target], concept.target.partition(".")[0]
            if field.kind == "categorical" and not field.pii and words.world.nouns.count_of(owner):
                yield replace(found, group=concept.target, rank=1).used(found.at, behind, "dimension", concept.target)


def _computed(words: Words, at: int) -> Iterator[Found]:
    """ "the maximum and minimum price of the products": several numbers of several fields."""
    kinds, behind = _aggregations(words, at)
    fields: list[tuple[str, int, int]] = []
    place = behind
    while kinds:
        start = words.skip(place, "joins", "empty", "genitive") if fields else words.skip(place, "empty")
        number = _number_field(words, start)
        if number is None:
            break
        fields.append((number[0], start, number[1]))
        place = number[1]
    owners = {name.partition(".")[0] for name, _, _ in fields}
    if len(owners) != 1 or len(kinds) * len(fields) < 2:
        return
    names = tuple(implied_metric(words.world.layer, name, kind) for kind in kinds for name, _, _ in fields)
    found = replace(Found(), entity=owners.pop(), counting=True, metrics=names)
    for name, start, end in fields:
        found = found.used(start, end, "metric", name)
    closed = _of_own(words, found.used(at, behind, "metric", "+".join(kinds)).moved(place))
    if all(names):
        yield closed


def _of_own(words: Words, found: Found) -> Found:
    """Past "of all products" behind numbers of products."""
    genitive = words.phrase(found.at, "genitive")
    for dataset, behind in words.nouns(words.skip(genitive, "empty")) if genitive is not None else ():
        if dataset == found.entity:
            return found.used(words.skip(genitive or 0, "empty"), behind, "dimension", dataset)
    return found


def _aggregations(words: Words, at: int) -> tuple[list[str], int]:
    found: list[str] = []
    while True:
        ends = {kind: words.phrase(at, role) for role, kind in AGGREGATIONS.items()}
        kind = next((kind for kind, end in ends.items() if end is not None), "")
        if not kind:
            return found, at
        found.append(kind)
        at = words.skip(ends[kind] or at, "joins", "empty")


def _number_field(words: Words, at: int) -> tuple[str, int] | None:
    for concepts, behind in words.concepts(at, "dimension"):
        numbers = [c.target for c in concepts if words.world.layer.fields[c.target].kind == "number"]
        if len(numbers) == 1:
            return numbers[0], behind
    return None


def _things(words: Words, found: Found) -> Iterator[Found]:
    """A noun, perhaps with the one of its rows that is meant: "the most recent order", "the oldest member"."""
    for dataset, behind in words.nouns(found.at):
        if words.world.layer.datasets[dataset].primary_key:
            yield replace(found, entity=dataset).used(found.at, behind, "dimension", dataset)
    for role, descending in (("latest", True), ("earliest", False)):
        said = words.phrase(found.at, role)
        for dataset, behind in words.nouns(said) if said is not None else ():
            time = words.world.layer.datasets[dataset].time or "."
            if "." not in time and not found.counting:
                yield _picked(found, dataset, f"{dataset}.{time}", descending).used(found.at, behind, "order", dataset)
    for measure, role, said in words.extremes(found.at):
        for dataset, behind in words.nouns(words.skip(said, "empty")):
            field = words.field_called(measure, dataset)
            if field and not found.counting:
                yield _picked(found, dataset, field, role == "most").used(found.at, behind, "order", field)


def _picked(found: Found, dataset: str, field: str, descending: bool) -> Found:
    """The first row of a dataset by a field of its own."""
    known = found.filtered(Filter(field=field, op="not_null"))
    return replace(known, entity=dataset, order=OrderBy(by=field, descending=descending), limit=1)


def _fields(words: Words, found: Found) -> Iterator[Found]:
    """ "the name and the city of the customers": fields, then whose they are, unless they say it themselves."""
    for listed in _field_list(words, found):
        behind = words.phrase(words.skip(listed.at, "empty"), "genitive")
        if behind is not None:
            start = words.skip(behind, "empty")
            owned = list(_things(words, listed.moved(start)))
            for named in owned:
                yield from _owned(words, named)
            if owned:
                continue
        for owner in _owners(listed):
            if words.world.layer.datasets[owner].primary_key:
                naming = {field for fields in words.world.nouns.identity(owner) for field in fields}
                for named in _owned(words, replace(listed, entity=owner)):
                    if naming.intersection(named.attributes):  # "brands in this category" are not its products
                        yield replace(named, bare=len(listed.attributes) == 1)


def _owners(found: Found) -> list[str]:
    """The datasets that have each of the fields named."""
    if any(name.startswith("?") for name in found.attributes) or not found.attributes:
        return []
    datasets = [{one.partition(".")[0] for one in name.split("|")} for name in found.attributes]
    return sorted(set.intersection(*datasets))


def _field_list(words: Words, found: Found, depth: int = 0) -> Iterator[Found]:
    for one in _field(words, found):
        yield one
        joined = words.skip(one.at, "joins")
        if joined > one.at and depth < MOST_FIELDS:
            yield from _field_list(words, one.moved(words.skip(joined, "empty", "requests")), depth + 1)


def _field(words: Words, found: Found) -> Iterator[Found]:
    """A field by name; "name" and "id" alone stand for those of the things that follow."""
    start = words.skip(found.at, "empty", "possessives")
    for role in ("names", "keys"):
        behind = words.phrase(start, role)
        if behind is not None:
            yield replace(found, attributes=(*found.attributes, f"?{role}")).used(start, behind, "dimension", role)
    for dataset, behind in words.nouns(start):  # "order ids"
        keys, name = words.phrase(behind, "keys"), _own_field(words, dataset, "?keys")
        if keys is not None and name:
            yield replace(found, attributes=(*found.attributes, name)).used(start, keys, "dimension", name)
    yield from _count_beside(words, found, start)
    for concepts, behind in words.concepts(start, "dimension"):
        choices = "|".join(dict.fromkeys(concept.target for concept in concepts))
        yield replace(found, attributes=(*found.attributes, choices)).used(start, behind, "dimension", choices)
    yield from _two_of_one_noun(words, found, start)


def _count_beside(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "... and the number of orders"."""
    counted = words.phrase(start, "counting") if found.attributes else None
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        count = words.world.nouns.count_of(dataset)
        if count:
            yield replace(found, metrics=(*found.metrics, count)).used(start, behind, "metric", count)


def _two_of_one_noun(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "first and last names": two fields that share their last word."""
    second = words.skip(start + 1, "joins")
    if second == start + 1 or second + 1 >= len(words.tokens):
        return
    first = words.world.lexicon.lookup((words.tokens[start], words.tokens[second + 1]))
    names = [concept.target for concept in first if concept.kind == "dimension"]
    for concepts, behind in words.concepts(second, "dimension"):
        if names and behind == second + 2:
            both = ("|".join(names), "|".join(concept.target for concept in concepts))
            yield replace(found, attributes=(*found.attributes, *both)).used(start, behind, "dimension", "|".join(both))


def _owned(words: Words, found: Found) -> Iterator[Found]:
    """The reading with its fields as fields of its things; none when one of them belongs to something else."""
    fields: list[str] = []
    for name in found.attributes:
        own = _own_field(words, found.entity, name)
        if not own:
            return
        fields.extend(own.split("|"))
    yield replace(found, attributes=tuple(fields))


def _own_field(words: Words, entity: str, name: str) -> str:
    """The field of the things that a name means, several with "|" between; empty when it is not clear."""
    world = words.world
    dataset = world.layer.datasets[entity]
    if name == "?keys":
        return f"{entity}.{dataset.key_fields[0]}" if len(dataset.key_fields) == 1 else ""
    if name == "?names":
        return "|".join(world.nouns.names(entity))
    choices = name.split("|")
    own = [one for one in choices if one.partition(".")[0] == entity]
    linked = [one for one in choices if world.reach.steps(entity, one.partition(".")[0]) is not None]
    return own[0] if len(own) == 1 else linked[0] if len(linked) == 1 and not own else ""


def _persons(words: Words, at: int) -> Iterator[Found]:
    """ "who made the latest order": any kind of person there is."""
    if not words.tokens or words.tokens[0].text not in ("who", "whom"):
        return
    for dataset in words.world.layer.datasets.values():
        if dataset.entity and any(field.listable for field in dataset.fields):
            yield replace(Found(at), entity=dataset.name)


def _clauses(words: Words, found: Found, depth: int) -> Iterator[Found]:
    told = found.filters or found.order or found.metrics or found.newest
    if words.at_end(found.at) or (told and words.at_end(words.skip(found.at, "trailing"))):
        yield found
        return
    if depth > 4:
        return
    for start in dict.fromkeys((found.at, words.skip(found.at, "relatives", "joins", "empty"))):
        for clause in CLAUSES:
            for further in clause(words, found.moved(start)):
                if further.at > found.at and bool(further.group) == bool(found.group):
                    yield from _clauses(words, further, depth + 1)
