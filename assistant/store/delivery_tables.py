"""The tables of delivery: messages waiting to be sent, how far delivery has come, and who leads the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, DateTime, Index, Integer, String, Table, Text

from assistant.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("key", String(300), nullable=False),
    Column("channel", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", String(200), nullable=False),
    Column("claimed_until", DateTime),
    Column("sent_at", DateTime),
    Column("error", Text, nullable=False),
    Index("ix_outbox_key", "key", unique=True),
    Index("ix_outbox_due", "state", "due_at"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("until", DateTime, nullable=False),
)

delivery_mark = Table(
    "delivery_mark",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("value", String(300), nullable=False),
)

MAY_NAME_CUSTOMERS: Sequence[Table] = (outbox,)
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
