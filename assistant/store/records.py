"""The rows of the store as frozen data; times are UTC, queries are typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from semantic_layer import SemanticQuery

Verdict = Literal["up", "down"]
Status = Literal["pending", "approved", "rejected"]
SynonymStatus = Literal["pending", "accepted", "rejected"]


@dataclass(frozen=True)
class StoredTurn:
    """One turn: what was asked, what became of it, and the words that found no place."""

    id: str
    conversation: str
    question: str
    kind: str
    query: SemanticQuery | None
    sql: str
    reading: str
    code: str
    words: tuple[str, ...]
    asked_at: datetime


@dataclass(frozen=True)
class Feedback:
    """A person's verdict on an answer; `correction` is SQL or a question that would have been right."""

    id: str
    question: str
    query: SemanticQuery | None
    sql: str
    verdict: Verdict
    reason: str
    correction: str
    by: str
    at: datetime
    turn: str = ""


@dataclass(frozen=True)
class Proposal:
    """A question with its query, proposed as verified; decided by a person who has the right."""

    id: str
    question: str
    query: SemanticQuery
    sql: str
    as_of: date | None
    status: Status
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Synonym:
    """A word proposed for a metric or field that the definitions call otherwise."""

    id: str
    word: str
    target: str
    status: SynonymStatus
    by: str
    at: datetime


@dataclass(frozen=True)
class SeenWord:
    """A word that no question could place: how often it was said, and the last question that had it."""

    word: str
    times: int
    question: str
