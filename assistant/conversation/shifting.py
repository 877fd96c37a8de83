"""Periods told by another period: "the year before", "the following month", and months that name no year."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.understanding import add_units, unit_start
from semantic_layer import TimeRange

UNITS = ("day", "week", "month", "quarter", "half", "year")


def unit_of(span: TimeRange) -> str:
    """The shortest calendar unit that the period fills, an unfinished one counts as whole; empty for any other."""
    if span.start is None or span.end is None:
        return ""
    for unit in UNITS:
        whole = add_units(span.start, unit, 1)
        fills = span.end <= whole if span.partial else span.end == whole
        if unit_start(span.start, unit) == span.start and fills:
            return unit
    return ""


def shifted(span: TimeRange, unit: str, count: int, as_of: date) -> TimeRange | None:
    """The period some units later (or earlier); None for an open one, or one that a shorter unit would cut."""
    own = unit_of(span)
    if span.start is None or span.end is None:
        return None
    if own and UNITS.index(unit) < UNITS.index(own):
        return None
    if own:
        start = add_units(span.start, unit, count)
        return clipped(TimeRange(start=start, end=add_units(start, own, 1)), as_of)
    return clipped(TimeRange(start=add_units(span.start, unit, count), end=add_units(span.end, unit, count)), as_of)


def stretch_before(span: TimeRange, direction: int, as_of: date) -> TimeRange | None:
    """The period of the same length right before (or after) one."""
    own = unit_of(span)
    if own:
        return shifted(span, own, direction, as_of)
    if span.start is None or span.end is None:
        return None
    months = (span.end.year - span.start.year) * 12 + span.end.month - span.start.month
    if span.start.day == span.end.day == 1:
        return shifted(span, "month", months * direction, as_of)
    return shifted(span, "day", (span.end - span.start).days * direction, as_of)


def clipped(span: TimeRange, as_of: date) -> TimeRange:
    """The period with an end that lies behind the data cut to the last day, and marked so."""
    tomorrow = as_of + timedelta(days=1)
    if span.start and span.end and span.start <= as_of and tomorrow < span.end:
        return span.model_copy(update={"end": tomorrow, "partial": True})
    return span


def in_year(span: TimeRange, year: int, as_of: date) -> TimeRange:
    """The same days of another year."""
    assert span.start
    assert span.end
    whole = span
    unit = unit_of(span)
    if span.partial and unit:
        whole = TimeRange(start=span.start, end=add_units(span.start, unit, 1))
    assert whole.start
    moved = shifted(whole, "year", year - whole.start.year, as_of)
    return moved or span
