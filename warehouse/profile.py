"""Plain figures about the tables of a snapshot: what a proposed model, a parser's values and a model's checks rest on.

Everything here runs in this process, unguarded and without limits of memory: it is for the product's own code and the
SQL of the product's own definitions, never for SQL that a user or a model wrote (that goes through `guard.validate` and
an engine). A file is opened for the time of the call and let go.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.build import READ_SCHEMAS, first_line, identifier, read_snapshot
from warehouse.errors import QueryFailed
from warehouse.trusted import trusted_reader

Source = Path | duckdb.DuckDBPyConnection
"""A snapshot's file, or a connection that is open already."""

Pair = tuple[str, str, str, str]
"""(table, column, other table, other column)"""

_SAMPLES = 12
_NEARLY_UNIQUE = 0.8  # approximate counts are a few per cent off; what comes this near is counted exactly
_COUNTED = 10_000  # up to about so many different values are counted exactly
_NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "VARIANT", "GEOMETRY")
_NUMBERS = ("INT", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class ColumnProfile:
    """What is known of a column's values.

    `distinct` is exact for columns of few values and for unique ones, else within a few per cent; `unique` is exact
    and tells that values are there and none stands twice (missing ones aside); `samples` are the most frequent values
    as text, or the smallest of a unique column. Nested and binary types have only `type` and `nulls`.
    """

    type: str
    nulls: int
    distinct: int
    min: Any
    max: Any
    samples: tuple[str, ...]
    unique: bool


@dataclass(frozen=True)
class TableProfile:
    """A table's number of rows, and its columns in the table's order."""

    rows: int
    columns: Mapping[str, ColumnProfile]

    @property
    def key_candidates(self) -> tuple[str, ...]:
        """Columns that could be the primary key: unique and never missing."""
        return tuple(name for name, column in self.columns.items() if column.unique and not column.nulls)


def profile(source: Source, tables: Collection[str] | None = None) -> dict[str, TableProfile]:
    """Profiles of the named tables, or of all in main, core and mart; a name in two schemas means the first of them.

    Raises SnapshotMissing when there is no file, QueryFailed for a table that is not there or a file that is broken.
    """
    with _reading(source) as con:
        known = _tables(con, READ_SCHEMAS if tables else READ_SCHEMAS[:-1])
        wanted = list(known) if tables is None else [_resolved(known, name) for name in tables]
        return {name: _profile_table(con, *known[name]) for name in wanted}


def check(path: Path, checks: Mapping[str, str]) -> dict[str, Any]:
    """The single value that each named trusted statement gives.

    Raises SnapshotMissing, or QueryFailed for a statement that fails or does not give one row of one column.
    """
    with trusted_reader(path) as read:
        return {name: _single(read(sql).rows, sql) for name, sql in checks.items()}


def inclusion(source: Source, pairs: Iterable[Pair]) -> dict[Pair, float]:
    """Share (0 to 1) of the distinct values of each pair's first column that the second one holds; 0 if it has none.

    Values of different families of types are compared as text. Raises as `profile` does.
    """
    with _reading(source) as con:
        known = _tables(con, READ_SCHEMAS)
        return {pair: _share(con, known, pair) for pair in pairs}


def distinct_values(
    source: Source, columns: Iterable[tuple[str, str]], limit_per_column: int = 5000
) -> dict[tuple[str, str], tuple[tuple[str, int], ...]]:
    """Values of each (table, column) as text with the number of their rows, the most frequent first, none missing.

    At most `limit_per_column` of each. Raises as `profile` does.
    """
    with _reading(source) as con:
        known = _tables(con, READ_SCHEMAS)
        found: dict[tuple[str, str], tuple[tuple[str, int], ...]] = {}
        for table, column in columns:
            place, kind = _column(known, table, column)
            rows = con.execute(_frequencies(place, _plain(column, kind), limit_per_column)).fetchall()
            found[table, column] = tuple((row[0], row[1]) for row in rows)
        return found


@contextmanager
def _reading(source: Source) -> Generator[duckdb.DuckDBPyConnection]:
    try:
        if isinstance(source, duckdb.DuckDBPyConnection):
            yield source
        else:
            with read_snapshot(source) as con:
                yield con
    except duckdb.Error as error:
        raise QueryFailed(f"The data could not be profiled: {first_line(error)}.") from error


_Known = Mapping[str, tuple[str, dict[str, str]]]
"""Every table by its bare name: where it is, as SQL, and its columns with their types."""


def _tables(con: duckdb.DuckDBPyConnection, schemas: Collection[str]) -> _Known:
    sql = (
        "SELECT database_name, schema_name, table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND NOT internal ORDER BY table_oid, column_index"
    )
    rows = con.execute(sql).fetchall()
    known: dict[str, tuple[str, dict[str, str]]] = {}
    for schema in schemas:
        here: dict[str, tuple[str, dict[str, str]]] = {}
        for database, of, table, column, kind in rows:
            if of == schema:
                place = ".".join(map(identifier, (database, of, table)))
                here.setdefault(table, (place, {}))[1][column] = kind
        known = here | known
    return dict(sorted(known.items()))


def _resolved(known: _Known, name: str) -> str:
    """The table's name as it is written in the database."""
    found = next((table for table in known if table.casefold() == name.casefold()), None)
    if found is None:
        raise QueryFailed(f"There is no table {name}. The tables are {', '.join(known)}.")
    return found


def _column(known: _Known, table: str, column: str) -> tuple[str, str]:
    place, columns = known[_resolved(known, table)]
    kind = next((kind for name, kind in columns.items() if name.casefold() == column.casefold()), None)
    if kind is None:
        raise QueryFailed(f"There is no column {table}.{column}. Its columns are {', '.join(columns)}.")
    return place, kind


def _single(rows: tuple[tuple[Any, ...], ...], sql: str) -> Any:
    if len(rows) != 1 or len(rows[0]) != 1:
        raise QueryFailed("A check must give one row of one column.", sql)
    return rows[0][0]


def _is_flat(kind: str) -> bool:
    """True for types whose values can be compared and shown: not lists, structs, maps, unions, bytes."""
    return not kind.endswith("]") and not kind.startswith(_NESTED)


def _plain(column: str, kind: str) -> str:
    """SQL of the column; times with a zone as times in UTC, which need no time zone data to be read."""
    return f"timezone('UTC', {identifier(column)})" if kind == "TIMESTAMP WITH TIME ZONE" else identifier(column)


@dataclass(frozen=True)
class _Figures:
    """One column after the first scan: its type, its SQL, and the scan's results for it."""

    type: str
    value: str
    filled: int
    distinct: int
    min: Any
    max: Any

    @property
    def nearly_unique(self) -> bool:
        return self.filled > 0 and self.distinct >= _NEARLY_UNIQUE * self.filled


def _profile_table(con: duckdb.DuckDBPyConnection, place: str, columns: dict[str, str]) -> TableProfile:
    rows, figures = _scan(con, place, columns)
    near = {name: f"count(DISTINCT {column.value})" for name, column in figures.items() if column.nearly_unique}
    exact = dict(zip(near, _one_row(con, place, list(near.values())), strict=True))
    profiles = {
        name: _profile_column(con, place, column, rows, exact.get(name) == column.filled)
        for name, column in figures.items()
    }
    return TableProfile(rows, profiles)


def _scan(con: duckdb.DuckDBPyConnection, place: str, columns: dict[str, str]) -> tuple[int, dict[str, _Figures]]:
    """Rows of the table and the figures of all columns, from one scan."""
    values = {name: _plain(name, kind) for name, kind in columns.items()}
    wanted = ["count(*)"]
    for name, kind in columns.items():
        value = values[name]
        rest = [f"approx_count_distinct({value})", f"min({value})", f"max({value})"] if _is_flat(kind) else ["0"] * 3
        wanted += [f"count({value})", *rest]
    row = _one_row(con, place, wanted)
    figures: dict[str, _Figures] = {}
    for at, (name, kind) in enumerate(columns.items()):
        filled, distinct, least, most = row[1 + 4 * at : 5 + 4 * at]
        ends = (least, most) if _is_flat(kind) else (None, None)
        figures[name] = _Figures(kind, values[name], filled, min(distinct, filled), *ends)
    return row[0], figures


def _one_row(con: duckdb.DuckDBPyConnection, place: str, expressions: list[str]) -> tuple[Any, ...]:
    if not expressions:
        return ()
    return con.execute(f"SELECT {', '.join(expressions)} FROM {place}").fetchone() or ()


def _profile_column(
    con: duckdb.DuckDBPyConnection, place: str, column: _Figures, rows: int, unique: bool
) -> ColumnProfile:
    distinct, samples = column.filled if unique else column.distinct, ()
    if unique:
        smallest = f"SELECT CAST(unnest(min({column.value}, {_SAMPLES})) AS VARCHAR) FROM {place}"
        samples = tuple(row[0] for row in con.execute(smallest).fetchall())
    elif column.distinct:
        samples = tuple(row[0] for row in con.execute(_frequencies(place, column.value, _SAMPLES)).fetchall())
    if not unique and column.distinct <= _COUNTED:
        distinct = _one_row(con, place, [f"count(DISTINCT {column.value})"])[0] if column.distinct else 0
    return ColumnProfile(column.type, rows - column.filled, distinct, column.min, column.max, samples, unique)


def _frequencies(place: str, value: str, limit: int) -> str:
    """SQL of the values as text with the number of their rows, the most frequent first."""
    counted = f"SELECT {value} AS value, count(*) AS n FROM {place} WHERE {value} IS NOT NULL GROUP BY 1"
    return f"SELECT CAST(value AS VARCHAR), n FROM ({counted}) ORDER BY n DESC, value LIMIT {int(limit)}"


def _share(con: duckdb.DuckDBPyConnection, known: _Known, pair: Pair) -> float:
    sides = [(*_column(known, table, column), column) for table, column in (pair[:2], pair[2:])]
    comparable = len({_family(kind) for _, kind, _ in sides}) == 1
    inner, outer = (
        f"SELECT DISTINCT {_plain(column, kind) if comparable else f'CAST({_plain(column, kind)} AS VARCHAR)'} AS value"
        f" FROM {place} WHERE {identifier(column)} IS NOT NULL"
        for place, kind, column in sides
    )
    sql = f"SELECT count(*), count(*) FILTER (value IN ({outer})) FROM ({inner})"
    total, held = con.execute(sql).fetchone() or (0, 0)
    return held / total if total else 0.0


def _family(kind: str) -> str:
    return "number" if any(word in kind for word in _NUMBERS) else kind
