"""What a batch changes: each row is new, changed, known already, older than what is there, or put aside.

The key says which row it is, the hash of its cells whether it changed, the watermark which of two is newer (without
one, the row of the later file). Applying the same batch twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.build import identifier, literal
from warehouse.sources.core_tables import CoreTable
from warehouse.sources.declared import Source
from warehouse.sources.mapping import filled_columns, key_text, mapped_columns, watermark_value
from warehouse.sources.staging import BATCH

TYPED = "temp.loading_typed"
KEPT = ("_key", "_hash", "_watermark", "_file", "_line")


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


def type_rows(con: duckdb.DuckDBPyConnection, target: Target, columns: Sequence[str]) -> None:
    """Fill `TYPED`: a row for each row of the batch, with key, hash, core values, and why it cannot be taken."""
    mapped = mapped_columns(target.source, target.table) if target.table else ()
    added = filled_columns(target.source, target.table) if target.table else ()
    values = ", ".join([f"{one.value} AS {identifier(one.column.name)}" for one in mapped])
    inner = (
        f"SELECT *, {key_text(target.key)} AS _key, {_content(columns)} AS _hash,"
        f" {watermark_value(target.source)} AS _watermark FROM {BATCH}"
    )
    # the cells are read in the inner part alone: beside the core values, one name could mean both
    shown = ", ".join(f"{one.text} AS _text{at}" for at, one in enumerate(mapped))
    reasons = ["CASE WHEN _key IS NULL THEN 'the key is missing.' END"]
    reasons += [one.reason(f"_text{at}") for at, one in enumerate(mapped)]
    rounded = " OR ".join(f"coalesce({one.rounded}, false)" for one in mapped if one.rounded) or "false"
    plain = ", ".join(("_n", "_place", *KEPT))
    parts = ", ".join(part for part in (plain, values, shown, f"{rounded} AS _rounded") if part)
    names = ", ".join((plain, *(identifier(one.column.name) for one in mapped)))
    extra = "".join(f", {sql} AS {identifier(name)}" for name, sql in added)
    reason = f"coalesce({', '.join([*reasons, 'NULL'])}) AS _reason, _rounded, NULL::VARCHAR AS _status"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {TYPED} AS SELECT {names}{extra}, {reason} FROM (SELECT {parts} FROM ({inner}))"
    )


def _content(columns: Sequence[str]) -> str:
    """SQL of a hash of all cells; a column that is missing counts as one without a value."""
    parts = (
        f"CASE WHEN {identifier(name)} IS NULL THEN '' ELSE"
        f" concat({literal(name.casefold())}, '=', length({identifier(name)}), ':', {identifier(name)}) END"
        for name in sorted(columns, key=str.casefold)
    )
    return f"md5(concat({', '.join(parts)}))"


def decide(con: duckdb.DuckDBPyConnection, target: Target) -> Counts:
    """What becomes of each row of `TYPED`, written to its `_status`, or to its `_reason` when it is put aside."""
    _put_aside_taken_keys(con, target)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE loading_ranked AS SELECT _n, _key, _hash, _watermark, _place,"
        " row_number() OVER newest AS place, first_value(_hash) OVER newest AS best_hash,"
        " first_value(_place) OVER newest AS best_place, first_value(_line) OVER newest AS best_line,"
        f" first_value(_watermark) OVER newest AS best_watermark FROM {TYPED} WHERE _reason IS NULL"
        " WINDOW newest AS (PARTITION BY _key ORDER BY _watermark DESC NULLS LAST, _place DESC, _line)"
    )
    _put_aside_doubles(con)
    con.execute(
        f"UPDATE {TYPED} AS t SET _status = s.status FROM (SELECT r._n, CASE"
        " WHEN r.place > 1 AND r._hash = r.best_hash THEN 'unchanged' WHEN r.place > 1 THEN 'superseded'"
        " WHEN k._key IS NULL THEN 'inserted' WHEN k._hash = r._hash THEN 'unchanged'"
        " WHEN r._watermark < k._watermark THEN 'superseded' ELSE 'updated' END AS status"
        f" FROM temp.loading_ranked r LEFT JOIN {target.raw} k USING (_key)) s"
        " WHERE t._n = s._n AND t._reason IS NULL"
    )
    found = dict(con.execute(f"SELECT coalesce(_status, 'quarantined'), count(*) FROM {TYPED} GROUP BY 1").fetchall())
    return Counts(**found)


def _put_aside_doubles(con: duckdb.DuckDBPyConnection) -> None:
    """Rows whose key stands earlier in the same file, unless a watermark says which of them is newer."""
    con.execute(
        f"UPDATE {TYPED} AS t SET _reason = concat('the key ''', left(t._key, 60), ''' stands in line ', r.best_line,"
        " CASE WHEN r._hash = r.best_hash THEN ' already, in the same row.' ELSE ' already, in another row.' END)"
        " FROM temp.loading_ranked r WHERE t._n = r._n AND r.place > 1 AND r._place = r.best_place"
        " AND (r._hash = r.best_hash OR r._watermark IS NOT DISTINCT FROM r.best_watermark)"
    )


def _put_aside_taken_keys(con: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Rows whose core key belongs to another row: of another system, or of another source key in this batch."""
    if target.table is None or not target.table.key or not target.core:
        return
    same = " AND ".join(f"c.{identifier(name)} = t.{identifier(name)}" for name in target.table.key)
    shown = f"t.{identifier(target.table.key[0])}"
    con.execute(
        f"UPDATE {TYPED} AS t SET _reason = concat('{target.table.key[0]} ''', left({shown}, 60), ''' is taken by ',"
        f" c.source_system, ', row ', c.source_id, '.') FROM {target.core} c WHERE t._reason IS NULL AND {same}"
        " AND NOT (c.source_system = ? AND c.source_id = t._key)",
        [target.system],
    )
    core_key = ", ".join(identifier(name) for name in target.table.key)
    con.execute(
        f"UPDATE {TYPED} AS t SET _reason = concat('{target.table.key[0]} ''', left({shown}, 60),"
        " ''' is taken by row ', d.first, ' of this source.') FROM (SELECT _n, _key, first_value(_key) OVER"
        f" (PARTITION BY {core_key} ORDER BY _n) AS first FROM {TYPED} WHERE _reason IS NULL) d"
        " WHERE t._n = d._n AND d._key <> d.first"
    )


def apply(con: duckdb.DuckDBPyConnection, target: Target, columns: Sequence[str], loaded_at: datetime) -> None:
    """Bring the raw and the core table to what `decide` found."""
    changed = f"(SELECT _key FROM {TYPED} WHERE _status = 'updated')"
    con.execute(f"DELETE FROM {target.raw} WHERE _key IN {changed}")
    cells = ", ".join(f"b.{identifier(name)}" for name in columns)
    kept = ", ".join(f"t.{name}" for name in KEPT)
    taken = "_status IN ('inserted', 'updated')"
    con.execute(
        f"INSERT INTO {target.raw} BY NAME SELECT {cells}, {kept}, ?::TIMESTAMP AS _loaded_at"
        f" FROM {TYPED} t JOIN {BATCH} b USING (_n) WHERE {taken} ORDER BY _n",
        [loaded_at],
    )
    if not target.core or not target.table:
        return
    con.execute(f"DELETE FROM {target.core} WHERE source_system = ? AND source_id IN {changed}", [target.system])
    added = {name for name, _ in filled_columns(target.source, target.table)}
    names = [c.name for c in target.table.columns if c.name in target.source.columns or c.name in added]
    values = ", ".join(identifier(name) for name in names)
    con.execute(
        f"INSERT INTO {target.core} BY NAME SELECT {values}, ? AS source_system, _key AS source_id,"
        f" ?::TIMESTAMP AS ingested_at FROM {TYPED} WHERE {taken} ORDER BY _n",
        [target.system, loaded_at],
    )
