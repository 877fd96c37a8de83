"""The tables of saved customer segments."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, String, Table, Text

from assistant.store.tables import metadata

saved_segment = Table(
    "saved_segment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("offered", String(200), nullable=False),
)

MAY_NAME_CUSTOMERS: tuple[Table, ...] = (saved_segment,)
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
