"""Words about time to periods: relative spans, open and closed ranges, to-date spans, over the named dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.understanding.calendar_parts import part_of_period, season, weekend
from assistant.understanding.dates import Clock, Found, day_period, is_introduced, named_period
from assistant.understanding.happenings import happening
from assistant.understanding.holidays import holiday
from assistant.understanding.periods import MONTHS_IN, Period, add_units, previous_unit, unit_period, unit_start
from assistant.understanding.week_numbers import numbered_week

ROLLING_UNITS = ("day", "week", "month", "quarter", "half", "year")


@dataclass(frozen=True)
class TimePhrase:
    """A stretch of tokens `[first, behind)` that means a period; several readings when a date is ambiguous.

    `whole_time` is set for "all time", which has no period; `ends` are the two periods of "from A to B".
    """

    first: int
    behind: int
    readings: tuple[Period, ...]
    whole_time: bool = False
    ends: tuple[Period, Period] | None = None


def time_phrase(clock: Clock, at: int) -> TimePhrase | None:
    """The longest time phrase that starts at this token, None when there is none."""
    if at not in clock.phrases:
        clock.phrases[at] = _time_phrase(clock, at)
    return clock.phrases[at]


def _time_phrase(clock: Clock, at: int) -> TimePhrase | None:
    readers: tuple[Callable[[Clock, int], Found | None], ...] = (
        _open_range,
        _closed_range,
        _day_range,
        _during,
        period_at,
    )
    found = [match for reader in readers if (match := reader(clock, at)) is not None]
    best: Found | None = max(found, key=lambda match: match[1], default=None)
    everything = clock.after(at, "time_words", "all")
    if everything is not None and (best is None or everything > best[1]):
        return TimePhrase(at, everything, (), whole_time=True)
    return TimePhrase(at, best[1], best[0], ends=_ends(clock, at, best[1])) if best else None


def _ends(clock: Clock, at: int, behind: int) -> tuple[Period, Period] | None:
    """The two periods of a closed range that reaches exactly to a place, when both fill the same calendar unit."""
    pair = _range_ends(clock, at)
    if pair is None or pair[2] != behind or pair[0].unit != pair[1].unit or pair[0].unit == "span":
        return None
    return pair[0], pair[1]


def period_at(clock: Clock, at: int) -> Found | None:
    """One period, named or relative."""
    if at not in clock.periods:
        clock.periods[at] = _period_at(clock, at)
    return clock.periods[at]


def _period_at(clock: Clock, at: int) -> Found | None:
    if clock.word(at) in clock.language.determiners and clock.word(at + 1):
        at += 1
    readers = (
        named_period,
        holiday,
        part_of_period,
        season,
        weekend,
        _week_of,
        numbered_week,
        _relative,
        _other_unit,
        _near_day,
        _to_date,
        _unit_to_date,
        _ago,
        _weekday,
    )
    found = [match for reader in readers if (match := reader(clock, at)) is not None]
    return max(found, key=lambda match: match[1], default=None)


def _week_of(clock: Clock, at: int) -> Found | None:
    """ "the week of 8 June", "week starting June 8": the calendar week that holds the day."""
    opened = clock.after(at, "time_words", "week_of")
    named = (named_period(clock, opened), holiday(clock, opened)) if opened is not None else ()
    found = max((one for one in named if one is not None), key=lambda one: one[1], default=None)
    if found is None or found[0][0].unit != "day" or found[0][0].start is None:
        return None
    weeks = tuple(unit_period(day.start, "week", 0, _said(clock, at, found[1])) for day in found[0] if day.start)
    return weeks, found[1]


def _said(clock: Clock, first: int, behind: int) -> str:
    return " ".join(token.raw for token in clock.tokens[first:behind])


def _unit_at(clock: Clock, at: int) -> tuple[str, int] | None:
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


def _relative(clock: Clock, at: int) -> Found | None:
    """ "this month", "last 3 quarters", "past week", "next year", "last March"."""
    for name in ("this", "last", "past", "rolling", "next"):
        behind = clock.after(at, "relative", name)
        if behind is not None:
            return _relative_span(clock, at, name, behind) or _relative_name(clock, name, behind)
    return None


def _other_unit(clock: Clock, at: int) -> Found | None:
    """ "last" in "this quarter vs last": the unit before the one named earlier."""
    behind = clock.after(at, "relative", "last")
    if behind is None or clock.word(at - 1) not in clock.language.words("versus_words"):
        return None
    for place in range(at - 2, 0, -1):
        this = clock.after(place, "relative", "this")
        named = _unit_at(clock, this) if this is not None else None
        if named is not None and named[0] != "hour":
            behind = clock.skip(behind, "time_words", "one")
            return (unit_period(clock.as_of, named[0], -1, _said(clock, at, behind)),), behind
    return None


def _relative_span(clock: Clock, first: int, name: str, at: int) -> Found | None:
    at = clock.skip(at, "time_words", "complete")
    number = number_at(clock, at)
    place = at if number is None else clock.skip(at + 1, "time_words", "complete")
    place = place + 1 if number is not None and clock.word(place) == "-" else place
    place = place + 1 if number is not None and clock.word(place) == "of" else place
    unit = _unit_at(clock, place)
    if unit is None or unit[0] == "hour" or number == 0 or (name == "this" and number is not None):
        return None
    behind = clock.skip(unit[1], "time_words", "so_far") if name == "this" else unit[1]
    return (_span(clock, name, number, unit[0], _said(clock, first, behind)),), behind


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


def _weekday(clock: Clock, at: int) -> Found | None:
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


def _near_day(clock: Clock, at: int) -> Found | None:
    for name, step in (("today", 0), ("yesterday", -1), ("tomorrow", 1)):
        behind = clock.after(at, "time_words", name)
        if behind is not None:
            day = clock.as_of + timedelta(days=step)
            return (unit_period(day, "day", label=_said(clock, at, behind)),), behind
    return None


def _to_date(clock: Clock, at: int) -> Found | None:
    """ "year to date", "ytd", "so far this quarter": the running unit up to the last day of data."""
    unit, behind = clock.language.data["to_date"].get(clock.word(at)), at + 1
    if unit is None:
        named = _unit_at(clock, at)
        if named and clock.word(named[1]) == "to" and clock.word(named[1] + 1) == "date":
            unit, behind = named[0], named[1] + 2
    if unit is None:
        return _so_far(clock, at)
    if unit == "hour":
        return None
    return (unit_period(clock.as_of, unit, 0, _said(clock, at, behind)),), behind


def _unit_to_date(clock: Clock, at: int) -> Found | None:
    """ "last year to date": the unit before up to the day that today is in the running one."""
    behind = clock.after(at, "relative", "last")
    named = _unit_at(clock, behind) if behind is not None else None
    if named is None or clock.after(named[1], "time_words", "so_far") is None or named[0] not in MONTHS_IN:
        return None
    end = clock.after(named[1], "time_words", "so_far") or named[1]
    start = unit_start(clock.as_of, named[0])
    before = add_units(start, named[0], -1)
    return (Period(before, add_units(clock.tomorrow, named[0], -1), "span", _said(clock, at, end)),), end


def _ago(clock: Clock, at: int) -> Found | None:
    """ "3 months ago", "two weeks ago", "a year ago": the whole unit, or the day, so far back."""
    number = number_at(clock, at) or (1 if clock.word(at) in clock.language.determiners else None)
    named = _unit_at(clock, at + 1)
    if number is None or named is None or named[0] == "hour":
        return None
    behind = clock.after(named[1], "time_words", "ago")
    if behind is None:
        return None
    return (unit_period(clock.as_of, named[0], -number, _said(clock, at, behind)),), behind


def _so_far(clock: Clock, at: int) -> Found | None:
    behind = clock.after(at, "time_words", "so_far")
    found = _relative(clock, behind) if behind is not None else None
    if found is None or behind is None or clock.after(behind, "relative", "this") is None:
        return None
    return found


def _open_range(clock: Clock, at: int) -> Found | None:
    """ "since June", "until 3 March", "before 2025", "after Q1", "from May on"."""
    for name in ("since", "until", "before", "after"):
        behind = clock.after(at, "time_words", name)
        found = _opening(clock, behind) if behind is not None else None
        if found:
            return _opened(clock, name, found, at)
    behind = clock.after(at, "time_words", "from")
    found = period_at(clock, behind) if behind is not None else None
    onward = clock.after(found[1], "time_words", "onward") if found else None
    return _opened(clock, "since", (found[0], onward), at) if found and onward else None


def _opening(clock: Clock, at: int) -> Found | None:
    """What may stand behind "since" or "before": a period, something that happened, the running unit."""
    found = [one for one in (period_at(clock, at), happening(clock, at)) if one is not None]
    return max(found, key=lambda one: one[1], default=None) or _running_unit(clock, at)


def _during(clock: Clock, at: int) -> Found | None:
    """ "during the January sale"."""
    behind = clock.after(at, "time_words", "during")
    return happening(clock, behind) if behind is not None else None


def _running_unit(clock: Clock, at: int) -> Found | None:
    """ "the year" after "since the beginning of"."""
    if clock.word(at) not in clock.language.determiners:
        return None
    named = _unit_at(clock, at + 1)
    return ((unit_period(clock.as_of, named[0]),), named[1]) if named and named[0] != "hour" else None


def _opened(clock: Clock, name: str, found: Found, first: int) -> Found | None:
    behind = found[1]
    if name == "since":
        behind = clock.skip(behind, "time_words", "onward")
    label = _said(clock, first, behind)
    spans = [replace(_open_span(clock, name, period, label), noted=period.noted) for period in found[0]]
    return (tuple(spans), behind) if all(_in_order(span) for span in spans) else None


def _open_span(clock: Clock, name: str, period: Period, label: str) -> Period:
    if name == "since":
        return Period(period.start, clock.tomorrow, "span", label)
    if name == "after" and period.noted and period.unit == "day":  # what began on that day holds on it
        return Period(period.start, clock.tomorrow, "span", label)
    if name == "after":
        return Period(period.end, clock.tomorrow, "span", label)
    return Period(None, period.start if name == "before" else period.end, "span", label)


def _in_order(span: Period) -> bool:
    return span.start is None or span.end is None or span.start < span.end


def _closed_range(clock: Clock, at: int) -> Found | None:
    """ "from March to May 2025", "between 2023 and 2025", "Q1 to Q3", both ends included."""
    pair = _range_ends(clock, at)
    if pair is None:
        return None
    span = Period(pair[0].start, pair[1].end, "span", _said(clock, at, pair[2]))
    return ((span,), pair[2]) if _in_order(span) else None


def _range_ends(clock: Clock, at: int) -> tuple[Period, Period, int] | None:
    opened = clock.after(at, "time_words", "from")
    neighbours = _neighbour_units(clock, opened or at)
    if neighbours is not None:
        return neighbours
    first = period_at(clock, opened or at)
    joint = clock.after(first[1], "time_words", "to") if first else None
    if first is None or joint is None or (clock.word(first[1]) == "and" and clock.word(at) != "between"):
        return None
    last = period_at(clock, joint)
    if last is None or max(len(first[0]), len(last[0])) > 1:
        return None
    start, end = _same_years(first[0][0], last[0][0])
    once = (start.start, start.end) == (end.start, end.end) != (first[0][0].start, first[0][0].end)
    return None if once else (start, end, last[1])  # "May to May 2025" sets two years apart


def _neighbour_units(clock: Clock, at: int) -> tuple[Period, Period, int] | None:
    """ "this and the previous quarter"."""
    at = at + 1 if clock.word(at) in clock.language.determiners else at
    this = clock.after(at, "relative", "this")
    joint = clock.after(this, "time_words", "to") if this is not None else None
    last = period_at(clock, joint) if joint is not None else None
    if last is None or last[0][0].unit not in clock.language.data["units"]:
        return None
    running = unit_period(clock.as_of, last[0][0].unit)
    return (last[0][0], running, last[1]) if previous_unit(running).start == last[0][0].start else None


def _same_years(first: Period, last: Period) -> tuple[Period, Period]:
    """Both ends with the year that the other one names, the first before the last."""
    assert first.start
    assert last.start
    if first.yearless:
        first = first.moved_years(last.start.year - first.start.year)
        assert first.start
        return (first.moved_years(-1), last) if first.start > last.start else (first, last)
    if last.yearless:
        last = last.moved_years(first.start.year - last.start.year)
        assert last.start
        return (first, last.moved_years(1)) if last.start < first.start else (first, last)
    return first, last


def _day_range(clock: Clock, at: int) -> Found | None:
    """ "1 to 15 March 2025", "from 1-15 March", "from the 1st to the 15th of March"."""
    opened = clock.after(at, "time_words", "from")
    place = clock.past_article(opened or at)
    word = clock.word(place)
    joint = clock.after(place + 1, "time_words", "to")
    if joint is None or not word.rstrip("stndrh").isdecimal():
        return None
    last = named_period(clock, clock.past_article(joint))
    number = int(word.rstrip("stndrh"))
    if last is None or last[0][0].unit != "day" or last[0][0].start is None or not 1 <= number <= 31:
        return None
    if number > last[0][0].start.day:
        return None
    start = last[0][0].start.replace(day=number)
    return (Period(start, last[0][0].end, "span", _said(clock, at, last[1])),), last[1]
