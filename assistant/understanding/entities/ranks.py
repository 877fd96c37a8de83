"""Clauses that put things in an order or count beside them: the most, the newest, alphabetical, the number of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.dates import Clock
from assistant.understanding.entities.conditions import leading_value
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import amount, reaches, verb
from assistant.understanding.entities.words import Words
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import Filter, OrderBy


def most(words: Words, found: Found) -> Iterator[Found]:
    """ "who placed the most orders", "with the highest price": the first by a count, a metric or a field."""
    if not found.is_plain_list:
        return
    at, made = verb(words, found)
    for role, descending in (("most", True), ("least", False)):
        behind = words.phrase(at, role)
        if behind is not None:
            start = words.skip(behind, "empty")
            ranked = found.moved(at).used(at, behind, "order", role)
            yield from _by_count(words, ranked.moved(start), descending, made)
            yield from () if made else _by_metric(words, ranked.moved(start), descending)
            yield from () if made else _by_field(words, ranked.moved(start), descending)


def most_often(words: Words, found: Found) -> Iterator[Found]:
    """ "who visits most often", "which shop has a sale most frequently"."""
    if not found.is_plain_list:
        return
    at, made = verb(words, found)
    named = [(dataset, at, behind) for dataset, behind in words.nouns(at) if made in ("", dataset)]
    for dataset, first, behind in [*named, *([(made, found.at, at)] if made else [])]:
        for role, descending in (("oftenest", True), ("seldomest", False)):
            last = words.phrase(behind, role)
            if last is not None:
                ranked = found.used(behind, last, "order", role)
                yield from (
                    one.moved(last) for one in _by_count_of(words, ranked, dataset, (first, behind), descending)
                )


def _by_count(words: Words, found: Found, descending: bool, made: str) -> Iterator[Found]:
    for kind in leading_value(words, found):
        (mark,) = [one for one in kind.filters if one.entity == "?"]
        rows = replace(kind, filters=(*found.filters, mark.model_copy(update={"entity": ""})))
        if words.nouns(rows.at) and words.nouns(rows.at)[0][0] == mark.field.partition(".")[0]:
            yield from _by_count(words, rows, descending, made)
    for dataset, behind in words.nouns(found.at):
        if made in ("", dataset):
            yield from _by_count_of(words, found, dataset, (found.at, behind), descending)


def _by_count_of(words: Words, found: Found, dataset: str, said: tuple[int, int], descending: bool) -> Iterator[Found]:
    count = words.world.nouns.count_of(dataset)
    if count and dataset != found.entity and reaches(words, dataset, found.entity):
        ordered = replace(found, order=OrderBy(by=count, descending=descending), limit=1, fewest=not descending)
        yield replace(ordered, metrics=(count,)).used(*said, "metric", count)


def _by_metric(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    for concepts, behind in words.concepts(found.at, "metric", 0.9):
        for concept in concepts:
            if concept.target not in words.world.nouns.counted:
                ordered = replace(found, order=OrderBy(by=concept.target, descending=descending), limit=1)
                yield replace(ordered, metrics=(concept.target,)).used(found.at, behind, "metric", concept.target)


def _by_field(words: Words, found: Found, descending: bool) -> Iterator[Found]:
    for concepts, behind in words.concepts(found.at, "dimension"):
        for concept in concepts:
            field = words.world.layer.fields[concept.target]
            if field.kind == "number" and concept.target.partition(".")[0] == found.entity:
                known = found.filtered(Filter(field=concept.target, op="not_null"))
                ordered = replace(known, order=OrderBy(by=concept.target, descending=descending), limit=1)
                yield ordered.used(found.at, behind, "dimension", concept.target)


def in_period(words: Words, found: Found) -> Iterator[Found]:
    """ "... in March 2026": the days of what is counted for each thing."""
    if not found.metrics or found.period is not None or found.newest:
        return
    for start in dict.fromkeys((found.at, words.skip(found.at, "ties"))):
        phrase = time_phrase(Clock(words.tokens, words.world.language, words.world.as_of), start)
        if phrase is not None and len(phrase.readings) == 1:
            period = phrase.readings[0].clipped(words.world.as_of)
            yield replace(found, period=period).used(start, phrase.behind, "time", period.label)


def newest(words: Words, found: Found) -> Iterator[Found]:
    """ "who made the latest order", "who made an order most recently"."""
    if found.counting or found.order is not None:
        return
    at, made = verb(words, found)
    for role, descending in (("latest", True), ("earliest", False)):
        behind = words.phrase(at, role)
        if behind is not None:
            ordered = found.used(at, behind, "order", role)
            yield from _newest_of(words, ordered.moved(words.skip(behind, "empty")), descending, made)
    start = words.skip(at, "empty")
    for dataset, behind in words.nouns(start):
        last = words.phrase(behind, "recently")
        if last is not None and made in ("", dataset) and _is_dated(words, dataset, found.entity):
            named = found.used(start, behind, "dimension", dataset).used(behind, last, "order", "latest")
            yield replace(named, newest=(dataset, True))


def _newest_of(words: Words, found: Found, descending: bool, made: str) -> Iterator[Found]:
    for dataset, behind in words.nouns(found.at):
        if made in ("", dataset) and _is_dated(words, dataset, found.entity):
            yield replace(found, newest=(dataset, descending)).used(found.at, behind, "dimension", dataset)


def _is_dated(words: Words, dataset: str, entity: str) -> bool:
    found = words.world.layer.datasets[dataset]
    own_time = bool(found.time) and "." not in str(found.time)
    return own_time and len(found.primary_key) == 1 and dataset != entity and reaches(words, dataset, entity)


def in_order(words: Words, found: Found) -> Iterator[Found]:
    """ "in alphabetical order of name", "sorted by price in descending order"."""
    if not found.is_plain_list:
        return
    sorting = words.phrase(found.at, "sorting")
    start = words.skip(sorting, "empty", "by") if sorting is not None else found.at
    way = _direction(words, start)
    at = words.skip(way[1], "empty", "by") if way is not None else start
    if sorting is None and way is None:
        return
    for concepts, behind in words.concepts(at, "dimension"):
        for concept in concepts:
            if concept.target in found.attributes or concept.target.partition(".")[0] == found.entity:
                after = _direction(words, behind) if way is None else None
                descending = (way or after or (False, 0))[0]
                end = after[1] if after is not None else behind
                ordered = replace(found, order=OrderBy(by=concept.target, descending=descending))
                yield ordered.used(found.at, end, "order", concept.target)
    if way is not None and len(found.attributes) == 1 and words.at_end(at):
        ordered = replace(found, order=OrderBy(by=found.attributes[0], descending=way[0]))
        yield ordered.used(found.at, at, "order", found.attributes[0])


def _direction(words: Words, at: int) -> tuple[bool, int] | None:
    for role, descending in (("ascending", False), ("descending", True)):
        behind = words.phrase(at, role)
        if behind is not None:
            return descending, behind
    return None


def of_group(words: Words, found: Found) -> Iterator[Found]:
    """ "... used by the most customers", "... with more than 3 customers": values told apart by a count."""
    if not found.group or found.metrics:
        return
    at = words.skip(found.at, "passive", "empty", "relatives")
    for role, descending in (("most", True), ("least", False)):
        behind = words.phrase(at, role)
        for count, end in _group_counts(words, found, behind):
            ordered = replace(found, metrics=(count,), order=OrderBy(by=count, descending=descending), limit=1)
            yield ordered.used(at, end, "order", count)
    for bounded, operator, number in amount(words, found.moved(at)):
        for count, end in _group_counts(words, found, bounded.at):
            limit = Filter.model_validate({"field": count, "op": operator, "values": (number,)})
            yield replace(bounded, metrics=(count,)).filtered(limit).used(bounded.at, end, "metric", count)


def _group_counts(words: Words, found: Found, at: int | None) -> Iterator[tuple[str, int]]:
    owner = found.group.partition(".")[0]
    for dataset, end in words.nouns(words.skip(at, "empty")) if at is not None else ():
        count = words.world.nouns.count_of(dataset)
        if count and reaches(words, dataset, owner):
            yield count, end


def and_count(words: Words, found: Found) -> Iterator[Found]:
    """ "all shops and the number of products of each": a count to show beside."""
    counted = words.phrase(words.skip(found.at, "ties", "joins"), "counting")
    if counted is None or found.group or found.counting or found.metrics:
        return
    for dataset, behind in words.nouns(words.skip(counted, "empty")):
        count = words.world.nouns.count_of(dataset)
        if count and dataset != found.entity and reaches(words, dataset, found.entity):
            yield replace(found, metrics=(count,)).used(counted, behind, "metric", count)
