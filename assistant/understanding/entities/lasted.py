"""Clauses on how long things were by a number of theirs: "calls that lasted longer than 10 minutes"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import amount
from assistant.understanding.entities.words import Words, same_units, word_lists
from semantic_layer import Dimension, Filter

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def lasted(words: Words, found: Found) -> Iterator[Found]:
    """ "calls that lasted longer than 10 minutes": the one duration of theirs, in the unit said."""
    start = words.skip(found.at, "relatives", "empty")
    behind = words.phrase(start, "lasting")
    field = _duration(words, found.entity) if behind is not None and not found.group else None
    if behind is None or field is None:
        return
    name = f"{found.entity}.{field.name}"
    for bounded, operator, number in amount(words, found.moved(words.skip(behind, "empty"))):
        unit = _unit(words.tokens[bounded.at].text) if bounded.at < len(words.tokens) else ""
        factor = _factor(unit, field)
        if factor:
            bound = Filter.model_validate({"field": name, "op": operator, "values": (number * factor,)})
            yield bounded.used(start, bounded.at + 1, "condition", name).filtered(bound)


def _duration(words: Words, entity: str) -> Dimension | None:
    """The one number of a dataset that says how long its rows last."""
    told = word_lists()["durations"]
    fields = [
        field
        for field in words.world.layer.datasets[entity].fields
        if field.kind == "number" and not field.hidden and told.intersection(field.label.casefold().split())
    ]
    return fields[0] if len(fields) == 1 else None


def _factor(unit: str, field: Dimension) -> float | int:
    """How many of the field's unit one of the unit said is, 0 where that is not known."""
    own = {found for word in (*field.label.casefold().split(), field.unit) if (found := _unit(word))}
    if len(own) != 1 or not unit:
        return 0
    factor = SECONDS[unit] / SECONDS[own.pop()]
    return int(factor) if factor == int(factor) else factor


def _unit(word: str) -> str:
    return next((name for name in SECONDS if word and word in same_units(name)), "")
