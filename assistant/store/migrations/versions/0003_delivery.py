"""The tables of delivery: messages waiting to be sent, and who leads the schedule."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take the tables away again, with what is in them."""
