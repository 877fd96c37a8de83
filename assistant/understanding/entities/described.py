"""Things told by what they are: "charter schools", "abnormal results", "all surgeons"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.concepts import Concept
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words
from semantic_layer import Filter


def described(words: Words, found: Found) -> Iterator[Found]:
    """Things behind, or told by, a word that is true of them."""
    yield from _marked(words, found)
    yield from _called_by_value(words, found)


def _marked(words: Words, found: Found) -> Iterator[Found]:
    """ "charter schools" of a yes or no that is called so, "full time teachers"."""
    for concepts, behind in words.concepts(found.at, "dimension", 0.9):
        for concept in concepts:
            owner, field = concept.target.partition(".")[0], words.world.layer.fields[concept.target]
            if field.kind != "boolean" or not words.world.layer.datasets[owner].primary_key:
                continue
            ends = [behind for at in range(found.at + 1, behind) if (owner, behind) in words.nouns(at)]
            ends += [end for dataset, end in words.nouns(behind) if dataset == owner]
            kept = Filter(field=concept.target, op="in", values=(True,))
            for end in ends[:1]:
                marked = found.used(found.at, end, "condition", concept.target)
                yield replace(marked, entity=owner).filtered(kept)


def _called_by_value(words: Words, found: Found) -> Iterator[Found]:
    """ "all surgeons", "high schools": a value in the plural that says what the things of one table are."""
    for concepts, behind in words.concepts(found.at, "value"):
        told = [concept for concept in concepts if _says_what_they_are(words, concept, behind)]
        if len(told) != 1 or len(concepts) > 1 or words.nouns(behind):
            continue
        owner = told[0].target.partition(".")[0]
        kept = Filter(field=told[0].target, op="in", values=(told[0].value,))
        used = found.used(found.at, behind, "value", told[0].target)
        yield replace(used, entity=owner, rank=found.rank + 1).filtered(kept)


def _says_what_they_are(words: Words, concept: Concept, behind: int) -> bool:
    """Whether a value names things: it is said in the plural and stored in the singular."""
    owner, dot, _ = concept.target.partition(".")
    if not dot or owner not in words.world.layer.datasets or not words.world.nouns.names(owner):
        return False
    if concept.target in words.world.nouns.names(owner) or not words.world.layer.datasets[owner].entity:
        return False
    stored = str(concept.value).casefold().split()
    last = words.tokens[behind - 1]
    return bool(stored) and words.is_plural(behind - 1) and last.text != stored[-1] and last.plain == stored[-1]
