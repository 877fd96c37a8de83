"""The tables of boards, of the review queue, and of proposed changes of definitions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "board",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("by", sa.String(200), nullable=False, index=True),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("touched_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "board_tile",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("board_id", sa.String(64), sa.ForeignKey("board.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("chart", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "board_delivery",
        sa.Column("board_id", sa.String(64), sa.ForeignKey("board.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("every", sa.String(10), nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("sent_at", sa.DateTime),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("reading", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("generated", sa.Text, nullable=False),
        sa.Column("sql", sa.Text, nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("proposal_id", sa.String(64), nullable=False, index=True),
        sa.Column("status", sa.String(20), nullable=False, index=True),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_table(
        "review_deed",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("review_id", sa.String(64), sa.ForeignKey("review.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("deed", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("sql", sa.Text, nullable=False),
    )
    op.create_index("ix_review_deed_place", "review_deed", ["review_id", "position"], unique=True)
    op.create_table(
        "definition_change",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False, index=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False, index=True),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("comment", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Take the tables away again, with what is in them."""
    for table in ("definition_change", "review_deed", "review", "board_delivery", "board_tile", "board"):
        op.drop_table(table)
