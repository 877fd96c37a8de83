"""The tables of delivery: messages waiting to be sent, and who leads the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Table

MAY_NAME_CUSTOMERS: tuple[Table, ...] = ()
"""Tables with an `id` whose rows go when a customer they name is forgotten."""
