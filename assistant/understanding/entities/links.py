"""What clauses have in common: the way from rows to their thing, verbs, and amounts."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words

COMPARISONS = {"at_least": "ge", "more_than": "gt", "at_most": "le", "less_than": "lt", "exactly": "eq"}
LINKING = ("ties", "empty", "relatives")


def reaches(words: Words, start: str, dataset: str) -> bool:
    """Whether each row of a dataset belongs to at most one row of another."""
    return words.world.reach.steps(start, dataset) is not None


def verb(words: Words, found: Found) -> tuple[int, str]:
    """The place behind verbs here, and whose rows they make when they say so."""
    at, made = words.skip(found.at, *LINKING), ""
    deed = words.deed(at)
    if deed:
        made, at = deed, words.skip(at + 1, *LINKING)
    return at, made


def amount(words: Words, found: Found) -> Iterator[tuple[Found, str, float | int]]:
    """A number here and how it bounds: "at least two", "3 or more", "5"."""
    for role, operator in COMPARISONS.items():
        behind = words.phrase(found.at, role)
        number = words.number(words.skip(behind, "empty")) if behind is not None else None
        if number is not None:
            yield found.used(found.at, number[1], "condition", operator), operator, number[0]
    number = words.number(found.at)
    if number is not None:
        more = words.phrase(number[1], "or_more")
        behind = more if more is not None else number[1]
        operator = "ge" if more is not None else "eq"
        yield found.used(found.at, behind, "condition", operator), operator, number[0]
