"""One follow-up on its way to a whole query: its words, what it leans on, and how its cue words bind."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.conversation.merging import Manner, merge, without_group
from assistant.conversation.phrases import Phrases, words_of
from assistant.conversation.population import is_card, is_cut, population
from assistant.conversation.turns import Turn
from assistant.understanding import Carrying, Fragment, Said, Token, Understanding
from semantic_layer import QueryError, SemanticQuery, SimpleMetric, stands, substitute

Reading = Plan | Clarification | Explanation | Refusal
CATEGORIES = (
    "polite", "leaning", "among", "correcting", "adding", "replacing", "narrowing", "removing", "filtering",
    "comparing",
)  # fmt: skip

TYPICAL = frozenset({"average", "median"})


@dataclass(frozen=True)
class FollowUp:
    """The words left after the cues, the cues' categories, and the turn with the query that counts as the base.

    `earlier` are the turns before that one, in order.
    """

    question: str
    tokens: tuple[Token, ...]
    turn: Turn
    base: SemanticQuery
    understanding: Understanding
    phrases: Phrases
    cues: frozenset[str] = frozenset()
    rest: tuple[Token, ...] = field(default=())
    earlier: tuple[Turn, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words left, as they are compared."""
        return words_of(self.tokens)

    @property
    def manner(self) -> Manner:
        """How the cues bind."""
        replaces = bool({"replacing", "correcting"} & self.cues)
        return Manner("adding" in self.cues, replaces, "narrowing" in self.cues)

    def with_tokens(self, tokens: tuple[Token, ...]) -> FollowUp:
        """The same with other words."""
        return replace(self, tokens=tokens)

    def read(self, carrying: Carrying) -> Reading:
        """The words read beside the base, made whole by the usual rules."""
        fragment = Fragment(self.question, self.base, carrying, self.complete)
        return self.understanding.follow(self.tokens, fragment)

    def complete(self, said: Said) -> SemanticQuery | None:
        """The whole query that the base and what was said make together."""
        if "filtering" in self.cues and "filters" not in said.slots:
            return None
        base: SemanticQuery | None = self.base
        if "ranking" in said.slots and not (self._countable(said) and self._orders(said)):
            return None
        if "metrics" in said.slots and is_card(self.base, self.understanding.world):
            base = SemanticQuery(filters=self.base.filters)  # the numbers of the one thing, not by its fields
        if "among" in self.cues and not self._cuts_shorter(said):
            base = population(self.base, self.turn) or self.base
        if "metrics" in said.slots and self._of_the_shown():
            base = population(self.base, self.turn)
        if self._runs_on(said):
            base = population(
                self.base, self.turn
            )  # the course of the very rows shown, and not the first of all months
        base = base and self._as_one(base, said)
        query = None if base is None else merge(base, said, self.manner)
        return None if query is None or self._counts_itself(query) or self._bounds_others(query) else query

    def _bounds_others(self, query: SemanticQuery) -> bool:
        """Whether a bound on each group of the base ("brands with more than 50 reviews") came to bound other groups."""
        return loose_bounds(self.base, self.understanding.world.layer.metrics) and query.group_by != self.base.group_by

    def _of_the_shown(self) -> bool:
        """ "how much discount is that?" behind a ranking: of the very rows shown, and not of others that rank first."""
        return is_cut(self.base) and bool(self.phrases.closes(words_of(self.rest), "of_the_shown"))

    def _as_one(self, base: SemanticQuery, said: Said) -> SemanticQuery:
        """The base as one number where a typical one of the very things is asked: "their average age"."""
        layer = self.understanding.world.layer
        told = {group.field for group in base.group_by}
        metrics = [layer.metrics[name] for name in said.query.metrics] if "metrics" in said.slots else []
        facts = {m.measure.partition(".")[0] for m in metrics if isinstance(m, SimpleMetric)}
        typical = all(isinstance(m, SimpleMetric) and layer.measures[m.measure].agg in TYPICAL for m in metrics)
        each = {thing for fact in facts for thing in self._same_rows(fact)}
        keys = told & {f"{thing}.{key}" for thing in each for key in layer.datasets[thing].key_fields}
        known = any(one.field in keys and one.op == "in" for one in base.filters)
        if not known or len(facts) != 1 or not typical:
            return base
        whole = without_group(base, {name for name in told if name.partition(".")[0] in each})
        return whole.model_copy(update={"time_range": None, "compare": None})  # who they are is known, at any time

    def _same_rows(self, fact: str) -> set[str]:
        """The dataset, and those with one row for each of its rows."""
        layer = self.understanding.world.layer
        links = (link for link in layer.relationships.values() if link.from_ == fact)
        return {fact, *(link.to for link in links if link.from_columns == layer.datasets[fact].primary_key)}

    def _counts_itself(self, query: SemanticQuery) -> bool:
        """Whether things are counted for each of themselves, which is one and tells nothing."""
        layer = self.understanding.world.layer
        told = {group.field for group in query.group_by}
        for metric in (layer.metrics[name] for name in query.metrics):
            dataset = metric.measure.partition(".")[0] if isinstance(metric, SimpleMetric) else ""
            counts = isinstance(metric, SimpleMetric) and layer.measures[metric.measure].agg == "count"
            if not counts or not {f"{dataset}.{key}" for key in layer.datasets[dataset].key_fields} & told:
                return False
        return bool(query.metrics)

    def _orders(self, said: Said) -> bool:
        """Whether a cut says by what the rows are ordered: those of a list have no number of their own."""
        return said.query.limit is None or bool(said.query.order_by) or bool(self.base.metrics)

    def _runs_on(self, said: Said) -> bool:
        """Whether the few rows of a cut are to be told over time."""
        timed = any(group.grain for group in said.query.group_by) and "metrics" not in said.slots
        return timed and is_cut(self.base) and any(not group.grain for group in self.base.group_by)

    def _countable(self, said: Said) -> bool:
        """Whether words like "most common" rank a count."""
        counting = any(self.phrases.is_one((word,), "counting") for word in self.words)
        metrics = self.understanding.world.layer.metrics
        return not counting or all(metrics[o.by].format == "integer" for o in said.query.order_by if o.by in metrics)

    def _cuts_shorter(self, said: Said) -> bool:
        """ "top 3 of those" of a ranking in the same order needs no list of the rows."""
        old, new = self.base.order_by[:1], said.query.order_by[:1]
        same = bool(old and new) and old[0].descending == new[0].descending
        return said.slots == {"ranking"} and same

    @property
    def counts_on(self) -> bool:
        """ "how many are women?", "how many ordered?": of those counted or listed before, and of nothing else."""
        words = words_of(self.rest)
        size = self.phrases.opens(words, "how_many")
        return bool(self.phrases.opens(words, "counting_on")) or bool(size and self._does(self.rest[size : size + 1]))

    def _does(self, tokens: tuple[Token, ...]) -> bool:
        """Whether a word is a verb of what those do that the base counts or lists."""
        world = self.understanding.world
        counted = {self.base.entity, *(world.nouns.counted.get(name, "") for name in self.base.metrics)} - {""}
        if not all(world.layer.datasets[name].entity for name in counted):
            return False
        concepts = world.lexicon.lookup(tokens) if counted else ()
        return bool(concepts) and all(concept.inflected for concept in concepts)

    def stands(self, query: SemanticQuery) -> bool:
        """Whether the layer can answer a query."""
        return stands(self.understanding.world.layer, query)

    def answers(self, query: SemanticQuery) -> bool:
        """Whether the layer can answer a query, perhaps by metrics that mean the same at a finer grain."""
        try:
            substitute(self.understanding.world.layer, query)
        except QueryError:
            return False
        return True

    def ask_which(self, plans: Sequence[Plan], sentence: str = "") -> Clarification:
        """Which of several readings is meant."""
        world = self.understanding.world
        said = sentence or world.language.message("two_readings")
        return Clarification(self.question, said, self.words, world.options(plans))

    def refuse(self, name: str, **parts: str | int) -> Refusal:
        """A refusal with one of the conversation's sentences."""
        return Refusal(self.question, "NOT_AVAILABLE", self.phrases.message(name, **parts), self.words)

    def text(self) -> str:
        """The words left as they were written."""
        return " ".join(token.raw for token in self.tokens)


def loose_bounds(base: SemanticQuery, metrics: Container[str]) -> bool:
    """Whether rows of an answer are bounded by a number of each group, which means nothing for other groups."""
    return bool(base.group_by) and not base.entity and any(f.field in metrics and not f.entity for f in base.filters)


def stripped(tokens: tuple[Token, ...], phrases: Phrases) -> tuple[tuple[Token, ...], frozenset[str]]:
    """The words without the cues around them, and the categories of those cues."""
    cues: set[str] = set()
    while tokens:
        size, cue, side = max(_cues(tokens, phrases), key=lambda found: found[0])
        if not size:
            return tokens, frozenset(cues)
        tokens = tokens[size:] if side == "openers" else tokens[:-size]
        cues.add(cue)
    return tokens, frozenset(cues)


def _cues(tokens: tuple[Token, ...], phrases: Phrases) -> Iterator[tuple[int, str, str]]:
    """How many words each sort of cue takes at the beginning or at the end."""
    words = words_of(tokens)
    for name in phrases.data["openers"]:
        yield _opening(words, phrases, name), name, "openers"
    for name in phrases.data["closers"]:
        yield phrases.closes(words, "closers", name), name, "closers"
    size = phrases.opens(words, "pointing")
    yield size if phrases.opens(words[size:], "dependent") else 0, "leaning", "openers"


def _opening(words: tuple[str, ...], phrases: Phrases, name: str) -> int:
    """The words an opener takes; "split that" leaves "that country" whole."""
    size = phrases.opens(words, "openers", name)
    points = size > 1 and phrases.is_one(words[size - 1 : size], "pointing")
    if not points or size == len(words) or phrases.opens(words[size:], "dependent"):
        return size
    return phrases.opens(words[: size - 1], "openers", name)
