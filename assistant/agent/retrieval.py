"""The part of the catalogue that a question may be about: few names, so that a prompt stays short and a model on track.

Names are ranked by how well one of their own phrases (name, label, synonym) is covered by the words of the question,
rare words counting more (the weighting of Robertson and Sparck Jones 1976) and word beginnings less than whole words;
words of their descriptions count a little.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from rapidfuzz import process

from semantic_layer import Dataset, Dimension, Metric, Segment, SemanticLayer, SemanticQuery

METRICS, FIELDS, SEGMENTS, VALUES = 10, 12, 4, 12
_STEM = 5  # letters that two forms of a word share
_PARTIAL = 0.7
_DESCRIBED = 0.3
_ALIKE = 82  # of 100: letters that a misspelt word shares with the right one
_WORD = re.compile(r"[^\W_]+")
Values = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Excerpt:
    """Names for one question: metrics, fields ("dataset.field") with some values, segments, entities for lists.

    `named` are the values that stand in the question itself, by field.
    """

    metrics: tuple[str, ...]
    fields: tuple[str, ...]
    segments: tuple[str, ...]
    entities: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    named: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Entry:
    """A name with the phrases people use for it, and the words that describe it."""

    name: str
    phrases: tuple[frozenset[str], ...]
    words: frozenset[str]


class Catalogue:
    """Everything that may be named, indexed by its words; made once for a layer and a snapshot."""

    def __init__(self, layer: SemanticLayer, values: Values):
        self.layer, self.values = layer, values

    def excerpt(self, question: str, before: SemanticQuery | None = None) -> Excerpt:
        """The names that a plan for the question may use, the likeliest first; those of the query before among them."""
        asked = self._respelt(words_of(question))
        kept_metrics, kept_fields = _names_of(before, self.layer)
        named = self._named_values(question)
        metrics = tuple(dict.fromkeys([*kept_metrics, *self._best(self._metrics, asked, METRICS)]))
        near = {self._home(name) for name in metrics}
        fields = self._best(self._fields, asked, FIELDS, near)
        first = [*kept_fields, *named]
        fields = tuple(dict.fromkeys([*first, *fields]))[: FIELDS + len(first)]
        shown = {field: self._shown(field, named.get(field, ())) for field in fields if field in self.values}
        entities = tuple(name for name, dataset in self.layer.datasets.items() if dataset.entity or dataset.primary_key)
        segments = self._best(self._segments, asked, SEGMENTS)
        return Excerpt(metrics, fields, segments, self._entities(asked, entities), shown, named)

    def _entities(self, asked: frozenset[str], names: Sequence[str]) -> tuple[str, ...]:
        entries = [_entry(name, self.layer.datasets[name]) for name in names]
        return self._best(entries, asked, 3)

    def _shown(self, field: str, named: Iterable[str]) -> tuple[str, ...]:
        common = [value for value, _ in self.values[field][:VALUES]]
        return tuple(dict.fromkeys([*named, *common]))[: VALUES + 3]

    def _respelt(self, asked: frozenset[str]) -> frozenset[str]:
        """The words, and for those that nothing is called by, the word that they are nearest to."""
        unknown = [word for word in asked if len(word) >= _STEM and word not in self._rarity]
        near = (process.extractOne(word, list(self._rarity), score_cutoff=_ALIKE) for word in unknown)
        return asked | {found[0] for found in near if found}

    def _named_values(self, question: str) -> dict[str, tuple[str, ...]]:
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
            field: [
                (text, plain)
                for text, _ in values
                for said in (text, *self._called(field, text))
                if (plain := " ".join(_WORD.findall(said.lower())))
            ]
            for field, values in self.values.items()
        }

    def _called(self, field: str, value: str) -> tuple[str, ...]:
        """What people call a value, by the definitions; one and many."""
        known = self.layer.fields[field].values.get(value, ()) if field in self.layer.fields else ()
        return (*known, *(f"{name}s" for name in known), f"{value}s", value.removesuffix("s"))

    @cached_property
    def _metrics(self) -> Sequence[_Entry]:
        return [
            _entry(name, one)
            for name, one in self.layer.metrics.items()
            if not one.hidden and not one.implied and one.type != "unavailable"
        ]

    @cached_property
    def _fields(self) -> Sequence[_Entry]:
        fields = self.layer.fields.items()
        return [_entry(name, one) for name, one in fields if not one.hidden and not one.pii and not one.implied]

    @cached_property
    def _segments(self) -> Sequence[_Entry]:
        return [_entry(name, one) for name, one in self.layer.segments.items() if not one.hidden]

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
        stems = {word[:_STEM] for word in asked if len(word) >= _STEM}
        named = max((self._covered(phrase, asked, stems) for phrase in entry.phrases), default=0.0)
        return named + _DESCRIBED * self._covered(entry.words, asked, stems)

    def _covered(self, phrase: frozenset[str], asked: frozenset[str], stems: set[str]) -> float:
        """What the question holds of a phrase, times the part of the phrase that it covers."""
        total = sum(self._weight(word) for word in phrase)
        held = sum(self._weight(word) * _held(word, asked, stems) for word in phrase)
        return held * held / total if total else 0.0

    def _weight(self, word: str) -> float:
        return self._rarity.get(word, 1.0)

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


def _entry(name: str, one: Dataset | Dimension | Metric | Segment) -> _Entry:
    own = name.rpartition(".")[2].replace("_", " ")
    phrases = tuple(words for text in (own, one.title, *one.synonyms) if (words := words_of(text)))
    about = words_of(" ".join([name, one.description, *one.ai_context.examples]))
    return _Entry(name, phrases, about.union(*phrases))


def _held(word: str, asked: frozenset[str], stems: set[str]) -> float:
    return 1.0 if word in asked else _PARTIAL if word[:_STEM] in stems and len(word) >= _STEM else 0.0


def words_of(text: str) -> frozenset[str]:
    """The words of a text that say what it is about, in small letters."""
    return frozenset(word for word in _WORD.findall(text.lower()) if word not in _PLAIN)
