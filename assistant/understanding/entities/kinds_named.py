"""Things named by a value that says of which kind they are: "the most expensive villa", "the tallest goalkeeper"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.words import Words
from semantic_layer import Filter


def kinds_named(words: Words, at: int) -> Iterator[tuple[str, Filter, int]]:
    """The things that a value here is a kind of, the condition on them, and the place behind value and noun."""
    for concepts, behind in words.concepts(at, "value"):
        told = [one for one in concepts if _is_kind(words, one.target)]
        owner = told[0].target.partition(".")[0] if len(told) == 1 == len(concepts) else ""
        nouns = words.nouns(behind)
        ends = [end for dataset, end in nouns if dataset == owner] or ([] if nouns else [behind])
        for end in ends[:1] if owner else ():
            yield owner, Filter(field=told[0].target, op="in", values=(told[0].value,)), end


def _is_kind(words: Words, target: str) -> bool:
    """Whether a field tells kinds of things that people list, and is not what one of them is called by."""
    owner, dot, _ = target.partition(".")
    layer = words.world.layer
    if not dot or owner not in layer.datasets or target in words.world.nouns.names(owner):
        return False
    return bool(layer.datasets[owner].entity) and layer.fields[target].kind == "categorical"
