"""What is remembered of each source from load to load: its files, its columns, its runs, its mapping."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse.build import identifier
from warehouse.sources.core_tables import CoreTable, core_tables
from warehouse.sources.incremental import Counts, Target, raw_columns
from warehouse.sources.quarantine import DDL
from warehouse.sources.source_files import SourceFile
from warehouse.sources.staging import BATCH

_TABLES = (
    DDL,
    "CREATE TABLE IF NOT EXISTS meta.load_file (source VARCHAR, file VARCHAR, checksum VARCHAR, rows BIGINT,"
    " loaded_at TIMESTAMP)",
    "CREATE TABLE IF NOT EXISTS meta.load_mapping (source VARCHAR, fingerprint VARCHAR, core_table VARCHAR,"
    " system VARCHAR, columns VARCHAR)",
    "CREATE TABLE IF NOT EXISTS meta.source_column (source VARCHAR, name VARCHAR, kind VARCHAR, seen_at TIMESTAMP)",
    "CREATE TABLE IF NOT EXISTS meta.load_run (source VARCHAR, started_at TIMESTAMP, rows_in BIGINT,"
    " inserted BIGINT, updated BIGINT, unchanged BIGINT, superseded BIGINT, quarantined BIGINT, notes VARCHAR[])",
)
_KIND_SAMPLE = 20_000
_KINDS = {
    "whole number": "regexp_full_match($c, '-?[0-9]{1,18}')",
    "number": "$c IS NULL OR coalesce(isfinite(TRY_CAST($c AS DOUBLE)), false)",
    "time": "$c IS NULL OR TRY_CAST($c AS TIMESTAMP) IS NOT NULL",
    "true or false": "lower($c) IN ('true', 'false')",
}


@dataclass(frozen=True)
class Known:
    """What the last load left of a source: whether it was mapped as now, files by checksum, columns with kinds."""

    same_mapping: bool
    remap: bool
    files: Mapping[str, str]
    columns: Mapping[str, str]


def now() -> datetime:
    """This moment in UTC without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of `raw` and `meta` that loading keeps its books in."""
    for statement in _TABLES:
        con.execute(statement)


def present_tables(con: duckdb.DuckDBPyConnection) -> dict[str, CoreTable]:
    """The core tables that the snapshot has."""
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'core' AND database_name = current_database()"
    ).fetchall()
    names = {row[0] for row in rows}
    return {name: table for name, table in core_tables().items() if name in names}


def make_core_table(con: duckdb.DuckDBPyConnection, table: CoreTable) -> None:
    """Make a core table that a source fills; one that no source fills stays away: it would answer with zero."""
    if table.name not in present_tables(con):
        con.execute(table.ddl)


def recall(con: duckdb.DuckDBPyConnection, target: Target) -> Known:
    """What is known of the source from loads before."""
    row = con.execute("SELECT fingerprint FROM meta.load_mapping WHERE source = ?", [target.name]).fetchone()
    same = row is not None and row[0] == target.source.fingerprint()
    files = con.execute("SELECT file, checksum FROM meta.load_file WHERE source = ?", [target.name]).fetchall()
    columns = con.execute("SELECT name, kind FROM meta.source_column WHERE source = ?", [target.name]).fetchall()
    return Known(same, row is not None and not same, dict(files) if same else {}, dict(columns))


def last_watermark(con: duckdb.DuckDBPyConnection, target: Target) -> str | None:
    """The newest watermark loaded so far as the source wrote it, None when there is none to begin from."""
    if target.source.watermark is None or not raw_columns(con, target):
        return None
    sql = f"SELECT arg_max({identifier(target.source.watermark)}, _watermark) FROM {target.raw}"
    row = con.execute(sql).fetchone()
    return row[0] if row else None


def fit_raw_table(con: duckdb.DuckDBPyConnection, target: Target, columns: Collection[str]) -> None:
    """Make the raw table, or give it the columns that are new in this batch."""
    con.execute(
        f"CREATE TABLE IF NOT EXISTS {target.raw} (_key VARCHAR NOT NULL, _watermark DOUBLE,"
        " _file VARCHAR NOT NULL, _line BIGINT NOT NULL, _loaded_at TIMESTAMP NOT NULL)"
    )
    present = {name.casefold() for name in raw_columns(con, target)}
    for name in columns:
        if name.casefold() not in present:
            con.execute(f"ALTER TABLE {target.raw} ADD COLUMN {identifier(name)} VARCHAR")


def empty_target(con: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Remove the rows of a source whose mapping changed; its raw rows are in the batch already."""
    row = con.execute("SELECT core_table, system FROM meta.load_mapping WHERE source = ?", [target.name]).fetchone()
    con.execute(f"DROP TABLE IF EXISTS {target.raw}")  # with the columns that no file has any more
    if row and row[0] in core_tables():
        con.execute(f"DELETE FROM core.{identifier(row[0])} WHERE source_system = ?", [row[1]])


def drift(
    con: duckdb.DuckDBPyConnection, known: Known, columns: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """What is told of columns that are new, gone or of another kind than before, and the kinds as they are now."""
    kinds = _kinds(con, columns)
    if not known.columns:
        return (), kinds
    return tuple(_drift(known.columns, kinds)), kinds


def _drift(before: Mapping[str, str], kinds: Mapping[str, str]) -> Iterator[str]:
    for name, kind in kinds.items():
        if name not in before:
            yield f"Column {name} is new: kept in raw; add it to the mapping if a core column is to have it."
        elif "empty" not in (kind, before[name]) and kind != before[name]:
            yield f"Column {name} held {_plural(before[name])}, now it holds {_plural(kind)}."
    yield from (f"Column {name} is gone." for name in before if name not in kinds)


def _plural(kind: str) -> str:
    return {"whole number": "whole numbers", "number": "numbers", "time": "times"}.get(kind, kind)


def _kinds(con: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> dict[str, str]:
    """What the cells of each column are, judged on the first rows of the batch."""
    cells = {name: f"nullif(trim({identifier(name)}), '')" for name in columns}
    tests = [test.replace("$c", cell) for cell in cells.values() for test in ("$c IS NOT NULL", *_KINDS.values())]
    asked = ", ".join(f"bool_{'or' if not at % (len(_KINDS) + 1) else 'and'}({test})" for at, test in enumerate(tests))
    row = con.execute(f"SELECT {asked} FROM (SELECT * FROM {BATCH} LIMIT {_KIND_SAMPLE})").fetchone() or ()
    width = len(_KINDS) + 1
    held = (row[at : at + width] for at in range(0, len(row), width))
    return {name: _kind(*told) for name, told in zip(cells, held, strict=False)}


def _kind(filled: bool | None, *fits: bool | None) -> str:
    return next((kind for kind, fit in zip(_KINDS, fits, strict=True) if fit), "text") if filled else "empty"


def remember(
    con: duckdb.DuckDBPyConnection, target: Target, files: Sequence[tuple[SourceFile, int]], kinds: Mapping[str, str]
) -> None:
    """Write down what was loaded, so that the next load knows it."""
    moment = now()
    con.execute("DELETE FROM meta.load_mapping WHERE source = ?", [target.name])
    core = target.table.name if target.table else None
    columns = {name: ", ".join(one.source) or f"'{one.value}'" for name, one in target.source.columns.items()}
    mapping = [target.name, target.source.fingerprint(), core, target.system, json.dumps(columns, ensure_ascii=False)]
    con.execute("INSERT INTO meta.load_mapping VALUES (?, ?, ?, ?, ?)", mapping)
    for file, rows in files:
        con.execute("DELETE FROM meta.load_file WHERE source = ? AND file = ?", [target.name, file.name])
        values = [target.name, file.name, file.checksum, rows, moment]
        con.execute("INSERT INTO meta.load_file VALUES (?, ?, ?, ?, ?)", values)
    if kinds:
        con.execute("DELETE FROM meta.source_column WHERE source = ?", [target.name])
        rows_of = [[target.name, name, kind, moment] for name, kind in kinds.items()]
        con.executemany("INSERT INTO meta.source_column VALUES (?, ?, ?, ?)", rows_of)


def note_run(
    con: duckdb.DuckDBPyConnection, target: Target, started: datetime, counts: Counts, notes: Sequence[str]
) -> None:
    """Write the run into the book of loads, and how fresh the core table is now."""
    c = counts
    figures = [c.rows_in, c.inserted, c.updated, c.unchanged, c.superseded, c.quarantined]
    values = [target.name, started, *figures, list(notes)]
    con.execute("INSERT INTO meta.load_run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    if target.table:
        note_freshness(con, target.table)


def note_freshness(con: duckdb.DuckDBPyConnection, table: CoreTable) -> None:
    """Bring meta.source_freshness to what the core table holds; times that are yet to come do not count."""
    name = f"core.{table.name}"
    at = f"CAST({identifier(table.event_time)} AS TIMESTAMP)" if table.event_time else "NULL::TIMESTAMP"
    con.execute("DELETE FROM meta.source_freshness WHERE source = ?", [name])
    con.execute(
        f"INSERT INTO meta.source_freshness SELECT ?, ?, max({at}) FILTER ({at} <= ?), count(*) FROM {name}",
        [name, now(), now()],
    )
