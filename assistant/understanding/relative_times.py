"""Times said from today: "last month", "yesterday", "the past 30 days", "three weeks ago", "this year so far"."""

from __future__ import annotations

from datetime import timedelta

from assistant.understanding.dates import Clock, Found, day_period, is_introduced, named_period
from assistant.understanding.holidays import holiday
from assistant.understanding.periods import MONTHS_IN, Period, add_units, unit_period, unit_start

ROLLING_UNITS = ("day", "week", "month", "quarter", "half", "year")


def week_of(clock: Clock, at: int) -> Found | None:
    """ "the week of 8 June", "week starting June 8": the calendar week that holds the day."""
    opened = clock.after(at, "time_words", "week_of")
    named = (named_period(clock, opened), holiday(clock, opened)) if opened is not None else ()
    found = max((one for one in named if one is not None), key=lambda one: one[1], default=None)
    if found is None or found[0][0].unit != "day" or found[0][0].start is None:
        return None
    weeks = tuple(unit_period(day.start, "week", 0, words_said(clock, at, found[1])) for day in found[0] if day.start)
    return weeks, found[1]


def words_said(clock: Clock, first: int, behind: int) -> str:
    """A stretch of tokens as it was typed."""
    return " ".join(token.raw for token in clock.tokens[first:behind])


def unit_at(clock: Clock, at: int) -> tuple[str, int] | None:
    """The calendar unit said at a token, and the token behind it."""
    for unit in clock.language.data["units"]:
        behind = clock.after(at, "units", unit)
        if behind is not None:
            return unit, behind
    return None


def number_at(clock: Clock, at: int) -> int | None:
    """The whole number written here in digits or words."""
    word = clock.word(at)
    if word.isdecimal() and len(word) <= 4:
        return int(word)
    return clock.language.data["number_words"].get(word)


def relative_period(clock: Clock, at: int) -> Found | None:
    """ "this month", "last 3 quarters", "past week", "next year", "last March"."""
    for name in ("this", "last", "past", "rolling", "next"):
        behind = clock.after(at, "relative", name)
        if behind is not None:
            return _relative_span(clock, at, name, behind) or _relative_name(clock, name, behind)
    return None


def other_unit(clock: Clock, at: int) -> Found | None:
    """ "last" in "this quarter vs last": the unit before the one named earlier."""
    behind = clock.after(at, "relative", "last")
    if behind is None or clock.word(at - 1) not in clock.language.words("versus_words"):
        return None
    for place in range(at - 2, 0, -1):
        this = clock.after(place, "relative", "this")
        named = unit_at(clock, this) if this is not None else None
        if named is not None and named[0] != "hour":
            behind = clock.skip(behind, "time_words", "one")
            return (unit_period(clock.as_of, named[0], -1, words_said(clock, at, behind)),), behind
    return None


def _relative_span(clock: Clock, first: int, name: str, at: int) -> Found | None:
    at = clock.skip(at, "time_words", "complete")
    number = number_at(clock, at)
    place = at if number is None else clock.skip(at + 1, "time_words", "complete")
    place = place + 1 if number is not None and clock.word(place) == "-" else place
    place = place + 1 if number is not None and clock.word(place) == "of" else place
    unit = unit_at(clock, place)
    if unit is None or unit[0] == "hour" or number == 0 or (name == "this" and number is not None):
        return None
    behind = clock.skip(unit[1], "time_words", "so_far") if name == "this" else unit[1]
    return (_span(clock, name, number, unit[0], words_said(clock, first, behind)),), behind


def _span(clock: Clock, name: str, number: int | None, unit: str, label: str) -> Period:
    """A relative span. "Last N" and "past N" count complete units, "rolling N" counts back from the last day."""
    if name == "past" and number is not None and unit != "day":
        name = "last"
    if name in ("past", "rolling") or (name == "last" and number is not None and unit == "day"):
        start = add_units(clock.tomorrow, unit, -(number or 1))
        return Period(start, clock.tomorrow, "span", label, counts_days=unit in ("day", "week"))
    offset = {"this": 0, "last": -(number or 1), "next": 1}[name]
    first = unit_period(clock.as_of, unit, offset, label)
    if number is None or first.start is None:
        return first
    return Period(first.start, add_units(first.start, unit, number), unit if number == 1 else "span", label)


def _relative_name(clock: Clock, name: str, at: int) -> Found | None:
    """ "last March", "this March", "last Monday"."""
    named = named_period(clock, at)
    if named is None or not named[0][0].yearless or named[0][0].unit == "day":
        return _last_weekday(clock, at) if name == "last" else None
    period, behind = named[0][0], named[1]
    assert period.start is not None
    running = unit_start(clock.as_of, period.unit) == period.start
    years = -1 if name in ("last", "past") and running else 0
    if name == "this":
        years = clock.as_of.year - period.start.year
    if name == "next":
        years = 1 if period.start <= clock.as_of else 0
    moved = period.moved_years(years)
    assert moved.start is not None
    label = period.label.replace(str(period.start.year), str(moved.start.year))
    return (Period(moved.start, moved.end, period.unit, label),), behind


def weekday(clock: Clock, at: int) -> Found | None:
    """ "on Monday": the last one, today among them."""
    number = clock.language.data["weekdays"].get(clock.word(at))
    if number is None or not is_introduced(clock, at):  # "Black Friday" is no Friday
        return None
    return (day_period(clock.as_of - timedelta(days=(clock.as_of.weekday() - number) % 7)),), at + 1


def _last_weekday(clock: Clock, at: int) -> Found | None:
    number = clock.language.data["weekdays"].get(clock.word(at))
    if number is None:
        return None
    back = (clock.as_of.weekday() - number - 1) % 7 + 1
    return (day_period(clock.as_of - timedelta(days=back)),), at + 1


def near_day(clock: Clock, at: int) -> Found | None:
    """ "today", "yesterday", "tomorrow"."""
    for name, step in (("today", 0), ("yesterday", -1), ("tomorrow", 1)):
        behind = clock.after(at, "time_words", name)
        if behind is not None:
            day = clock.as_of + timedelta(days=step)
            return (unit_period(day, "day", label=words_said(clock, at, behind)),), behind
    return None


def period_to_date(clock: Clock, at: int) -> Found | None:
    """ "year to date", "ytd", "so far this quarter": the running unit up to the last day of data."""
    unit, behind = clock.language.data["to_date"].get(clock.word(at)), at + 1
    if unit is None:
        named = unit_at(clock, at)
        if named and clock.word(named[1]) == "to" and clock.word(named[1] + 1) == "date":
            unit, behind = named[0], named[1] + 2
    if unit is None:
        return _so_far(clock, at)
    if unit == "hour":
        return None
    return (unit_period(clock.as_of, unit, 0, words_said(clock, at, behind)),), behind


def unit_to_date(clock: Clock, at: int) -> Found | None:
    """ "last year to date": the unit before up to the day that today is in the running one."""
    behind = clock.after(at, "relative", "last")
    named = unit_at(clock, behind) if behind is not None else None
    if named is None or clock.after(named[1], "time_words", "so_far") is None or named[0] not in MONTHS_IN:
        return None
    end = clock.after(named[1], "time_words", "so_far") or named[1]
    start = unit_start(clock.as_of, named[0])
    before = add_units(start, named[0], -1)
    return (Period(before, add_units(clock.tomorrow, named[0], -1), "span", words_said(clock, at, end)),), end


def period_ago(clock: Clock, at: int) -> Found | None:
    """ "3 months ago", "two weeks ago", "a year ago": the whole unit, or the day, so far back."""
    number = number_at(clock, at) or (1 if clock.word(at) in clock.language.determiners else None)
    named = unit_at(clock, at + 1)
    if number is None or named is None or named[0] == "hour":
        return None
    behind = clock.after(named[1], "time_words", "ago")
    if behind is None:
        return None
    return (unit_period(clock.as_of, named[0], -number, words_said(clock, at, behind)),), behind


def _so_far(clock: Clock, at: int) -> Found | None:
    behind = clock.after(at, "time_words", "so_far")
    found = relative_period(clock, behind) if behind is not None else None
    if found is None or behind is None or clock.after(behind, "relative", "this") is None:
        return None
    return found
