"""Spans of days: the one before, the same one a year earlier, and how buckets of two spans meet."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from semantic_layer.query import TimeGrain, TimeRange

_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAYS = {"hour": 1, "day": 1, "week": 7}
_YEAR_OF_WEEKS = 364


@dataclass(frozen=True)
class Shift:
    """How far back the other span lies: a whole number of months or of days."""

    count: int
    unit: Literal["month", "day"]

    def before(self, day: date) -> date:
        """The day this far before `day`, clamped to the end of a shorter month."""
        if self.unit == "day":
            return day - timedelta(days=self.count)
        return add_months(day, -self.count)

    def span(self, span: TimeRange) -> TimeRange:
        """The span this far before; an open side stays open."""
        start = self.before(span.start) if span.start else None
        end = self.before(span.end) if span.end else None
        return TimeRange(start=start, end=end)


def add_months(day: date, count: int) -> date:
    """The day `count` months later, clamped to the end of a shorter month."""
    month = day.year * 12 + day.month - 1 + count
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day.day, calendar.monthrange(year, index + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months from the month of `start` to the month of `end`."""
    return (end.year - start.year) * 12 + end.month - start.month


def previous_period(span: TimeRange) -> Shift:
    """To the span of the same length just before: by months when the span is whole months, else by days.

    A span without both ends is unbounded and shifts by nothing.
    """
    if span.start is None or span.end is None:
        return Shift(0, "day")
    if span.start.day == 1 and span.end.day == 1:
        return Shift(months_between(span.start, span.end), "month")
    return Shift((span.end - span.start).days, "day")


def previous_bucket(grain: TimeGrain) -> Shift:
    """To the bucket just before."""
    return Shift(_MONTHS[grain], "month") if grain in _MONTHS else Shift(_DAYS[grain], "day")


def previous_year(grain: TimeGrain | None) -> Shift:
    """To the same span a year earlier; 52 weeks for weeks, so that Mondays meet Mondays."""
    return Shift(_YEAR_OF_WEEKS, "day") if grain == "week" else Shift(12, "month")


def between_starts(grain: TimeGrain | None, here: date, there: date) -> Shift:
    """From a span that starts `here` to one that starts `there`: months for grains made of months, else days."""
    if grain in _MONTHS:
        return Shift(months_between(there, here), "month")
    return Shift((here - there).days, "day")
