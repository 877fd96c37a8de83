"""The rows of a batch as the core table takes them: key, values, and for each row that cannot be taken the reason.

One pass over the batch, in steps that name what the step before found: a cell is cleaned once, translated once and
read once, however many columns and conditions look at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from warehouse.build import identifier
from warehouse.erasure import PEOPLE
from warehouse.journal import Journal
from warehouse.sources.incremental import TYPED, Target
from warehouse.sources.mapping import Mapped, cleaned, filled_columns, joined, mapped_columns, watermark_value
from warehouse.sources.staging import BATCH


def type_rows(con: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Fill `TYPED`: a row for each row of the batch, `_n` its rowid, in the same order."""
    used = dict.fromkeys((*target.key, *target.source.used_columns()))
    cells = {name: f"_cell{at}" for at, name in enumerate(used)}
    mapped = mapped_columns(target.source, target.table, cells) if target.table else ()
    steps = [
        ["rowid AS _n", *(f"{cleaned(name)} AS {cell}" for name, cell in cells.items())],
        ["*", f"{joined([cells[name] for name in target.key])} AS _key", _watermark(target, cells)],
        ["*", *(f"{one.text} AS _text{one.at}" for one in mapped)],
        ["*", *(f"{one.said} AS _said{one.at}" for one in mapped)],
        ["*", *(f"{one.form} AS _form{one.at}" for one in mapped)],
        ["*", *(f"{one.value} AS {identifier(one.column.name)}" for one in mapped)],
        _outcome(target, mapped),
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE {TYPED} AS {_nested(steps)}")


def leave_out_forgotten(con: duckdb.DuckDBPyConnection, target: Target, journal: Journal | None) -> int:
    """How many rows of people who asked to be forgotten were taken out of the batch: they are never written, since a
    database file keeps the bytes of rows that are deleted later."""
    if target.table is None or target.table.name not in PEOPLE or journal is None or not journal.active("forget"):
        return 0
    keys = con.execute(f"SELECT DISTINCT _key FROM {TYPED} WHERE _key IS NOT NULL").fetchall()
    gone = [key for _, key in journal.forgotten((target.system, row[0]) for row in keys)]
    con.execute(f"DELETE FROM {BATCH} WHERE rowid IN (SELECT _n FROM {TYPED} WHERE list_contains(?, _key))", [gone])
    row = con.execute(f"DELETE FROM {TYPED} WHERE list_contains(?, _key)", [gone]).fetchone()
    return row[0] if row else 0


def _watermark(target: Target, cells: Mapping[str, str]) -> str:
    name = target.source.watermark
    return f"{watermark_value(target.source, cells[name]) if name else 'NULL::DOUBLE'} AS _watermark"


def _outcome(target: Target, mapped: Sequence[Mapped]) -> list[str]:
    """What the last step hands on: the core values, those that are filled in, why the row is bad, its notes."""
    added = filled_columns(target.source, target.table) if target.table else ()
    reasons = ["CASE WHEN _key IS NULL THEN 'the key is missing.' END", *(one.reason for one in mapped)]
    rounded = " OR ".join(one.rounded for one in mapped if one.may_round) or "false"
    return [
        *("_n", "_key", "_watermark"),
        *(identifier(one.column.name) for one in mapped),
        *(f"{sql} AS {identifier(name)}" for name, sql in added),
        f"coalesce({', '.join([*reasons, 'NULL'])}) AS _reason",
        f"{rounded} AS _rounded",
        "NULL::VARCHAR AS _status",
    ]


def _nested(steps: Iterable[Sequence[str]]) -> str:
    sql = BATCH
    for step in steps:
        source = sql if sql == BATCH else f"({sql})"
        sql = f"SELECT {', '.join(step)} FROM {source}"
    return sql
