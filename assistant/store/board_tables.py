"""The tables of boards, of the review queue, and of proposed changes of definitions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Index, Integer, String, Table, Text

from assistant.store.tables import metadata

board = Table(
    "board",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("by", String(200), nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("touched_at", DateTime, nullable=False),
)

board_tile = Table(
    "board_tile",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("board_id", String(64), ForeignKey("board.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("chart", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
)

board_delivery = Table(
    "board_delivery",
    metadata,
    Column("board_id", String(64), ForeignKey("board.id", ondelete="CASCADE"), primary_key=True),
    Column("every", String(10), nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("channel", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("since", DateTime, nullable=False),
    Column("sent_at", DateTime),
)

review = Table(
    "review",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("generated", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Column("as_of", Date),
    Column("origin", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("proposal_id", String(64), nullable=False, index=True),
    Column("status", String(20), nullable=False, index=True),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", DateTime),
    Column("comment", Text, nullable=False),
)

review_deed = Table(
    "review_deed",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("review_id", String(64), ForeignKey("review.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("deed", String(20), nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("comment", Text, nullable=False),
    Column("sql", Text, nullable=False),
    Index("ix_review_deed_place", "review_id", "position", unique=True),
)

definition_change = Table(
    "definition_change",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", DateTime),
    Column("comment", Text, nullable=False),
)

MAY_NAME_CUSTOMERS: tuple[Table, ...] = (board_tile, review_deed, review, definition_change)
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
