"""A hundred different people in two systems, for tests of who is the same customer: enough to learn matching from."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from warehouse import IdentityRequest, Journal, Resolution, resolve_identities

NOW = datetime(2026, 3, 1)
FIRST = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Henry", "Ida", "Jonas", "Karla")
LAST = ("Abelson", "Bergmann", "Castella", "Dunmore", "Eastwick", "Fairhope", "Grunwald", "Hollander", "Inverness")
Row = dict[str, str | None]


def person(number: int) -> Row:
    """One of a hundred different people."""
    first, last = FIRST[number % 11], LAST[number % 9]
    return {
        "source_system": "crm", "source_id": f"p{number:03d}", "first_name": first, "last_name": last,
        "email": f"{first}.{last}{number}@example.org", "phone": f"+4930{2_000_000 + number * 7919}",
        "street": f"{number + 1} Elm Road", "city": "Town", "postal_code": f"{10_000 + number}",
        "updated_at": "2026-01-01 00:00:00",
    }  # fmt: skip


def crowd() -> list[Row]:
    """A hundred people, each in two systems."""
    shop = [person(number) | {"source_system": "shop", "street": None, "postal_code": None} for number in range(100)]
    return [person(number) for number in range(100)] + shop


@lru_cache(maxsize=1)
def learnt() -> Any:
    """What a first build learns from the crowd, as rows of meta.identity_model: training takes seconds."""
    said = io.StringIO()
    with duckdb.connect() as con, redirect_stdout(said), redirect_stderr(said):
        resolve(con, crowd())
        found = con.sql("FROM meta.identity_model").to_arrow_table()
    assert said.getvalue() == ""  # the library that learns is talkative
    return found


def connected() -> duckdb.DuckDBPyConnection:
    """An empty database that was built before: all that is left of it is what was learnt."""
    con = duckdb.connect()
    recall(con)
    return con


def recall(con: duckdb.DuckDBPyConnection) -> None:
    con.register("learnt", learnt())
    con.execute("CREATE SCHEMA IF NOT EXISTS meta")
    con.execute("CREATE TABLE meta.identity_model AS FROM learnt")
    con.unregister("learnt")


def seen(rows: list[Row]) -> Any:
    columns = dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows])


def resolve(
    con: duckdb.DuckDBPyConnection, rows: list[Row], journal: Journal | None = None
) -> tuple[Resolution, dict[tuple[str, str], str]]:
    con.register("people_seen", seen(rows))
    found = resolve_identities(con, IdentityRequest("people_seen", journal, now=NOW, systems=("crm", "shop")))
    con.unregister("people_seen")
    records = con.execute("SELECT source_system, source_id, customer_id FROM meta.customer_record").fetchall()
    return found, {(row[0], row[1]): row[2] for row in records}
