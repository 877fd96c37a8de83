"""Which of several written values a customer is known by: one rule per attribute, declared in one table.

Every rule falls back on the record changed last, then on the more trusted system, then on the record's key, so that
the same records always give the same profile. An address is taken whole from one record: a street of one home with
the city of another is no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import duckdb

Rule = Literal["most_recent", "most_frequent", "most_complete", "source_priority"]


@dataclass(frozen=True)
class Attribute:
    """Columns that survive together, and the rule that picks the record they come from."""

    columns: tuple[str, ...]
    rule: Rule


SURVIVORSHIP = (
    Attribute(("first_name",), "most_frequent"),
    Attribute(("last_name",), "most_recent"),  # names change by marriage
    Attribute(("email",), "most_recent"),
    Attribute(("phone",), "most_recent"),
    Attribute(("street", "postal_code", "city", "country_code"), "most_complete"),
    Attribute(("birth_date",), "most_frequent"),
    Attribute(("national_id",), "most_frequent"),
    Attribute(("loyalty_no",), "most_recent"),
    Attribute(("crm_id",), "source_priority"),
    Attribute(("shop_id",), "source_priority"),
    Attribute(("social_handle",), "most_recent"),
    Attribute(("account_id",), "source_priority"),
)
_ORDER = {
    "most_recent": "",
    "most_frequent": "times DESC,",
    "most_complete": "filled DESC,",
    "source_priority": "list_position($systems, source_system) NULLS LAST,",
}


def surviving_values(con: duckdb.DuckDBPyConnection, systems: tuple[str, ...]) -> None:
    """Table `surviving` (customer_id, attribute, value, source_system, source_id, rule) out of `written` and `people`.

    `systems` names the source systems from the most trusted on; systems it does not name come last.
    """
    con.execute(
        "CREATE TABLE surviving (customer_id VARCHAR, attribute VARCHAR, value VARCHAR, source_system VARCHAR,"
        " source_id VARCHAR, rule VARCHAR)"
    )
    for attribute in SURVIVORSHIP:
        _survive(con, attribute, systems)


def _survive(con: duckdb.DuckDBPyConnection, attribute: Attribute, systems: tuple[str, ...]) -> None:
    lead = attribute.columns[0]
    filled = " + ".join(f"({column} IS NOT NULL)::INTEGER" for column in attribute.columns)
    order = _ORDER[attribute.rule]
    values = " UNION ALL ".join(
        f"SELECT customer_id, '{column}', {column}, source_system, source_id FROM chosen"
        for column in attribute.columns
    )
    con.execute(
        f"INSERT INTO surviving WITH carried AS (SELECT p.customer_id, w.*, {filled} AS filled,"
        f" count(*) OVER (PARTITION BY p.customer_id, lower(trim({lead}))) AS times"
        f" FROM written w JOIN people p USING (id) WHERE {filled} > 0),"
        " chosen AS (SELECT * FROM carried QUALIFY row_number() OVER (PARTITION BY customer_id"
        f" ORDER BY {order} updated_at DESC NULLS LAST, list_position($systems, source_system) NULLS LAST,"
        " source_system, source_id) = 1)"
        f" SELECT *, $rule FROM ({values}) AS v (customer_id, attribute, value, source_system, source_id)"
        " WHERE value IS NOT NULL",
        {"rule": attribute.rule, "systems": list(systems)},
    )
