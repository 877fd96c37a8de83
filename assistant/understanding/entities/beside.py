"""What a table says of things that has one row for each of them: "the school with the highest math score"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.described import described
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING, reaches
from assistant.understanding.entities.roles import roles_of
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, OrderBy, implied_metric

WHOLE_NAME = 0.9


def by_number_beside(words: Words, found: Found, *, descending: bool) -> Iterator[Found]:
    """The first by a number that stands in a table beside the one of the things, one row for each."""
    if words.nouns(found.at):
        return
    beside = set(_beside(words, found.entity))
    for concepts, behind in words.concepts(found.at, "dimension", WHOLE_NAME):
        for field in (one.target for one in concepts if one.target.partition(".")[0] in beside):
            number = words.world.layer.fields[field].kind == "number"
            metric = implied_metric(words.world.layer, field, "max" if descending else "min") if number else ""
            if metric:
                order = OrderBy(by=metric, descending=descending)
                ranked = replace(found, metrics=(metric,), order=order, limit=found.cut or 1)
                yield ranked.used(found.at, behind, "metric", metric)


def _beside(words: Words, entity: str) -> Iterator[str]:
    """The datasets of which each row belongs to one of the things by its own key."""
    layer = words.world.layer
    for link in layer.relationships.values():
        if link.to == entity and tuple(link.from_columns) == tuple(layer.datasets[link.from_].primary_key):
            yield link.from_


def of_described(words: Words, found: Found) -> Iterator[Found]:
    """ "teachers in charter schools": of what something is true that the things belong to."""
    linked = words.skip(found.at, *LINKING)
    if found.group or linked == found.at:
        return
    for told in (*described(words, found.moved(linked)), *_of_kind(words, found.moved(linked))):
        if told.entity != found.entity and reaches(words, found.entity, told.entity):
            yield replace(told, entity=found.entity)


def _of_kind(words: Words, found: Found) -> Iterator[Found]:
    """ "jazz bands", "electric vehicles": a value of a field of things right before their noun."""
    for concepts, behind in words.concepts(found.at, "value"):
        if behind >= len(words.tokens):
            continue
        for dataset, end in words.nouns(behind):
            own = [concept for concept in concepts if concept.target.partition(".")[0] == dataset]
            roles = any(role.link.to == dataset for role in roles_of(words, found.entity))
            if len(own) == 1 and not roles:
                kept = Filter(field=own[0].target, op="in", values=(own[0].value,))
                yield replace(found.used(found.at, end, "value", own[0].target), entity=dataset).filtered(kept)
