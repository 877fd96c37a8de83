"""The tables of people: accounts, and answers that were shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, DateTime, String, Table, Text

from assistant.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

person = Table(
    "person",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("attributes", Text, nullable=False),
    Column("password", String(400), nullable=False),
    Column("added_by", String(200), nullable=False),
    Column("added_at", DateTime, nullable=False),
)

shared_answer = Table(
    "shared_answer",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("chart", String(20), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
)

MAY_NAME_CUSTOMERS: Sequence[Table] = (shared_answer,)
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
