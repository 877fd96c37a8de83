"""Records of all files of one source brought together as text in one temporary table, counted on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import duckdb

from warehouse.build import identifier, literal
from warehouse.errors import LoadError
from warehouse.sources.reading import BadRow, Reading, Row

BATCH = "temp.loading_batch"
BAD = "temp.loading_bad"
INNER = ("_n", "_place", "_file", "_line")
RESERVED = (*INNER, "_key", "_hash", "_watermark", "_reason", "_loaded_at", "_status")
_AT_ONCE = 20_000


@dataclass
class Batch:
    """The temporary tables of one source while they are filled: columns so far, and records of each file."""

    con: duckdb.DuckDBPyConnection
    columns: dict[str, str] = field(default_factory=dict[str, str])
    records: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        for table in (BATCH, BAD):
            self.con.execute(f"DROP TABLE IF EXISTS {table}")
        self.con.execute(f"CREATE TEMP TABLE {BATCH} (_n BIGINT, _place INTEGER, _file VARCHAR, _line BIGINT)")
        self.con.execute(f"CREATE TEMP TABLE {BAD} (_file VARCHAR, _line BIGINT, reason VARCHAR, text VARCHAR)")

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of all files so far, named as they were first met."""
        return tuple(self.columns.values())


def stage(batch: Batch, reading: Reading, place: int) -> int:
    """Records of the reading added to the batch, good and bad; raises LoadError when it cannot be read at all.

    `place` orders the files of a source: of two rows of one key, the one from the later file holds.
    """
    names = _own_names(batch, reading)
    records = _stage_sql(batch, reading, names, place)
    if records is None:
        records = _stage_rows(batch, reading, names, place)
    batch.records[reading.name] = batch.records.get(reading.name, 0) + records
    return records


def _own_names(batch: Batch, reading: Reading) -> list[str]:
    """The batch's names of the reading's columns; new ones are added to the table."""
    for name in reading.columns:
        if name.casefold() in RESERVED:
            remedy = "Rename the column in the source."
            raise LoadError(f"a column may not be named {name}.", file=reading.name, column=name, remedy=remedy)
        if name.casefold() not in batch.columns:
            batch.columns[name.casefold()] = name
            batch.con.execute(f"ALTER TABLE {BATCH} ADD COLUMN {identifier(name)} VARCHAR")
    return [batch.columns[name.casefold()] for name in reading.columns]


def _stage_sql(batch: Batch, reading: Reading, names: Sequence[str], place: int) -> int | None:
    """Records that the database read by itself, None when it met a fault or another number of them."""
    if reading.sql is None:
        return None
    before = _count(batch, BATCH)
    aliases = ", ".join(["_line", *map(identifier, names)])
    numbered = f"SELECT {before} + row_number() OVER () AS _n, {place} AS _place, {literal(reading.name)} AS _file, *"
    try:
        batch.con.execute(f"INSERT INTO {BATCH} BY NAME {numbered} FROM ({reading.sql}) AS reading({aliases})")
    except duckdb.Error:
        return None  # the other way finds out which records are broken
    read = _count(batch, BATCH) - before
    if read != reading.records:
        batch.con.execute(f"DELETE FROM {BATCH} WHERE _n > {before}")
        return None
    return read


def _stage_rows(batch: Batch, reading: Reading, names: Sequence[str], place: int) -> int:
    number, before = _count(batch, BATCH), sum(_count(batch, table) for table in (BATCH, BAD))
    rows = reading.rows()
    while some := list(islice(rows, _AT_ONCE)):
        good = [row for row in some if not isinstance(row, BadRow)]
        _insert_good(batch, reading.name, names, list(_numbered(good, number, place)))
        _insert_bad(batch, reading.name, [row for row in some if isinstance(row, BadRow)])
        number += len(good)
    return sum(_count(batch, table) for table in (BATCH, BAD)) - before


def _numbered(rows: Iterable[Row], number: int, place: int) -> Iterator[tuple[int, int, int, Sequence[str | None]]]:
    for at, (line, cells) in enumerate(rows, number + 1):
        yield at, place, line, cells


def _insert_good(
    batch: Batch, file: str, names: Sequence[str], rows: list[tuple[int, int, int, Sequence[str | None]]]
) -> None:
    inner: dict[str, tuple[str, list[Any]]] = {
        "_n": ("BIGINT", [row[0] for row in rows]),
        "_place": ("INTEGER", [row[1] for row in rows]),
        "_file": ("VARCHAR", [file] * len(rows)),
        "_line": ("BIGINT", [row[2] for row in rows]),
    }
    cells = {name: ("VARCHAR", [row[3][at] for row in rows]) for at, name in enumerate(names)}
    _insert(batch.con, BATCH, {**inner, **cells})


def _insert_bad(batch: Batch, file: str, rows: Sequence[BadRow]) -> None:
    columns: dict[str, tuple[str, list[Any]]] = {
        "_file": ("VARCHAR", [file] * len(rows)),
        "_line": ("BIGINT", [row.line for row in rows]),
        "reason": ("VARCHAR", [row.reason for row in rows]),
        "text": ("VARCHAR", [row.text for row in rows]),
    }
    _insert(batch.con, BAD, columns)


def _insert(con: duckdb.DuckDBPyConnection, target: str, columns: Mapping[str, tuple[str, list[Any]]]) -> None:
    # lists, not an Arrow table: taking one in makes the database import pandas, which costs seconds
    cells = ", ".join(f"unnest(?::{kind}[]) AS {identifier(name)}" for name, (kind, _) in columns.items())
    con.execute(f"INSERT INTO {target} BY NAME SELECT {cells}", [values for _, values in columns.values()])


def _count(batch: Batch, table: str) -> int:
    row = batch.con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return row[0] if row else 0
