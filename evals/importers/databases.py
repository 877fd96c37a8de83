"""The databases of a foreign set: DuckDB files as they are, SQLite files copied into DuckDB."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from evals.errors import RunError
from warehouse import BuildError, live_path, publish, query_trusted

_SQLITE = (".sqlite", ".sqlite3", ".db")
_TYPES = (
    (r"INT", "BIGINT"),
    (r"CHAR|TEXT|CLOB", "VARCHAR"),
    (r"REAL|FLOA|DOUB|NUMERIC|DECIMAL", "DOUBLE"),
    (r"TIMESTAMP|DATETIME", "TIMESTAMP"),
    (r"DATE", "DATE"),
    (r"BOOL", "BOOLEAN"),
)


def find_database(name: str, roots: tuple[Path, ...], room: Path) -> Path:
    """The DuckDB file of a database, converted into `room` from SQLite if need be; raises RunError without one."""
    for root in roots:
        for place in (root / name, root / f"{name}.duckdb", root / name / f"{name}.duckdb"):
            if place.is_file():
                return place
        for suffix in _SQLITE:
            for place in (root / f"{name}{suffix}", root / name / f"{name}{suffix}"):
                if place.is_file():
                    return from_sqlite(place, room / f"{name}.duckdb")
    looked = ", ".join(str(root) for root in roots)
    raise RunError(f"no database {name} in {looked} (.duckdb, .sqlite or .db)")


def from_sqlite(source: Path, target: Path) -> Path:
    """A DuckDB copy of an SQLite file, loose types made firm; made once. Raises RunError when it cannot be read."""
    if target.is_file():
        return target
    room = target.parent / f".{target.stem}"
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as origin,
            publish(room, start="empty") as con,
        ):
            origin.text_factory = lambda raw: raw.decode("utf-8", "replace")
            for table in _names(origin):
                _copy_table(origin, con, table)
        os.replace(live_path(room), target)
    except (sqlite3.Error, BuildError) as error:
        raise RunError(f"{source} cannot be copied: {error}") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return target


def _names(origin: sqlite3.Connection) -> list[str]:
    rows = origin.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [row[0] for row in rows]


def _copy_table(origin: sqlite3.Connection, con, table: str) -> None:
    """One table, each column in its declared type when every value fits it, else as text."""
    declared = origin.execute(f"PRAGMA table_info({_quote(table)})").fetchall()
    columns = ", ".join(f"{_quote(row[1])} VARCHAR" for row in declared)
    con.execute(f"CREATE TEMP TABLE incoming ({columns})")
    marks = ", ".join("?" for _ in declared)
    rows = [
        tuple(None if v is None else str(v) for v in row) for row in origin.execute(f"SELECT * FROM {_quote(table)}")
    ]
    if rows:
        con.executemany(f"INSERT INTO incoming VALUES ({marks})", rows)
    chosen = ", ".join(_typed(con, row[1], row[2]) for row in declared)
    con.execute(f"CREATE TABLE main.{_quote(table)} AS SELECT {chosen} FROM incoming")
    con.execute("DROP TABLE incoming")


def _typed(con, name: str, declared: str) -> str:
    """SQL of the column in its type; text when a value does not fit."""
    column = _quote(name)
    kind = next((target for pattern, target in _TYPES if re.search(pattern, declared.upper())), "VARCHAR")
    if kind == "VARCHAR":
        return column
    value = f"CASE WHEN {column} IN ('', 'NULL', 'nil') THEN NULL ELSE {column} END"
    lost = con.execute(
        f"SELECT count(*) FROM incoming WHERE {value} IS NOT NULL AND TRY_CAST({value} AS {kind}) IS NULL"
    ).fetchone()
    return column if lost[0] else f"CAST({value} AS {kind}) AS {column}"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def column_names(database: Path) -> frozenset[str]:
    """Every column name of a database, in lower case."""
    rows = query_trusted(database, "SELECT DISTINCT lower(column_name) FROM duckdb_columns() WHERE NOT internal").rows
    return frozenset(row[0] for row in rows)
