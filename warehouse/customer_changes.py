"""The history of what is known of customers: each build compares core.customer with how the build before left it.

How it was left is kept in `raw._customer_seen`. A customer who is new, or who became part of another, has changed
nothing; a snapshot that is built from nothing begins a new history.
"""

from __future__ import annotations

import duckdb

from warehouse.build import identifier, literal
from warehouse.sources.core_tables import core_tables
from warehouse.sources.source_state import make_core_table, note_freshness, now, present_tables

SEEN = "raw._customer_seen"
_MOVING = frozenset({"first_seen_at", "first_order_at", "last_order_at", "last_seen_at", "profile_confidence"})
"""Columns that follow from what customers do: they change with every load, and their history lies in the facts."""


def note_changes(con: duckdb.DuckDBPyConnection) -> int:
    """How many values changed since the build before; each is a new row of core.customer_change."""
    if "customer" not in present_tables(con):
        return 0
    names = [c.name for c in core_tables()["customer"].columns if c.name not in _MOVING and c.name != "customer_id"]
    texts = ", ".join(f"CAST({identifier(name)} AS VARCHAR) AS {identifier(name)}" for name in names)
    con.execute(f"CREATE OR REPLACE TEMP TABLE customer_now AS SELECT customer_id, {texts} FROM core.customer")
    count = _compare(con, names) if _seen_before(con) else 0
    con.execute(f"CREATE OR REPLACE TABLE {SEEN} AS FROM temp.customer_now")
    con.execute("DROP TABLE temp.customer_now")
    return count


def _seen_before(con: duckdb.DuckDBPyConnection) -> bool:
    sql = (
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'raw' AND table_name = '_customer_seen'"
        " AND database_name = current_database()"
    )
    return con.execute(sql).fetchone() == (1,)


def _compare(con: duckdb.DuckDBPyConnection, names: list[str]) -> int:
    known = con.execute(f"SELECT column_name FROM (DESCRIBE {SEEN})").fetchall()
    shared = [name for name in names if (name,) in known]
    other = " OR ".join(f"o.{identifier(name)} IS DISTINCT FROM n.{identifier(name)}" for name in shared)
    pairs = ", ".join(
        f"{{'attribute': {literal(name)}, 'old': o.{identifier(name)}, 'new': n.{identifier(name)}}}" for name in shared
    )
    table = core_tables()["customer_change"]
    changed = (
        f"SELECT customer_id, unnest([{pairs}], recursive := true) FROM {SEEN} o JOIN temp.customer_now n"
        f" USING (customer_id) WHERE {other}"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE customer_changed AS SELECT * FROM ({changed}) WHERE old IS DISTINCT FROM new"
    )
    row = con.execute("SELECT count(*) FROM temp.customer_changed").fetchone()
    if row and row[0]:
        make_core_table(con, table)
        con.execute(
            "INSERT INTO core.customer_change BY NAME SELECT customer_id, attribute, $at AS changed_at,"
            " old AS old_value, new AS new_value, 'tellwise' AS source_system,"
            " concat(customer_id, '-', attribute, '-', epoch_us($at)) AS source_id, $at AS ingested_at"
            " FROM temp.customer_changed ORDER BY customer_id, attribute",
            {"at": now()},
        )
        note_freshness(con, table)
    con.execute("DROP TABLE temp.customer_changed")
    return row[0] if row else 0
