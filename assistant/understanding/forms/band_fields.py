"""Which number of single rows is put in bands: the field that words name, and what counts its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.understanding.forms.amounts import lengths, worth
from assistant.understanding.forms.asking import Asking, counted_rows, phrases
from assistant.understanding.forms.band_edges import LENGTHS
from assistant.understanding.forms.band_words import Wanted
from assistant.understanding.tokens import Token
from semantic_layer import RatioMetric, SimpleMetric


def number_fields(asking: Asking, wanted: Wanted) -> Iterator[tuple[str, int, int, tuple[Token, ...]]]:
    """The number fields that words of the rest name, the longest name first, with the words."""
    rest = wanted.rest
    inner = replace(asking, tokens=tuple(rest)).words
    found: list[tuple[int, int, str]] = []
    for at in range(len(rest)):
        for kind in ("dimension", "metric"):
            for concepts, end in inner.concepts(at, kind):
                names = {_field(asking, concept.target) for concept in concepts}
                if len(names) == 1 and (name := names.pop()):
                    found.append((end - at, at, name))
    for size, at, name in sorted(found, key=lambda one: (-one[0], one[1])):
        yield name, at, at + size, tuple(rest[at : at + size])
    yield from _worth(asking, wanted)


def _worth(asking: Asking, wanted: Wanted) -> Iterator[tuple[str, int, int, tuple[Token, ...]]]:
    """The number of a row that is said by one word ("amount", "aged"), or by the unit of the bands alone."""
    rest = wanted.rest
    inner = replace(asking, tokens=tuple(rest)).words
    datasets = dict.fromkeys(name for at in range(len(rest)) for name, _ in inner.nouns(at))
    for words, find in (("aged", inner.linked_field), ("band_worth", lambda _, name: worth(asking.world, name))):
        said = [at for at, token in enumerate(rest) if token.text in phrases()[words]]
        fields = [field for name in datasets if (field := find("age", name))] if said else []
        if len(fields) == 1:
            yield fields[0], said[0], said[0] + 1, ()
    timed = wanted.unit in LENGTHS
    alone = [lengths(asking, name) if timed else (worth(asking.world, name),) for name in datasets]
    fields = [field for found in alone for field in found if field and len(found) == 1]
    if len(fields) == 1 and (wanted.ranges or wanted.width):
        yield fields[0], len(rest), len(rest), ()


def _field(asking: Asking, name: str) -> str:
    """The number of single rows that a name stands for: a field, or the one that a metric is made of."""
    layer = asking.world.layer
    if name in layer.fields:
        return name if is_number_field(asking, name) else ""
    metric = layer.metrics.get(name)
    if isinstance(metric, RatioMetric):
        metric, rows = layer.metrics.get(metric.numerator), counted_rows(asking.world, metric.denominator)
        if not isinstance(metric, SimpleMetric) or metric.measure.partition(".")[0] != rows:
            return ""
    if not isinstance(metric, SimpleMetric) or layer.measures[metric.measure].agg.startswith("count"):
        return ""
    dataset, expression = metric.measure.partition(".")[0], layer.measures[metric.measure].expression
    fields = layer.datasets[dataset].fields
    named = [f"{dataset}.{one.name}" for one in fields if expression in (one.sql, one.name)]
    return named[0] if len(named) == 1 and is_number_field(asking, named[0]) else ""


def is_number_field(asking: Asking, name: str) -> bool:
    """Whether a name is that of a number field that people may see."""
    known = asking.world.layer.fields.get(name)
    return known is not None and known.kind == "number" and not known.hidden


def names_rows(asking: Asking, words: Sequence[Token]) -> bool:
    """Whether words name rows that can be counted."""
    inner = replace(asking, tokens=tuple(words)).words
    return any(inner.nouns(at) for at in range(len(words)))


def untied(words: Sequence[Token]) -> tuple[Token, ...]:
    """Words without those at their end that only lead to the number: "orders by the"."""
    left = tuple(words)
    while left and left[-1].text in phrases()["ties_of_bands"]:
        left = left[:-1]
    return left


def count_titles(asking: Asking, own: Sequence[Token], field: str) -> Iterator[str]:
    """What counts the rows that a number belongs to: those its name tells, its own, or who they are a part of."""
    world = asking.world
    inner = replace(asking, tokens=tuple(own)).words
    dataset = field.partition(".")[0]
    steps = world.reach.steps
    beside = [one for one in world.layer.datasets if steps(dataset, one) == 1 and steps(one, dataset) == 1]
    named = [name for at in range(len(own)) for name, _ in inner.nouns(at) if name in beside]
    counts = [world.nouns.count_of(name) for name in dict.fromkeys((*named, dataset, *beside))]
    known = [world.layer.metrics[count] for count in counts if count]
    yield from (one.title for one in sorted(known, key=lambda one: one.implied))
