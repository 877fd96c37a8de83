"""All the phrases by which a layer's metrics, fields, segments, things and values may be called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.understanding.concepts import COMPOSED, HEAD_WORD, PEOPLE, SEGMENT, SYNONYM, Concept
from assistant.understanding.exchanging import Exchange
from assistant.understanding.language import Language
from semantic_layer import Dataset, Dimension, Metric, SemanticLayer, SimpleMetric

Naming = tuple[str, Concept]


@dataclass(frozen=True)
class Namings:
    """The names that a layer gives and those that follow from them; `function_words` never name anything alone."""

    layer: SemanticLayer
    language: Language
    function_words: frozenset[str]
    exchange: Exchange

    def all(self, values: Mapping[str, Sequence[tuple[str, int]]]) -> Iterator[Naming]:
        """Every phrase with its meaning; `values` are those of the data, by field, with how often each occurs."""
        for metric in self.layer.metrics.values():
            if not (metric.hidden or metric.implied):
                yield from self._metric_phrases(metric)
        for segment in self.layer.segments.values():
            if not segment.hidden:
                concept = Concept("value", segment.name, SEGMENT, value=True)
                for phrase, found in _named(segment.name, segment.label, segment.synonyms, concept):
                    yield phrase, replace(found, weight=SEGMENT)
        yield from self._people(values)
        for dataset in self.layer.datasets.values():
            yield from _named(dataset.name, dataset.label, dataset.synonyms, Concept("noun", dataset.name))
            for field in dataset.fields:
                if not field.hidden:
                    yield from self._field_phrases(dataset, field)
                    stored = values.get(f"{dataset.name}.{field.name}", ())
                    yield from _value_phrases(dataset, field, stored)
                    yield from self._said_values(dataset, field, stored)

    def _people(self, values: Mapping[str, Sequence[tuple[str, int]]]) -> Iterator[Naming]:
        """ "people" for the one entity that is called by a noun for people, when there is just one.

        A word that is a value of theirs, too, is none: "individuals" are not the companies among the clients.
        """
        nouns = set(self.language.words("person_nouns"))
        meant = [
            dataset.name
            for dataset in self.layer.datasets.values()
            if dataset.entity and nouns & {word.casefold() for word in (dataset.name, *dataset.synonyms)}
        ]
        stored = {
            value.casefold()
            for field, listed in values.items()
            if meant and field.partition(".")[0] == meant[0]
            for value, _ in listed
            if " " not in value
        }
        for word in self.language.words("persons") if len(meant) == 1 else ():
            if not stored.isdisjoint((word, word.removesuffix("s"))):
                continue
            yield word, Concept("noun", meant[0], PEOPLE)

    def _metric_phrases(self, metric: Metric) -> Iterator[Naming]:
        concept = Concept("metric", metric.name)
        for phrase, found in _named(metric.name, metric.label, metric.synonyms, concept):
            yield phrase, found
            yield from self._reordered(phrase, found)
            shorter = self._without_count_words(phrase, metric.format == "currency")
            if shorter and isinstance(metric, SimpleMetric) and not metric.filter:
                yield shorter, replace(found, weight=found.weight - COMPOSED)

    def _reordered(self, phrase: str, found: Concept) -> Iterator[Naming]:
        """ "carts abandoned" for "abandoned carts", "percent of carts abandoned" for "share of abandoned carts"."""
        composed = replace(found, weight=found.weight - COMPOSED)
        words = phrase.casefold().split()
        head: list[str] = []
        shares = self.language.words("share_words")
        if len(words) > 2 and words[0] in shares and words[1] in self.language.words("genitive"):
            head, words = words[:2], words[2:]
            for other in shares:
                yield " ".join([other, head[1], *words]), composed
        if len(words) == 2 and words[0].endswith(self.language.words("participle_endings")):
            for first in shares if head else ("",):
                yield " ".join([first, *head[1:], words[1], words[0]]).strip(), composed

    def _without_count_words(self, phrase: str, money: bool) -> str:
        """ "customers" for "number of customers" and for "customer count", empty when nothing was cut.

        What stands before a total of money is what it is paid for: an "order total" is no number of orders.
        """
        lowered = phrase.casefold()
        for prefix in self.language.words("count_prefixes"):
            if lowered.startswith(prefix + " "):
                return phrase[len(prefix) + 1 :]
        for suffix in () if money else self.language.words("count_suffixes"):
            if lowered.endswith(" " + suffix):
                return phrase[: -len(suffix) - 1]
        return ""

    def _field_phrases(self, dataset: Dataset, field: Dimension) -> Iterator[Naming]:
        concept = Concept("dimension", f"{dataset.name}.{field.name}")
        if field.kind == "categorical":
            yield from self._head_words(field, concept)
        for phrase, found in _named(field.name, field.label, field.synonyms, concept):
            yield phrase, found
            composed = replace(found, weight=found.weight - COMPOSED)
            for noun in _nouns(dataset) if field.kind != "boolean" else ():
                yield f"{noun} {phrase}", composed
                yield f"{phrase} of {noun}", composed
            if field.kind == "time":
                yield from self._grained(phrase, composed)
            if field.kind == "boolean":
                yield from self._bare_flags(phrase, composed)

    def _said_values(self, dataset: Dataset, field: Dimension, stored: Sequence[tuple[str, int]]) -> Iterator[Naming]:
        """What people call the values that are there: "footwear" for shoes."""
        for value in dict.fromkeys((*field.sample_values, *(value for value, _ in stored))):
            known = {str(word).casefold() for word in field.values.get(value, ())}
            concept = Concept("value", f"{dataset.name}.{field.name}", SYNONYM - COMPOSED, value=value)
            for phrase in self.exchange.values_said(str(value)):
                if phrase.casefold() not in known:
                    yield phrase, concept

    def _head_words(self, field: Dimension, concept: Concept) -> Iterator[Naming]:
        """ "reason" for a field called "cancellation reason", worth less than any name of another field."""
        for phrase in (field.name.replace("_", " "), field.label):
            words = phrase.casefold().split()
            if len(words) > 1 and not set(words) & set(self.language.words("genitive")) and self._is_head(words[-1]):
                yield words[-1], concept.but(weight=HEAD_WORD)
        for phrase in field.synonyms:
            words = phrase.casefold().split()
            if len(words) == 2 and self._is_head(words[-1]):
                yield words[-1], concept.but(weight=HEAD_WORD - COMPOSED)

    def _is_head(self, word: str) -> bool:
        """Whether a last word can stand for the whole name: a noun, not "lost" of "reason lost"."""
        verb = word in self.language.data["irregular_verbs"] or word.endswith(self.language.words("participle_endings"))
        return len(word) > 1 and not verb and word not in self.function_words

    def _grained(self, phrase: str, concept: Concept) -> Iterator[Naming]:
        """ "signup month", "month of signup" for a time that is called "signup date"."""
        words = phrase.split()
        if len(words) < 2 or words[-1].casefold() not in self.language.words("date_suffixes"):
            return
        stem = " ".join(words[:-1])
        for unit, names in self.language.data["units"].items():
            for name in names:
                if unit != "half":
                    yield f"{stem} {name}", concept.but(grain=unit)
                    yield f"{name} of {stem}", concept.but(grain=unit)

    def _bare_flags(self, phrase: str, concept: Concept) -> Iterator[Naming]:
        first, _, rest = phrase.partition(" ")
        if rest and first.casefold() in self.language.words("boolean_prefixes"):
            yield rest, concept


def _named(name: str, label: str, synonyms: Iterable[str], concept: Concept) -> Iterator[Naming]:
    yield name.replace("_", " "), concept
    if label:
        yield label, concept
    for synonym in synonyms:
        yield synonym, concept.but(weight=SYNONYM)


def _nouns(dataset: Dataset) -> tuple[str, ...]:
    return tuple(dict.fromkeys((dataset.name.replace("_", " "), dataset.own_title, *dataset.synonyms)))


def _value_phrases(dataset: Dataset, field: Dimension, values: Sequence[tuple[str, int]]) -> Iterator[Naming]:
    concept = Concept("value", f"{dataset.name}.{field.name}")
    stored = dict.fromkeys((*field.values, *field.sample_values, *(value for value, _ in values)))
    for value in stored:
        if not field.implied:  # "Friday" is a day, "Fridays" are a kind of day
            yield str(value), concept.but(value=value)
        for synonym in field.values.get(value, ()):
            yield synonym, concept.but(value=value, weight=SYNONYM)
