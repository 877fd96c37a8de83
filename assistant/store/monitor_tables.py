"""The tables of the monitor: runs, incidents, and what people decided about them."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, Float, Index, Integer, String, Table, Text

from assistant.store.tables import metadata

incident = Table(
    "incident",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("live_key", String(700), nullable=False),
    Column("key", String(640), nullable=False, index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("monitor", String(200), nullable=False),
    Column("metric", String(200), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("finding", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Column("touched_at", DateTime, nullable=False),
    Column("acknowledged_by", String(200), nullable=False),
    Column("snoozed_until", Date),
    Column("verdict", String(10), nullable=False),
    Column("normal_buckets", Integer, nullable=False),
    Index("ix_incident_live", "live_key", unique=True),
)
"""`live_key` is the key while the incident lasts and its own id after, so that none is opened twice."""

alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("incident_id", String(64), nullable=False, index=True),
    Column("event", String(20), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("severity", String(10), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("channel", String(200), nullable=False),
    Index("ix_alert_key", "key", unique=True),
)

incident_log = Table(
    "incident_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", String(64), nullable=False, index=True),
    Column("at", DateTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("what", String(40), nullable=False),
    Column("text", Text, nullable=False),
)

adjustment = Table(
    "adjustment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("what", String(20), nullable=False),
    Column("metric", String(200), nullable=False, index=True),
    Column("where", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("first", Date),
    Column("last", Date),
    Column("by", String(200), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("incident_id", String(64), nullable=False),
    Column("undone_by", String(200), nullable=False),
)

monitor_run = Table(
    "monitor_run",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("started_at", DateTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("monitors", Integer, nullable=False),
    Column("series", Integer, nullable=False),
    Column("queries", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("resolved", Integer, nullable=False),
    Column("error", Text, nullable=False),
)

watermark = Table(
    "watermark",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("reaches", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
)

MAY_NAME_CUSTOMERS: tuple[Table, ...] = (incident, alert, incident_log, adjustment)
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
