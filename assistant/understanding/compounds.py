"""Metrics that are called by a number and a thing together: "orders" that "campaigns" brought are attributed orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.understanding.language import Language
from assistant.understanding.lexicon import HEAD_WORD, Lexicon
from assistant.understanding.tokens import Token, tokenize
from semantic_layer import SemanticLayer

MOST_WORDS = 3


@dataclass(frozen=True)
class Compound:
    """A thing of the layer and a number that is said of it, in this order or the other one."""

    dataset: str
    metric: str
    thing_first: bool


class Compounds:
    """The metrics of one layer by the thing and the other metric that their names are made of; built once.

    Only where both are numbers of the same: "tickets per order" says more of orders than "tickets" and "orders" do.
    """

    def __init__(self, layer: SemanticLayer, lexicon: Lexicon, language: Language):
        self._layer, self._lexicon, self._language = layer, lexicon, language
        found: dict[Compound, set[str]] = defaultdict(set)
        for metric in (m for m in layer.metrics.values() if not (m.hidden or m.implied)):
            for text in (metric.title, *metric.synonyms):
                for compound in self._parts(text):
                    if compound.metric != metric.name and metric.unit == layer.metrics[compound.metric].unit:
                        found[compound].add(metric.name)
        self._named: Mapping[Compound, frozenset[str]] = {key: frozenset(names) for key, names in found.items()}

    def named(self, dataset: str, metric: str, thing_first: bool) -> str:
        """The one metric that a thing and a number make up together, in either order; empty when there is none."""
        ordered = self._named.get(Compound(dataset, metric, thing_first), frozenset[str]())
        either = ordered | self._named.get(Compound(dataset, metric, not thing_first), frozenset[str]())
        chosen = either if len(either) == 1 else ordered
        return next(iter(chosen)) if len(chosen) == 1 else ""

    def _parts(self, text: str) -> Iterator[Compound]:
        idle = self._language.function_words | self._language.fillers
        told = [token for token in tokenize(text, self._language.forms) if token.text not in idle]
        if 2 <= len(told) <= MOST_WORDS:
            yield from self._of(told[0], told[1:], thing_first=True)
            yield from self._of(told[-1], told[:-1], thing_first=False)

    def _of(self, thing: Token, number: Sequence[Token], thing_first: bool) -> Iterator[Compound]:
        things = [c.target for c in self._lexicon.lookup([thing]) if c.kind == "noun" and not c.inflected]
        numbers = [c for c in self._lexicon.lookup(number) if c.kind == "metric" and c.weight > HEAD_WORD]
        for dataset in things:  # people who buy are behind every number: "orders of customers" are all orders
            if not self._layer.datasets[dataset].entity:
                yield from (Compound(dataset, c.target, thing_first) for c in numbers if not c.inflected)
