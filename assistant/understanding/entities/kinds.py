"""Kinds of things by which they are called: "the youngest dog" of animals that have a type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.superlatives import first_row, measured
from assistant.understanding.entities.words import Words, word_lists
from semantic_layer import Filter


def kinds(words: Words, at: int) -> Iterator[tuple[str, Filter, int]]:
    """The things that a kind of them names, with the condition that they are of it and the place behind."""
    for concepts, behind in words.concepts(at, "value"):
        for concept in concepts:
            field = words.world.layer.fields.get(concept.target)
            if field is not None and word_lists()["kind_fields"].intersection(field.label.casefold().split()[-1:]):
                kept = Filter(field=concept.target, op="in", values=(concept.value,))
                yield concept.target.partition(".")[0], kept, behind


def most_of_kind(words: Words, found: Found) -> Iterator[Found]:
    """ "the youngest dog": the first of one kind by what an adjective measures."""
    for measure, role, said in words.extremes(found.at):
        for dataset, kept, behind in kinds(words, words.skip(said, "empty")):
            ranked = measured(words, measure, dataset)
            plain = not words.nouns(behind) and not words.is_plural(behind - 1)
            if ranked is not None and plain and words.world.layer.datasets[dataset].primary_key:
                picked = first_row(found, dataset, ranked[0], (role == "most") == ranked[1]).filtered(kept)
                yield replace(picked, rank=found.rank).used(found.at, behind, "order", ranked[0])
