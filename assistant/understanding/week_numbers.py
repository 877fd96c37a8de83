"""Weeks by their number ("week 24", "CW 24 2025", "wk24"), counted as in ISO 8601: the first one has 4 January."""

from __future__ import annotations

import re
from datetime import date, timedelta

from assistant.understanding.dates import Clock, Found, year_at
from assistant.understanding.periods import Period, unit_period

LAST_WEEK = 53


def numbered_week(clock: Clock, at: int) -> Found | None:
    """The week of this number, of the running year where none is named, or of the last where it has not begun."""
    words = clock.language.data["week_numbers"]
    if at > 0 and clock.word(at - 1) in words["not_behind"]:
        return None  # "per week 10 orders", "last week 24 tickets came in"
    tied = re.fullmatch(rf"({'|'.join(words['names'])})(\d\d?)", clock.word(at))
    number = tied.group(2) if tied else clock.word(at + 1) if clock.word(at) in words["names"] else ""
    behind = at + 1 if tied else at + 2
    if not number.isdecimal() or not 1 <= int(number) <= LAST_WEEK:
        return None
    named = year_at(clock, behind)
    year, behind = named or (clock.as_of.year, behind)
    start = _start(year, int(number))
    if named is None and start is not None and start > clock.as_of:
        start = _start(year - 1, int(number))
    said = " ".join(token.raw for token in clock.tokens[at:behind])
    return ((_period(start, said, named is None),), behind) if start is not None else None


def _start(year: int, number: int) -> date | None:
    """The Monday of a week; None in a year without a 53rd."""
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError:
        return None


def _period(start: date, said: str, yearless: bool) -> Period:
    whole = unit_period(start, "week")
    return Period(start, start + timedelta(days=7), whole.unit, said, yearless)
