"""The tables of the monitor: runs, incidents, and what people decided about them."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take the tables away again, with what is in them."""
