"""What a load brought: the columns of the new table as they are, and what the person should know about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse.build import identifier, literal
from warehouse.sources.column_types import SAMPLE, Cells, examine
from warehouse.sources.text_kinds import NumberStyle, cell_text, number_condition

_MISSING_WORDS = ("NULL", "null", "(null)", "\\N", "None", "none", "NaN", "nan", "N/A", "n/a", "#N/A", "<NA>")
_WITH_SIGN = "regexp_full_match($t, '[-+(]?([$€£¥] ?-?[0-9][0-9.,]*|[0-9][0-9.,]* ?[%$€£¥])[)]?')"
_LONGEST_SAMPLE = 40
_ORDERED = ("INT", "FLOAT", "DOUBLE", "DECIMAL", "DATE", "TIME", "BOOLEAN")


@dataclass(frozen=True)
class ColumnReport:
    """One column as loaded: its type, how many cells are missing, and smallest and largest or the commonest values."""

    name: str
    type: str
    nulls: int
    minimum: Any = None
    maximum: Any = None
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileReport:
    """One file that was read: its records, which the file's own count confirmed."""

    path: Path
    rows: int
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True)
class LoadReport:
    """What was loaded into which table; `files` count what was read, `rows` what the table holds after a view.

    `latest` is the latest time in the table that is not after the load; `seconds` is the time it took.
    """

    table: str
    rows: int
    columns: tuple[ColumnReport, ...]
    files: tuple[FileReport, ...]
    warnings: tuple[str, ...]
    latest: datetime | None = None
    seconds: float = field(default=0.0, compare=False)


def describe_columns(con: duckdb.DuckDBPyConnection, table: str) -> tuple[ColumnReport, ...]:
    """The columns of a table with their missing cells and values, from one scan."""
    columns = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    wanted = [sql for name, kind in columns for sql in _figures(identifier(name), kind)]
    values = iter(con.execute(f"SELECT {', '.join(wanted)} FROM {table}").fetchone() or ())
    return tuple(_column(name, kind, values) for name, kind in columns)


def _figures(column: str, kind: str) -> Iterator[str]:
    """SQL of missing cells, smallest, largest, commonest values; NULL for what a type has not."""
    ordered = _is_ordered(kind)
    yield f"count(*) - count({column})"
    yield f"min({column})" if ordered else "NULL"
    yield f"max({column})" if ordered else "NULL"
    yield f"approx_top_k({column}, 3)" if kind == "VARCHAR" else "NULL"


def _is_ordered(kind: str) -> bool:
    return any(word in kind for word in _ORDERED) and not kind.endswith("]") and "(" not in kind.replace("DECIMAL(", "")


def _column(name: str, kind: str, values: Iterator[Any]) -> ColumnReport:
    nulls, minimum, maximum, samples = (next(values) for _ in range(4))
    return ColumnReport(name, kind, nulls, minimum, maximum, tuple(_short(one) for one in samples or ()))


def _short(value: Any) -> str:
    """A value in one line that leaves room for others."""
    line = " ".join(str(value).split())
    return line if len(line) <= _LONGEST_SAMPLE else f"{line[: _LONGEST_SAMPLE - 1].rstrip()}…"


def column_warnings(
    con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[ColumnReport], as_wished: Collection[str]
) -> Iterator[str]:
    """Sentences about text columns that look like something else; `as_wished` were declared text (casefolded)."""
    texts = [c.name for c in columns if c.type == "VARCHAR" and c.name.casefold() not in as_wished]
    first = f"(SELECT * FROM {table} LIMIT {SAMPLE})"
    suspects = [name for name, cells in examine(con, first, texts).items() if cells.share >= 0.5]
    for name, cells in examine(con, table, suspects).items():
        yield from _looks_like(name, cells)
    rest = [name for name in texts if name not in suspects]
    yield from _marked_numbers(con, first, rest)
    suspects = [name for name, *_ in _missing_words(con, first, texts)]
    for name, count, word in _missing_words(con, table, suspects):
        yield f"Column {name} holds '{word}' as text in {count:,} cells: use --null '{word}' if it means missing."
    yield from (f"Column {c.name} has no value at all." for c in columns if c.nulls and _is_empty(c))


def _is_empty(column: ColumnReport) -> bool:
    return column.minimum is None and not column.samples and (column.type == "VARCHAR" or _is_ordered(column.type))


def _looks_like(name: str, cells: Cells) -> Iterator[str]:
    if cells.kinds:
        yield f"Column {name} is text, but all its values are {cells.kinds[0].type}: {_conversion(name, cells)}."
    elif cells.numbers == cells.filled:
        yield f"Column {name} stays text: its numbers begin with zeros, or have more digits than a number can hold."
    elif cells.numbers >= 0.5 * cells.filled:
        yield f"Column {name} is text, but {_percent(cells.numbers, cells.filled)} of its values are numbers."
    elif cells.dates == cells.filled:
        yield f"Column {name} is text: its dates are written in different formats."
    elif cells.dates >= 0.5 * cells.filled:
        yield f"Column {name} is text, but {_percent(cells.dates, cells.filled)} of its values are dates."


def _conversion(name: str, cells: Cells) -> str:
    """What to write in a view; two ways where a date can be read in two."""
    formats = [kind.date_format for kind in cells.kinds if kind.is_patterned]
    if cells.kinds[0].is_patterned:
        ways = " or ".join(f"strptime({name}, '{pattern}')" for pattern in formats[:2])
    else:
        ways = f"CAST({name} AS {cells.kinds[0].type})"
    return f"convert it in a view, {ways}"


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{min(share, 99.9):.1f}%" if share > 99 else f"{share:.0f}%"


def _marked_numbers(con: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str]) -> Iterator[str]:
    """Columns whose values are numbers once their decimal comma, thousands marks or signs are understood."""
    readings = {
        "its values look like numbers: use --decimal ,": number_condition(NumberStyle(",", ".")),
        "its values look like numbers: use --thousands ,": number_condition(NumberStyle(".", ",")),
        "its values are amounts or percentages: take the signs away in a view": _WITH_SIGN,
    }
    for name in names:
        text = cell_text(identifier(name), trim=True)
        shares = ", ".join(
            f"count(*) FILTER ({condition.replace('$t', text)}) >= 0.9 * count({text}) AND count({text}) > 0"
            for condition in readings.values()
        )
        row = con.execute(f"SELECT {shares} FROM {relation}").fetchone() or ()
        fitting = [words for words, fits in zip(readings, row, strict=True) if fits]
        yield from (f"Column {name} is text, but {words}." for words in fitting[:1])


def _missing_words(
    con: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str]
) -> Iterator[tuple[str, int, str]]:
    """Columns that hold words for a missing value, in how many cells, and one of the words."""
    words = ", ".join(literal(word) for word in _MISSING_WORDS)
    found = [f"{identifier(name)} IN ({words})" for name in names]
    wanted = [
        f"count(*) FILTER ({condition}), min({identifier(name)}) FILTER ({condition})"
        for name, condition in zip(names, found, strict=True)
    ]
    row = (con.execute(f"SELECT {', '.join(wanted)} FROM {relation}").fetchone() or ()) if names else ()
    for name, count, word in zip(names, row[::2], row[1::2], strict=True):
        if count:
            yield name, count, word
