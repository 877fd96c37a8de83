"""Questions for the place of one thing: "in which country is the Dune Park circuit located"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.attributes import with_own_fields
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.things import things
from assistant.understanding.entities.words import Words, word_lists

PLACES, ASKING, SINGLE = ("in", "on", "at", "from"), ("which", "what"), ("is", "was", "does", "did")


def placed(words: Words) -> Iterator[Found]:
    """A field of one thing, asked for by a preposition in front."""
    opening = [token.text for token in words.tokens[:2]]
    if len(opening) <= 1 or opening[0] not in PLACES or opening[1] not in ASKING:
        return
    for concepts, behind in words.concepts(len(opening), "dimension"):
        verb = words.tokens[behind].text if behind < len(words.tokens) else ""
        targets = "|".join(concept.target for concept in concepts)
        start = words.skip(behind + 1, "empty")
        asked = Found(start, attributes=(targets,)).used(0, behind, "dimension", targets).moved(start)
        if verb in SINGLE:
            for thing in things(words, asked):
                yield from with_own_fields(words, thing)
            yield from _by_name(words, asked)


def where_is(words: Words) -> Iterator[Found]:
    """ "where is the Mill yard located": the one field of a thing that tells its place."""
    opened = words.tokens[2:] and words.tokens[0].text == "where"
    start = words.phrase(1, "being") if opened else None
    for thing in things(words, Found(words.skip(start, "empty"))) if start is not None else ():
        fields = words.world.layer.datasets[thing.entity].fields
        told = [one.name for one in fields if word_lists()["places"].intersection(one.name.split("_"))]
        end = words.skip(thing.at, "situated", "trailing")
        if len(told) == 1 and thing.filters and words.at_end(end) and end > thing.at:
            field = f"{thing.entity}.{told[0]}"
            yield replace(thing, attributes=(field,)).used(0, start or 1, "dimension", field).moved(end)


def _by_name(words: Words, found: Found) -> Iterator[Found]:
    """ "in which city is Ann Lee": a thing by its name alone, which the clauses read."""
    for concepts, _ in words.concepts(found.at, "value", 0.9):
        for concept in concepts:
            owner = concept.target.partition(".")[0]
            named = owner in words.world.layer.datasets and concept.target in words.world.nouns.names(owner)
            if named and words.world.layer.datasets[owner].primary_key:
                yield from with_own_fields(words, replace(found, entity=owner))
