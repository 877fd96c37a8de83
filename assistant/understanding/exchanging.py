"""Names of numbers said with other nouns: "revenue per shopper" for "revenue per customer", "lead volume" for leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

from assistant.shipped import shipped
from assistant.understanding.language import Language
from assistant.understanding.tokens import Token, phrase_keys
from semantic_layer import Dataset, Metric, SemanticLayer, SimpleMetric

FOLDER = Path(__file__).parent / "language" / "nouns"
MOST_KEYS = 8
COUNTED = "integer"
HYPHENS = frozenset("-–—/")


@dataclass(frozen=True)
class Affix:
    """Nouns that restate a number of some formats ("lead volume"), of flows only when they say that things came in."""

    words: frozenset[str]
    formats: frozenset[str]
    flow: bool

    def suits(self, metric: Metric, counts: bool) -> bool:
        """Whether the nouns say nothing new of a metric; `counts` tells that it is a number of rows or things."""
        fitting = metric.format in self.formats or (counts and COUNTED in self.formats)
        return fitting and not (self.flow and not _flows(metric))


class Exchange:
    """The nouns of one layer and language that stand for each other inside names; built once for a layer.

    What a thing is called by its dataset's name stands in a name for all its synonyms, never the other way round: "app
    users" are no "app customers".
    """

    def __init__(self, layer: SemanticLayer, language: Language):
        self._layer, self._language = layer, language
        table = _table(str(language.data.get("base", language.data["code"])))
        self._own: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._said: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._affixes = tuple(_affix(row) for row in table["restating"])
        self._genitive = str(table["genitive"])
        counting = (*language.words("count_prefixes"), *language.words("count_suffixes"))
        self._counting = {word for phrase in counting for word in phrase.split()}
        self._heads = tuple((self._bares(row["own"]), self._bares(row["said"])) for row in table["heads"])
        self._said_first = frozenset(word for _, said in self._heads for word in said)
        self._values = {str(value): tuple(map(str, said)) for value, said in table["values"].items()}
        self._add_things()
        for at, row in enumerate(table["exchange"]):
            group = f"<{at}>", str(row.get("format", ""))
            self._put(self._own, row["own"], group)
            self._put(self._said, (*row["own"], *row["said"]), group)

    def keys_of_name(self, tokens: Sequence[Token], metric: Metric) -> Iterator[tuple[str, str]]:
        """The wide and the narrow key of a metric's name with classes for its nouns; none when it has no such noun.

        "customer count" is that of all customers, "buyer count" of those who bought: what only counts has no such keys.
        """
        telling = [token for token in tokens if token.text not in self._counting and token.text not in HYPHENS]
        if len(telling) > 1:
            yield from self._keys(tokens, self._own, metric.format)

    def keys_said(self, tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
        """The keys that words of a question may have, each with the format of the numbers it holds for."""
        if not any(token.bare in self._said for token in tokens):
            return
        formats = {form for token in tokens for _, form in self._said.get(token.bare, ())} | {""}
        for form in sorted(formats):
            yield from ((*key, form) for key in self._keys(tokens, self._said, form))

    def keys_of_field(self, tokens: Sequence[Token]) -> Iterator[str]:
        """The keys of a field's name with a class for its last word."""
        for at, (own, _) in enumerate(self._heads if len(tokens) > 1 else ()):
            if tokens[-1].bare in own:
                yield f"{phrase_keys(tokens[:-1])[1]}<h{at}>"

    def keys_of_kinds(self, tokens: Sequence[Token]) -> Iterator[str]:
        """The keys that words which may name a field have: "product type", "type of product"."""
        *rest, head = self.turned(tokens) or tokens
        for at, (_, said) in enumerate(self._heads if len(tokens) > 1 else ()):
            if head.bare in said:
                yield f"{phrase_keys(rest)[1]}<h{at}>"

    def turned(self, tokens: Sequence[Token]) -> list[Token]:
        """ "product type" for "type of product", where a type and the like is said first; empty for other words."""
        first = len(tokens) > 2 and tokens[1].text == self._genitive and tokens[0].bare in self._said_first
        return [*tokens[2:], tokens[0]] if first else []

    def says_again(self, affix: Affix, name: str) -> bool:
        """Whether the nouns of an affix say nothing new of a metric."""
        metric = self._layer.metrics[name]
        counts = isinstance(metric, SimpleMetric) and self._layer.measures[metric.measure].agg.startswith("count")
        return affix.suits(metric, counts)

    def restated(self, tokens: Sequence[Token]) -> Iterator[tuple[Sequence[Token], Affix]]:
        """The words without a noun that only restates what they name, and of which numbers it may be said."""
        for affix in self._affixes if len(tokens) > 1 else ():
            if tokens[-1].text in affix.words:
                yield tokens[:-1], affix
            if len(tokens) > 2 and tokens[0].text in affix.words and tokens[1].text == self._genitive:
                yield tokens[2:], affix

    def _keys(
        self, tokens: Sequence[Token], table: Mapping[str, list[tuple[str, str]]], form: str
    ) -> Iterator[tuple[str, str]]:
        kept = [token for token in tokens if token.text not in HYPHENS]
        options = [[name for name, own in table.get(token.bare, ()) if own in ("", form)] or [""] for token in kept]
        for names in islice(product(*options), MOST_KEYS):
            if any(names):
                pairs = list(zip(kept, names, strict=True))
                yield "".join(name or t.bare for t, name in pairs), "".join(name or t.plain for t, name in pairs)

    def _add_things(self) -> None:
        """The single words of each dataset; what is called like a field, like two datasets or like anybody is left."""
        taken = {word.casefold() for name in self._layer.fields for word in self._field_names(name)}
        taken |= set(self._language.persons)
        owners: dict[str, set[str]] = defaultdict(set)
        for dataset in self._layer.datasets.values():
            for word in _names(dataset):
                owners[self._language.bare(word)].add(dataset.name)
        for dataset in self._layer.datasets.values():
            own = [word for word in _own_names(dataset) if word not in taken]
            said = [word for word in _names(dataset) if word not in taken]
            group = f"<{dataset.name}>", ""
            self._put(self._own, [w for w in own if len(owners[self._language.bare(w)]) == 1], group)
            self._put(self._said, [w for w in said if len(owners[self._language.bare(w)]) == 1], group)

    def _field_names(self, name: str) -> tuple[str, ...]:
        field = self._layer.fields[name]
        return () if field.hidden else (field.name, field.label, *field.synonyms)

    def values_said(self, value: str) -> tuple[str, ...]:
        """What people call a value besides its own name."""
        return self._values.get(value.casefold(), ())

    def is_thing(self, token: Token) -> bool:
        """Whether a word stands for the things of a dataset."""
        return token.bare in self._said

    def _bares(self, words: Sequence[str]) -> frozenset[str]:
        return frozenset(self._language.bare(str(word)) for word in words)

    def _put(self, table: dict[str, list[tuple[str, str]]], words: Sequence[str], group: tuple[str, str]) -> None:
        for bare in dict.fromkeys(self._language.bare(word) for word in words):
            table[bare].append(group)


def _own_names(dataset: Dataset) -> tuple[str, ...]:
    return _single((dataset.name.replace("_", " "), dataset.own_title))


def _names(dataset: Dataset) -> tuple[str, ...]:
    return _single((dataset.name.replace("_", " "), dataset.own_title, *dataset.synonyms))


def _single(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.casefold() for phrase in phrases if phrase.isalpha()))


def _flows(metric: Metric) -> bool:
    return isinstance(metric, SimpleMetric) and metric.time != "none"


def _affix(row: Mapping[str, Any]) -> Affix:
    return Affix(
        words=frozenset(row["words"]),
        formats=frozenset(row["formats"]),
        flow=bool(row.get("flow", False)),
    )


@cache
def _table(code: str) -> dict[str, Any]:
    path = FOLDER / f"{code}.yml"
    return shipped(path) if path.exists() else _table("en")
