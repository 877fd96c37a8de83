"""Clauses that put a list in an order: alphabetically, by a field or a count, from old to young."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.understanding.entities.dated import day_of, is_day
from assistant.understanding.entities.fields import own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import count_of_each, only_of_some
from assistant.understanding.entities.superlatives import measured
from assistant.understanding.entities.words import SIZE, Words, word_lists
from semantic_layer import OrderBy

WAYS = (("ascending", False), ("descending", True))


@dataclass(frozen=True)
class Way:
    """A direction said: whether the largest comes first, where it begins and ends, and whether it speaks of ages."""

    descending: bool
    first: int
    behind: int
    of_ages: bool = False


def in_order(words: Words, found: Found) -> Iterator[Found]:
    """ "in alphabetical order of name", "sorted by price in descending order", "by age from old to young"."""
    if not found.is_plain_list:
        return
    sorting = words.phrase(found.at, "sorting")
    start = words.skip(sorting, "empty", "by") if sorting is not None else found.at
    way = _way(words, start)
    if sorting is None and way is None:
        return
    at = words.skip(way.behind, "empty", "by") if way is not None else start
    yield from _by_what(words, found, words.skip(at, "possessives"), way)
    if way is not None and words.at_end(at):
        yield from _by_itself(words, found.used(found.at, at, "order", "order"), way)


def of_each_in_order(words: Words, found: Found) -> Iterator[Found]:
    """ "(the number of guests from each country) in descending order": numbers of each are in the order of these."""
    told = (found.each or found.group) and len(found.metrics) == 1 and found.order is None and not found.counting
    sorting = words.phrase(found.at, "sorting")
    way = _way(words, sorting if sorting is not None else found.at) if told else None
    if way is not None and words.at_end(way.behind):
        order = OrderBy(by=found.metrics[0], descending=way.descending)
        yield replace(found, order=order).used(found.at, way.behind, "order", found.metrics[0])


def from_one_to_other(words: Words, found: Found) -> Iterator[Found]:
    """ "(sorted) from the oldest to the youngest": by the field that the adjectives measure."""
    if not found.is_plain_list or found.metrics:
        return
    sorting = words.phrase(found.at, "sorting")
    at = words.skip(sorting, "articles") if sorting is not None else found.at
    if at >= len(words.tokens) or words.tokens[at].text != "from":
        return
    for measure, role, said in words.extremes(at + 1):
        joined = said < len(words.tokens) and words.tokens[said].text == "to"
        ends = [end for other, back, end in words.extremes(said + 1) if other == measure and back != role]
        ranked = measured(words, measure, found.entity) if joined and ends else None
        if ranked is not None:
            order = OrderBy(by=ranked[0], descending=(role == "most") == ranked[1])
            yield replace(found, order=order).used(found.at, ends[0], "order", ranked[0])


def from_most_to_least(words: Words, found: Found) -> Iterator[Found]:
    """ "from the largest amount to the smallest": by the number or the day between both ends."""
    opened = found.is_plain_list and found.at < len(words.tokens) and words.tokens[found.at].text == "from"
    for first, last, descending in (("most", "least", True), ("least", "most", False)) if opened else ():
        said = words.phrase(found.at + 1, first)
        for field, behind in own_fields(words, words.skip(said, "empty"), found.entity) if said is not None else ():
            to = behind < len(words.tokens) and words.tokens[behind].text == "to"
            end = words.phrase(behind + 1, last) if to else None
            if end is not None and words.world.layer.fields[field].kind in ("number", "time"):
                again = [at for other, at in own_fields(words, end, found.entity) if other == field]
                order = OrderBy(by=field, descending=descending)
                yield replace(found, order=order).used(found.at, again[0] if again else end, "order", field)


def newest_first(words: Words, found: Found) -> Iterator[Found]:
    """ "(titles with their years), newest first", "with the most recent first": by the one day or year that is told."""
    if not found.is_plain_list or found.metrics:
        return
    start = words.skip(found.at, "joins", "ties", "articles")
    fields = words.world.layer.fields
    shown = [name for name in found.attributes if name in fields and is_day(fields[name])]
    time = words.world.layer.datasets[found.entity].time if found.entity else None
    told = shown or ([f"{found.entity}.{time}"] if time and "." not in time else [])
    for role, descending in (("newest_first", True), ("oldest_first", False)):
        behind = words.phrase(start, role)
        if behind is not None and words.at_end(behind) and len(told) == 1:
            order = OrderBy(by=told[0], descending=descending)
            yield replace(found, order=order).used(found.at, behind, "order", told[0])
    yield from _done_first(words, found, start)


def first_by_degree(words: Words, found: Found) -> Iterator[Found]:
    """ "(names and costs), the most expensive first": by the number that the adjective measures."""
    start = words.skip(found.at, "joins", "ties", "articles")
    again = replace(found, order=None)  # "sorted by price, the most expensive first"
    if not again.is_plain_list or found.metrics or not found.entity:
        return
    for measure, role, said in words.extremes(start):
        ranked = measured(words, measure, found.entity)
        last = words.at_end(said + 1) and not words.at_end(said) and words.tokens[said].text == "first"
        other = found.order is not None and ranked is not None and found.order.by != ranked[0]
        if last and ranked is not None and not other:
            order = OrderBy(by=ranked[0], descending=(role == "most") == ranked[1])
            yield replace(found, order=order).used(found.at, said + 1, "order", ranked[0])


def _done_first(words: Words, found: Found, start: int) -> Iterator[Found]:
    """ "(titles), most recently published first": by the day that a verb names."""
    for role, descending in (("lastly", True), ("firstly", False)):
        behind = words.phrase(start, role)
        field = day_of(words, behind, found.entity) if behind is not None and found.entity else ""
        last = behind is not None and words.at_end(behind + 2) and not words.at_end(behind + 1)
        if behind is not None and field and last and words.tokens[behind + 1].text == "first":
            order = OrderBy(by=field, descending=descending)
            yield replace(found, order=order).used(found.at, behind + 2, "order", field)


def _by_what(words: Words, found: Found, at: int, way: Way | None) -> Iterator[Found]:
    for field, behind in (*own_fields(words, at, found.entity), *_shown_fields(words, at, found)):
        yield from _ordered(words, found, (field, at, behind), way)
    for name, behind in _number_shown(words, at, found):
        yield from _ordered(words, found, (name, at, behind), way)
    if found.metrics or found.entity == "":
        return
    for name, behind in _born(words, found, at):
        yield from _ordered(words, found, (name, at, behind), way, of_ages=True)
    done = words.phrase(words.skip(at, "articles"), "deed_years")
    field = day_of(words, done, found.entity) if done is not None else ""
    if field and done is not None:
        yield from _ordered(words, found, (field, at, done + 1), way)
    counted = words.phrase(at, "counting")
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        count = count_of_each(words, dataset, found.entity)
        if count:
            some = not found.filters and only_of_some(words)
            yield from _ordered(words, replace(found, metrics=(count,), some=some), (count, at, behind), way)


def _born(words: Words, found: Found, at: int) -> Iterator[tuple[str, int]]:
    """The day of birth that "age" is told by, where no number is called so."""
    said = not words.at_end(at) and words.tokens[at].plain == "age"
    ranked = measured(words, "age", found.entity) if said else None
    if ranked is not None and not ranked[1]:
        yield ranked[0], at + 1


def _number_shown(words: Words, at: int, found: Found) -> Iterator[tuple[str, int]]:
    """The one number beside the things, by its name or as "the total", "that number"."""
    if len(found.metrics) != 1 or found.fewest:
        return
    start = words.skip(at, "empty", "possessives")
    for concepts, behind in words.concepts(start, "metric"):
        if found.metrics[0] in {concept.target for concept in concepts}:
            yield found.metrics[0], behind
    if words.at_end(start + 1) and not words.at_end(start) and words.tokens[start].text in word_lists()["own_number"]:
        yield found.metrics[0], start + 1


def _ordered(
    words: Words, found: Found, by: tuple[str, int, int], way: Way | None, *, of_ages: bool = False
) -> Iterator[Found]:
    """The list by a field or a count, in the way said before it or behind it."""
    name, _, behind = by
    after = _way(words, words.skip(behind, "joins", "and_in")) if way is None else None
    said = way or after
    end = after.behind if after is not None else behind
    descending = said.descending if said is not None else False
    fields = words.world.layer.fields
    of_ages = of_ages or (said is not None and said.of_ages)
    if of_ages and name in fields and fields[name].kind == "time":
        descending = not descending  # the oldest was born first
    yield replace(found, order=OrderBy(by=name, descending=descending)).used(found.at, end, "order", name)


def _by_itself(words: Words, found: Found, way: Way) -> Iterator[Found]:
    """ "in alphabetical order" of the one field asked for, or of what the things are called by."""
    names = words.world.nouns.names(found.entity) if found.entity else ()
    shown = [name for name in found.attributes if name in names] or list(found.attributes)
    measures = {measure for at in range(way.first, way.behind) for measure, _, _ in words.extremes(at)} - {SIZE}
    if measures and (
        len(found.attributes) != 1 or not any(_measures(words, one, found.attributes[0]) for one in measures)
    ):
        return  # "(names) from the youngest to the oldest" are in the order of ages
    alphabetical = any("alphabet" in token.text for token in words.tokens[way.first : way.behind])
    told = shown if found.attributes else list(names)
    numbers = [name for name in found.attributes if words.world.layer.fields[name].kind == "number"]
    ranked = not found.metrics and len(numbers) == 1 and words.tokens[way.behind - 1].text == "first"
    if ranked and len(found.attributes) > 1:  # "(names and prices), the highest first"
        yield replace(found, order=OrderBy(by=numbers[0], descending=way.descending))
    if not found.metrics and (len(found.attributes) == 1 or (alphabetical and len(told) == 1)):
        yield replace(found, order=OrderBy(by=told[0], descending=way.descending))


def _measures(words: Words, measure: str, field: str) -> bool:
    """Whether a field is the number, or the day of birth, that an adjective of degree is said of."""
    owner = field.partition(".")[0]
    ranked = measured(words, measure, owner) if owner in words.world.layer.datasets else None
    return ranked is not None and ranked[0] == field


def _shown_fields(words: Words, at: int, found: Found) -> Iterator[tuple[str, int]]:
    for concepts, behind in words.concepts(at, "dimension"):
        yield from (
            (c.target, behind)
            for c in concepts
            if c.target in found.attributes and c.target.partition(".")[0] != found.entity
        )


def _way(words: Words, at: int) -> Way | None:
    for role, descending in WAYS:
        behind = words.phrase(at, role)
        if behind is not None:
            said = {token.text for token in words.tokens[at:behind]}
            return Way(descending, at, behind, bool(said & word_lists()["age_words"]))
    return None


def group_in_order(words: Words, found: Found) -> Iterator[Found]:
    """ "(the formats of the books) in ascending order of count", "sorted by their frequency": values by how many."""
    field = found.group or (found.attributes[0] if len(found.attributes) == 1 and not found.filters else "")
    owner = field.partition(".")[0]
    count = words.world.nouns.count_of(owner) if field in words.world.layer.fields else ""
    if not count or found.order is not None or found.counting or found.metrics:
        return
    sorting = words.phrase(found.at, "sorting")
    start = words.skip(sorting, "empty", "by") if sorting is not None else found.at
    way = _way(words, start)
    at = words.skip(way.behind if way is not None else start, "empty", "by", "possessives")
    behind = words.phrase(at, "frequencies") if sorting is not None or way is not None else None
    if behind is None or words.world.layer.fields[field].kind != "categorical":
        return
    after = _way(words, words.skip(behind, "joins")) if way is None else None
    said, end = way or after, after.behind if after is not None else behind
    ordered = OrderBy(by=count, descending=said.descending if said is not None else False)
    grouped = replace(found, group=field if found.group else "", metrics=(count,), each=not found.group, order=ordered)
    yield grouped.used(found.at, end, "order", count)
