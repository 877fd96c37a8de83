"""What comes out of a question: a plan on the way, then an answer, a question back, or a refusal.

All three outcomes are frozen data that a screen, a command or a test can read; none of them is an exception, because
each is a right thing to say to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from assistant.data_state import Freshness
from semantic_layer import Column, SemanticQuery
from warehouse import Result

SpanRole = Literal[
    "metric", "dimension", "value", "time", "grain", "order", "limit", "comparison", "condition", "segment", "filler"
]
ChartKind = Literal["line", "bar", "grouped_bar", "stacked_bar", "heat", "funnel", "tile", "table"]
RefusalCode = Literal[
    "UNKNOWN_WORDS",
    "NO_METRIC",
    "OUT_OF_DOMAIN",
    "CHANGES_DATA",
    "NOT_AVAILABLE",
    "UNSAFE",
    "UNCLEAR_TIME",
    "SQL_REJECTED",
    "QUERY_FAILED",
    "EMPTY_QUESTION",
    "STOPPED",
]
Road = Literal["plan", "steps", "words"]


@dataclass(frozen=True)
class Span:
    """A stretch of the question and what it was used for; `target` names the metric, field, value or rule."""

    start: int
    end: int
    text: str
    role: SpanRole
    target: str = ""


@dataclass(frozen=True)
class Part:
    """One chip of an interpretation: `kind` groups it, `label` is what people read, `ref` the name in the layer."""

    kind: Literal["metric", "dimension", "grain", "period", "filter", "comparison", "order", "limit", "segment"]
    label: str
    ref: str = ""


@dataclass(frozen=True)
class Interpretation:
    """How a question was read: chips, and the line made of them ("Net revenue · by month · 2025")."""

    parts: tuple[Part, ...]

    @property
    def sentence(self) -> str:
        """The chips as one line."""
        return " · ".join(part.label for part in self.parts)


@dataclass(frozen=True)
class ModelUse:
    """What a language model did for an answer: its name, the road, calls, tokens in and out, US dollars.

    `road` is "plan" when it wrote the plan in one call (and repairs of it), "steps" when it worked with tools, "words"
    when it only worded the answer.
    """

    name: str
    road: Road
    calls: int
    tokens_in: int
    tokens_out: int
    dollars: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A question made whole: the typed query, how each word was used, and how sure the reading is (0 to 1).

    `notes` are sentences the answer must carry ("Read 'revnue' as 'revenue'"). `chart` is the picture asked for;
    `asked` is the query before metrics that mean the same at a finer grain stood in, when some did. `model` tells of
    the language model that wrote it, if one did. `doubts` are what speaks against the reading, by name and amount.
    """

    query: SemanticQuery
    spans: tuple[Span, ...] = ()
    confidence: float = 1.0
    notes: tuple[str, ...] = ()
    chart: ChartKind | None = None
    asked: SemanticQuery | None = None
    model: ModelUse | None = None
    doubts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Caveat:
    """Something the reader must know before using a number; `code` is stable, e.g. PARTIAL_PERIOD, FEW_ROWS."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Definition:
    """What a metric means, in words and as a formula over the data."""

    name: str
    label: str
    text: str
    formula: str


@dataclass(frozen=True)
class Mark:
    """Something that happened, to be marked in a picture over time: its first day, and what it was."""

    day: date
    text: str


@dataclass(frozen=True)
class Chart:
    """A picture of a result: its kind, its title (which says the finding) and its Vega-Lite specification.

    `spec` is None for `tile` and `table`, which a screen draws itself from the sentence and the rows. `marks` are what
    happened in its time; only a line shows them.
    """

    kind: ChartKind
    title: str
    spec: Mapping[str, Any] | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A number and everything that belongs to it.

    `governed` is False when the SQL was written by a person or a model instead of compiled from definitions.
    `freshness` tells how far each table that was read reaches and when it was loaded, `fresh_until` the earliest end.
    `timings` holds milliseconds by step. `model` is None when no language model had a part in it.
    """

    question: str
    sentence: str
    columns: tuple[Column, ...]
    result: Result
    chart: Chart
    interpretation: Interpretation
    sql: str
    period: str = ""
    definitions: tuple[Definition, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    fresh_until: datetime | None = None
    freshness: tuple[Freshness, ...] = ()
    governed: bool = True
    plan: Plan | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    model: ModelUse | None = None


@dataclass(frozen=True)
class Option:
    """One reading offered in a clarification: what it says, and the plan that it stands for."""

    label: str
    plan: Plan


@dataclass(frozen=True)
class Clarification:
    """The question can be read in more than one way; `words` caused it, `options` are the readings."""

    question: str
    sentence: str
    words: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class ToolRequest:
    """A tool that a model wants to use and a person must allow: its name, what it is given, and why it is asked."""

    tool: str
    arguments: Mapping[str, Any]
    reason: str = ""


@dataclass(frozen=True)
class Approval(Clarification):
    """A question back that waits for yes, no or a change; `thread` names what goes on then, also after a restart."""

    thread: str = ""
    requests: tuple[ToolRequest, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What a person says to one tool request; `arguments` stand for those of the model when `verdict` is "edit"."""

    verdict: Literal["approve", "edit", "reject"]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer: a stable code, a sentence, the words that could not be placed, what to ask instead."""

    question: str
    code: RefusalCode
    sentence: str
    words: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Words instead of numbers: what a metric means with its parts, how fresh the data are, what can be asked."""

    question: str
    sentence: str
    definitions: tuple[Definition, ...] = ()
    suggestions: tuple[str, ...] = ()


Outcome = Answer | Clarification | Explanation | Refusal
