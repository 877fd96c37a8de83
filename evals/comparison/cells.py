"""Single values: brought to one form, and compared within a tolerance."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?")
_MONTH_LABEL = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")

Canonical = tuple[str, Any]
"""A kind ("number", "text", "date", "null" ...) and a value; equal pairs are equal cells, tolerance apart."""

NULL: Canonical = ("null", None)


@dataclass(frozen=True)
class Tolerance:
    """How far two numbers may lie apart: a share of the larger one, or an absolute distance."""

    rel: float = 1e-6
    abs: float = 0.005


def canonical(value: object) -> Canonical:
    """The value in the one form in which cells are compared.

    Decimals become floats, a timestamp at midnight becomes its date, a time zone is turned to UTC. Booleans stay apart
    from numbers, an interval becomes its text, and text stays text: '3' is not 3.
    """
    if value is None:
        return NULL
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime | date):
        return _moment(value)
    if isinstance(value, str | UUID | timedelta):
        return ("text", str(value))
    if isinstance(value, Mapping):
        return ("struct", tuple(sorted((str(key), canonical(item)) for key, item in value.items())))
    if isinstance(value, list | tuple):
        return ("list", tuple(canonical(item) for item in value))
    return (type(value).__name__, value)


def _number(value: float | Decimal) -> Canonical:
    """Whole numbers as int, all others as float; NaN as a value of its own that equals itself."""
    if isinstance(value, int):
        return ("number", value)
    number = float(value)
    return ("nan", None) if math.isnan(number) else ("number", number)


def _moment(value: datetime | date) -> Canonical:
    """A date for a date or a midnight, else the timestamp without zone in UTC."""
    if not isinstance(value, datetime):
        return ("date", value)
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
    return ("date", value.date()) if midnight else ("timestamp", value)


def same(left: Canonical, right: Canonical, tolerance: Tolerance) -> bool:
    """Whether two cells agree: numbers within the tolerance, everything else exactly; NULL agrees with NULL alone.

    Two whole numbers must be equal: a count or an identifier that is off by one is wrong however large it is.
    """
    if left == right:
        return True
    if left[0] != "number" or right[0] != "number":
        return False
    a, b = left[1], right[1]
    if isinstance(a, int) and isinstance(b, int):
        return False
    return math.isclose(a, b, rel_tol=tolerance.rel, abs_tol=tolerance.abs)


def month_labels(column: Sequence[Canonical]) -> bool:
    """Whether every value is a month written as text, such as '2024-01'."""
    return _all(column, lambda kind, value: kind == "text" and bool(_MONTH_LABEL.fullmatch(value)))


def month_starts(column: Sequence[Canonical]) -> bool:
    """Whether every value is the first day of a month."""
    return _all(column, lambda kind, value: kind == "date" and value.day == 1)


def written_moments(column: Sequence[Canonical]) -> bool:
    """Whether every value is a day or a time written as text, such as '2024-01-31' or '2024-01-31 08:30:00'."""
    return _all(column, lambda kind, value: kind == "text" and bool(_MOMENT.fullmatch(value)))


def moments(column: Sequence[Canonical]) -> bool:
    """Whether every value is a date or a timestamp."""
    return _all(column, lambda kind, _: kind in ("date", "timestamp"))


def _all(column: Sequence[Canonical], test: Callable[[str, Any], bool]) -> bool:
    """Whether the test holds for every value that is not NULL, and there is one."""
    cells = [cell for cell in column if cell != NULL]
    return bool(cells) and all(test(kind, value) for kind, value in cells)


def label_to_date(cell: Canonical) -> Canonical:
    """The first day of a month written as text."""
    match = _MONTH_LABEL.fullmatch(cell[1]) if cell[0] == "text" else None
    return ("date", date(int(match[1]), int(match[2]), 1)) if match else cell


def read_moment(cell: Canonical) -> Canonical:
    """The day or time that a text spells; other text stays what it is."""
    if cell[0] != "text":
        return cell
    try:
        return _moment(datetime.fromisoformat(cell[1]))
    except ValueError:
        return cell
