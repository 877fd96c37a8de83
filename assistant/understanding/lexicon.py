"""Every phrase that the layer and its data give a meaning to, keyed for look-up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from assistant.understanding.language import Language, time_words
from assistant.understanding.tokens import Token, fold_case, phrase_keys, tokenize
from assistant.understanding.values_index import ValuesIndex
from semantic_layer import Dataset, Dimension, Metric, SemanticLayer, SimpleMetric

ConceptKind = Literal["metric", "dimension", "noun", "value"]
EXACT, SYNONYM, COMPOSED, INFLECTED, HEAD_WORD = 1.0, 0.9, 0.04, 0.12, 0.6
LONGEST_PHRASE = 8
PEOPLE = 0.7
SEGMENT = 0.85  # a value of a field that is called the same is the plainer reading
MOST_KEPT = 100_000
ORDINARY_VALUE = 0.85  # of a name made of words that mean something else, too
SHORT_VALUE, SHORT_CASE_COST, CASE_COST, SHORTEST_START = 3, 0.3, 0.1, 4


@dataclass(frozen=True)
class Concept:
    """One meaning of a phrase: a metric, a dimension (with a grain when it is a time), a dataset's noun, or a value.

    `weight` is 1 for a name or label and less for a synonym or an inflected form. `cased` phrases count only when
    written in capitals, because in lower case they are ordinary words; `inflected` tells that only verb endings differ.
    """

    kind: ConceptKind
    target: str
    weight: float = EXACT
    value: str | bool = ""
    grain: str = ""
    plain: str = ""
    cased: bool = False
    spelt: str = ""
    shape: str = ""
    inflected: bool = False

    @property
    def identity(self) -> tuple[str, str, str | bool, str]:
        """What it means, apart from how it was said."""
        return self.kind, self.target, self.value, self.grain


class Lexicon:
    """Phrases of one layer and one snapshot; look-up by tokens, and the words themselves for spelling."""

    def __init__(
        self,
        layer: SemanticLayer,
        values: Mapping[str, Sequence[tuple[str, int]]],
        language: Language,
        wide: ValuesIndex | None = None,
    ) -> None:
        self._layer, self._language, self._wide = layer, language, wide
        self._given: Mapping[str, Concept] = {}
        self._strange: dict[tuple[str, str], bool] = {}
        self._index: dict[str, list[Concept]] = defaultdict(list)
        self._words: dict[str, str] = {}
        self._metric_words: dict[str, set[str]] = defaultdict(set)
        self._own_words: dict[str, set[str]] = defaultdict(set)
        self._bare: set[str] = set()
        self._function_words = self._closed_class()
        for phrase, concept in self._phrases(values):
            self._add(phrase, concept)

    @property
    def words(self) -> Mapping[str, str]:
        """Every word of a phrase as it is spelt, with its bare form."""
        return self._words

    def knows(self, token: Token) -> bool:
        """Whether any phrase uses the word, in this or another form."""
        return token.bare in self._bare

    def has_word(self, bare: str) -> bool:
        """Whether any phrase has a word of this bare form."""
        return bare in self._bare

    def metrics_with(self, token: Token) -> tuple[str, ...]:
        """Metrics that have the word in one of their phrases, in the layer's order."""
        found = self._metric_words.get(token.bare, set())
        return tuple(name for name in self._layer.metrics if name in found)

    def is_near(self, metric: str, field: str) -> bool:
        """Whether a field belongs to the very dataset that a simple metric counts; unknown for other metrics."""
        found = self._layer.metrics[metric]
        return not isinstance(found, SimpleMetric) or found.measure.partition(".")[0] == field.partition(".")[0]

    def words_of(self, metric: str) -> frozenset[str]:
        """The bare words of all phrases of a metric."""
        return frozenset(self._own_words.get(metric, ()))

    def lookup(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        """The meanings of exactly these tokens, the best form of each meaning once."""
        wide, narrow = phrase_keys(self._telling(tokens))
        persons = len(tokens) == 1 and tokens[0].text in self._language.persons
        best: dict[tuple[str, str, str | bool, str], Concept] = {}
        for concept in self._index.get(wide, ()):
            if concept.cased and not _is_written_as_stored(concept, tokens):
                continue
            same_form = concept.plain == narrow
            # values are names: "open" is not "opened", and "people" are not the customers of type "person"
            if concept.kind == "value" and (persons or not same_form):
                continue
            if concept.kind == "metric" and len(tokens) > 1 and concept.shape != self._shape(tokens):
                continue
            if persons and concept.weight <= HEAD_WORD:
                continue
            concept = _case_checked(concept, tokens)
            found = concept if same_form else replace(concept, weight=concept.weight - INFLECTED, inflected=True)
            if found.identity not in best or best[found.identity].weight < found.weight:
                best[found.identity] = found
        for concept in (*self.wide_values(tokens), *self._given_here(narrow)):
            best.setdefault(concept.identity, concept)
        return (*best.values(), *self._without_ordinary(tokens, tuple(best.values())))

    def wide_values(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        """The values of fields too wide to hold that are called exactly so.

        One made of words that mean something else, too, counts only when it is written as it is stored, and begins and
        ends with a capital.
        """
        if self._wide is None or not tokens or not any(sign.isalpha() for token in tokens for sign in token.text):
            return ()
        strange = any(self.is_strange(token) for token in tokens)
        if not strange and not (tokens[0].raw[:1].isupper() and tokens[-1].raw[:1].isupper()):
            return ()
        raw = " ".join(token.raw for token in tokens)
        return tuple(
            Concept("value", found.field, EXACT if strange else ORDINARY_VALUE, value=found.spelt)
            for found in self._wide.exact(phrase_keys(tokens)[1])
            if strange or found.spelt == raw
        )

    def is_strange(self, token: Token) -> bool:
        """Whether neither the layer nor the language has the word."""
        found = self._strange.get((token.text, token.bare))
        if found is None:
            found = not (self.knows(token) or self._language.has_meaning(token))
            if len(self._strange) < MOST_KEPT:
                self._strange[token.text, token.bare] = found
        return found

    def near_values(self, tokens: Sequence[Token]) -> tuple[str, ...]:
        """Values of wide fields that a misspelt or unfinished name may be, at most a few."""
        if self._wide is None:
            return ()
        key = phrase_keys(tokens)[1]
        near = self._wide.near(key) or [v for v in self._wide.starting(key) if _begins(v.spelt, tokens)]
        return tuple(dict.fromkeys(found.spelt for found in near))

    def giving(self, concepts: Mapping[str, Concept]) -> Lexicon:
        """This lexicon with a few meanings more, by the plain form of a token; the others are shared."""
        wider = copy(self)
        wider._given = concepts
        return wider

    def _given_here(self, plain: str) -> tuple[Concept, ...]:
        found = self._given.get(plain)
        return () if found is None else (found,)

    def _without_ordinary(self, tokens: Sequence[Token], found: tuple[Concept, ...]) -> tuple[Concept, ...]:
        """What the words mean as ordinary English too: "orders placed" may be a name, or simply orders."""
        telling = [token for token in tokens if token.text not in self._language.fillers]
        named = {concept.target for concept in found if concept.kind == "metric"}
        if not named or not telling or len(telling) == len(tokens):
            return ()
        plain = [c for c in self.lookup(telling) if c.kind == "metric" and c.target not in named and not c.inflected]
        return tuple(plain) if tokens[-1] not in telling else ()

    def _closed_class(self) -> frozenset[str]:
        language = self._language
        linked = {word for group in language.links.values() for word in group}
        small = language.fillers | language.determiners | linked | set(language.words("comparatives"))
        return small | set(language.cues) | time_words(language.data["code"])

    def _add(self, phrase: str, concept: Concept) -> None:
        tokens = self._telling(self._language.tokens(phrase))
        if not tokens or len(tokens) > LONGEST_PHRASE:
            return
        if concept.kind == "value":
            ordinary = all(t.text in self._function_words or t.text.isdecimal() for t in tokens)
            if ordinary and not (phrase.isupper() or self._is_proper(phrase, tokens, concept)):
                return
            concept = replace(concept, cased=ordinary or len(phrase) < 2, spelt=phrase)
        wide, narrow = phrase_keys(tokens)
        self._index[wide].append(replace(concept, plain=narrow, shape=self._shape(tokens)))
        self._learn(tokens, concept)

    def _is_proper(self, phrase: str, tokens: Sequence[Token], concept: Concept) -> bool:
        """Whether a value of one ordinary word is stored with a capital, so that "Display" is told from "display"."""
        timed = tokens[0].text in time_words(self._language.data["code"])
        return len(tokens) == 1 and phrase[:1].isupper() and phrase == concept.value and not timed

    def _shape(self, tokens: Sequence[Token]) -> str:
        """What inflection says in a phrase: -ing forms ("returning rate" is no "return rate"), averages of many."""
        doing = sum(token.text.endswith("ing") and token.bare != token.plain for token in tokens)
        average = any("average" in self._language.cues.get(token.text, ()) for token in tokens)
        states = self._language.words("state_verbs")
        done = sum(token.text.endswith("ed") and token.bare in states for token in tokens)  # "opened" is not "open"
        return (
            "g" * doing
            + "d" * done
            + ("s" if average and len(tokens) == 2 and tokens[-1].text != tokens[-1].plain else "")
        )

    def _telling(self, tokens: Iterable[Token]) -> list[Token]:
        given = list(tokens)
        telling = [token for token in given if token.text not in self._language.silent]
        return telling or given[:1] * (len(given) == 1)  # blood type "A" is no article

    def _learn(self, tokens: Iterable[Token], concept: Concept) -> None:
        for token in tokens:
            self._bare.add(token.bare)
            if token.text.isalpha() and token.text not in self._function_words:
                self._words.setdefault(token.text, token.bare)
                if concept.kind == "metric":
                    self._metric_words[token.bare].add(concept.target)
                    self._own_words[concept.target].add(token.bare)

    def _phrases(self, values: Mapping[str, Sequence[tuple[str, int]]]) -> Iterator[tuple[str, Concept]]:
        for metric in self._layer.metrics.values():
            if not (metric.hidden or metric.implied):
                yield from self._metric_phrases(metric)
        for segment in self._layer.segments.values():
            if not segment.hidden:
                concept = Concept("value", segment.name, SEGMENT, value=True)
                for phrase, found in _named(segment.name, segment.label, segment.synonyms, concept):
                    yield phrase, replace(found, weight=SEGMENT)
        yield from self._people()
        for dataset in self._layer.datasets.values():
            yield from _named(dataset.name, dataset.label, dataset.synonyms, Concept("noun", dataset.name))
            for field in dataset.fields:
                if not field.hidden:
                    yield from self._field_phrases(dataset, field)
                    yield from _value_phrases(dataset, field, values.get(f"{dataset.name}.{field.name}", ()))

    def _people(self) -> Iterator[tuple[str, Concept]]:
        """ "people" for the one entity that is called by a noun for people, when there is just one."""
        nouns = set(self._language.words("person_nouns"))
        meant = [
            dataset.name
            for dataset in self._layer.datasets.values()
            if dataset.entity and nouns & {word.casefold() for word in (dataset.name, *dataset.synonyms)}
        ]
        for word in self._language.words("persons") if len(meant) == 1 else ():
            yield word, Concept("noun", meant[0], PEOPLE)

    def _metric_phrases(self, metric: Metric) -> Iterator[tuple[str, Concept]]:
        concept = Concept("metric", metric.name)
        for phrase, found in _named(metric.name, metric.label, metric.synonyms, concept):
            yield phrase, found
            yield from self._reordered(phrase, found)
            shorter = self._without_count_words(phrase)
            if shorter and isinstance(metric, SimpleMetric) and not metric.filter:
                yield shorter, replace(found, weight=found.weight - COMPOSED)

    def _reordered(self, phrase: str, found: Concept) -> Iterator[tuple[str, Concept]]:
        """ "carts abandoned" for "abandoned carts", "percent of carts abandoned" for "share of abandoned carts"."""
        composed = replace(found, weight=found.weight - COMPOSED)
        words = phrase.casefold().split()
        head: list[str] = []
        shares = self._language.words("share_words")
        if len(words) > 2 and words[0] in shares and words[1] in self._language.words("genitive"):
            head, words = words[:2], words[2:]
            for other in shares:
                yield " ".join([other, head[1], *words]), composed
        if len(words) == 2 and words[0].endswith(self._language.words("participle_endings")):
            for first in shares if head else ("",):
                yield " ".join([first, *head[1:], words[1], words[0]]).strip(), composed

    def _without_count_words(self, phrase: str) -> str:
        """ "customers" for "number of customers" and for "customer count", empty when nothing was cut."""
        lowered = phrase.casefold()
        for prefix in self._language.words("count_prefixes"):
            if lowered.startswith(prefix + " "):
                return phrase[len(prefix) + 1 :]
        for suffix in self._language.words("count_suffixes"):
            if lowered.endswith(" " + suffix):
                return phrase[: -len(suffix) - 1]
        return ""

    def _field_phrases(self, dataset: Dataset, field: Dimension) -> Iterator[tuple[str, Concept]]:
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

    def _head_words(self, field: Dimension, concept: Concept) -> Iterator[tuple[str, Concept]]:
        """ "reason" for a field called "cancellation reason", worth less than any name of another field."""
        for phrase in (field.name.replace("_", " "), field.label):
            words = phrase.casefold().split()
            if len(words) > 1 and not set(words) & set(self._language.words("genitive")) and self._is_head(words[-1]):
                yield words[-1], replace(concept, weight=HEAD_WORD)
        for phrase in field.synonyms:
            words = phrase.casefold().split()
            if len(words) == 2 and self._is_head(words[-1]):
                yield words[-1], replace(concept, weight=HEAD_WORD - COMPOSED)

    def _is_head(self, word: str) -> bool:
        """Whether a last word can stand for the whole name: a noun, not "lost" of "reason lost"."""
        verb = word in self._language.data["irregular_verbs"] or word.endswith(
            self._language.words("participle_endings")
        )
        return not verb and word not in self._function_words

    def _grained(self, phrase: str, concept: Concept) -> Iterator[tuple[str, Concept]]:
        """ "signup month", "month of signup" for a time that is called "signup date"."""
        words = phrase.split()
        if len(words) < 2 or words[-1].casefold() not in self._language.words("date_suffixes"):
            return
        stem = " ".join(words[:-1])
        for unit, names in self._language.data["units"].items():
            for name in names:
                if unit != "half":
                    yield f"{stem} {name}", replace(concept, grain=unit)
                    yield f"{name} of {stem}", replace(concept, grain=unit)

    def _bare_flags(self, phrase: str, concept: Concept) -> Iterator[tuple[str, Concept]]:
        first, _, rest = phrase.partition(" ")
        if rest and first.casefold() in self._language.words("boolean_prefixes"):
            yield rest, concept


def _case_checked(concept: Concept, tokens: Sequence[Token]) -> Concept:
    """A value in another case than the one it was typed in is less likely meant: "NL" is not the language "nl"."""
    raw = " ".join(token.raw for token in tokens)
    if not concept.spelt or raw == concept.spelt or raw.islower() or raw.casefold() != concept.spelt.casefold():
        return concept
    return replace(concept, weight=concept.weight - (SHORT_CASE_COST if len(raw) <= SHORT_VALUE else CASE_COST))


def _begins(value: str, tokens: Sequence[Token]) -> bool:
    """Whether a value begins with these whole words."""
    said = fold_case("".join(token.raw for token in tokens))
    words = fold_case(value).split()
    return len(said) >= SHORTEST_START and said in {"".join(words[:size]) for size in range(1, len(words))}


def context_words(layer: SemanticLayer, lexicon: Lexicon, language: Language) -> dict[str, frozenset[str]]:
    """For each metric the bare words of its example questions that are neither names nor ordinary words."""
    return {
        metric.name: frozenset(
            token.bare
            for example in metric.ai_context.examples
            for token in language.tokens(example)
            if token.text.isalpha() and not lexicon.lookup([token]) and not language.has_meaning(token)
        )
        for metric in layer.metrics.values()
    }


def word_pairs(layer: SemanticLayer, language: Language) -> dict[tuple[str, str], frozenset[str]]:
    """Two bare words that stand beside each other in a name of a metric, with all metrics that are called so."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for metric in (metric for metric in layer.metrics.values() if not metric.hidden):
        for phrase in (metric.title, *metric.synonyms):
            for first, second in pairwise(tokenize(phrase, language.forms)):
                found[first.bare, second.bare].add(metric.name)
    return {pair: frozenset(names) for pair, names in found.items()}


def _named(name: str, label: str, synonyms: Iterable[str], concept: Concept) -> Iterator[tuple[str, Concept]]:
    yield name.replace("_", " "), concept
    if label:
        yield label, concept
    for synonym in synonyms:
        yield synonym, replace(concept, weight=SYNONYM)


def _is_written_as_stored(concept: Concept, tokens: Sequence[Token]) -> bool:
    """Whether a name of ordinary words is written like one: in capitals, or with its own inside a sentence."""
    if all(token.raw.isupper() for token in tokens):
        return True
    return len(concept.spelt) > 1 and tokens[0].start > 0 and [token.raw for token in tokens] == [concept.spelt]


def _nouns(dataset: Dataset) -> tuple[str, ...]:
    return tuple(dict.fromkeys((dataset.name.replace("_", " "), dataset.own_title, *dataset.synonyms)))


def _value_phrases(
    dataset: Dataset, field: Dimension, values: Sequence[tuple[str, int]]
) -> Iterator[tuple[str, Concept]]:
    concept = Concept("value", f"{dataset.name}.{field.name}")
    stored = dict.fromkeys((*field.values, *field.sample_values, *(value for value, _ in values)))
    for value in stored:
        if not field.implied:  # "Friday" is a day, "Fridays" are a kind of day
            yield str(value), replace(concept, value=value)
        for synonym in field.values.get(value, ()):
            yield synonym, replace(concept, value=value, weight=SYNONYM)
