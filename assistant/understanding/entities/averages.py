"""Clauses that compare with an average: "older than average", "whose price is above the average price"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.fields import number_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import COMPARISONS, LINKING
from assistant.understanding.entities.valued import value_conditions
from assistant.understanding.entities.words import Words
from semantic_layer import Filter


def group_beside_average(words: Words, found: Found) -> Iterator[Found]:
    """ "countries above the average order value": the values of a field by a metric against its average."""
    if not found.group or found.metrics:
        return
    start = words.skip(found.at, *LINKING)
    for operator, end in comparisons(words, start):
        at = words.skip(end, "empty")
        for metric, behind in _averaged(words, at, found.group.partition(".")[0]):
            bound = _bound(metric, operator)
            yield replace(found, metrics=(metric,)).filtered(bound).used(start, behind, "condition", metric)
    for metric, behind in _of_owner(words, start, found.group.partition(".")[0]):
        for operator, end in comparisons(words, words.skip(behind, "empty")):
            average = words.phrase(words.skip(end, "empty"), "averages")
            if average is not None:
                named = replace(found, metrics=(metric,)).used(start, behind, "metric", metric)
                yield named.filtered(_bound(metric, operator)).used(behind, average, "condition", "average")


def _averaged(words: Words, at: int, owner: str) -> Iterator[tuple[str, int]]:
    """ "average order value" as a metric of its own name, else "average revenue" as the average of one."""
    average = words.phrase(at, "averages")
    if average is None:
        return
    whole = list(_of_owner(words, at, owner))
    yield from whole or _of_owner(words, words.skip(average, "empty"), owner)


def _of_owner(words: Words, at: int, owner: str) -> Iterator[tuple[str, int]]:
    """The one metric that words here name, where it can be split by a dataset's fields."""
    for concepts, behind in words.concepts(at, "metric", 0.9):
        named = [c.target for c in concepts if words.world.reach.distance([c.target], owner) is not None]
        if len(named) == 1:
            yield named[0], behind
            return


def beside_average(words: Words, found: Found) -> Iterator[Found]:
    """Comparisons with the average of all things; that "of librarians" is another average."""
    yield from (one for one in _beside_average(words, found) if words.phrase(one.at, "genitive") is None)


def _beside_average(words: Words, found: Found) -> Iterator[Found]:
    """A number field of the things against the average of all of them, or a metric of each against that of each."""
    if found.group:
        return
    start = words.skip(found.at, *LINKING)
    degree = words.degree(start)
    bare = words.skip(found.at, "relatives", "empty")
    if degree is None and (degree := words.degree(bare)) is not None:  # "who earn more than": no mere tie
        start = bare
    field = words.field_called(degree[0], found.entity) if degree is not None else ""
    if degree is not None and field:
        yield from _than(words, found.used(start, degree[2], "condition", degree[1]), field, degree[1])
    elif degree is not None:  # "longer than the average number of pages"
        average = words.phrase(words.skip(degree[2], "empty"), "averages")
        for named, behind in number_fields(words, average, found.entity) if average is not None else ():
            told = found.used(start, average or 0, "condition", degree[1]).used(
                average or 0, behind, "dimension", named
            )
            yield told.filtered(_bound(named, degree[1]))
    for field, behind in (*number_fields(words, start, found.entity), *_metrics(words, start, found)):
        named = found.used(start, behind, "dimension", field)
        at = words.skip(behind, "empty")
        for operator, end in comparisons(words, at):
            yield from _than(words, named.used(at, end, "condition", operator), field, operator)
    yield from _higher_than(words, found, start)
    for operator, end in comparisons(words, start):
        average = words.phrase(words.skip(end, "empty"), "averages")
        for field, behind in number_fields(words, average, found.entity) if average is not None else ():
            told = found.used(start, average or end, "condition", operator).used(
                average or end, behind, "dimension", field
            )
            yield told.filtered(_bound(field, operator))


def _higher_than(words: Words, found: Found, at: int) -> Iterator[Found]:
    """ "(that have a) higher score than the average": the comparative before the number."""
    for role, operator in (("higher", "gt"), ("lower", "lt")):
        said = words.phrase(at, role)
        for field, behind in number_fields(words, said, found.entity) if said is not None else ():
            if behind < len(words.tokens) and words.tokens[behind].text == "than":
                named = found.used(at, behind + 1, "condition", operator)
                yield from _than(words, named, field, operator)


def comparisons(words: Words, at: int) -> Iterator[tuple[str, int]]:
    """The operators that words here say, each with the place behind them."""
    for role in ("more_than", "less_than", "at_least", "at_most"):
        behind = words.phrase(at, role)
        if behind is not None:
            yield COMPARISONS[role], behind


def _metrics(words: Words, at: int, found: Found) -> Iterator[tuple[str, int]]:
    """Metrics that can be computed for each thing; none for a number of things, which has no list to average over."""
    world = words.world
    for concepts, behind in words.concepts(at, "metric", 0.9) if not found.counting else ():
        for concept in concepts:
            if concept.target not in world.nouns.counted and world.reach.distance([concept.target], found.entity):
                yield concept.target, behind


def _than(words: Words, found: Found, field: str, operator: str) -> Iterator[Found]:
    """ "... average", perhaps with the field again, perhaps "of all products"."""
    average = words.phrase(words.skip(found.at, "empty"), "averages")
    if average is None:
        yield from _than_of(words, found, field, operator, words.skip(found.at, "empty"))
        return
    end = average
    for again, behind in number_fields(words, words.skip(average, "empty"), found.entity):
        if again == field:
            end = behind
    same = (behind for dataset, behind in words.nouns(average) if dataset == found.entity)  # "the average rider"
    end = max(end, *same, end)
    for concepts, behind in words.concepts(average, "metric"):
        if field in {concept.target for concept in concepts}:
            end = max(end, behind)
    whole = words.phrase(end, "genitive")
    for dataset, behind in words.nouns(words.skip(whole, "empty")) if whole is not None else ():
        end = behind if dataset == found.entity else end
    if whole is not None and end < whole:
        yield from _than_of(words, found, field, operator, words.skip(whole, "empty"))
    yield found.used(words.skip(found.at, "empty"), end, "condition", "average").filtered(_bound(field, operator))


def _than_of(words: Words, found: Found, field: str, operator: str, at: int) -> Iterator[Found]:
    """ "... Ann", "... that of the country Chad", "... lecturers": the same field of the rows that a value tells."""
    if field not in words.world.layer.fields:
        return  # a metric of each thing is compared with no single one of them
    behind = words.phrase(at, "that_of")
    start = words.skip(behind, "empty") if behind is not None else at
    dataset = field.partition(".")[0]
    nouns = (end for owner, end in words.nouns(start) if owner == dataset)
    for place in dict.fromkeys((start, *(words.skip(end, "called", *LINKING) for end in nouns))):
        for told in value_conditions(words, found.moved(place), dataset):
            row = told.filters[-1]
            if row.op == "in" and row.field.partition(".")[0] == dataset and len(row.values) == 1:
                kept = _bound(field, operator).model_copy(update={"where": (row,)})
                beside = replace(told, filters=(*told.filters[:-1], kept))
                led = beside.used(found.at, place, "condition", "than") if place > found.at else beside
                yield led.moved(told.at)


def _bound(field: str, operator: str) -> Filter:
    return Filter.model_validate({"field": field, "op": operator, "than": "average"})
