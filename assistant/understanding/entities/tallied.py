"""Numbers of what things have, said with two bounds, and what only says again that they are those of each thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.understanding.entities.found import Found
from assistant.understanding.entities.links import LINKING
from assistant.understanding.entities.words import Words
from semantic_layer import SimpleMetric

Span = tuple[float | int, float | int]


def spans(words: Words, found: Found) -> Iterator[tuple[Found, Span]]:
    """ "between one and three", "2 to 4": two numbers here that what is counted lies between, both included."""
    between = words.phrase(found.at, "between")
    low = words.number(between if between is not None else found.at)
    joined = low[1] if low is not None else len(words.tokens)
    said = words.tokens[joined].text if joined < len(words.tokens) else ""
    high = words.number(joined + 1) if said == ("and" if between is not None else "to") else None
    if low is not None and high is not None and low[0] <= high[0]:
        yield found.used(found.at, high[1], "condition", "between"), (low[0], high[0])


def each_again(words: Words, found: Found) -> bool:
    """Whether the rest says of a number that it is that of each: "using each type", "in each", "that use it"."""
    if not found.metrics or found.counting:
        return False
    at = words.skip(found.at, *LINKING)
    if at > found.at and words.phrase(found.at, "for_each") is None and words.at_end(words.skip(at, "empty")):
        return words.tokens[-1].text in ("it", "them")
    each = words.phrase(at, "for_each") or words.phrase(found.at, "for_each")
    return each is not None and (words.at_end(each) or _is_kind(words, found, each))


def _is_kind(words: Words, found: Found, at: int) -> bool:
    """Whether the last word is the head of what the things are called: "type" of template types."""
    owner = found.entity or found.group.partition(".")[0]
    heads = {name.rpartition("_")[2] for name in (owner, found.group.partition(".")[2]) if name}
    return words.at_end(at + 1) and words.tokens[at].plain in heads


def is_tied_again(words: Words, found: Found, at: int) -> bool:
    """Whether a last verb says again how things come to have what was bounded: "no students enrolled".

    Only where rows of a table between the two tell it: what a verb says of what is had ("rooms booked") limits.
    """
    last = found.filters[-1] if found.filters else None
    metric = words.world.layer.metrics.get(last.field) if last is not None else None
    if not isinstance(metric, SimpleMetric) or not words.at_end(words.skip(at, "ties", "empty")):
        return False
    tied = metric.measure.partition(".")[0]
    said = {dataset for place in range(at) for dataset, end in words.nouns(place) if end == at}
    return words.skip(at, "ties") > at and bool(said) and tied not in said


def group_count(words: Words, found: Found) -> Iterator[Found]:
    """ "each language and the number of stations (using it)": values of a field with how many things have each."""
    start = words.skip(found.at, "joins", "ties")
    counted = words.phrase(start, "counting") if found.group and not found.metrics else None
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        count = words.world.nouns.count_of(dataset)
        if count and dataset == found.group.partition(".")[0]:
            yield replace(found, metrics=(count,)).used(found.at, behind, "metric", count)
