"""Clauses on two of what things have: "with both a garden and a pool", "both a completed and a cancelled order"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.conditions import things_had
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, fits_deed, is_had, reaches, verb
from assistant.understanding.entities.valued import value_conditions
from assistant.understanding.entities.words import Words
from semantic_layer import Filter


def with_both(words: Words, found: Found) -> Iterator[Found]:
    """ "with both a garden and a pool": of what has many, one has the one value and one the other."""
    start, made = verb(words, found)  # "ordered both Tea and Latte"
    both = words.phrase(start, "both")
    if found.group or both is None:
        return
    marked = found.used(start, both, "condition", "both")
    yield from _both_kinds(words, marked.moved(words.skip(both, *LINKING)))
    yield from _both_had(words, marked.moved(words.skip(both, *LINKING)))
    for first in value_conditions(words, marked.moved(words.skip(both, *LINKING)), ""):
        field = first.filters[-1].field
        owner, joined = field.partition(".")[0], words.skip(first.at, "joins", *LINKING)
        if joined == first.at or reaches(words, found.entity, owner) or not is_had(words, owner, found.entity):
            continue
        if not fits_deed(words, made, owner, found.entity):
            continue
        for second in value_conditions(words, first.moved(joined), owner):
            pair = [one.model_copy(update={"entity": found.entity}) for one in second.filters[-2:]]
            if all(one.field == field and one.op == "in" for one in pair):
                yield replace(second, filters=(*found.filters, *pair))


def _both_had(words: Words, found: Found) -> Iterator[Found]:
    """ "(both) an order that was cancelled and an order over 100": each with a noun of its own."""
    for first in things_had(words, found, "some", 1, ""):
        joined = words.skip(first.at, "joins", *LINKING)
        if words.skip(first.at, "joins") > first.at:
            yield from things_had(words, first.moved(joined), "some", 1, "")


def _both_kinds(words: Words, found: Found) -> Iterator[Found]:
    """ "(both) a completed and a cancelled order": one row had of each kind."""
    for concepts, behind in words.concepts(found.at, "value"):
        joined = words.skip(behind, "joins", "empty")
        for others, end in words.concepts(joined, "value") if joined > behind else ():
            for dataset, last in words.nouns(words.skip(end, "empty")):
                first = [c for c in concepts if c.target.partition(".")[0] == dataset]
                second = [c for c in others if c.target in {one.target for one in first} and c.value != first[0].value]
                if len(first) == len(second) == 1 and is_had(words, dataset, found.entity):
                    told = {"field": first[0].target, "op": "in", "entity": found.entity}
                    pair = [Filter.model_validate({**told, "values": (c.value,)}) for c in (first[0], second[0])]
                    yield found.used(found.at, last, "condition", dataset).filtered(*pair)
