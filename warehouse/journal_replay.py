"""Decisions of people put into the data of a build: annotations of days, consents told outside every source.

Their rows carry the source system `tellwise`, so that each build replaces them by what the journal says now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from warehouse.build import identifier
from warehouse.errors import BuildError
from warehouse.journal import Entry, Journal
from warehouse.sources.core_tables import core_tables
from warehouse.sources.source_state import make_core_table, note_freshness, present_tables

SYSTEM = "tellwise"
LONGEST_DAYS = 3660
_TABLES = {"annotation", "consent"}
Row = dict[str, Any]


def replay_decisions(con: duckdb.DuckDBPyConnection, journal: Journal | None) -> None:
    """Bring core.annotation and core.consent on a building connection to what the journal holds.

    A consent waits in the journal until the record that it names is there. Raises BuildError for a damaged journal.
    """
    entries = journal.active("annotation", "consent") if journal else []
    owners = _owners(con) if any(entry.kind == "consent" for entry in entries) else {}
    _replace(con, "annotation", [row for one in entries if one.kind == "annotation" for row in _annotated(one)])
    _replace(con, "consent", [row for one in entries if one.kind == "consent" for row in _consents(one, owners)])


def withdraw_decisions(con: duckdb.DuckDBPyConnection) -> None:
    """Take the rows of the journal out of the core tables: their customers may be others after the next resolution."""
    for name in _TABLES & present_tables(con).keys():
        con.execute(f"DELETE FROM core.{identifier(name)} WHERE source_system = ?", [SYSTEM])


def annotation_days(first: date, last: date | None) -> list[date]:
    """Each day of an event, both ends included; raises BuildError when it ends before it begins, or never."""
    count = ((last or first) - first).days + 1
    if not 1 <= count <= LONGEST_DAYS:
        raise BuildError(f"An event from {first} to {last} cannot be: name its first day, then its last.")
    return [first + timedelta(days=at) for at in range(count)]


def _annotated(entry: Entry) -> Iterator[Row]:
    first = date.fromisoformat(str(entry.body["day"]))
    last = entry.body.get("until")
    for at, day in enumerate(annotation_days(first, date.fromisoformat(str(last)) if last else None)):
        yield {
            "annotation_id": f"{entry.id}-{at}",
            "day": day,
            "title": entry.body["title"],
            "kind": entry.body["kind"],
            "source_id": f"{entry.id}-{at}",
        }


def _consents(entry: Entry, owners: dict[tuple[str, str], str]) -> Iterator[Row]:
    record = tuple(entry.body["record"])
    customer = owners.get((record[0], record[1])) if len(record) == 2 else None
    if customer:
        told = {name: entry.body[name] for name in ("purpose", "channel", "status")}
        moment = datetime.fromisoformat(str(entry.body["valid_from"]))
        since = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        yield {"customer_id": customer, **told, "valid_from": since, "source": "told by hand", "source_id": entry.id}


def _owners(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """The customer of each source record; of loaded customers that no record was resolved to, the customer itself."""
    found: dict[tuple[str, str], str] = {}
    if "customer" in present_tables(con):
        rows = con.execute("SELECT source_system, source_id, customer_id FROM core.customer").fetchall()
        found = {(row[0], row[1]): row[2] for row in rows}
    there = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'customer_record'"
        " AND database_name = current_database()"
    ).fetchone()
    if there == (1,):
        rows = con.execute("SELECT source_system, source_id, customer_id FROM meta.customer_record").fetchall()
        found |= {(row[0], row[1]): row[2] for row in rows}
    return found


def _replace(con: duckdb.DuckDBPyConnection, name: str, rows: list[Row]) -> None:
    """The rows of the journal in a core table in place of those of before; a table without any is not made."""
    if not rows and name not in present_tables(con):
        return
    table = core_tables()[name]
    make_core_table(con, table)
    con.execute(f"DELETE FROM core.{identifier(name)} WHERE source_system = ?", [SYSTEM])
    moment = datetime.now(UTC).replace(tzinfo=None)
    for row in rows:
        complete = {**row, "source_system": SYSTEM, "ingested_at": moment}
        columns, places = ", ".join(map(identifier, complete)), ", ".join("?" * len(complete))
        con.execute(f"INSERT INTO core.{identifier(name)} ({columns}) VALUES ({places})", list(complete.values()))
    note_freshness(con, table)
