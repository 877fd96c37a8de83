"""What a reader makes of one file, query or API: records of text cells, every one of them good or told bad."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class BadRow:
    """A record that cannot be read as cells: its line in the file, why, and its text."""

    line: int
    reason: str
    text: str


Row = tuple[int, Sequence[str | None]]
"""A record's line (or number) from 1, and its cells as text; None where there is nothing."""


@dataclass(frozen=True)
class Reading:
    """One opened file or query: how it is named in reports, its columns, and its records one after the other.

    `sql` is set when the database can read the file itself: it gives the cells of records that stand one a line from
    `first_line` on, and `records` is how many there must be; `rows` is then the slower way, taken when the database
    disagrees.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row | BadRow]]
    sql: str | None = None
    records: int = 0
    first_line: int = 1


def text_of(value: Any) -> str | None:
    """The text of a cell that has a type already: exact numbers, ISO times in UTC, JSON for what is nested."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (datetime, date, time)):
        return _time_text(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _time_text(value: date | time) -> str:
    if isinstance(value, datetime):
        plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return plain.isoformat(" ")
    return value.isoformat()


def _float_text(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
