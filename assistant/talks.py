"""One's own past conversations: found by what was asked in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.store import Store

MOST = 40


@dataclass(frozen=True)
class Talk:
    """A conversation in a list: its first question, and when something was last said in it."""

    id: str
    title: str
    touched_at: datetime


def talks(store: Store, search: str = "") -> tuple[Talk, ...]:
    """The person's own conversations, last touched first; only those with a question that holds the searched text."""
    from sqlalchemy import select

    from assistant.store import tables

    told, asked, first = tables.conversation, tables.turn, tables.turn.alias("first")
    opening = (first.c.conversation_id == told.c.id) & (first.c.position == 1)
    query = select(told.c.id, first.c.question, told.c.touched_at).join(first, opening).where(told.c.by == store.by)
    if search.strip():
        fitting = asked.c.question.icontains(search.strip(), autoescape=True)
        query = query.where(told.c.id.in_(select(asked.c.conversation_id).where(fitting)))
    rows = store.rows(query.order_by(told.c.touched_at.desc()).limit(MOST))
    return tuple(Talk(row.id, row.question, row.touched_at) for row in rows)


def forget_talk(store: Store, talk_id: str) -> None:
    """Delete one of one's own conversations with all its turns; another person's stays."""
    from assistant.store import tables

    told, asked = tables.conversation, tables.turn
    with store.writing() as connection:
        found = connection.execute(told.select().where(told.c.id == talk_id, told.c.by == store.by)).first()
        if found is not None:
            connection.execute(asked.delete().where(asked.c.conversation_id == talk_id))
            connection.execute(told.delete().where(told.c.id == talk_id))
