"""A reading in the making: the elements of one cover, what each was used for, and the slots filled so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assistant.answer import Option, Plan, SpanRole
from assistant.understanding.chart import Cover, Element
from assistant.understanding.compounds import Compounds
from assistant.understanding.concepts import Concept
from assistant.understanding.happenings import Noted
from assistant.understanding.interpretation import interpret
from assistant.understanding.language import Language
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.nouns import Nouns
from assistant.understanding.reach import Reach
from assistant.understanding.spreads import Spread
from assistant.understanding.tokens import Token
from semantic_layer import Comparison, PerBucket, Running, SemanticLayer, SemanticQuery, TimeRange

MOST_OPTIONS = 4
SOFT = frozenset(
    {"filler", "link_any", "link_time", "link_value", "link_order", "only", "which", "having", "cmp_eq", "cmp_gt"}
)


@dataclass(frozen=True)
class World:
    """What readings are made against: one layer with its words, distances and language, today, and days
    that people noted.

    `pairs` maps two bare words that stand beside each other in names of metrics to those metrics. `spreads` tell by
    field how far its numbers lie apart.
    """

    layer: SemanticLayer
    lexicon: Lexicon
    reach: Reach
    nouns: Nouns
    compounds: Compounds
    language: Language
    as_of: date
    context: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    noted: tuple[Noted, ...] = ()
    pairs: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict[tuple[str, str], frozenset[str]])
    spreads: Mapping[str, Spread] = field(default_factory=dict[str, Spread])

    def told(self, query: SemanticQuery) -> str:
        """How a query reads, in the reader's language."""
        return interpret(self.layer, query, self.as_of, self.language.reader).sentence

    def options(self, plans: Sequence[Plan]) -> tuple[Option, ...]:
        """The first few readings to choose from, each with how it was read."""
        return tuple(Option(self.told(plan.query), plan) for plan in plans[:MOST_OPTIONS])


@dataclass(frozen=True)
class GroupChoice:
    """One way to break down: fields named `dataset.field`, perhaps at a grain; `known_only` leaves out empty ones."""

    fields: tuple[str, ...]
    grain: str = ""
    weight: float = 1.0
    known_only: bool = False


@dataclass(frozen=True)
class Condition:
    """Values that a field must have or must not have; each value with the concepts it may be.

    `nouns` are datasets named beside the values, which their field probably belongs to. `place` is the element of the
    first value; `part` marks the case of which a share is asked for.
    """

    values: tuple[tuple[Concept, ...], ...]
    negated: bool = False
    nouns: frozenset[str] = frozenset()
    grouped: bool = False
    place: int = -1
    part: bool = False


@dataclass(frozen=True)
class Bound:
    """A condition with a number: what is compared, how, with what; of each `entity` when it has one.

    `period` or `last` ("90 days") limits what is counted for it; without either the period of the question does.
    `than` stands for the value: the average of all, or the same in the other period. `part` as for a condition.
    """

    place: int
    choices: tuple[Concept, ...]
    operator: str
    values: tuple[float | int, ...]
    entity: str = ""
    period: TimeRange | None = None
    last: str = ""
    than: Literal["average", "previous"] | None = None
    part: bool = False


@dataclass(frozen=True)
class Presence:
    """Whether a field must be filled or empty; `place` is the element that names it, `part` as for a condition."""

    place: int
    choices: tuple[Concept, ...]
    filled: bool
    part: bool = False


@dataclass
class Ranking:
    """Order and cut; `metric` is the element that names the metric to rank by, when one does.

    `judged` tells that the word judges ("best"), so that less is better for some metrics; `lasting` that it speaks of
    a length of time ("fastest"). `cut_by_default` tells that nobody named the number of rows; `percent` that the limit
    is so many of a hundred. `along_time` orders by time instead of by a metric ("the first order"); `skip` leaves out
    the rows before ("the second best").
    """

    descending: bool = True
    limit: int | None = None
    metric: int | None = None
    judged: bool = False
    lasting: bool = False
    cut_by_default: bool = False
    column: Literal["value", "change"] = "value"
    along_time: bool = False
    skip: int = 0
    percent: bool = False


@dataclass(frozen=True)
class Together:
    """What is taken together: the values of the group at `place`, counted or averaged (`agg`), or its top ones."""

    place: int
    agg: Literal["count", "average", "median", "top"]


@dataclass(frozen=True)
class TimeChoice:
    """One reading of the question's times: the period, and the other period when two are compared."""

    period: TimeRange | None = None
    compare: Comparison | None = None


@dataclass
class Draft:
    """State of one reading; the passes of `reader` fill it, `queries` turns it into queries."""

    elements: Cover
    kinds: tuple[str, ...]
    world: World
    tokens: Sequence[Token] = ()
    uses: dict[int, tuple[SpanRole, str]] = field(default_factory=dict)
    metrics: list[tuple[int, tuple[Concept, ...]]] = field(default_factory=list)
    groups: list[tuple[int, tuple[GroupChoice, ...]]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    scopes: list[tuple[int, str]] = field(default_factory=list)
    ranking: Ranking | None = None
    grain: str = ""
    times: tuple[TimeChoice, ...] = (TimeChoice(),)
    counted: int | None = None
    per: tuple[int, int] | None = None
    trend: bool = False
    bounds: list[Bound] = field(default_factory=list[Bound])
    subjects: dict[str, int] = field(default_factory=dict[str, int])
    presence: list[Presence] = field(default_factory=list[Presence])
    listed: str = ""
    shared: bool = False
    share_within: bool = False
    part_of: int | None = None
    together: Together | None = None
    held_against: int | None = None
    per_bucket: PerBucket | None = None
    running: Running | None = None
    within: int | None = None
    same_unit: bool = False
    penalty: float = 0.0
    notes: list[str] = field(default_factory=list)

    def kind(self, at: int | None) -> str:
        """What an element is taken for: metric, noun, dimension, value, time, grain, number or nothing of these."""
        return "" if at is None else self.kinds[at]

    def has(self, at: int | None, *cues: str) -> bool:
        """Whether an unused element is one of these cues."""
        return at is not None and at not in self.uses and not self.elements[at].cues.isdisjoint(cues)

    def cues(self, *names: str) -> list[int]:
        """The unused elements that are one of these cues and nothing of the layer, in order."""
        return [
            at
            for at, element in enumerate(self.elements)
            if not element.cues.isdisjoint(names) and self.kinds[at] in ("", "grain") and at not in self.uses
        ]

    def use(self, at: int, role: SpanRole, target: str = "") -> None:
        """Record what an element was used for; the first use stays."""
        self.uses.setdefault(at, (role, target))

    def soft(self, at: int) -> bool:
        """Whether an element only holds others together."""
        element = self.elements[at]
        return self.kinds[at] == "" and bool(element.cues) and element.cues <= SOFT

    def ahead(self, at: int) -> int | None:
        """The next element that says something."""
        return next((i for i in range(at + 1, len(self.elements)) if not self.soft(i)), None)

    def back(self, at: int) -> int | None:
        """The element before that says something."""
        return next((i for i in range(at - 1, -1, -1) if not self.soft(i)), None)

    def joined(self, at: int, *cues: str) -> int | None:
        """The element that a joining word (and, or, a comma) ties to this one, None without such a word."""
        place, seen = self.ahead(at), False
        while place is not None and self.kinds[place] == "" and not self.elements[place].cues.isdisjoint(cues):
            place, seen = self.ahead(place), True
        return place if seen else None

    def joiners(self, first: int, last: int) -> list[int]:
        """The elements between two joined ones."""
        return list(range(first + 1, last))

    def concepts(self, at: int, kind: str) -> tuple[Concept, ...]:
        """The concepts of one kind that an element may be."""
        return tuple(concept for concept in self.elements[at].concepts if concept.kind == kind)

    def element(self, at: int) -> Element:
        """The element at a place."""
        return self.elements[at]

    def group_choices(self, at: int) -> tuple[GroupChoice, ...]:
        """How an element can be grouped by: its dimensions, or for a noun the fields that name one of its rows."""
        dimensions = self.concepts(at, "dimension")
        choices = [GroupChoice((c.target,), c.grain, c.weight) for c in dimensions]
        if not choices and self.kinds[at] == "noun":
            choices = [GroupChoice(f, "", 0.9, known_only=True) for f in self.world.nouns.identity(self.noun(at)) if f]
        return tuple(choices)

    def groupable(self, at: int | None) -> bool:
        """Whether an unused element can be broken down by."""
        if at is None or at in self.uses:
            return False
        if self.kinds[at] == "grain":
            return "adverb" not in self.elements[at].cues
        return self.kinds[at] in ("dimension", "noun") and bool(self.group_choices(at))

    def is_number(self, at: int) -> bool:
        """Whether an element only names number fields, which have an extreme themselves instead of being ranked."""
        fields = self.world.layer.fields
        named = self.concepts(at, "dimension") if self.kinds[at] == "dimension" else ()
        return bool(named) and all(fields[concept.target].kind == "number" for concept in named)

    def is_flag(self, at: int) -> bool:
        """Whether an element names a yes-or-no field, which narrows instead of splitting."""
        fields = self.world.layer.fields
        named = self.concepts(at, "dimension") if self.kinds[at] == "dimension" else ()
        return any(fields[concept.target].kind == "boolean" for concept in named)

    def take_group(self, at: int) -> bool:
        """Break down by an element; False when another grain was asked for already."""
        element = self.elements[at]
        if self.kinds[at] == "grain":
            return self.take_grain(at)
        choices = self.group_choices(at)
        self.groups.append((at, choices))
        self.use(at, "dimension", choices[0].fields[0])
        return bool(element)

    def take_grain(self, at: int) -> bool:
        """Break down by a unit of time; False when another one was asked for already."""
        grain = self.elements[at].grain
        if self.grain and self.grain != grain:
            return False
        self.grain = grain
        self.use(at, "grain", grain)
        return True

    def noun(self, at: int) -> str:
        """The dataset that a noun stands for."""
        found = self.concepts(at, "noun")
        if found:
            return found[0].target
        return next(self.world.nouns.counted[c.target] for c in self.concepts(at, "metric"))

    def implied_noun(self, at: int) -> str:
        """The entity that a value in the plural stands for ("women" are customers), empty for anything else."""
        if self.kinds[at] != "value" or not self.elements[at].plural:
            return ""
        segments = self.world.layer.segments
        named = [concept.target for concept in self.concepts(at, "value")]
        owners = {segments[name].entity if name in segments else name.partition(".")[0] for name in named}
        entities = [name for name in sorted(owners) if self.world.layer.datasets[name].entity]
        return entities[0] if len(entities) == 1 else ""

    def metric_choices(self, at: int) -> tuple[Concept, ...]:
        """The metrics an element may name; for a noun the metric that counts it."""
        if self.kinds[at] not in ("metric", "noun"):
            return ()
        named = self.concepts(at, "metric")
        if named or self.kinds[at] == "metric":
            return named
        if self.elements[at].text.casefold() in self.world.language.persons:
            return ()  # "how many people complained" need not count customers
        count = self.world.nouns.count_of(self.noun(at))
        return (Concept("metric", count, 0.9),) if count else ()

    def take_metric(self, at: int) -> None:
        """Ask for the metric an element names."""
        if any(place == at for place, _ in self.metrics):
            return
        choices = self.metric_choices(at)
        self.metrics.append((at, choices))
        self.use(at, "metric", choices[0].target)


def is_top_of_each(draft: Draft) -> bool:
    """Whether the first few are asked for in each of another group: "top 3 products in each category"."""
    cut = draft.ranking is not None and draft.ranking.limit is not None and draft.ranking.column == "value"
    return cut and draft.within is not None and len(draft.groups) == 2 and not draft.grain
