"""The tables of the store; the migrations are what makes them, a test holds both together."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("by", String(200), nullable=False, index=True),
    Column("started_at", DateTime, nullable=False),
    Column("touched_at", DateTime, nullable=False),
)

turn = Table(
    "turn",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("query", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("code", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Column("asked_at", DateTime, nullable=False),
    Index("ix_turn_place", "conversation_id", "position", unique=True),
)

verified_question = Table(
    "verified_question",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("as_of", Date),
    Column("status", String(20), nullable=False, index=True),
    Column("proposed_by", String(200), nullable=False),
    Column("proposed_at", DateTime, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", DateTime),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("turn_id", String(64), nullable=False),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("correction", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False, index=True),
)

proposed_synonym = Table(
    "proposed_synonym",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("word", String(200), nullable=False),
    Column("target", String(200), nullable=False),
    Column("status", String(20), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Index("ix_proposed_synonym_pair", "word", "target", unique=True),
)
