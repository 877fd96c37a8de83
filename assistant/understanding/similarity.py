"""Which names of a layer some words may have meant: for suggestions and questions back, never to decide by.

Names are compared by their words, rare ones counting more (the weighting of Robertson and Sparck Jones 1976), word
beginnings less than whole words. Measured on synonyms that were left out, the right metric is among the first three for
91 of 100; static embeddings (wordllama) find 91 too, edit distance 79, so that the simplest stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, sqrt

from assistant.understanding.language import Language
from semantic_layer import Dimension, Metric, Segment, SemanticLayer

LEAST_LIKENESS = 0.3
SHARED_BEGINNING, PARTIAL = 5, 0.6
TOLD = 0.6  # what a description or an example weighs beside a name


@dataclass(frozen=True)
class Near:
    """A metric, field (`dataset.field`) or segment with its title, and how like it is to the words asked for (0..1)."""

    kind: str
    name: str
    title: str
    likeness: float


@dataclass(frozen=True)
class _Phrase:
    """One thing that is said of a name: its words without inflection, and how much it weighs."""

    at: int
    words: frozenset[str]
    weight: float


class Similar:
    """The names of one layer by their words; nothing is computed before the first question that needs it."""

    def __init__(self, layer: SemanticLayer, language: Language):
        self._layer, self._language = layer, language

    def nearest(
        self, text: str, limit: int = 3, kinds: Sequence[str] = ("metric", "dimension", "segment")
    ) -> tuple[Near, ...]:
        """The names most like a text, likeliest first; none when nothing is like it."""
        asked = self._words(text)
        total = sum(self._rarity(word) for word in asked)
        best: dict[int, float] = defaultdict(float)
        for at in {at for word in asked for at in self._with_word(word)}:
            phrase = self._phrases[at]
            best[phrase.at] = max(best[phrase.at], self._likeness(asked, total, phrase))
        found = [(self._names[at], likeness) for at, likeness in best.items() if likeness >= LEAST_LIKENESS]
        named = [Near(kind, one.name, one.title, round(s, 3)) for (kind, one), s in found if kind in kinds]
        return tuple(sorted(named, key=lambda near: (-near.likeness, near.name))[:limit])

    def _likeness(self, asked: frozenset[str], total: float, phrase: _Phrase) -> float:
        """The cosine of the words of both, by rarity."""
        held = sum(self._rarity(word) * _held(word, asked) for word in phrase.words)
        whole = sum(self._rarity(word) for word in phrase.words)
        return phrase.weight * min(1.0, held / sqrt(whole * total))

    def _with_word(self, word: str) -> Iterable[int]:
        return (*self._index.get(word, ()), *(self._index.get(word[:SHARED_BEGINNING] + "*", ())))

    def _rarity(self, word: str) -> float:
        return log(1 + len(self._names) / self._seen.get(word, 1))

    def _words(self, text: str) -> frozenset[str]:
        ordinary = self._language.function_words | self._language.fillers
        tokens = self._language.tokens(text)
        return frozenset(token.bare for token in tokens if token.text.isalnum() and token.text not in ordinary)

    @cached_property
    def _names(self) -> tuple[tuple[str, Named], ...]:
        layer = self._layer
        metrics = (("metric", Named.of(m.name, m)) for m in layer.metrics.values() if _may_be_asked(m))
        fields = (
            ("dimension", Named.of(n, f)) for n, f in layer.fields.items() if not (f.hidden or f.pii or f.implied)
        )
        segments = (("segment", Named.of(s.name, s)) for s in layer.segments.values() if not s.hidden)
        return (*metrics, *fields, *segments)

    @cached_property
    def _phrases(self) -> tuple[_Phrase, ...]:
        return tuple(phrase for at, (_, one) in enumerate(self._names) for phrase in self._said_of(at, one))

    def _said_of(self, at: int, one: Named) -> Iterator[_Phrase]:
        for text in one.names:
            yield _Phrase(at, self._words(text), 1.0)
        for text in one.told:
            yield _Phrase(at, self._words(text), TOLD)

    @cached_property
    def _index(self) -> Mapping[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for at, phrase in enumerate(self._phrases):
            for word in phrase.words:
                index[word].append(at)
                if len(word) > SHARED_BEGINNING:
                    index[word[:SHARED_BEGINNING] + "*"].append(at)
        return index

    @cached_property
    def _seen(self) -> Mapping[str, int]:
        words: dict[int, set[str]] = defaultdict(set)
        for phrase in self._phrases:
            words[phrase.at] |= phrase.words
        return Counter(word for own in words.values() for word in own)


@dataclass(frozen=True)
class Named:
    """A name with what people call it, and what is told of it."""

    name: str
    title: str
    names: tuple[str, ...]
    told: tuple[str, ...]

    @classmethod
    def of(cls, name: str, one: Metric | Dimension | Segment) -> Named:
        """The name with the words of its definition."""
        own = name.rpartition(".")[2].replace("_", " ")
        return cls(name, one.title, (own, one.own_title, *one.synonyms), (one.description, *one.ai_context.examples))


def _may_be_asked(metric: Metric) -> bool:
    return not (metric.hidden or metric.implied or metric.type == "unavailable")


def _held(word: str, asked: frozenset[str]) -> float:
    """How much of a word is in the words asked for: whole, or its beginning."""
    if word in asked:
        return 1.0
    start = word[:SHARED_BEGINNING]
    shared = len(word) >= SHARED_BEGINNING and any(other.startswith(start) for other in asked)
    return PARTIAL if shared else 0.0
