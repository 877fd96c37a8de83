"""Clauses on what things did with something by its name: "who ordered Latte", "never bought Tea", "but not Tea"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, fits_deed, is_had, reaches, verb
from assistant.understanding.entities.valued import value_conditions
from assistant.understanding.entities.words import Words
from semantic_layer import Filter

FAR = 3


def did_with(words: Words, found: Found) -> Iterator[Found]:
    """ "who ordered Latte", "who never ordered Latte": a verb that makes rows, and what one of these rows names."""
    if found.group or found.metrics or words.at_end(found.at):
        return
    first = words.skip(found.at, "relatives", "empty")
    denied = words.phrase(first, "denials")
    at, made = verb(words, found.moved(denied if denied is not None else found.at))
    own = at > found.at and found.entity in (words.deed(at - 1), words.deed_of_noun(at - 1))  # "shippers shipped oil"
    for start in _starts(words, at) if made or own else ():
        for told in value_conditions(words, found.moved(start), ""):
            last = told.filters[-1]
            owner = last.field.partition(".")[0]
            had = is_had(words, owner, found.entity) and fits_deed(words, made, owner, found.entity)
            beside = made not in ("", owner) and reaches(words, owner, found.entity)  # helpers are no speakers
            if had and last.op == "in" and not beside and not reaches(words, found.entity, owner):
                kept = last.model_copy(update={"entity": found.entity, "none": denied is not None})
                some = replace(told, filters=(*told.filters[:-1], kept), rank=told.rank + FAR)
                yield some.used(found.at, start, "condition", made).moved(told.at) if start > found.at else some


def _starts(words: Words, at: int) -> tuple[int, ...]:
    """Where what was dealt with is named: here, or behind its noun ("ordered the product Latte")."""
    return (at, *(words.skip(end, "empty") for _, end in words.nouns(at)))


def but_not(words: Words, found: Found) -> Iterator[Found]:
    """ "(flights from Oslo) but not from Bergen": none of the other value of what the last condition names."""
    last = found.filters[-1] if found.filters else None
    if found.group or last is None or not last.entity or last.none or last.op != "in":
        return
    but = words.phrase(found.at, "but_not")
    start = words.skip(but, *LINKING) if but is not None else found.at
    for at in _starts(words, start) if but is not None else ():
        for told in value_conditions(words, found.moved(at), last.field.partition(".")[0]):
            other = told.filters[-1]
            if other.field == last.field and other.op == "in":
                without = Filter.model_validate({**other.model_dump(), "entity": last.entity, "none": True})
                yield (
                    replace(told, filters=(*told.filters[:-1], without))
                    .used(found.at, at, "condition", "none")
                    .moved(told.at)
                )
