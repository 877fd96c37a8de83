"""The grammar: what is asked of which things, and the clauses that tell them apart; each rule gives every reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities import each, joint
from assistant.understanding.entities.clauses import CLAUSES
from assistant.understanding.entities.fields import partly_named
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, count_of_each
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, OrderBy, implied_metric

MOST_READINGS = 40
MOST_FIELDS = 4
PRONOUNS = frozenset({"they", "it", "he", "she", "who", "that", "which"})
AGGREGATIONS = {"averages": "average", "maxima": "max", "minima": "min", "sums": "sum"}


def readings(words: Words) -> Iterator[Found]:
    """Every reading that holds the whole question."""
    begun = words.skip(0, "requests", "asking", "empty", "every")
    marked = words.phrase(begun, "distinct")
    if marked is not None:
        begun = words.skip(marked, "empty", "distinct")
    for asked in _asked(words, begun):
        yield from _clauses(words, replace(asked, distinct=marked is not None and not asked.counting), 0)


def _asked(words: Words, at: int) -> Iterator[Found]:
    """What is asked for: a number of things, things, or fields of things."""
    yield from each.for_each(words)
    for start in dict.fromkeys(
        (words.skip(0, "requests", "empty"), words.skip(0, "requests", "asking", "being", "articles"), at)
    ):
        behind = words.phrase(start, "counting")
        if behind is not None:
            yield from each.number_of_each(words, words.skip(behind, "empty"))
            yield from _things(words, Found(words.skip(behind, "empty"), counting=True))
            return
    yield from _things(words, Found(at))
    yield from _fields(words, Found(at))
    yield from _possessed(words, at)
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
    """A noun, perhaps with the one of its rows that is meant: "the most recent order", "the three oldest members"."""
    yield from _named_things(words, found)
    for role, descending in (("latest", True), ("earliest", False)):
        said = words.phrase(found.at, role)
        for dataset, behind in words.nouns(said) if said is not None else ():
            time = words.world.layer.datasets[dataset].time or "."
            if "." not in time and not found.counting:
                yield _picked(found, dataset, f"{dataset}.{time}", descending).used(found.at, behind, "order", dataset)
    if not found.counting:
        yield from _most_used(words, found)
        yield from _superlatives(words, found)
        yield from _first_few(words, found)


def _named_things(words: Words, found: Found) -> Iterator[Found]:
    """A noun, perhaps behind a value that all of them have: "female owners"."""
    for dataset, behind in words.nouns(found.at):
        if words.world.layer.datasets[dataset].primary_key:
            yield replace(found, entity=dataset).used(found.at, behind, "dimension", dataset)
    for concepts, behind in words.concepts(found.at, "value"):
        for dataset, end in words.nouns(behind):
            own = [c for c in concepts if _owner(words, c.target) == dataset]
            if len(own) == 1 and words.world.layer.datasets[dataset].primary_key:
                kept = Filter(field=own[0].target, op="in", values=(own[0].value,))
                if own[0].target in words.world.layer.segments:
                    kept = Filter(field=own[0].target, op="eq", values=(True,))
                marked = found.used(found.at, behind, "value", own[0].target).used(behind, end, "dimension", dataset)
                yield replace(marked, entity=dataset, filters=(*found.filters, kept))


def _owner(words: Words, target: str) -> str:
    segments = words.world.layer.segments
    return segments[target].entity if target in segments else target.partition(".")[0]


def _superlatives(words: Words, found: Found) -> Iterator[Found]:
    """ "the oldest member", "the three oldest members", "the 5 most expensive books"."""
    number = words.number(found.at)
    start, cut = (words.skip(number[1], "empty"), int(number[0])) if number is not None else (found.at, 0)
    for measure, role, said in words.extremes(start):
        after = words.number(said) if not cut else None
        last, few = (after[1], int(after[0])) if after is not None else (said, cut)
        for dataset, behind in words.nouns(words.skip(last, "empty")):
            field = words.field_called(measure, dataset)
            if field and (few or number is None):
                asked = replace(found, cut=few)
                yield _picked(asked, dataset, field, role == "most").used(found.at, behind, "order", field)


def _most_used(words: Words, found: Found) -> Iterator[Found]:
    """ "the most popular genre": by the number of rows that have it, where only one table tells it."""
    for role, descending in (("most_used", True), ("least_used", False)):
        said = words.phrase(found.at, role)
        for dataset, behind in words.nouns(words.skip(said, "empty")) if said is not None else ():
            telling = [link.from_ for link in words.world.layer.relationships.values() if link.to == dataset]
            count = count_of_each(words, telling[0], dataset) if len(telling) == 1 else ""
            if count:
                order = OrderBy(by=count, descending=descending)
                ranked = replace(found, entity=dataset, metrics=(count,), order=order, limit=1)
                yield replace(ranked, fewest=not descending).used(found.at, behind, "order", dataset)


def _first_few(words: Words, found: Found) -> Iterator[Found]:
    """ "the top 3 products", "the 3 products" with what they are first by to follow."""
    top = words.phrase(found.at, "tops")
    number = words.number(top if top is not None else found.at)
    if number is None:
        return
    for dataset, behind in words.nouns(words.skip(number[1], "empty")):
        if number[0] >= 1 and words.world.layer.datasets[dataset].primary_key:
            yield replace(found, entity=dataset, cut=int(number[0])).used(found.at, behind, "dimension", dataset)


def _picked(found: Found, dataset: str, field: str, descending: bool) -> Found:
    """The first row of a dataset by a field of its own."""
    known = found.filtered(Filter(field=field, op="not_null"))
    return replace(known, entity=dataset, order=OrderBy(by=field, descending=descending), limit=found.cut or 1)


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
                for named in _owned(words, replace(listed, entity=owner)):
                    if _tells_rows(words, named):  # "brands in this category" are not its products
                        yield replace(named, bare=named.bare or len(listed.attributes) == 1)
        yield from joint.of_several(words, listed)


def _tells_rows(words: Words, found: Found) -> bool:
    """Whether fields without a noun are those of single rows: what they are called by, or numbers beside others."""
    world = words.world
    naming = {field for fields in world.nouns.identity(found.entity) for field in fields}
    numbers = [name for name in found.attributes if world.layer.fields[name].kind in ("number", "time")]
    return bool(naming.intersection(found.attributes)) or (bool(numbers) and len(found.attributes) > 1)


def _possessed(words: Words, at: int) -> Iterator[Found]:
    """ "the heaviest patient's last name": things, then fields of theirs."""
    for things in _things(words, Found(at)):
        for listed in _field_list(words, things):
            yield from _owned(words, listed)


def _owners(found: Found) -> list[str]:
    """The datasets that have each of the fields named."""
    if any(name.startswith("?") for name in found.attributes) or not found.attributes:
        return []
    datasets = [{one.partition(".")[0] for one in name.split("|") if one != "~"} for name in found.attributes]
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
            named = replace(found, attributes=(*found.attributes, f"?{role}")).used(start, behind, "dimension", role)
            yield named
            yield from _of_other(words, named)
    for dataset, behind in words.nouns(start):  # "order ids"
        keys, name = words.phrase(behind, "keys"), _own_field(words, dataset, "?keys")
        if keys is not None and name:
            yield replace(found, attributes=(*found.attributes, name)).used(start, keys, "dimension", name)
    yield from _count_beside(words, found, start)
    for choices, behind in _choices(words, start):
        named = replace(found, attributes=(*found.attributes, choices)).used(start, behind, "dimension", choices)
        yield named
        yield from _of_other(words, named)
    yield from _two_of_one_noun(words, found, start)


def _choices(words: Words, start: int) -> Iterator[tuple[str, int]]:
    """The fields that a phrase may name, with "|" between; those of which it is a part after those it names whole."""
    longest = start
    for concepts, behind in words.concepts(start, "dimension"):
        longest = max(longest, behind)
        yield "|".join(dict.fromkeys(concept.target for concept in concepts)), behind
    for end in range(min(start + 3, len(words.tokens)), start, -1):
        named = [
            one for name in words.world.layer.datasets for one in partly_named(words, words.tokens[start:end], name)
        ]
        if named and end >= longest:
            yield "|".join(("~", *named)), end


def _of_other(words: Words, found: Found) -> Iterator[Found]:
    """ "the first name of the doctor and the date": a field said by the noun of its own."""
    genitive = words.phrase(words.skip(found.at, "empty"), "genitive")
    for dataset, behind in words.nouns(words.skip(genitive, "empty")) if genitive is not None else ():
        own = _own_field(words, dataset, found.attributes[-1])
        if own and not own.startswith("?"):
            told = found.used(words.skip(found.at, "empty"), behind, "dimension", dataset)
            yield replace(told, attributes=(*found.attributes[:-1], *own.split("|")))


def _count_beside(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "... and the number of orders": counted for each thing, once it is known which things."""
    counted = words.phrase(start, "counting") if found.attributes else None
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        yield replace(found, beside=(*found.beside, dataset)).used(start, behind, "metric", dataset)


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
    parts = sum(name.startswith("~") for name in found.attributes)
    named = replace(found, attributes=tuple(dict.fromkeys(fields)), rank=found.rank + parts)
    named = replace(named, bare=found.bare or (parts > 0 and len(found.attributes) == 1))
    if found.entity in found.beside:  # "the statuses and the number of orders of each" counts the things themselves
        count = words.world.nouns.count_of(found.entity) if len(found.beside) == 1 else ""
        if count and found.is_plain_list:
            yield replace(named, metrics=(count,), each=True, beside=())
        return
    counts = [count_of_each(words, dataset, found.entity) for dataset in found.beside]
    if all(counts):
        yield replace(named, metrics=(*found.metrics, *counts), beside=())


def _own_field(words: Words, entity: str, name: str) -> str:
    """The field of the things that a name means, several with "|" between; empty when it is not clear."""
    world = words.world
    dataset = world.layer.datasets[entity]
    if name == "?keys":
        return f"{entity}.{dataset.key_fields[0]}" if len(dataset.key_fields) == 1 else ""
    if name == "?names":
        return "|".join(world.nouns.names(entity))
    choices = [one for one in name.split("|") if one != "~"]
    own = [one for one in choices if one.partition(".")[0] == entity]
    linked = [one for one in choices if world.reach.steps(entity, one.partition(".")[0]) is not None]
    if name.startswith("~"):
        return own[0] if len(own) == 1 else ""
    return own[0] if len(own) == 1 else linked[0] if len(linked) == 1 and not own else ""


def _persons(words: Words, at: int) -> Iterator[Found]:
    """ "who made the latest order": any kind of person there is."""
    if not words.tokens or words.tokens[0].text not in ("who", "whom"):
        return
    for dataset in words.world.layer.datasets.values():
        if dataset.entity and any(field.listable for field in dataset.fields):
            yield replace(Found(at), entity=dataset.name)


def _closes(words: Words, found: Found) -> bool:
    """Whether what is left only says again whose all this is: "they teach", "enrolled in each course"."""
    if words.at_end(words.skip(found.at, "trailing")) or _echoes(words, found):
        return True
    at = words.skip(found.at, *LINKING)
    each = words.phrase(at, "for_each")
    ends = [end for dataset, end in words.nouns(each) if dataset == found.entity] if each is not None else []
    return any(words.at_end(words.skip(end, "trailing")) for end in ends)


def _echoes(words: Words, found: Found) -> bool:
    """ "the courses they teach", "the most students enrolled": a verb that says again what things have."""
    at = words.skip(found.at, "trailing", "relatives")
    told = words.tokens[at - 1].text if found.at < at else ""
    if at < len(words.tokens) and words.tokens[at].text in PRONOUNS:
        told, at = words.tokens[at].text, at + 1
    behind = words.skip(at, "ties", "empty")
    one = behind == at + 1 and bool(found.metrics)
    return words.at_end(behind) and behind > at and (told in PRONOUNS or one)


def _clauses(words: Words, found: Found, depth: int) -> Iterator[Found]:
    told = found.filters or found.order or found.metrics or found.newest or found.each or found.tied
    if words.at_end(found.at) or (told and _closes(words, found)):
        yield found
        return
    if depth > 4:
        return
    for start in dict.fromkeys((found.at, words.skip(found.at, "relatives", "joins", "empty"))):
        for clause in CLAUSES:
            for further in clause(words, found.moved(start)):
                if further.at > found.at and bool(further.group) == bool(found.group):
                    yield from _clauses(words, further, depth + 1)
