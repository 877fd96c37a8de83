"""The tables of the agent: what its tools were called with, and what waits for a person's decision."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Float, Index, Integer, String, Table, Text

from assistant.store.tables import metadata

agent_thread = Table(
    "agent_thread",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("by", String(200), nullable=False),
    Column("question", Text, nullable=False),
    Column("requests", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("asked_at", DateTime, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", DateTime),
    Column("model", String(200), nullable=False),
    Column("calls", Integer, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("dollars", Float, nullable=False),
    Index("ix_agent_thread_waiting", "status", "by"),
)

tool_call = Table(
    "tool_call",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("thread", String(64), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False, index=True),
    Column("tool", String(60), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("found", Boolean, nullable=False),
)

MAY_NAME_CUSTOMERS: tuple[Table, ...] = (agent_thread, tool_call)
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
