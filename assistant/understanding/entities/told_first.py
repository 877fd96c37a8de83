"""Clauses on a number of the things whose bound is said in another way: "below age 30", "aged 3", "older than 20"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.fields import number_fields, own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import COMPARISONS, LINKING
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, holds_numbers

OPPOSITES = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}


def bound_first(words: Words, found: Found) -> Iterator[Found]:
    """ "under age 30", "above the age of 40": the bound, then the field, then the number."""
    if found.group:
        return
    start = words.skip(found.at, *LINKING)
    for first in dict.fromkeys((found.at, start)):
        for role, operator in COMPARISONS.items():
            behind = words.phrase(first, role)
            for field, end in _nearest_fields(words, words.skip(behind, "articles"), found.entity) if behind else ():
                number = words.number(words.skip(end, "of_number"))
                if number is not None:
                    yield found.used(first, words.unit_of(number[1], field), "condition", field).filtered(
                        _bound(field, operator, number[0])
                    )


def degree_last(words: Words, found: Found) -> Iterator[Found]:
    """ "whose age is older than 20", "whose weight is heavier than 10": the field, then a degree of it."""
    if found.group:
        return
    start = words.skip(found.at, *LINKING)
    for field, behind in _nearest_fields(words, start, found.entity) if start > found.at else ():
        degree = words.degree(words.skip(behind, "empty"))
        number = words.number(degree[2]) if degree is not None else None
        measured = degree is not None and words.field_called(degree[0], field.partition(".")[0]) == field
        if degree is not None and number is not None and measured:
            end = words.unit_of(words.skip(number[1], "units"), field)
            yield found.used(start, end, "condition", field).filtered(_bound(field, degree[1], number[0]))


def not_above(words: Words, found: Found) -> Iterator[Found]:
    """ "whose level is not higher than 4", "with a price no greater than 10": a bound that is denied."""
    if found.group:
        return
    start = words.skip(found.at, *LINKING)
    for field, behind in _nearest_fields(words, start, found.entity) if start > found.at else ():
        denied = words.phrase(words.skip(behind, "empty"), "denied_bounds")
        for role, operator in COMPARISONS.items() if denied is not None else ():
            end = words.phrase(denied or 0, role)
            number = words.number(end) if end is not None else None
            if number is not None and operator in OPPOSITES:
                bound = _bound(field, OPPOSITES[operator], number[0])
                yield found.used(start, words.unit_of(number[1], field), "condition", field).filtered(bound)


def of_age(words: Words, found: Found) -> Iterator[Found]:
    """ "that is 3 years old", "aged 3": exactly as old as said, in whole years of a field of ages."""
    if found.group:
        return
    start = words.skip(found.at, "relatives", "empty")
    field = words.field_called("age", found.entity)
    number = words.number(start) if field else None
    old = words.phrase(number[1], "years_old") if number is not None else None
    aged = words.number(start + 1) if field and number is None and words.phrase(start, "aged") is not None else None
    end = old if old is not None else aged[1] if aged is not None else None
    said = number if old is not None else aged
    if end is not None and said is not None:
        yield found.used(start, end, "condition", field).filtered(_bound(field, "eq", said[0]))


def numbered_alike(words: Words, found: Found) -> Iterator[Found]:
    """ "whose level is 1", "that is age 3": a field of whole numbers, perhaps "is", and the number it is."""
    start = words.skip(found.at, *LINKING)
    if found.group or start == found.at:
        return
    for field, behind in _own_or_near(words, start, found.entity):
        told = words.world.layer.fields[field]
        equal = words.skip(behind, "being", "equal")
        number = words.number(equal) if equal > behind else None
        counted = told.kind == "number" or holds_numbers(words.world.layer, field)
        if number is not None and counted and told.format != "currency":
            yield found.used(start, number[1], "condition", field).filtered(_bound(field, "eq", number[0]))
            values, end = _others(words, number[1])
            if values:
                listed = (number[0], *values) if told.kind == "number" else (str(number[0]), *map(str, values))
                kept = Filter.model_validate({"field": field, "op": "in", "values": listed})
                yield found.used(start, end, "condition", field).filtered(kept)


def _own_or_near(words: Words, at: int, entity: str) -> list[tuple[str, int]]:
    """The fields of the things that words here name, the codes of what they belong to only where they have none."""
    return list(own_fields(words, at, entity)) or _nearest_fields(words, at, entity)


def _others(words: Words, at: int) -> tuple[tuple[float | int, ...], int]:
    """The numbers that follow behind "or" and commas ("4 or 5"), and the place behind them."""
    found: list[float | int] = []
    while True:
        joined = words.phrase(at, "alternatives")
        number = words.number(joined) if joined is not None else None
        if number is None:
            return tuple(found), at
        found.append(number[0])
        at = number[1]


def _nearest_fields(words: Words, at: int, entity: str) -> list[tuple[str, int]]:
    """The number fields of the things that words here name, those of what they belong to only where they have none."""
    found = list(number_fields(words, at, entity))
    return [one for one in found if one[0].partition(".")[0] == entity] or found


def _bound(field: str, operator: str, number: float | int) -> Filter:
    return Filter.model_validate({"field": field, "op": operator, "values": (number,)})
