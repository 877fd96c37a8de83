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
    more = words.phrase(number[1], "or_more") if number is not None else None
    if number is not None and more is not None:  # a number alone may mean exactly or at least that many
        yield found.used(found.at, more, "condition", "ge"), "ge", number[0]
