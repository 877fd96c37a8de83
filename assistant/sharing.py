"""Answers that somebody shared: the question and its typed query, asked again under the rights of whoever opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import TYPE_CHECKING, get_args

from assistant.answer import Answer, ChartKind, Plan
from assistant.errors import AssistantError
from semantic_layer import SemanticQuery

if TYPE_CHECKING:
    from assistant.store import Store


class CannotShare(AssistantError):
    """An answer that cannot be shared, or a link that leads to none."""


@dataclass(frozen=True)
class Shared:
    """A shared answer: what was asked, the plan to carry out, and whose it is. It holds no rows."""

    id: str
    question: str
    plan: Plan
    by: str


def share(store: Store, answer: Answer) -> str:
    """The id under which others open the answer; raises CannotShare for one that has no plan (one's own SQL)."""
    from assistant.store import people_tables

    if answer.plan is None:
        raise CannotShare("An answer from your own SQL cannot be shared: others would need to be asked for its rights.")
    key = token_urlsafe(9)
    row = {
        "id": key, "question": answer.question, "query": answer.plan.query.model_dump_json(exclude_defaults=True),
        "chart": answer.chart.kind, "by": store.by, "at": datetime.now(UTC).replace(tzinfo=None),
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(people_tables.shared_answer.insert().values(row))
    return key


def shared(store: Store, key: str) -> Shared:
    """The shared answer of an id; raises CannotShare when there is none."""
    from sqlalchemy import select

    from assistant.store import people_tables

    told = people_tables.shared_answer
    rows = store.rows(select(told).where(told.c.id == key))
    if not rows:
        raise CannotShare("This link leads to no answer: it may have been deleted. Ask for it in your own words.")
    row = rows[0]
    query = SemanticQuery.model_validate_json(row.query)
    chart = next((kind for kind in get_args(ChartKind) if kind == row.chart and kind != "tile"), None)
    return Shared(row.id, row.question, Plan(query, chart=chart), row.by)
