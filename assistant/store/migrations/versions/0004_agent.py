"""The tables of the agent: calls of a model, and what waits for a person's decision."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "agent_thread",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("requests", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("dollars", sa.Float, nullable=False),
    )
    op.create_index("ix_agent_thread_waiting", "agent_thread", ["status", "by"])
    op.create_table(
        "tool_call",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("tool", sa.String(60), nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("found", sa.Boolean, nullable=False),
    )
    op.create_index("ix_tool_call_at", "tool_call", ["at"])


def downgrade() -> None:
    """Take the tables away again, with what is in them."""
    op.drop_table("tool_call")
    op.drop_table("agent_thread")
