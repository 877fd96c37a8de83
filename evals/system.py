"""What is judged: anything that answers a question. The seam between the evals and the products they measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from evals.comparison import Table

ReactionKind = Literal["answer", "clarification", "refusal", "failure"]


@dataclass(frozen=True)
class Ask:
    """One question as put to a system; `history` holds the earlier questions of a dialogue, oldest first.

    `context` is a business definition that belongs to the question. `repeat` counts the times that the same question
    is put, from 0: an answer kept from one time does not stand for another.
    """

    question: str
    history: tuple[str, ...] = ()
    context: str = ""
    repeat: int = 0


@dataclass(frozen=True)
class Usage:
    """What an answer cost: model calls, tokens in and out, and US dollars; all 0 without a model."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0


@dataclass(frozen=True)
class Reaction:
    """What came back, in a form that every system can fill.

    `text` is everything a person would read; `code` a refusal's or a failure's code; `plan` the typed query as plain
    data; `definitions` the names of the definitions shown; `understood` the reading in words; `cached` that it was
    remembered from an earlier run and cost nothing this time; `passing` that asking again may go otherwise (a server
    down, a query too slow), so that it is not kept; `seconds` is how long it took when that is not all of the call.
    """

    kind: ReactionKind
    text: str = ""
    code: str = ""
    table: Table | None = None
    sql: str = ""
    plan: Mapping[str, Any] | None = None
    understood: str = ""
    definitions: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    cached: bool = False
    passing: bool = False
    seconds: float | None = None


class System(Protocol):
    """Something that answers questions about one database."""

    @property
    def name(self) -> str:
        """What reports call it: "embedded", or the model's name."""
        ...

    @property
    def deterministic(self) -> bool:
        """Whether the same question always gets the same answer, so that asking once is enough."""
        ...

    def prompt(self, ask: Ask) -> str:
        """All that a paid answer depends on (model, settings, prompt); empty when answers are not worth keeping."""
        ...

    def answer(self, ask: Ask) -> Reaction:
        """The system's reaction; failures of its own are a Reaction of kind "failure".

        Raises RunStoppedError when no further question can be answered either.
        """
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...
