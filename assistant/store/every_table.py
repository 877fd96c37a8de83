"""Every table of the store: importing this fills the shared metadata."""

from __future__ import annotations

from assistant.store import (
    agent_tables,
    board_tables,
    delivery_tables,
    monitor_tables,
    people_tables,
    segment_tables,
    tables,
)

metadata = tables.metadata

may_name_customers = (
    tables.turn,
    tables.feedback,
    tables.verified_question,
    tables.proposed_synonym,
    *monitor_tables.MAY_NAME_CUSTOMERS,
    *delivery_tables.MAY_NAME_CUSTOMERS,
    *agent_tables.MAY_NAME_CUSTOMERS,
    *people_tables.MAY_NAME_CUSTOMERS,
    *board_tables.MAY_NAME_CUSTOMERS,
    *segment_tables.MAY_NAME_CUSTOMERS,
)
"""Tables that `forget` looks through, row by row."""
