"""All that is known of things: "all the information about the shops", every field of their table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.things import things
from assistant.understanding.entities.words import Words


def whole_rows(words: Words) -> Iterator[Found]:
    """Things with all fields of their table, of one that refers to no other: its references would be left out."""
    for start in dict.fromkeys((words.skip(0, "requests", "asked_of"), words.skip(0, "asking", "being"))):
        behind = words.phrase(start, "whole_rows")
        for named in things(words, Found(words.skip(behind, "empty"))) if behind is not None else ():
            dataset = words.world.layer.datasets[named.entity]
            referring = any(link.from_ == named.entity for link in words.world.layer.relationships.values())
            if dataset.primary_key and not referring:
                shown = (field for field in dataset.fields if not (field.hidden or field.implied))
                fields = tuple(f"{named.entity}.{field.name}" for field in shown)
                told = named.used(start, behind or start, "dimension", named.entity).moved(named.at)
                yield replace(told, attributes=fields)
