"""What a batch changes: each row is new, changed, known already, older than what is there, or put aside.

The key says which row it is, its cells whether it changed, the watermark which of two is newer (without one, the row
of the later file). Applying the same batch twice changes nothing the second time. Rows that are nothing but new, the
most of them, are never looked at one by one: only keys that are met again are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.build import identifier, literal
from warehouse.sources.core_tables import CoreTable
from warehouse.sources.declared import Source
from warehouse.sources.mapping import cleaned, filled_columns, joined, watermark_value
from warehouse.sources.staging import BATCH, RESERVED, Batch

TYPED = "temp.loading_typed"
KEPT = ("_key", "_watermark", "_file", "_line")
_TAKEN = "_reason IS NULL AND (_status IS NULL OR _status = 'updated')"


@dataclass(frozen=True)
class Counts:
    """Rows of one batch by what became of them; together they are all rows that were read."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0

    @property
    def loaded(self) -> int:
        """Rows that the tables hold, in this or in a newer version."""
        return self.inserted + self.updated + self.unchanged + self.superseded

    @property
    def rows_in(self) -> int:
        """All rows that were read."""
        return self.loaded + self.quarantined


@dataclass(frozen=True)
class Target:
    """A source with the tables that it fills: its raw table, and a core table unless it has none."""

    name: str
    source: Source
    table: CoreTable | None

    @property
    def system(self) -> str:
        """The system that its rows come from."""
        return self.source.system or self.name

    @property
    def raw(self) -> str:
        """SQL of its raw table."""
        return f"raw.{identifier(self.name)}"

    @property
    def core(self) -> str | None:
        """SQL of its core table."""
        return f"core.{identifier(self.table.name)}" if self.table else None

    @property
    def key(self) -> tuple[str, ...]:
        """Source columns that identify a row."""
        return self.source.key_columns(self.table.key if self.table else ())


def decide(con: duckdb.DuckDBPyConnection, target: Target, batch: Batch) -> Counts:
    """What becomes of each row of `TYPED`: its `_status` (NULL: it is new), or its `_reason` when it is put aside."""
    _put_aside_taken_keys(con, target)
    if _repeated(con, "_key"):
        _rank(con, batch)
    if _holds_rows(con, target.raw):
        _compare(con, target, batch)
    named = "coalesce(_status, CASE WHEN _reason IS NULL THEN 'inserted' ELSE 'quarantined' END)"
    return Counts(**dict(con.execute(f"SELECT {named}, count(*) FROM {TYPED} GROUP BY 1").fetchall()))


def _holds_rows(con: duckdb.DuckDBPyConnection, relation: str) -> bool:
    return con.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchone() is not None


def _repeated(con: duckdb.DuckDBPyConnection, columns: str) -> bool:
    """Fill `loading_repeated` with the values that more than one good row has; whether there are any."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE loading_repeated AS SELECT {columns} FROM {TYPED} WHERE _reason IS NULL"
        " GROUP BY ALL HAVING count(*) > 1"
    )
    return _holds_rows(con, "temp.loading_repeated")


def _rank(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Of the rows of one key only the newest goes on: the others are known already, older, or put aside.

    A row whose key stands earlier in the same file is put aside, unless a watermark says which of them is newer.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE loading_ranked AS SELECT _n, _key, _hash, _watermark, _place,"
        " row_number() OVER newest AS place, first_value(_hash) OVER newest AS best_hash,"
        " first_value(_place) OVER newest AS best_place, first_value(_line) OVER newest AS best_line,"
        " first_value(_watermark) OVER newest AS best_watermark FROM (SELECT t._n, t._key, t._watermark,"
        f" {content(batch.names, 'b')} AS _hash, {batch.place('b')} AS _place, {batch.line('b')} AS _line"
        f" FROM {BATCH} b JOIN {TYPED} t ON b.rowid = t._n JOIN temp.loading_repeated USING (_key)"
        " WHERE t._reason IS NULL)"
        " WINDOW newest AS (PARTITION BY _key ORDER BY _watermark DESC NULLS LAST, _place DESC, _line)"
    )
    con.execute(
        f"UPDATE {TYPED} AS t SET _reason = concat('the key ''', left(t._key, 60), ''' stands in line ', r.best_line,"
        " CASE WHEN r._hash = r.best_hash THEN ' already, in the same row.' ELSE ' already, in another row.' END)"
        " FROM temp.loading_ranked r WHERE t._n = r._n AND r.place > 1 AND r._place = r.best_place"
        " AND (r._hash = r.best_hash OR r._watermark IS NOT DISTINCT FROM r.best_watermark)"
    )
    con.execute(
        f"UPDATE {TYPED} AS t SET _status = CASE WHEN r._hash = r.best_hash THEN 'unchanged' ELSE 'superseded' END"
        " FROM temp.loading_ranked r WHERE t._n = r._n AND r.place > 1 AND t._reason IS NULL"
    )


def _compare(con: duckdb.DuckDBPyConnection, target: Target, batch: Batch) -> None:
    """Rows whose key was loaded before: known already, older than what is there, or an update of it."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE loading_met AS SELECT t._n, k.rowid AS _there FROM {TYPED} t"
        f" JOIN {target.raw} k USING (_key) WHERE t._reason IS NULL AND t._status IS NULL"
    )
    if not _holds_rows(con, "temp.loading_met"):
        return
    con.execute(
        f"UPDATE {TYPED} AS t SET _status = CASE WHEN s._new = s._old THEN 'unchanged'"
        " WHEN t._watermark < s._watermark THEN 'superseded' ELSE 'updated' END FROM (SELECT m._n, k._watermark,"
        f" {content(batch.names, 'b')} AS _new, {content(raw_columns(con, target), 'k')} AS _old"
        f" FROM temp.loading_met m JOIN {BATCH} b ON b.rowid = m._n JOIN {target.raw} k ON k.rowid = m._there) s"
        " WHERE t._n = s._n"
    )


def content(columns: Sequence[str], alias: str) -> str:
    """SQL of a digest of all cells; a column that is missing counts as one without a value."""
    cells = {name: f"{alias}.{identifier(name)}" for name in columns}
    parts = (
        f"CASE WHEN {cells[name]} IS NULL THEN '' ELSE"
        f" concat({literal(name.casefold())}, '=', length({cells[name]}), ':', {cells[name]}) END"
        for name in sorted(columns, key=str.casefold)
    )
    return f"md5_number(concat({', '.join(parts)}))"


def raw_columns(con: duckdb.DuckDBPyConnection, target: Target) -> tuple[str, ...]:
    """Source columns that the raw table has; none when there is no such table."""
    rows = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = ?"
        " AND database_name = current_database() ORDER BY column_index",
        [target.name],
    ).fetchall()
    return tuple(row[0] for row in rows if row[0].casefold() not in RESERVED)


def _put_aside_taken_keys(con: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Rows whose core key belongs to another row: of another system, or of another source key in this batch."""
    names = target.table.key if target.table else ()
    if not names or not target.core:
        return
    told = f"_reason = concat('{names[0]} ''', left(t.{identifier(names[0])}, 60), ''' is taken by '"
    if _holds_rows(con, target.core):
        same = " AND ".join(f"c.{identifier(name)} = t.{identifier(name)}" for name in names)
        con.execute(
            f"UPDATE {TYPED} AS t SET {told}, c.source_system, ', row ', c.source_id, '.') FROM {target.core} c"
            f" WHERE t._reason IS NULL AND {same} AND NOT (c.source_system = ? AND c.source_id = t._key)",
            [target.system],
        )
    key = ", ".join(map(identifier, names))
    if not _key_is_core_key(target, names) and _repeated(con, key):
        con.execute(
            f"UPDATE {TYPED} AS t SET {told}, 'row ', d.first, ' of this source.') FROM (SELECT _n, _key,"
            f" first_value(_key) OVER (PARTITION BY {key} ORDER BY _n) AS first FROM {TYPED}"
            f" JOIN temp.loading_repeated USING ({key}) WHERE _reason IS NULL) d"
            " WHERE t._n = d._n AND d._key <> d.first"
        )


def _key_is_core_key(target: Target, names: Sequence[str]) -> bool:
    """Whether the one column of the core key holds the source key as it is, so that two keys are two core keys."""
    column = target.table.column(names[0]) if target.table and len(names) == 1 else None
    given = target.source.columns.get(column.name) if column and column.type == "VARCHAR" else None
    if given is None or given.values or given.nulls or target.source.nulls:
        return False
    return tuple(given.source) == target.key


def apply(con: duckdb.DuckDBPyConnection, target: Target, batch: Batch, loaded_at: datetime) -> None:
    """Bring the raw and the core table to what `decide` found."""
    changed = f"(SELECT _key FROM {TYPED} WHERE _status = 'updated')"
    if _holds_rows(con, changed):
        con.execute(f"DELETE FROM {target.raw} WHERE _key IN {changed}")
        if target.core:
            con.execute(
                f"DELETE FROM {target.core} WHERE source_system = ? AND source_id IN {changed}", [target.system]
            )
    _apply_raw(con, target, batch, loaded_at)
    if not target.core or not target.table:
        return
    added = {name for name, _ in filled_columns(target.source, target.table)}
    names = [c.name for c in target.table.columns if c.name in target.source.columns or c.name in added]
    values = ", ".join(identifier(name) for name in names)
    con.execute(
        f"INSERT INTO {target.core} BY NAME SELECT {values}, ? AS source_system, _key AS source_id,"
        f" ?::TIMESTAMP AS ingested_at FROM {TYPED} WHERE {_TAKEN}",
        [target.system, loaded_at],
    )


def _apply_raw(con: duckdb.DuckDBPyConnection, target: Target, batch: Batch, loaded_at: datetime) -> None:
    """The cells of the rows that are taken, in the order of the batch: marked first, since a join would lose it."""
    left_out = f"(SELECT _n FROM {TYPED} WHERE NOT ({_TAKEN}))"
    if _holds_rows(con, left_out):
        con.execute(f"UPDATE {BATCH} SET _out = true WHERE rowid IN {left_out}")
    cells = ", ".join(map(identifier, batch.names))
    mark = target.source.watermark
    newness = watermark_value(target.source, cleaned(mark)) if mark else "NULL"
    con.execute(
        f"INSERT INTO {target.raw} BY NAME SELECT {cells}, {joined([cleaned(name) for name in target.key])} AS _key,"
        f" {newness} AS _watermark, {batch.file()} AS _file, {batch.line()} AS _line, ?::TIMESTAMP AS _loaded_at"
        f" FROM {BATCH} WHERE _out IS NULL",
        [loaded_at],
    )
