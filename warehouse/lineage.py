"""Where the rows of a table come from: sources, systems, files, columns, and what was put aside on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.build import identifier, read_snapshot
from warehouse.errors import BuildError


@dataclass(frozen=True)
class SourceLineage:
    """One source of a table: its system, its rows there and in quarantine, its files, when it last brought rows."""

    source: str
    system: str
    rows: int
    quarantined: int
    files: tuple[str, ...]
    loaded_at: datetime | None
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TableLineage:
    """One table: its rows, the systems they come from, and the declared sources behind them."""

    table: str
    rows: int
    systems: tuple[tuple[str, int], ...]
    sources: tuple[SourceLineage, ...]


def table_lineage(path: Path, table: str) -> TableLineage:
    """Where the rows of a core table of the snapshot come from; raises BuildError when there is no such table."""
    with read_snapshot(path) as con:
        names = [row[0] for row in con.execute(_TABLES).fetchall()]
        if table not in names:
            raise BuildError(f"There is no table core.{table}. There are {', '.join(names)}.")
        place = f"live.core.{identifier(table)}"
        systems = con.execute(f"SELECT source_system, count(*) FROM {place} GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
        sources = tuple(_source(con, table, *row) for row in _mappings(con, table))
        pairs = tuple((row[0], row[1]) for row in systems)
        return TableLineage(table, sum(rows for _, rows in pairs), pairs, sources)


_TABLES = (
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'core' AND database_name = 'live' ORDER BY table_name"
)


def _mappings(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str, str]]:
    there = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'load_mapping'").fetchone()
    if there == (0,):
        return []
    sql = "SELECT source, system, columns FROM live.meta.load_mapping WHERE core_table = ? ORDER BY source"
    return con.execute(sql, [table]).fetchall()


def _source(con: duckdb.DuckDBPyConnection, table: str, source: str, system: str, columns: str) -> SourceLineage:
    place = f"live.core.{identifier(table)}"
    rows = con.execute(f"SELECT count(*) FROM {place} WHERE source_system = ?", [system]).fetchone() or (0,)
    aside = con.execute("SELECT count(*) FROM live.raw.quarantine WHERE source = ?", [source]).fetchone() or (0,)
    files = con.execute("SELECT file FROM live.meta.load_file WHERE source = ? ORDER BY file", [source]).fetchall()
    when = con.execute(
        "SELECT max(started_at) FROM live.meta.load_run WHERE source = ? AND rows_in > 0", [source]
    ).fetchone() or (None,)
    mapped = tuple((name, shown) for name, shown in json.loads(columns).items())
    return SourceLineage(source, system, rows[0], aside[0], tuple(row[0] for row in files), when[0], mapped)
