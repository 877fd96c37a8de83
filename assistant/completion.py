"""What a question can be made of, for completion while it is typed: names of metrics, fields, segments and values.

The list is one viewer's: it holds what that viewer's layer and values hold, and no personal field.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from assistant.refining import World

MOST_VALUES, MOST = 40, 3000


class Word(NamedTuple):
    """A piece of text that completes what is typed, and what it is."""

    text: str
    kind: Literal["metric", "dimension", "segment", "value"]


def completions(world: World) -> tuple[Word, ...]:
    """Words to complete with, each once: metrics, then breakdowns and segments, then values."""
    found: dict[str, Word] = {}
    for word in _every(world):
        found.setdefault(word.text.casefold(), word)
    return tuple(islice(found.values(), MOST))


def _every(world: World) -> Iterator[Word]:
    layer = world.layer
    shown = [metric for metric in layer.metrics.values() if not metric.hidden and metric.type != "unavailable"]
    yield from (Word(metric.title, "metric") for metric in shown)
    yield from (Word(word, "metric") for metric in shown for word in metric.synonyms)
    fields = [field for field in layer.fields.values() if not (field.hidden or field.pii or field.implied)]
    yield from (Word(field.title, "dimension") for field in fields)
    yield from (Word(segment.title, "segment") for segment in layer.segments.values() if not segment.hidden)
    for values in world.values.values():
        yield from (Word(value, "value") for value, _ in values[:MOST_VALUES] if 1 < len(value) <= 60)
