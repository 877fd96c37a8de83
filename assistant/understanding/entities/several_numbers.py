"""Several numbers for each of something: "the number of rentals and the average charge for each branch"."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.understanding.entities.computing import number_over
from assistant.understanding.entities.each import called_by
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words

FEWEST = 2


def several_for_each(words: Words) -> Iterator[Found]:
    """Two or more numbers, then of what each is told: a thing, or the one category that is so called."""
    begun = words.skip(0, "requests", "asking", "empty")
    metrics, at = _metrics(words, begun)
    each = words.phrase(at, "for_each") or words.phrase(at, "by_each")
    if len(metrics) < FEWEST or each is None:
        return
    for shown, entity, end in _groups(words, each, metrics):
        found = Found(end, entity=entity, attributes=shown, metrics=metrics, each=True)
        yield found.used(begun, at, "metric", metrics[0]).used(at, end, "dimension", shown[0])


def _metrics(words: Words, at: int) -> tuple[tuple[str, ...], int]:
    """The numbers named from here, with the place behind the last one."""
    found: list[str] = []
    behind, place = at, at
    while True:
        metric, end = _metric(words, place)
        if not metric:
            return tuple(dict.fromkeys(found)), behind
        found.append(metric)
        behind = end
        place = words.skip(end, "joins", "empty")
        if place == end:
            return tuple(dict.fromkeys(found)), behind


def _metric(words: Words, at: int) -> tuple[str, int]:
    counted = words.phrase(at, "counting")
    for dataset, behind in words.nouns(words.skip(counted, "empty")) if counted is not None else ():
        count = words.world.nouns.count_of(dataset)
        if count:
            return count, behind
    for concepts, behind in words.concepts(at, "metric", 0.9):
        if len({concept.target for concept in concepts}) == 1:
            return concepts[0].target, behind
    return number_over(words, at)


def _groups(words: Words, at: int, metrics: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """What all the numbers can be told by, with whose rows it is and the place behind; things before categories."""
    reach, fields = words.world.reach, words.world.layer.fields
    things = [(called_by(words, dataset), dataset, end) for dataset, end in words.nouns(at)]
    near = [(shown, dataset, end) for shown, dataset, end in things if shown and reach.distance(metrics, dataset)]
    yield from near
    for concepts, end in words.concepts(at, "dimension") if not near else ():
        named = [c.target for c in concepts if reach.distance(metrics, c.target.partition(".")[0]) is not None]
        if len(named) == 1 and fields[named[0]].kind == "categorical":
            yield (named[0],), named[0].partition(".")[0], end
