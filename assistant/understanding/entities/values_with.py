"""The different values of a field among some of the things: "the countries with members above age 20"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words


def values_with(words: Words, at: int) -> Iterator[Found]:
    """A category of things, then these things, of which clauses tell some: each value once."""
    for concepts, behind in words.concepts(at, "dimension"):
        linked = words.phrase(behind, "values_of")
        for dataset, end in words.nouns(words.skip(linked, "empty")) if linked is not None else ():
            own = [c.target for c in concepts if c.target.partition(".")[0] == dataset]
            field = words.world.layer.fields[own[0]] if len(own) == 1 else None
            if field is not None and field.kind == "categorical" and not field.pii and words.is_plural(behind - 1):
                named = Found(end, entity=dataset, attributes=(own[0],), distinct=True)
                yield named.used(at, behind, "dimension", own[0]).used(linked or behind, end, "dimension", dataset)
