"""A question whose form is read by itself: its words, the world, and the ordinary reading of what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from assistant.answer import Clarification, Plan, Refusal
from assistant.shipped import shipped
from assistant.understanding.contradictions import bound_on_blanks, bounds_apart
from assistant.understanding.dates import Clock
from assistant.understanding.draft import World
from assistant.understanding.entities.words import Words
from assistant.understanding.phrase_lists import longest_at, openings
from assistant.understanding.refusing import refuse
from assistant.understanding.time_phrases import time_phrase
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery, SimpleMetric, stands

Outcome = Plan | Clarification | Refusal
WORDS = Path(__file__).parent / "en.yml"
COUNTS = frozenset({"count", "count_distinct"})


@cache
def phrases() -> Mapping[str, frozenset[str]]:
    """The phrases of these forms by list, each in lower case."""
    content = shipped(WORDS)
    return {name: frozenset(str(phrase) for phrase in listed) for name, listed in content.items()}


@cache
def _openings() -> Mapping[str, Mapping[str, int]]:
    return {name: openings(listed) for name, listed in phrases().items()}


@dataclass(frozen=True)
class Asking:
    """A question to be read; `ordinary` reads tokens as any other question is read."""

    question: str
    tokens: tuple[Token, ...]
    world: World
    ordinary: Callable[[tuple[Token, ...]], Outcome]

    @cached_property
    def times(self) -> frozenset[int]:
        """Where the words stand, by their place in the question, that tell a time together: "between March and May"."""
        clock = Clock(self.tokens, self.world.language, self.world.as_of, noted=self.world.noted)
        told, at = set[int](), 0
        while at < len(self.tokens):
            phrase = time_phrase(clock, at)
            behind = phrase.behind if phrase is not None else at + 1
            told.update(token.start for token in self.tokens[at:behind] if phrase is not None)
            at = behind
        return frozenset(told)

    @property
    def words(self) -> Words:
        """Look-ups at a place."""
        return Words(self.tokens, self.world)

    def end(self, at: int, name: str) -> int | None:
        """The place behind the longest phrase of a list that starts here, None without one."""
        return longest_at(self.tokens, at, phrases()[name], _openings()[name])

    def past(self, at: int, *names: str) -> int:
        """The place behind all phrases of these lists that stand here."""
        ends = [end for name in names if (end := self.end(at, name)) is not None]
        return self.past(max(ends), *names) if ends else at

    def found(self, name: str) -> Iterator[tuple[int, int]]:
        """Every place where a phrase of a list stands, with the place behind it."""
        for at in range(len(self.tokens)):
            behind = self.end(at, name)
            if behind is not None:
                yield at, behind

    def made(self, text: str, at: int) -> list[Token]:
        """The tokens of a text of ours, standing where a word of the question stands."""
        return self.world.language.tokens_at(text, self.tokens[min(at, len(self.tokens) - 1)])

    def read(self, tokens: Sequence[Token]) -> Plan | None:
        """The ordinary plan of some words, None when they have none."""
        outcome = self.ordinary(tuple(tokens)) if tokens else None
        return outcome if isinstance(outcome, Plan) else None

    def stands(self, query: SemanticQuery) -> bool:
        """Whether the layer answers a query, and its conditions can be met."""
        met = not (bounds_apart(query) or bound_on_blanks(self.world, query))
        return met and stands(self.world.layer, query)

    def refused(self, message: str, words: tuple[str, ...] = (), **parts: str) -> Refusal:
        """A refusal that says what is missing."""
        sentence = self.world.language.message(message, **parts)
        return refuse(self.question, "NOT_AVAILABLE", self.world, words, sentence=sentence)


def said(tokens: Sequence[Token]) -> str:
    """The words in lower case."""
    return " ".join(token.text for token in tokens)


def counted_rows(world: World, name: str) -> str:
    """The dataset whose rows a metric counts, each once; empty for any other metric."""
    metric, layer = world.layer.metrics[name], world.layer
    measure = layer.measures[metric.measure] if isinstance(metric, SimpleMetric) else None
    dataset = metric.measure.partition(".")[0] if isinstance(metric, SimpleMetric) else ""
    if measure is None or measure.agg not in COUNTS:
        return ""
    keyed = measure.agg == "count" or (measure.expression,) == layer.datasets[dataset].primary_key
    return dataset if keyed else ""
