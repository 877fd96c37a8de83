"""The tables of the monitor: runs, incidents, and what people decided about them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "incident",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("live_key", sa.String(700), nullable=False),
        sa.Column("key", sa.String(640), nullable=False, index=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("monitor", sa.String(200), nullable=False),
        sa.Column("metric", sa.String(200), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("touched_at", sa.DateTime, nullable=False),
        sa.Column("acknowledged_by", sa.String(200), nullable=False),
        sa.Column("snoozed_until", sa.Date),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("normal_buckets", sa.Integer, nullable=False),
    )
    op.create_index("ix_incident_live", "incident", ["live_key"], unique=True)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False, index=True),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
    )
    op.create_index("ix_alert_key", "alert", ["key"], unique=True)
    op.create_table(
        "incident_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("incident_id", sa.String(64), nullable=False, index=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "adjustment",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("metric", sa.String(200), nullable=False, index=True),
        sa.Column("where", sa.Text, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("first", sa.Date),
        sa.Column("last", sa.Date),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("undone_by", sa.String(200), nullable=False),
    )
    op.create_table(
        "monitor_run",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date, nullable=False, index=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("monitors", sa.Integer, nullable=False),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("queries", sa.Integer, nullable=False),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("resolved", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "watermark",
        sa.Column("source", sa.String(200), primary_key=True),
        sa.Column("reaches", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Take the tables away again, with what is in them."""
    for table in ("watermark", "monitor_run", "adjustment", "incident_log", "alert", "incident"):
        op.drop_table(table)
