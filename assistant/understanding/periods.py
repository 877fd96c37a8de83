"""Calendar periods: units of the calendar, their neighbours, and how they become a range of a query."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from semantic_layer import TimeRange

MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12}
UNIT_ORDER = ("hour", "day", "week", "month", "quarter", "half", "year")


@dataclass(frozen=True)
class Period:
    """A stretch of days `[start, end)`; `unit` is the calendar unit it fills once, "season" or "span".

    `yearless` tells that the person named no year, so that a neighbour's year may be meant,
    `counts_days` that a number of days was named, `noted` the happening that it is the time of.
    """

    start: date | None
    end: date | None
    unit: str
    label: str
    yearless: bool = False
    counts_days: bool = False
    noted: str = ""

    def clipped(self, as_of: date) -> TimeRange:
        """The range of a query: an unfinished period ends with the last day of data and is marked partial."""
        tomorrow = as_of + timedelta(days=1)
        running = self.start and self.end and self.start <= as_of and tomorrow < self.end
        if running and self.unit in (*MONTHS_IN, "week", "season"):
            return TimeRange(start=self.start, end=tomorrow, label=self.label, partial=True)
        return TimeRange(start=self.start, end=self.end, label=self.label)

    def whole(self) -> TimeRange:
        """The range of a query for the full period, also when it lies partly in the future."""
        return TimeRange(start=self.start, end=self.end, label=self.label)

    def moved_years(self, years: int) -> Period:
        """The same period some years later; of a week by its number the one with the same number."""
        if self.unit == "week" and self.yearless and self.start is not None:
            start = _same_week(self.start, years)
            return replace(self, start=start, end=start + timedelta(days=7))
        return replace(self, start=_add_years(self.start, years), end=_add_years(self.end, years))


def _same_week(monday: date, years: int) -> date:
    """The week of the same number some years later, the last one where a year has no 53rd."""
    year, number, _ = monday.isocalendar()
    last = date(year + years, 12, 28).isocalendar().week
    return date.fromisocalendar(year + years, min(number, last), 1)


def _add_years(day: date | None, years: int) -> date | None:
    return None if day is None else add_months(day, 12 * years)


def add_months(day: date, months: int) -> date:
    """The day some months later; the last day of a shorter month where the day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def unit_start(day: date, unit: str) -> date:
    """The first day of the calendar unit that holds the day; weeks start on Monday."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in MONTHS_IN:
        size = MONTHS_IN[unit]
        return date(day.year, (day.month - 1) // size * size + 1, 1)
    return day


def add_units(day: date, unit: str, count: int) -> date:
    """The day some units later."""
    if unit in MONTHS_IN:
        return add_months(day, MONTHS_IN[unit] * count)
    return day + timedelta(days=count * (7 if unit == "week" else 1))


def unit_period(day: date, unit: str, offset: int = 0, label: str = "") -> Period:
    """The calendar unit that holds the day, or the one some units later."""
    start = add_units(unit_start(day, unit), unit, offset)
    return Period(start, add_units(start, unit, 1), unit, label)


def previous_unit(period: Period) -> Period:
    """The whole calendar unit before a period that fills one; of a season the three months before."""
    assert period.start is not None
    if period.unit == "season":
        return Period(add_months(period.start, -MONTHS_IN["quarter"]), period.start, "season", "")
    return unit_period(period.start, period.unit, -1)


def fitting_grain(start: date | None, end: date | None) -> str:
    """The grain a trend over the range is readable at: days up to six weeks, weeks up to a quarter, then months."""
    if start is None or end is None:
        return "month"
    days = (end - start).days
    if days <= 45:
        return "day"
    if days <= 100:
        return "week"
    return "month" if days <= 366 * 5 else "quarter"
