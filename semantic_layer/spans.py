"""Spans of days: the one before, the same one a year earlier, and how buckets of two spans meet."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

from semantic_layer.nodes import Interval, interval
from semantic_layer.query import TimeGrain, TimeRange

_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
_DAYS = {"day": 1, "week": 7}
_YEAR_OF_WEEKS = 364


@dataclass(frozen=True)
class CalendarRules:
    """How weeks and fiscal years run."""

    sunday_first: bool = False
    fiscal_start_month: int = 1


COMMON_CALENDAR = CalendarRules()


@dataclass(frozen=True)
class Shift:
    """How far back the other span lies: a whole number of months, days or hours."""

    count: int
    unit: Literal["month", "day", "hour"]

    def before(self, day: date) -> date:
        """The day this far before `day`, clamped to the end of a shorter month; hours leave the day as it is."""
        if self.unit == "month":
            return add_months(day, -self.count)
        return day - timedelta(days=self.count) if self.unit == "day" else day

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
    if grain == "hour":
        return Shift(1, "hour")
    return Shift(_MONTHS[grain], "month") if grain in _MONTHS else Shift(_DAYS[grain], "day")


def previous_year(grain: TimeGrain | None) -> Shift:
    """To the same span a year earlier; 52 weeks for weeks, so that Mondays meet Mondays."""
    return Shift(_YEAR_OF_WEEKS, "day") if grain == "week" else Shift(12, "month")


def between_starts(grain: TimeGrain | None, here: date, there: date) -> Shift:
    """From a span that starts `here` to one that starts `there`: months for grains made of months, else days."""
    if grain in _MONTHS:
        return Shift(months_between(there, here), "month")
    return Shift((here - there).days, "day")


def step(length: Interval, grain: TimeGrain | None) -> Shift | None:
    """The shift by an interval for buckets of `grain`; None when it is not a whole number of them.

    A year is 52 weeks for weeks.
    """
    months, days = length.in_months, length.in_days
    if grain == "week" and months is not None:
        return Shift(_YEAR_OF_WEEKS * months // 12, "day") if months % 12 == 0 else None
    if months is not None:
        return Shift(months, "month") if grain is None or months % _MONTHS.get(grain, 1) == 0 else None
    if days is not None:
        fits = grain in (None, "day", "hour") or (grain == "week" and days % 7 == 0)
        return Shift(days, "day") if fits else None
    return Shift(length.count, "hour") if grain == "hour" else None


def is_whole_step(length: str, grain: str | None) -> bool:
    """True when an interval such as `1 month` is a whole number of buckets of `grain`."""
    return step(interval(length), cast("TimeGrain | None", grain)) is not None


def shift_of(length: Interval) -> Shift:
    """The shift by an interval, for days and moments."""
    if length.in_months is not None:
        return Shift(length.in_months, "month")
    return Shift(length.in_days, "day") if length.in_days is not None else Shift(length.count, "hour")


def period_start(day: date, grain: str, rules: CalendarRules) -> date:
    """First day of the period of `grain` that `day` falls in."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=(day.weekday() + rules.sunday_first) % 7)
    first = rules.fiscal_start_month if grain.startswith("fiscal") else 1
    months = day.year * 12 + day.month - first
    whole = months - months % _MONTHS[grain] + first - 1
    return date(whole // 12, whole % 12 + 1, 1)


def next_start(start: date, grain: TimeGrain) -> date:
    """First day of the period after the one that starts on `start`."""
    step_on = previous_bucket(grain)
    if step_on.unit == "month":
        return add_months(start, step_on.count)
    return start + timedelta(days=step_on.count if step_on.unit == "day" else 0)


def buckets_before(start: date, grain: TimeGrain, count: int) -> date:
    """The day so many buckets before `start`; for hours the first day that may hold one of them."""
    back = previous_bucket(grain)
    if back.unit == "month":
        return add_months(start, -back.count * count)
    return start - timedelta(days=-(-count // 24) if back.unit == "hour" else back.count * count)
