"""Who lives together: customers at one address that share a family name or a phone number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import duckdb

from warehouse.identity.clustering import components

ADDRESS_CAP = 40  # customers at one address from which it is an office or a hall, not a home


@dataclass(frozen=True)
class Household:
    """A household: its id, made of its first member, and its customers."""

    household_id: str
    members: tuple[str, ...]


def find_households(con: duckdb.DuckDBPyConnection) -> list[Household]:
    """Households of two and more customers, out of tables `record` and `people` (id, customer_id), in order of id."""
    pairs = con.execute(
        "WITH home AS (SELECT DISTINCT p.customer_id, r.address, r.last, r.phone FROM record r JOIN people p USING (id)"
        "  WHERE r.address IS NOT NULL AND r.house IS NOT NULL),"
        " small AS (SELECT address FROM home GROUP BY address"
        f"  HAVING count(DISTINCT customer_id) BETWEEN 2 AND {ADDRESS_CAP})"
        " SELECT DISTINCT l.customer_id, r.customer_id FROM home l JOIN small USING (address)"
        " JOIN home r ON r.address = l.address AND l.customer_id < r.customer_id"
        " AND (l.last = r.last OR l.phone = r.phone)"
    ).fetchall()
    names = sorted({customer for pair in pairs for customer in pair})
    place = {customer: at for at, customer in enumerate(names)}
    groups = components((place[left], place[right]) for left, right in pairs)
    return [_household(tuple(names[at] for at in group)) for group in groups]


def _household(members: tuple[str, ...]) -> Household:
    return Household("h" + hashlib.sha256(members[0].encode()).hexdigest()[:15], members)
