"""Bounds of days in a question's conditions: which day one names, and which days two of them leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from semantic_layer import Filter, TimeRange

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BOUNDS = ("ge", "gt", "le", "lt")


def day_of(item: Filter) -> date | None:
    """The day that a comparison names; None where it names something else."""
    said = str(item.values[0]) if len(item.values) == 1 and item.op in _BOUNDS and not item.than else ""
    return date.fromisoformat(said) if _DAY.fullmatch(said) else None


def spans_of(items: Sequence[Filter]) -> Mapping[int, tuple[int, TimeRange]]:
    """For each condition that begins a span of days, by its place: the place of the one that ends it, and the days."""
    found = {at: _end_of(item, items) for at, item in enumerate(items)}
    return {at: span for at, span in found.items() if span is not None}


def _end_of(item: Filter, items: Sequence[Filter]) -> tuple[int, TimeRange] | None:
    first = day_of(item)
    if item.op != "ge" or first is None or item.none:
        return None
    for at, other in enumerate(items):
        last, alike = day_of(other), other.model_copy(update={"op": item.op, "values": item.values})
        if other.op == "lt" and last is not None and first < last and alike == item:
            return at, TimeRange(start=first, end=last)
    return None
