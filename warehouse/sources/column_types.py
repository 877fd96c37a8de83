"""Which type the text cells of a column have, decided on the cells and not on a guess.

The first records propose the types, the load proves them on all cells (`text_kinds.converted` raises at the
first that does not fit), and only when it fails, or the first records do not decide, is the whole file examined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse.build import identifier
from warehouse.sources.text_kinds import (
    BOOLEAN,
    COMPACT_DATE,
    DATE_FORMATS,
    ISO_TIMES,
    Kind,
    NumberStyle,
    cell_text,
    format_kind,
    number_condition,
    number_kinds,
)

SAMPLE = 2_048
_AT_ONCE = 10  # columns in one statement; the time to plan it grows faster than their number
_T = "$t"
_LIKE_A_DATE = re.compile(r"\d{1,4}[-/. ]([A-Za-z]{3,9}|\d{1,2})[-/. ,]+\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}")
_LIKE_A_NUMBER = re.compile(r"^[-+.,]?\d[\d.,_eE+-]*$|^[-+.]?\d+(\D\d+)*$")


@dataclass(frozen=True)
class Cells:
    """What the cells of one column are: how many are not blank, have blanks around, are numbers of any spelling,
    are dates of any format, and how many fit each kind."""

    filled: int
    padded: int
    numbers: int
    dates: int
    fitting: tuple[tuple[Kind, int], ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds that every filled cell has, the best first."""
        return tuple(kind for kind, count in self.fitting if count == self.filled) if self.filled else ()

    @property
    def share(self) -> float:
        """Share of the filled cells that are numbers, or that are dates, whichever is more."""
        return max(self.numbers, self.dates) / self.filled if self.filled else 0.0


def examine(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[str],
    style: NumberStyle | None = None,
    date_format: str | None = None,
) -> dict[str, Cells]:
    """What the cells of the text columns of a relation (SQL of a FROM clause) are, counted on all of its rows."""
    style = style or NumberStyle()
    found: dict[str, Cells] = {}
    for at in range(0, len(columns), _AT_ONCE):
        names = columns[at : at + _AT_ONCE]
        candidates = [tuple(_candidates(_head(con, relation, name), style, date_format)) for name in names]
        counts = (sql for name, some in zip(names, candidates, strict=True) for sql in _counts(name, some, style))
        values = iter(con.execute(f"SELECT {', '.join(counts)} FROM {relation}").fetchone() or ())
        found |= {name: _cells(values, some) for name, some in zip(names, candidates, strict=True)}
    return found


def _counts(name: str, candidates: Sequence[Kind], style: NumberStyle) -> Iterator[str]:
    """SQL of the figures of `Cells`, in its order."""
    column = identifier(name)
    text = cell_text(column, trim=True)
    times = [f"({kind.fits})" for kind in candidates if kind.is_time]
    numbers = number_condition(style) if any(kind.word == "number" for kind in candidates) else "false"
    yield f"count({text})"
    yield f"count(*) FILTER ({column} <> trim({column}, ' \t'))"
    for condition in (numbers, " OR ".join(times) or "false"):
        yield f"count(*) FILTER ({condition.replace(_T, text)})"
    for kind in candidates:
        yield f"count(*) FILTER ({kind.fits.replace(_T, text)})"


def _cells(values: Iterator[Any], candidates: Sequence[Kind]) -> Cells:
    filled, padded, numbers, dates = (next(values) for _ in range(4))
    return Cells(filled, padded, numbers, dates, tuple((kind, next(values)) for kind in candidates))


def _head(con: duckdb.DuckDBPyConnection, relation: str, name: str) -> list[str]:
    """Some of the first values of a column."""
    text = cell_text(identifier(name), trim=True)
    rows = con.execute(f"SELECT {text} FROM {relation} WHERE {text} IS NOT NULL LIMIT 300").fetchall()
    return list(dict.fromkeys(row[0] for row in rows))[:40]


def _candidates(values: list[str], style: NumberStyle, date_format: str | None) -> Iterator[Kind]:
    """Kinds worth counting: a kind that all cells have is one that these few have."""
    if any(value.lower() in ("true", "false") for value in values):
        yield from BOOLEAN
    dated = [value for value in values if _LIKE_A_DATE.match(value)]
    if any(value.isdigit() and len(value) == 8 for value in values):
        yield from COMPACT_DATE
    if any(_LIKE_A_NUMBER.search(value) for value in values):
        yield from number_kinds(style)
    if dated:
        yield from ISO_TIMES
    if date_format:
        yield format_kind(date_format)
    else:
        shapes = {re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "9", value)): value for value in dated}
        examples = {*dated[:8], *list(shapes.values())[:8]}
        yield from (format_kind(pattern) for pattern in DATE_FORMATS if any(_has_format(v, pattern) for v in examples))


def _has_format(value: str, pattern: str) -> bool:
    try:
        datetime.strptime(value, pattern)  # only whether it parses
    except ValueError:
        return False
    return True
