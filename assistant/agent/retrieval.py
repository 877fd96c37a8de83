"""The part of the catalogue that a question may be about: few names, so that a prompt stays short and a model on track.

Names are ranked by how well one of their own phrases (name, label, synonym) is covered by the words of the question,
rare words counting more (the weighting of Robertson and Sparck Jones 1976), word beginnings less than whole words, and
a phrase that is covered whole twice; words of their descriptions count a little. The last places go to names that are
most like the question by static word embeddings.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import log
from pathlib import Path

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.agent.errors import ModelUnavailable
from assistant.agent.likeness import Embed, Likeness
from semantic_layer import Dataset, Dimension, Metric, Segment, SemanticLayer, SemanticQuery

METRICS, FIELDS, SEGMENTS, VALUES = 10, 10, 2, 6
_BY_LIKENESS = 2  # of the metrics and of the fields
_AT_LEAST = 4  # of each kind, by words; more only while they come near the best
_NEAR = 0.3  # of the best one's score
_STEM = 5  # letters that two forms of a word share
_PARTIAL = 0.7
_DESCRIBED = 0.3
_WHOLE = 2.0
_IMPLIED = 0.9  # of names that nobody declared
_ALIKE = 0.7  # letters that a misspelt word shares with the right one
_SHORTEST = 4  # letters of a word that may be misspelt
_WORD = re.compile(r"[^\W_]+")
_KEY = re.compile(r"\b(?=\w*\d)(?=\w*[^\W\d_])\w{4,}\b")
_WORDS = Path(__file__).parent / "en.yml"
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
    """A name with the phrases people use for it, the words that describe it, and how much it counts."""

    name: str
    phrases: tuple[frozenset[str], ...]
    words: frozenset[str]
    said: str
    weight: float = 1.0


class _Index:
    """Entries of one kind, found by their words."""

    def __init__(self, entries: Sequence[_Entry], embed: Embed | None = None):
        self.entries, self._embed = entries, embed
        self._by_stem: dict[str, list[int]] = defaultdict(list)
        for at, entry in enumerate(entries):
            for begun in {stem(word) for word in entry.words}:
                self._by_stem[begun].append(at)

    def touched(self, stems: Iterable[str]) -> list[_Entry]:
        """The entries that share a word, or its beginning, with the question."""
        return [self.entries[at] for at in sorted({at for one in stems for at in self._by_stem.get(one, ())})]

    @cached_property
    def likeness(self) -> Likeness:
        """The entries by meaning."""
        return Likeness([entry.said for entry in self.entries], self._embed)

    def like(self, question: str, most: int) -> list[str]:
        """The names most like the question in meaning; none while those who embed are away."""
        try:
            return [self.entries[at].name for at, _ in self.likeness.best(question, most)]
        except ModelUnavailable:
            return []


class Catalogue:
    """Everything that may be named, indexed by its words; made once for a layer and a snapshot.

    `embed` says how alike texts are in meaning; without it the embeddings of the package do.
    """

    def __init__(self, layer: SemanticLayer, values: Values, embed: Embed | None = None):
        self.layer, self.values, self._embed = layer, values, embed

    def excerpt(self, question: str, before: SemanticQuery | None = None) -> Excerpt:
        """The names that a plan for the question may use, the likeliest first; those of the query before among them."""
        asked = self._asked(question)
        kept_metrics, kept_fields = _names_of(before, self.layer)
        named = self._named_values(question)
        metrics = tuple(dict.fromkeys([*kept_metrics, *self._best(self._metrics, question, asked, METRICS)]))
        near = {self._home(name) for name in metrics}
        fields = self._best(self._fields, question, asked, FIELDS, near)
        first = [*kept_fields, *named, *self._keys(question)]
        fields = tuple(dict.fromkeys([*first, *fields]))[: FIELDS + len(first)]
        shown = {field: self._shown(field, named.get(field, ())) for field in fields if field in self.values}
        segments = tuple(one.name for one in self._ranked(self._segments, asked)[:SEGMENTS])
        return Excerpt(metrics, fields, segments, self._entities(asked), shown, named)

    def _asked(self, question: str) -> frozenset[str]:
        """The words of the question, what misspelt ones may mean, and words that names use for the same."""
        said = words_of(question)
        meant = said | self._respelt(said)
        meant |= {form for word in meant for form in _numbers(word)}
        return meant | {other for word in meant for other in _alike().get(word, ())}

    def _entities(self, asked: frozenset[str]) -> tuple[str, ...]:
        ranked = [entry.name for entry in self._ranked(self._datasets, asked)]
        return tuple(dict.fromkeys([*ranked[:2], *(name for name, one in self.layer.datasets.items() if one.entity)]))

    def _keys(self, question: str) -> list[str]:
        """The keys of entities, when the question holds something that looks like one: C001065."""
        if not _KEY.search(question):
            return []
        entities = [(name, one) for name, one in self.layer.datasets.items() if one.entity]
        keys = [f"{name}.{column}" for name, one in entities for column in one.primary_key]
        return [key for key in keys if key in self.layer.fields]

    def _shown(self, field: str, named: Iterable[str]) -> tuple[str, ...]:
        common = [value for value, _ in self.values[field][:VALUES]]
        return tuple(dict.fromkeys([*named, *common]))[: VALUES + 3]

    def _respelt(self, asked: frozenset[str]) -> frozenset[str]:
        """For words that nothing is called by, the words that they are nearest to."""
        long = (word for word in asked if len(word) >= _SHORTEST and not set(_numbers(word)) & self._rarity.keys())
        unknown = [word for word in long if word not in self._rarity and word not in _alike()]
        found = (
            process.extract(word, self._vocabulary, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=3)
            for word in unknown
        )
        return frozenset(word for near in found for word, _, _ in near)

    def _named_values(self, question: str) -> dict[str, tuple[str, ...]]:
        """Fields of which a value stands in the question, with those values."""
        words = " ".join(_WORD.findall(question))
        said = f" {words.lower()} | {words} "
        found: dict[str, tuple[str, ...]] = {}
        for field, written in self._plain.items():
            hits = dict.fromkeys(text for text, plain in written if f" {plain} " in said)
            if hits:
                found[field] = tuple(hits)[:5]
        return found

    @cached_property
    def _plain(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """By field each value with the ways in which it may be written; also those that only the definitions know."""
        declared = {name: [(value, 0) for value in one.values] for name, one in self.layer.fields.items() if one.values}
        every = {
            field: [*self.values.get(field, ()), *declared.get(field, ())] for field in {**self.values, **declared}
        }
        return {field: self._written(field, [value for value, _ in values]) for field, values in every.items()}

    def _written(self, field: str, values: Sequence[str]) -> Sequence[tuple[str, str]]:
        # "/sale" is a page and nothing that people mean by a sale: such values are named as they are or not at all
        plain_ones = [text for text in dict.fromkeys(values) if text[:1].isalnum()]
        said = ((text, way) for text in plain_ones for way in (text, *self._called(field, text)))
        return [(text, plain) for text, way in said if (plain := _as_said(way))]

    def _called(self, field: str, value: str) -> tuple[str, ...]:
        """What people call a value, by the definitions; one and many."""
        known = self.layer.fields[field].values.get(value, ()) if field in self.layer.fields else ()
        return (*known, *(f"{name}s" for name in known), f"{value}s", value.removesuffix("s"))

    @cached_property
    def _metrics(self) -> _Index:
        shown = [
            (name, one) for name, one in self.layer.metrics.items() if not one.hidden and one.type != "unavailable"
        ]
        return _Index([_entry(name, one, implied=one.implied) for name, one in shown], self._embed)

    @cached_property
    def _fields(self) -> _Index:
        shown = [(name, one) for name, one in self.layer.fields.items() if not one.hidden and not one.pii]
        return _Index([_entry(name, one, implied=one.implied) for name, one in shown], self._embed)

    @cached_property
    def _segments(self) -> _Index:
        return _Index([_entry(name, one) for name, one in self.layer.segments.items() if not one.hidden])

    @cached_property
    def _datasets(self) -> _Index:
        listed = [(name, one) for name, one in self.layer.datasets.items() if one.entity or one.primary_key]
        return _Index([_entry(name, one) for name, one in listed])

    @cached_property
    def _rarity(self) -> Mapping[str, float]:
        entries = [*self._metrics.entries, *self._fields.entries, *self._segments.entries]
        seen = Counter(word for entry in entries for word in entry.words)
        return {word: log(1 + len(entries) / count) for word, count in seen.items()}

    @cached_property
    def _vocabulary(self) -> list[str]:
        return [word for word in self._rarity if len(word) >= _SHORTEST]

    def _best(
        self, index: _Index, question: str, asked: frozenset[str], most: int, near: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """The names that share most with the question, then those most like it in meaning."""
        by_words = self._likely(index, asked, frozenset(near))[:most]
        alike = [name for name in index.like(question, most) if name not in by_words[: most - _BY_LIKENESS]]
        return tuple(dict.fromkeys([*by_words[: most - _BY_LIKENESS], *alike[:_BY_LIKENESS], *by_words]))[:most]

    def _likely(self, index: _Index, asked: frozenset[str], near: frozenset[str]) -> list[str]:
        """The names that share words with the question, without those far behind the best: a name costs tokens."""
        ranked = self._scored(index, asked, near)
        least = ranked[0][0] * _NEAR if ranked else 0.0
        return [entry.name for at, (score, entry) in enumerate(ranked) if at < _AT_LEAST or score >= least]

    def _scored(
        self, index: _Index, asked: frozenset[str], near: frozenset[str] = frozenset()
    ) -> list[tuple[float, _Entry]]:
        """Entries with what they share with the question, the most first; those beside `near` datasets are moved up."""
        stems = frozenset(stem(word) for word in asked)
        scored = [(self._score(entry, asked, stems), entry) for entry in index.touched(stems)]
        ranked = [(score + 0.5 * (entry.name.partition(".")[0] in near), entry) for score, entry in scored if score > 0]
        return sorted(ranked, key=lambda pair: -pair[0])

    def _ranked(self, index: _Index, asked: frozenset[str]) -> list[_Entry]:
        return [entry for _, entry in self._scored(index, asked)]

    def _score(self, entry: _Entry, asked: frozenset[str], stems: frozenset[str]) -> float:
        named = max((self._covered(phrase, asked, stems) for phrase in entry.phrases), default=0.0)
        return entry.weight * (named + _DESCRIBED * self._covered(entry.words, asked, stems))

    def _covered(self, phrase: frozenset[str], asked: frozenset[str], stems: frozenset[str]) -> float:
        """What the question holds of a phrase, times the part of the phrase that it covers."""
        total = sum(self._weight(word) for word in phrase)
        held = sum(self._weight(word) * _held(word, asked, stems) for word in phrase)
        covered = held * held / total if total else 0.0
        return covered * _WHOLE if held == total else covered

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


_FUNCTION_WORDS = """a an and are as at by did do does for from had has have how i in is it me my of on or our per show
tell that the their there these this those to us was we were what when where which who with you"""
_PLAIN = frozenset(_FUNCTION_WORDS.split())


def _entry(name: str, one: Dataset | Dimension | Metric | Segment, *, implied: bool = False) -> _Entry:
    own = name.rpartition(".")[2].replace("_", " ")
    texts = (own, one.title, *one.synonyms)
    phrases = tuple(words for text in texts if (words := words_of(text)))
    about = words_of(" ".join([name, one.description, *one.ai_context.examples]))
    said = ", ".join(dict.fromkeys((one.title, *one.synonyms[:4], one.description.split(". ")[0])))
    return _Entry(name, phrases, about.union(*phrases), said, _IMPLIED if implied else 1.0)


def _as_said(way: str) -> str:
    """A way to write a value, as it is looked for: a code that is a small word, too ("AT", "US"), in capitals only."""
    words = " ".join(_WORD.findall(way))
    return words.upper() if words.lower() in _PLAIN else words.lower()


def _held(word: str, asked: frozenset[str], stems: frozenset[str]) -> float:
    return 1.0 if word in asked else _PARTIAL if stem(word) in stems else 0.0


def stem(word: str) -> str:
    """The beginning that forms of a word share; a short word is its own."""
    for ending in ("ing", "ies", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST - 1:
            word = word.removesuffix(ending)
            break
    return word[:_STEM]


def _numbers(word: str) -> tuple[str, ...]:
    """A word as one and as many: "countries", "country"."""
    if len(word) < _SHORTEST:
        return ()
    one = f"{word.removesuffix('ies')}y" if word.endswith("ies") else word.removesuffix("s")
    return one, f"{one.removesuffix('y')}ies" if one.endswith("y") else f"{one}s"


@cache
def _alike() -> Mapping[str, Sequence[str]]:
    return yaml.safe_load(_WORDS.read_text(encoding="utf-8"))["alike"]


def words_of(text: str) -> frozenset[str]:
    """The words of a text that say what it is about, in small letters."""
    return frozenset(word for word in _WORD.findall(text.lower()) if word not in _PLAIN)
