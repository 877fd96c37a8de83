"""The review queue as frozen data: what waits for a second pair of eyes, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assistant.errors import AssistantError
from semantic_layer import SemanticQuery

Origin = Literal["definitions", "spoken", "own_sql"]
"""Where an item's SQL comes from: compiled for a question that stands alone, for one that leaned on a conversation or
was read by a model, or written by a person."""
ReviewStatus = Literal["pending", "approved", "rejected"]
Deed = Literal["sent", "edited", "reset", "worded", "commented", "approved", "rejected"]
LONGEST_QUESTION, LONGEST_COMMENT = 500, 4000


class CannotReview(AssistantError):
    """This step of a review cannot be taken; the message says why and what to do first."""


@dataclass(frozen=True)
class ReviewItem:
    """SQL with its question, waiting or decided; `generated` is the SQL as it came, `sql` as it stands now."""

    id: str
    question: str
    reading: str
    query: SemanticQuery | None
    generated: str
    sql: str
    as_of: date | None
    origin: Origin
    note: str
    proposal: str
    status: ReviewStatus
    by: str
    at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    comment: str = ""

    @property
    def edited(self) -> bool:
        """Whether a person changed the SQL."""
        return self.sql != self.generated

    @property
    def governed(self) -> bool:
        """Whether the SQL is what the definitions compile to."""
        return self.query is not None and not self.edited


@dataclass(frozen=True)
class DeedDone:
    """One step of an item's history; `sql` is the SQL (or the question) that the step left behind, where it changed."""

    deed: Deed
    by: str
    at: datetime
    comment: str
    sql: str


@dataclass(frozen=True)
class Bulk:
    """What became of several items at once: how many were decided, and why the others were not."""

    done: int
    problems: tuple[str, ...] = ()
