"""Lists of what belongs together: "the names of the teachers and the names of the courses they teach"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from semantic_layer import linking

MOST_OWNERS = 2


def of_several(words: Words, found: Found) -> Iterator[Found]:
    """Fields of two kinds of things, each said by its own noun: listed for each row that ties the two together."""
    if any(name.startswith(("?", "~")) or "|" in name for name in found.attributes) or found.beside:
        return
    owners = list(dict.fromkeys(name.partition(".")[0] for name in found.attributes))
    if len(owners) != MOST_OWNERS or not all(_is_said(words, found, name) for name in found.attributes):
        return
    layer = words.world.layer
    whole = [one for one in owners if all(words.world.reach.steps(one, other) is not None for other in owners)]
    rows = whole[0] if whole else _pairs(words, *owners)
    if rows and layer.datasets[rows].primary_key:
        yield replace(found, entity=rows, tied=True)


def _is_said(words: Words, found: Found, field: str) -> bool:
    """Whether a field is said by its own noun or by more than one word: "title" alone is that of what follows."""
    owner = field.partition(".")[0]
    said = any(target == field and behind - first > 1 for first, behind, _, target in found.spans)
    return said or any(owner == dataset for at in range(len(words.tokens)) for dataset, _ in words.nouns(at))


def _pairs(words: Words, one: str, other: str) -> str:
    """The dataset that only ties the two together, each pair once; empty without one."""
    layer = words.world.layer
    rows = linking(layer, one, other)
    ties = {
        column
        for link in layer.relationships.values()
        if link.from_ == rows and link.to in (one, other)
        for column in link.from_columns
    }
    return rows if rows and ties == set(layer.datasets[rows].primary_key) else ""
