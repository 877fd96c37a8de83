"""The fields asked for: "the name and the city of the customers", "the first and last names of doctors"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.understanding.entities import joint
from assistant.understanding.entities.fields import details_of, partly_named
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import count_of_each, only_of_some
from assistant.understanding.entities.things import things
from assistant.understanding.entities.words import Words

MOST_FIELDS = 4
# marks of fields that are named in part, of those that only the things themselves may have, and of those of the thing
# that was named
PART, OWN, OTHER = "~", "!", "@"
MARKS = (PART, OWN, OTHER)


def fields_of(words: Words, found: Found) -> Iterator[Found]:
    """ "the name and the city of the customers": fields, then whose they are, unless they say it themselves."""
    for listed in _field_list(words, found):
        behind = words.phrase(words.skip(listed.at, "empty"), "genitive")
        if behind is not None:
            start = words.skip(behind, "empty")
            owned = list(things(words, listed.moved(start)))
            for named in owned:
                yield from with_own_fields(words, named)
            if owned or _says_whose(words, listed):
                continue
        for owner in _owners(listed):
            if words.world.layer.datasets[owner].primary_key or found.distinct:
                for named in with_own_fields(words, replace(listed, entity=owner)):
                    if found.distinct or _tells_rows(words, named):  # "brands in this category" are not its products
                        yield replace(named, bare=named.bare or len(listed.attributes) == 1)
        yield from joint.of_several(words, listed)


def details_told(words: Words) -> Iterator[Found]:
    """ "the details of the complaints": what a field of that name tells, where they have one."""
    for at, token in enumerate(words.tokens[:-2]):
        opened = token.plain == "detail" and words.skip(0, "requests", "asking", "empty", "every", "distinct") >= at
        genitive = opened and words.tokens[at + 1].text == "of"
        for named in things(words, Found(words.skip(at + 2, "empty"))) if genitive else ():
            field = details_of(words, named.entity)
            if field:
                yield replace(named, attributes=(field,))


def _is_possessive(words: Words, at: int) -> bool:
    """Whether more than a space is between a word and the next one: "patient's last name"."""
    following = words.tokens[at + 1 : at + 2]
    return bool(following) and following[0].start - words.tokens[at].end > 1


def _says_whose(words: Words, found: Found) -> bool:
    """ "the name of the court": "name" alone is that of what follows, also where that is nothing that has a name."""
    genitive = words.skip(found.at, "empty")
    alone = any(words.phrase(found.at - 1, role) == found.at for role in ("names", "keys"))
    return alone and genitive < len(words.tokens) and words.tokens[genitive].text == "of"


def _tells_rows(words: Words, found: Found) -> bool:
    """Whether fields without a noun are those of single rows: what they are called by, or numbers beside others."""
    world = words.world
    naming = {field for fields in world.nouns.identity(found.entity) for field in fields}
    keys = world.layer.datasets[found.entity].key_fields
    naming |= {f"{found.entity}.{keys[0]}"} if len(keys) == 1 else set()
    numbers = [name for name in found.attributes if world.layer.fields[name].kind in ("number", "time")]
    return bool(naming.intersection(found.attributes)) or (bool(numbers) and len(found.attributes) > 1)


def possessed(words: Words, at: int) -> Iterator[Found]:
    """ "the heaviest patient's last name": things, then fields of theirs."""
    for picked in things(words, Found(at)):
        beside = (near for near in (picked.at - 1, picked.at) if not words.at_end(near))
        if any(words.phrase(near, "being") is not None for near in beside):
            continue  # "which rides were electric" asks for some of them
        plain = not (picked.order or picked.filters or _is_possessive(words, picked.at - 1))
        for listed in _field_list(words, picked):
            owned = with_own_fields(words, listed)
            yield from (named for named in owned if not plain or _tells_rows(words, named))


def _owners(found: Found) -> list[str]:
    """The datasets that have each of the fields named."""
    if any(name.startswith("?") for name in found.attributes) or not found.attributes:
        return []
    datasets = [{one.partition(".")[0] for one in name.split("|") if one not in MARKS} for name in found.attributes]
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
        for role in ("keys", "names"):
            end, name = words.phrase(behind, role), _own_field(words, dataset, f"?{role}")
            if end is not None and name and "|" not in name:
                yield replace(found, attributes=(*found.attributes, name)).used(start, end, "dimension", name)
    yield from _count_beside(words, found, start)
    for choices, behind in _choices(words, start):
        alone = any(words.phrase(start, role) == behind for role in ("names", "keys"))
        choices = f"{OWN}|{choices}" if alone else choices  # "the names of the orchestras" are not their conductors'
        named = replace(found, attributes=(*found.attributes, choices)).used(start, behind, "dimension", choices)
        yield named
        yield from _of_other(words, named)
    yield from two_of_one_noun(words, found, start)
    yield from _thing_beside(words, found, start)


def _thing_beside(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "the title and the journal of the paper": what a thing of another kind is called, behind a field."""
    for dataset, behind in words.nouns(start) if found.attributes else ():
        names = words.world.nouns.names(dataset)
        if len(names) == 1:
            named = (*found.attributes, f"{OTHER}|{names[0]}")
            yield replace(found, attributes=named).used(start, behind, "dimension", names[0])


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
        if named and end >= longest and words.phrase(start, "counting") is None:  # "the number of" is no field's name
            yield "|".join((PART, *named)), end


def _of_other(words: Words, found: Found) -> Iterator[Found]:
    """ "the first name of the doctor and the date": a field said by the noun of its own."""
    genitive = words.phrase(words.skip(found.at, "empty"), "genitive")
    start = words.skip(genitive, "empty", "possessives") if genitive is not None else found.at
    for dataset, behind in words.nouns(start) if genitive is not None else ():
        own = _own_field(words, dataset, found.attributes[-1])
        if own and all(one.partition(".")[0] == dataset for one in own.split("|")):
            told = found.used(words.skip(found.at, "empty"), behind, "dimension", dataset)
            yield replace(told, attributes=(*found.attributes[:-1], *own.split("|")))


def _count_beside(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "... and the number of orders", "... and total amount": for each thing, once it is known which things."""
    counted = words.phrase(start, "counting") if found.attributes else None
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        yield replace(found, beside=(*found.beside, dataset)).used(start, behind, "metric", dataset)
    for concepts, behind in words.concepts(start, "metric", 0.9) if found.attributes else ():
        names = [c.target for c in concepts if c.target not in words.world.nouns.counted]
        if len(names) == 1:
            end = _whose_number(words, names[0], start, behind)
            yield replace(found, beside=(*found.beside, f"={names[0]}")).used(start, end, "metric", names[0])


def _whose_number(words: Words, metric: str, first: int, at: int) -> int:
    """The place behind "(total cost) of (their) visits" where it is made of visits, the same place for all else."""
    whole = any(words.phrase(first, role) is not None for role in ("sums", "averages", "maxima", "minima"))
    genitive = at + 1 if whole and at < len(words.tokens) and words.tokens[at].text == "of" else None
    start = words.skip(genitive, "empty", "possessives") if genitive is not None else at
    facts = words.world.reach.facts(metric)
    ends = [end for dataset, end in words.nouns(start) if genitive and {dataset} == facts]
    last = (end for end in ends if words.at_end(end) or words.phrase(words.skip(end, "joins"), "sorting"))
    return next(last, at)


def two_of_one_noun(words: Words, found: Found, start: int) -> Iterator[Found]:
    """The fields of "first and last names", which share their last word, put to those found before."""
    second = words.skip(start + 1, "joins")
    if second == start + 1 or second + 1 >= len(words.tokens):
        return
    first = words.world.lexicon.lookup((words.tokens[start], words.tokens[second + 1]))
    names = dict.fromkeys(concept.target for concept in first if concept.kind == "dimension")
    for concepts, behind in words.concepts(second, "dimension"):
        if names and behind == second + 2:
            both = ("|".join(names), "|".join(dict.fromkeys(concept.target for concept in concepts)))
            yield replace(found, attributes=(*found.attributes, *both)).used(start, behind, "dimension", "|".join(both))


def with_own_fields(words: Words, found: Found) -> Iterator[Found]:
    """The reading with its fields as fields of its things; none when one of them belongs to something else."""
    fields: list[str] = []
    for name in found.attributes:
        own = _own_field(words, found.entity, name)
        if not own:
            return
        fields.extend(own.split("|"))
    parts = sum(name.startswith(PART) for name in found.attributes)
    named = replace(found, attributes=tuple(dict.fromkeys(fields)), rank=found.rank + parts)
    named = replace(named, bare=found.bare or (parts > 0 and len(found.attributes) == 1))
    if found.entity in found.beside:  # "the statuses and the number of orders of each" counts the things themselves
        count = words.world.nouns.count_of(found.entity) if len(found.beside) == 1 else ""
        if count and found.is_plain_list:
            yield replace(named, metrics=(count,), each=True, beside=())
        return
    counts = [_of_each(words, said, found.entity) for said in found.beside]
    if all(counts):
        counted = bool(counts) and not any(said.startswith("=") for said in found.beside)
        some = counted and not (found.filters or found.order) and only_of_some(words)
        yield replace(named, metrics=tuple(dict.fromkeys((*found.metrics, *counts))), beside=(), some=some)


def _of_each(words: Words, said: str, entity: str) -> str:
    """The metric that counts a dataset for each thing, or a metric ("=name") that each thing has; empty without."""
    if not said.startswith("="):
        return count_of_each(words, said, entity)
    return said[1:] if words.world.reach.distance([said[1:]], entity) else ""


def _own_field(words: Words, entity: str, name: str) -> str:
    """The field of the things that a name means, several with "|" between; empty when it is not clear."""
    world = words.world
    dataset = world.layer.datasets[entity]
    if name == "?keys":
        return f"{entity}.{dataset.key_fields[0]}" if len(dataset.key_fields) == 1 else ""
    if name == "?names":
        return "|".join(world.nouns.names(entity))
    choices = [one for one in name.split("|") if one not in MARKS]
    own = [one for one in choices if one.partition(".")[0] == entity]
    linked = [one for one in choices if world.reach.steps(entity, one.partition(".")[0]) is not None]
    if name.startswith(OTHER):
        return linked[0] if len(linked) == 1 else ""
    own = own or _ending_so(words, entity, linked)
    if name.startswith(OWN) and not own and not world.nouns.names(entity):
        own = [
            one for one in linked if world.reach.steps(one.partition(".")[0], entity) == 1
        ]  # of the same, one to one
    if name.startswith(MARKS):
        near = [one for one in linked if name[0] == PART and world.reach.steps(entity, one.partition(".")[0]) == 1]
        return own[0] if len(own) == 1 else near[0] if len(near) == 1 and not own else ""
    return own[0] if len(own) == 1 else linked[0] if len(linked) == 1 and not own else ""


def _ending_so(words: Words, entity: str, linked: Sequence[str]) -> list[str]:
    """The field of the things whose name ends with that of another's: the title of an episode is no podcast's."""
    tails = {name.rpartition(".")[2] for name in linked}
    fields = [one for one in words.world.layer.datasets[entity].fields if not (one.hidden or one.implied)]
    found = [one.name for one in fields if any(one.name.endswith(f"_{tail}") for tail in tails)]
    return [f"{entity}.{found[0]}"] if len(tails) == len(found) == 1 else []
