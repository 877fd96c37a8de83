"""How many values a `range()` or `generate_series()` with literal bounds makes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlglot import exp

MAX_SERIES = 100_000

_DAYS = {
    "MICROSECOND": 1 / 86_400_000_000, "MILLISECOND": 1 / 86_400_000, "SECOND": 1 / 86_400, "MINUTE": 1 / 1440,
    "HOUR": 1 / 24, "DAY": 1, "WEEK": 7, "MONTH": 28, "QUARTER": 89, "YEAR": 365,
}  # fmt: skip
"""Days of one unit, the shortest it can be, so that the count is never too small."""


def series_length(bounds: list[exp.Expr]) -> int | None:
    """Values at most made of (stop), (start, stop) or (start, stop, step); None when a bound is not literal."""
    values = [_value(bound) for bound in bounds]
    if not 1 <= len(values) <= 3 or any(value is None for value in values):
        return None
    numbers = [float(value) for value in values if value is not None]
    start, stop, step = (0.0, numbers[0], 1.0) if len(numbers) == 1 else (*numbers, 1.0)[:3]
    if step == 0:
        return None
    return max(0, math.floor((stop - start) / step) + 1)


def _value(node: exp.Expr) -> float | None:
    """A literal as a number: numbers as they are, moments and intervals in days."""
    if isinstance(node, exp.Neg):
        inner = _value(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.this)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        return _moment(node.this.this)
    if isinstance(node, exp.Interval):
        return _interval(node)
    return None


def _moment(text: str) -> float | None:
    try:
        return (datetime.fromisoformat(text).replace(tzinfo=None) - datetime(1970, 1, 1)) / timedelta(days=1)
    except ValueError:
        return None


def _interval(node: exp.Interval) -> float | None:
    unit = str(node.args["unit"].name).upper().rstrip("S") if node.args.get("unit") else ""
    days = _DAYS.get(unit)
    if days is None or not isinstance(node.this, exp.Literal):
        return None
    try:
        return float(node.this.this) * days
    except ValueError:
        return None
