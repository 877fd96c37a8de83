"""Questions to an assistant and rows of hand-written SQL beside them: what tests of answers have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from assistant.answer import Answer
from assistant.assistant import Assistant
from semantic_layer import SemanticQuery


def answered(assistant: Assistant, question: str) -> Answer:
    """The answer to a question that has one."""
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), (question, outcome)
    return outcome


def query_of(assistant: Assistant, question: str) -> SemanticQuery:
    """The query that answers a question."""
    plan = answered(assistant, question).plan
    assert plan is not None
    return plan.query


def rows_to(assistant: Assistant, question: str) -> list[tuple[Any, ...]]:
    """The rows of the answer to a question that has one."""
    return list(answered(assistant, question).result.rows)


def rows(assistant: Assistant, sql: str) -> list[tuple[Any, ...]]:
    """The rows of hand-written SQL over the same tables."""
    outcome = assistant.run_sql(sql)
    assert isinstance(outcome, Answer), outcome
    return list(outcome.result.rows)


def plain(found: Any) -> list[Any]:
    """Rows in any order, numbers to six places: equal where they say the same."""
    return sorted((tuple(_plain(one) for one in row) for row in found), key=str)


def _plain(value: Any) -> Any:
    return round(float(value), 6) if isinstance(value, Decimal | float) else value
