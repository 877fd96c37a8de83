"""The tables of the agent: calls of a model, and what waits for a person's decision."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take the tables away again, with what is in them."""
