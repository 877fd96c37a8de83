"""Records of all files of one source brought together as text in one temporary table, counted on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import duckdb

from warehouse.build import identifier, literal
from warehouse.errors import LoadError
from warehouse.sources.reading import BadRow, Reading, Row

BATCH = "temp.loading_batch"
BAD = "temp.loading_bad"
INNER = ("_part", "_file", "_line", "_out")
RESERVED = (*INNER, "_n", "_key", "_hash", "_watermark", "_reason", "_loaded_at", "_status")
_AT_ONCE = 20_000


@dataclass(frozen=True)
class Part:
    """One reading in the batch: how it is named, which place its file has among those of the source, and what its
    rows' numbers differ by from its lines (None: each row says its line)."""

    name: str
    place: int
    shift: int | None = None


@dataclass
class Batch:
    """The temporary tables of one source while they are filled: columns so far, and records of each file.

    `again` says that they begin with rows that were loaded before.
    """

    con: duckdb.DuckDBPyConnection
    columns: dict[str, str] = field(default_factory=dict[str, str])
    records: dict[str, int] = field(default_factory=dict[str, int])
    parts: list[Part] = field(default_factory=list[Part])
    again: bool = False

    def __post_init__(self) -> None:
        for table in (BATCH, BAD):
            self.con.execute(f"DROP TABLE IF EXISTS {table}")
        # rows are numbered by rowid, in the order of the files; _out marks those that are not to be written
        self.con.execute(f"CREATE TEMP TABLE {BATCH} (_part INTEGER, _file VARCHAR, _line BIGINT, _out BOOLEAN)")
        self.con.execute(f"CREATE TEMP TABLE {BAD} (_file VARCHAR, _line BIGINT, reason VARCHAR, text VARCHAR)")

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of all files so far, named as they were first met."""
        return tuple(self.columns.values())

    @property
    def alone(self) -> bool:
        """Whether all rows are of one file that the database read by itself."""
        return not self.again and len(self.parts) == 1 and self.parts[0].shift is not None

    def file(self, alias: str = BATCH) -> str:
        """SQL of the file that a row of the batch was read from."""
        if self.alone:
            return literal(self.parts[0].name)
        names = ", ".join(literal(part.name) for part in self.parts)
        return f"coalesce({alias}._file, CAST([{names}] AS VARCHAR[])[{alias}._part])"

    def line(self, alias: str = BATCH) -> str:
        """SQL of the line of its file that a row of the batch begins on."""
        if self.alone:
            return f"{alias}.rowid + {self.parts[0].shift}"
        shifts = ", ".join("NULL" if part.shift is None else str(part.shift) for part in self.parts)
        return f"coalesce({alias}._line, {alias}.rowid + CAST([{shifts}] AS BIGINT[])[{alias}._part])"

    def place(self, alias: str = BATCH) -> str:
        """SQL of the place that the row's file has among those of the source; 0 for rows that were loaded before."""
        places = ", ".join(str(part.place) for part in self.parts)
        return f"coalesce(CAST([{places}] AS INTEGER[])[{alias}._part], 0)"


def stage(batch: Batch, reading: Reading, place: int) -> int:
    """Records of the reading added to the batch, good and bad; raises LoadError when it cannot be read at all.

    `place` orders the files of a source: of two rows of one key, the one from the later file holds.
    """
    names = _own_names(batch, reading)
    batch.parts.append(Part(reading.name, place))
    records = _stage_sql(batch, reading, names)
    if records is None:
        records = _stage_rows(batch, reading, names)
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


def _stage_sql(batch: Batch, reading: Reading, names: Sequence[str]) -> int | None:
    """Records that the database read by itself, None when it met a fault or another number of them."""
    if reading.sql is None:
        return None
    number = len(batch.parts)
    aliases = ", ".join(map(identifier, names))
    staged = f"INSERT INTO {BATCH} BY NAME SELECT {number} AS _part, * FROM ({reading.sql}) AS reading({aliases})"
    try:
        batch.con.execute(staged)
    except duckdb.Error:
        return None  # the other way finds out which records are broken
    own = f"{BATCH} WHERE _part = {number}"
    read, first, last = batch.con.execute(f"SELECT count(*), min(rowid), max(rowid) FROM {own}").fetchone() or (0, 0, 0)
    if read != reading.records or (read and last - first + 1 != read):
        batch.con.execute(f"DELETE FROM {own}")
        return None
    batch.parts[-1] = replace(batch.parts[-1], shift=reading.first_line - (first or 0))
    return read


def _stage_rows(batch: Batch, reading: Reading, names: Sequence[str]) -> int:
    before = sum(_count(batch, table) for table in (BATCH, BAD))
    rows = reading.rows()
    while some := list(islice(rows, _AT_ONCE)):
        _insert_good(batch, names, [row for row in some if not isinstance(row, BadRow)])
        _insert_bad(batch, reading.name, [row for row in some if isinstance(row, BadRow)])
    return sum(_count(batch, table) for table in (BATCH, BAD)) - before


def _insert_good(batch: Batch, names: Sequence[str], rows: Sequence[Row]) -> None:
    inner: dict[str, tuple[str, list[Any]]] = {
        "_part": ("INTEGER", [len(batch.parts)] * len(rows)),
        "_line": ("BIGINT", [line for line, _ in rows]),
    }
    cells = {name: ("VARCHAR", [row[1][at] for row in rows]) for at, name in enumerate(names)}
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
