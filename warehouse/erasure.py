"""Taking one person out of a database file: what is removed, what is only parted from them, what still tells of them.

Figures of the company must not change because somebody is forgotten: where a row can stand without its customer
(an order, a visit, a ticket) it stays as that of an unknown one, its free text and device id blanked; where it cannot
(a consent, a review, a membership) it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.build import identifier, read_snapshot
from warehouse.journal import RecordKey
from warehouse.references import forget_references

FREE_TEXT = frozenset({"subject", "body", "title", "text", "verbatim", "transcript", "note", "recording_uri"})
DEVICE = frozenset({"anonymous_id", "device_id", "cookie_id"})
CHILDREN = (
    ("loyalty_transaction", "loyalty_id", "loyalty_account"),
    ("subscription_event", "subscription_id", "subscription"),
)
"""Core tables whose rows hang on a row that is deleted: (table, key, table of the key)."""
PEOPLE = ("customer", "person_record")
"""Core tables whose rows are people; of their sources the whole raw row goes."""
_KEPT_SCHEMAS = ("core", "main")
_TEXT = ("VARCHAR", "JSON", "STRUCT", "MAP")
_COLUMNS = """
    SELECT c.schema_name, c.table_name, c.column_name, c.data_type, c.is_nullable
    FROM duckdb_columns() c JOIN duckdb_tables() t USING (database_name, schema_name, table_name)
    WHERE c.database_name = current_database() AND NOT t.internal
    ORDER BY c.schema_name, c.table_name, c.column_index"""


@dataclass(frozen=True)
class Person:
    """One customer: the records they were made of, `marks` that are theirs alone, and those that others share.

    Marks are e-mail addresses, phone numbers, names and the like, in lower case.
    """

    customer_id: str
    records: frozenset[RecordKey]
    marks: frozenset[str]
    shared: frozenset[str]


@dataclass(frozen=True)
class Removed:
    """Rows (or lines, or files) of one place, and what was done to them."""

    place: str
    rows: int
    how: str


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    columns: dict[str, tuple[str, bool]]

    @property
    def sql(self) -> str:
        return f"{identifier(self.schema)}.{identifier(self.name)}"

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(name for name, (kind, _) in self.columns.items() if kind.startswith(_TEXT))

    def may_be_empty(self, column: str) -> bool:
        return self.columns[column][1]


def erase(con: duckdb.DuckDBPyConnection, person: Person) -> list[Removed]:
    """What was done to each table of the current database; a copy of it has none of the bytes."""
    tables = _tables(con)
    done = [
        *_erase_references(con, person, tables),
        *_erase_children(con, person, tables),
        *_erase_records(con, person, tables),
    ]
    for table in tables:
        done += _part(con, person, table)
        done += _sweep(con, person, table, _people_sources(con, tables))
    _recount(con, tables)
    return [one for one in done if one.rows]


def marks_in(path: Path, marks: Iterable[str]) -> list[str]:
    """The tables of a database file with a cell that holds one of the marks."""
    wanted = sorted(marks)
    with read_snapshot(path) as con:
        con.execute("USE live")
        tables = [table for table in _tables(con) if table.texts]
        return [f"{table.schema}.{table.name}" for table in tables if _holds(con, table, wanted)]


def _tables(con: duckdb.DuckDBPyConnection) -> list[_Table]:
    found: dict[tuple[str, str], dict[str, tuple[str, bool]]] = {}
    for schema, table, column, kind, empty in con.execute(_COLUMNS).fetchall():
        found.setdefault((schema, table), {})[column] = (kind, bool(empty))
    return [_Table(*key, columns) for key, columns in found.items()]


def _changed(con: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> int:
    row = con.execute(sql, values).fetchone()
    return int(row[0]) if row else 0


def _erase_children(con: duckdb.DuckDBPyConnection, person: Person, tables: list[_Table]) -> Iterator[Removed]:
    """Delete what hangs on a row that will be deleted."""
    names = {table.name for table in tables if table.schema == "core"}
    for child, key, parent in CHILDREN:
        if {child, parent} <= names:
            theirs = f"SELECT {key} FROM core.{parent} WHERE customer_id = ?"
            rows = _changed(con, f"DELETE FROM core.{child} WHERE {key} IN ({theirs})", [person.customer_id])
            yield Removed(f"core.{child}", rows, "deleted")


def _erase_references(con: duckdb.DuckDBPyConnection, person: Person, tables: list[_Table]) -> Iterator[Removed]:
    """Take out the ids of the sources by which facts name the customer, and what sources told of them as a customer."""
    known = {(table.schema, table.name) for table in tables}
    if ("meta", "load_mapping") in known:
        for table, rows in forget_references(con, person.customer_id):
            yield Removed(f"raw.{table}", rows, "what named the customer")
    for system, key in sorted(person.records) if ("raw", "_customer") in known else ():
        sql = "DELETE FROM raw._customer WHERE source_system = ? AND source_id = ?"
        yield Removed("raw._customer", _changed(con, sql, [system, key]), "deleted")


def _erase_records(con: duckdb.DuckDBPyConnection, person: Person, tables: list[_Table]) -> Iterator[Removed]:
    """Delete the source records the customer was made of: as people, as pairs that were compared, and in raw."""
    known = {(table.schema, table.name): table for table in tables}
    written = [form for system, key in person.records for form in (f"{system}:{key}", f"{system}/{key}", key)]
    if ("core", "identity_match") in known:
        sql = "DELETE FROM core.identity_match WHERE list_contains($1, left_id) OR list_contains($1, right_id)"
        yield Removed("core.identity_match", _changed(con, sql, [written]), "deleted")
    for system, key in sorted(person.records):
        if ("core", "person_record") in known:
            sql = "DELETE FROM core.person_record WHERE source_system = ? AND source_id = ?"
            yield Removed("core.person_record", _changed(con, sql, [system, key]), "deleted")
        for source in _people_sources(con, tables, system):
            table = known.get(("raw", source))
            if table and "_key" in table.columns:
                yield Removed(
                    f"raw.{source}", _changed(con, f"DELETE FROM {table.sql} WHERE _key = ?", [key]), "deleted"
                )


def _people_sources(con: duckdb.DuckDBPyConnection, tables: list[_Table], system: str | None = None) -> set[str]:
    """The sources whose rows are people, of one system or of all."""
    if not any((table.schema, table.name) == ("meta", "load_mapping") for table in tables):
        return set()
    sql = "SELECT source FROM meta.load_mapping WHERE list_contains(?, core_table) AND system = coalesce(?, system)"
    return {row[0] for row in con.execute(sql, [list(PEOPLE), system]).fetchall()}


def _part(con: duckdb.DuckDBPyConnection, person: Person, table: _Table) -> Iterator[Removed]:
    """Delete the rows that name the customer, or part them from the customer where they can stand alone."""
    place = f"{table.schema}.{table.name}"
    for column in [name for name in table.columns if name.endswith("customer_id")]:
        where = f"WHERE {identifier(column)} = ?"
        if column == "customer_id" and table.schema in _KEPT_SCHEMAS and table.may_be_empty(column):
            blank = ["customer_id = NULL", *_blanks(table)]
            rows = _changed(con, f"UPDATE {table.sql} SET {', '.join(blank)} {where}", [person.customer_id])
            yield Removed(place, rows, "kept without the customer")
        else:
            yield Removed(place, _changed(con, f"DELETE FROM {table.sql} {where}", [person.customer_id]), "deleted")


def _blanks(table: _Table) -> Iterator[str]:
    for column in table.columns:
        if column in FREE_TEXT and table.may_be_empty(column):
            yield f"{identifier(column)} = NULL"
        elif column in FREE_TEXT:
            yield f"{identifier(column)} = ''"
        elif column in DEVICE:  # one new id a row, so that the rows do not point to each other either
            yield f"{identifier(column)} = 'forgotten-' || uuid()"


def _sweep(con: duckdb.DuckDBPyConnection, person: Person, table: _Table, people: set[str]) -> Iterator[Removed]:
    """Blank every cell that holds a mark; delete the row where a cell must not be empty or the row is a person's."""
    place, marks = f"{table.schema}.{table.name}", sorted(person.marks)
    if not marks or not _holds(con, table, marks):
        return
    whole = table.schema in ("raw", "mart", "meta") and (table.schema != "raw" or table.name in people)
    for column in table.texts:
        where = f"WHERE {_has_mark(column)}"
        if whole or not table.may_be_empty(column):
            yield Removed(place, _changed(con, f"DELETE FROM {table.sql} {where}", [marks]), "deleted")
        else:
            sql = f"UPDATE {table.sql} SET {identifier(column)} = NULL {where}"
            yield Removed(place, _changed(con, sql, [marks]), f"{column} blanked")


def _has_mark(column: str) -> str:
    cell = f"lower({identifier(column)}::VARCHAR)"
    return f"len(list_filter($1::VARCHAR[], lambda mark: contains({cell}, mark))) > 0"


def _holds(con: duckdb.DuckDBPyConnection, table: _Table, marks: list[str]) -> bool:
    if not table.texts or not marks:
        return False
    anywhere = " OR ".join(_has_mark(column) for column in table.texts)
    return con.execute(f"SELECT 1 FROM {table.sql} WHERE {anywhere} LIMIT 1", [marks]).fetchone() is not None


def _recount(con: duckdb.DuckDBPyConnection, tables: list[_Table]) -> None:
    """Bring the counts of meta.source_freshness to what the core tables hold."""
    for table in tables:
        if table.schema == "core":
            sql = f"UPDATE meta.source_freshness SET rows = (SELECT count(*) FROM {table.sql}) WHERE source = ?"
            con.execute(sql, [f"core.{table.name}"])
