"""What a conversation remembers: typed turns, never prose to be parsed again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from assistant.answer import Answer, Clarification, Explanation, Option, Outcome, Refusal
from semantic_layer import Column, SemanticQuery

Kind = Literal["answer", "clarification", "explanation", "refusal"]
ROWS_KEPT = 1000
"""How many rows of an answer "these" may stand for; a longer result is never referred to by its rows."""


@dataclass(frozen=True)
class Turn:
    """A question and what became of it: the whole query, the readings offered, the rows that "these" may mean.

    `whole` is False for an answer whose rows are cut off, so that its rows are not all of them.
    """

    question: str
    kind: Kind
    query: SemanticQuery | None = None
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    whole: bool = True
    id: str = field(default_factory=lambda: uuid4().hex)


def turn_of(question: str, outcome: Outcome) -> Turn:
    """What is remembered of an outcome."""
    if isinstance(outcome, Answer) and outcome.plan is not None:
        rows = outcome.result.rows
        whole = len(rows) <= ROWS_KEPT and not outcome.result.truncated
        return Turn(
            question, "answer", outcome.plan.asked or outcome.plan.query, (), outcome.columns, rows[:ROWS_KEPT], whole
        )
    if isinstance(outcome, Clarification):
        return Turn(question, "clarification", options=outcome.options)
    kinds: dict[type, Kind] = {Refusal: "refusal", Explanation: "explanation"}
    return Turn(question, kinds.get(type(outcome), "answer"))


@dataclass
class Conversation:
    """The turns of one dialogue in order; not to be shared between threads."""

    id: str = field(default_factory=lambda: uuid4().hex)
    turns: list[Turn] = field(default_factory=list[Turn])

    @property
    def base(self) -> Turn | None:
        """The last turn that was answered, which follow-ups lean on."""
        return next((turn for turn in reversed(self.turns) if turn.query is not None), None)

    @property
    def pending(self) -> tuple[Option, ...]:
        """The readings offered by the very last turn."""
        return self.turns[-1].options if self.turns else ()

    def record(self, question: str, outcome: Outcome) -> Turn:
        """The turn that the outcome became; it is now the last one."""
        turn = turn_of(question, outcome)
        self.turns.append(turn)
        return turn

    def undo(self) -> SemanticQuery | None:
        """The query of the answer before the last one, None without one; asked again, it is the last one."""
        if sum(turn.query is not None for turn in self.turns) < 2:
            return None
        self._drop_last()
        return self._drop_last()

    def _drop_last(self) -> SemanticQuery | None:
        while self.turns[-1].query is None:
            self.turns.pop()
        return self.turns.pop().query

    def clear(self) -> None:
        """Forget every turn: the next question stands alone."""
        self.turns.clear()
