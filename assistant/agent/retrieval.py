"""The part of the catalogue that a question may be about: few names, so that a prompt stays short and a model on track.

Names are ranked by the words they share with the question, rare words counting more (the weighting of Robertson and
Sparck Jones 1976), word beginnings counting less than whole words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from semantic_layer import SemanticLayer, SemanticQuery

METRICS, FIELDS, SEGMENTS, VALUES = 10, 12, 4, 12
_STEM = 5  # letters that two forms of a word share
_PARTIAL = 0.5
_WORD = re.compile(r"[^\W_]+")
Values = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Excerpt:
    """Names for one question: metrics, fields ("dataset.field") with some values, segments, entities for lists."""

    metrics: tuple[str, ...]
    fields: tuple[str, ...]
    segments: tuple[str, ...]
    entities: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Entry:
    name: str
    words: frozenset[str]
    weight: float = 1.0


class Catalogue:
    """Everything that may be named, indexed by its words; made once for a layer and a snapshot."""

    def __init__(self, layer: SemanticLayer, values: Values):
        self.layer, self.values = layer, values

    def excerpt(self, question: str, before: SemanticQuery | None = None) -> Excerpt:
        """The names that a plan for the question may use, the likeliest first; those of the query before among them."""
        asked = words_of(question)
        kept_metrics, kept_fields = _names_of(before, self.layer)
        named = self.named_values(question)
        metrics = tuple(dict.fromkeys([*kept_metrics, *self._best(self._metrics, asked, METRICS)]))
        near = {self._home(name) for name in metrics}
        fields = self._best(self._fields, asked, FIELDS, near)
        first = [*kept_fields, *named]
        fields = tuple(dict.fromkeys([*first, *fields]))[: FIELDS + len(first)]
        shown = {field: self._shown(field, named.get(field, ())) for field in fields if field in self.values}
        entities = tuple(name for name, dataset in self.layer.datasets.items() if dataset.entity or dataset.primary_key)
        return Excerpt(
            metrics, fields, self._best(self._segments, asked, SEGMENTS), self._entities(asked, entities), shown
        )

    def _entities(self, asked: frozenset[str], names: Sequence[str]) -> tuple[str, ...]:
        entries = [_Entry(name, words_of(f"{name} {self.layer.datasets[name].title}")) for name in names]
        return self._best(entries, asked, 3)

    def _shown(self, field: str, named: Iterable[str]) -> tuple[str, ...]:
        common = [value for value, _ in self.values[field][:VALUES]]
        return tuple(dict.fromkeys([*named, *common]))[: VALUES + 3]

    def named_values(self, question: str) -> dict[str, tuple[str, ...]]:
        """Fields of which a value stands in the question, with those values."""
        said = f" {' '.join(_WORD.findall(question.lower()))} "
        found: dict[str, tuple[str, ...]] = {}
        for field, values in self.values.items():
            hits = [text for text, plain in self._plain[field] if f" {plain} " in said]
            if hits and values:
                found[field] = tuple(hits[:5])
        return found

    @cached_property
    def _plain(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        return {
            field: [(text, plain) for text, _ in values if (plain := " ".join(_WORD.findall(text.lower())))]
            for field, values in self.values.items()
        }

    @cached_property
    def _metrics(self) -> Sequence[_Entry]:
        return [
            _Entry(
                name, words_of(" ".join([name, one.title, one.description, *one.synonyms, *one.ai_context.examples]))
            )
            for name, one in self.layer.metrics.items()
            if not one.hidden and one.type != "unavailable"
        ]

    @cached_property
    def _fields(self) -> Sequence[_Entry]:
        return [
            _Entry(name, words_of(" ".join([name, one.title, one.description, *one.synonyms])))
            for name, one in self.layer.fields.items()
            if not one.hidden and not one.pii
        ]

    @cached_property
    def _segments(self) -> Sequence[_Entry]:
        return [
            _Entry(name, words_of(" ".join([name, one.title, one.description, *one.synonyms])))
            for name, one in self.layer.segments.items()
            if not one.hidden
        ]

    @cached_property
    def _rarity(self) -> Mapping[str, float]:
        entries = [*self._metrics, *self._fields, *self._segments]
        seen = Counter(word for entry in entries for word in entry.words)
        return {word: log(1 + len(entries) / count) for word, count in seen.items()}

    def _best(
        self, entries: Sequence[_Entry], asked: frozenset[str], most: int, near: frozenset[str] | set[str] = frozenset()
    ) -> tuple[str, ...]:
        scored = [
            (self._score(entry, asked) + 0.5 * (entry.name.partition(".")[0] in near), entry) for entry in entries
        ]
        ranked = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
        return tuple(entry.name for _, entry in ranked[:most])

    def _score(self, entry: _Entry, asked: frozenset[str]) -> float:
        whole = sum(self._rarity.get(word, 0.0) for word in asked & entry.words)
        stems = {word[:_STEM]: word for word in entry.words if len(word) >= _STEM}
        partial = sum(
            _PARTIAL * self._rarity.get(stems[word[:_STEM]], 0.0)
            for word in asked - entry.words
            if word[:_STEM] in stems
        )
        return (whole + partial) / (1 + 0.15 * log(1 + len(entry.words)))

    def _home(self, name: str) -> str:
        metric = self.layer.metrics[name]
        return metric.measure.partition(".")[0] if metric.type == "simple" else ""


def _names_of(query: SemanticQuery | None, layer: SemanticLayer) -> tuple[Sequence[str], Sequence[str]]:
    """Metrics and fields that a query names."""
    if query is None:
        return (), ()
    said = [one.field for one in (*query.group_by, *query.filters)]
    return query.metrics, [name for name in said if name in layer.fields]


_FUNCTION_WORDS = """a an and are as at by did do does for from had has have how i in is it me my of on or our show
tell that the their there these this those to us was we were what when where which who with you"""
_PLAIN = frozenset(_FUNCTION_WORDS.split())


def words_of(text: str) -> frozenset[str]:
    """The words of a text that say what it is about, in small letters."""
    return frozenset(word for word in _WORD.findall(text.lower()) if word not in _PLAIN)
