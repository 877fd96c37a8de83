"""Rows that could not be taken, kept with the reason and the place they stand, so that none is ever lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.build import identifier, read_snapshot
from warehouse.sources.staging import BAD, BATCH, Batch

TABLE = "raw.quarantine"
DDL = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    source VARCHAR NOT NULL,      -- source as sources.yml names it
    file VARCHAR NOT NULL,        -- file, query or address the row was read from
    line BIGINT NOT NULL,         -- line of the file it begins on, or number of the row, from 1
    reason VARCHAR NOT NULL,      -- why it could not be taken
    "row" VARCHAR NOT NULL,       -- the row as text: as written, or as JSON of its cells
    loaded_at TIMESTAMP NOT NULL  -- when it was last tried, UTC
)
"""


@dataclass(frozen=True)
class QuarantinedRow:
    """One row that was not taken: where it stands, why, its text, and when it was last tried (UTC)."""

    source: str
    file: str
    line: int
    reason: str
    row: str
    loaded_at: datetime


def quarantined(path: Path, source: str | None = None, limit: int = 100) -> tuple[QuarantinedRow, ...]:
    """Rows in quarantine of one source or of all, in the order of their files; raises SnapshotMissing."""
    with read_snapshot(path) as con:
        there = con.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'live' AND schema_name = 'raw'"
            " AND table_name = 'quarantine'"
        ).fetchone()
        if there != (1,):
            return ()
        sql = f"SELECT * FROM live.{TABLE} WHERE source = coalesce(?, source) ORDER BY source, file, line LIMIT ?"
        return tuple(QuarantinedRow(*row) for row in con.execute(sql, [source, limit]).fetchall())


def quarantine(con: duckdb.DuckDBPyConnection, source: str, batch: Batch, typed: str, loaded_at: datetime) -> int:
    """Number of rows that were put aside: those with no record in them, and those of `typed` with a reason.

    What the same files left in quarantine before is replaced: loading a file twice does not double it.
    """
    files = f"SELECT DISTINCT {batch.file()} FROM {BATCH} UNION SELECT DISTINCT _file FROM {BAD}"
    con.execute(f"DELETE FROM {TABLE} WHERE source = ? AND file IN ({files})", [source])
    cells = ", ".join(f"{identifier(name)} := b.{identifier(name)}" for name in batch.names)
    row = f"CAST(to_json(struct_pack({cells})) AS VARCHAR)" if batch.names else "''"
    made = con.execute(
        f"INSERT INTO {TABLE} SELECT ?, _file, _line, reason, text, ? FROM {BAD}"
        f" UNION ALL SELECT ?, {batch.file('b')}, {batch.line('b')}, t._reason, {row}, ?"
        f" FROM {typed} t JOIN {BATCH} b ON b.rowid = t._n WHERE t._reason IS NOT NULL",
        [source, loaded_at, source, loaded_at],
    ).fetchone()
    return made[0] if made else 0


def commonest_reasons(con: duckdb.DuckDBPyConnection, typed: str, limit: int = 5) -> tuple[tuple[str, int], ...]:
    """(reason with its cell left out, rows) of the batch, the commonest first."""
    sql = (
        f"SELECT regexp_replace(reason, '''.*'' is not', 'cells are not', 's') AS told, count(*) FROM"
        f" (SELECT reason FROM {BAD} UNION ALL SELECT _reason FROM {typed} WHERE _reason IS NOT NULL) AS r(reason)"
        f" GROUP BY told ORDER BY 2 DESC, 1 LIMIT {limit:d}"
    )
    return tuple((row[0], row[1]) for row in con.execute(sql).fetchall())
