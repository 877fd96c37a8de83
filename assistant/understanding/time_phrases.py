"""Words about time to periods: open and closed ranges and to-date spans, over the named and the relative times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.understanding.beside_days import around_day, feast_at, feast_week
from assistant.understanding.calendar_parts import MONTHS_OF_SEASON, part_of_period, season, weekend
from assistant.understanding.dates import Clock, Found, named_period
from assistant.understanding.happenings import happening
from assistant.understanding.holidays import holiday
from assistant.understanding.nth_days import nth_day
from assistant.understanding.periods import Period, add_months, previous_unit, unit_period
from assistant.understanding.relative_times import (
    near_day,
    other_unit,
    period_ago,
    period_to_date,
    relative_period,
    unit_at,
    unit_to_date,
    week_of,
    weekday,
    words_said,
)
from assistant.understanding.week_numbers import numbered_week


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
        _season_told,
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
        around_day,
        feast_week,
        nth_day,
        part_of_period,
        season,
        weekend,
        week_of,
        numbered_week,
        relative_period,
        other_unit,
        near_day,
        period_to_date,
        unit_to_date,
        period_ago,
        weekday,
    )
    found = [match for reader in readers if (match := reader(clock, at)) is not None]
    return max(found, key=lambda match: match[1], default=None)


def _open_range(clock: Clock, at: int) -> Found | None:
    """ "since June", "until 3 March", "before 2025", "after Q1", "from May on"."""
    for name in ("since", "until", "before", "after"):
        behind = clock.after(at, "time_words", name)
        found = _opening(clock, behind, name) if behind is not None else None
        if found:
            return _opened(clock, name, found, at)
    behind = clock.after(at, "time_words", "from")
    found = period_at(clock, behind) if behind is not None else None
    onward = clock.after(found[1], "time_words", "onward") if found else None
    return _opened(clock, "since", (found[0], onward), at) if found and onward else None


def _opening(clock: Clock, at: int, name: str) -> Found | None:
    """What may stand behind "since" or "before": a period, something that happened, the running unit.

    What people call the time before a feast is not all that was before it.
    """
    feast = feast_at(clock, at) if name in ("since", "after") else None
    found = [one for one in (period_at(clock, at), happening(clock, at), feast) if one is not None]
    return max(found, key=lambda one: one[1], default=None) or _running_unit(clock, at)


def _during(clock: Clock, at: int) -> Found | None:
    """ "during the January sale"."""
    behind = clock.after(at, "time_words", "during")
    return happening(clock, behind) if behind is not None else None


def _running_unit(clock: Clock, at: int) -> Found | None:
    """ "the year" after "since the beginning of"."""
    if clock.word(at) not in clock.language.determiners:
        return None
    named = unit_at(clock, at + 1)
    return ((unit_period(clock.as_of, named[0]),), named[1]) if named and named[0] != "hour" else None


def _opened(clock: Clock, name: str, found: Found, first: int) -> Found | None:
    behind = found[1]
    if name == "since":
        behind = clock.skip(behind, "time_words", "onward")
    label = words_said(clock, first, behind)
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
    span = Period(pair[0].start, pair[1].end, "span", words_said(clock, at, pair[2]))
    return ((span,), pair[2]) if _in_order(span) else None


def _range_ends(clock: Clock, at: int) -> tuple[Period, Period, int] | None:
    opened = clock.after(at, "time_words", "from")
    neighbours = _neighbour_units(clock, opened or at)
    if neighbours is not None:
        return neighbours
    first = _end_at(clock, opened or at)
    joint = clock.after(first[1], "time_words", "to") if first else None
    if first is None or joint is None or (clock.word(first[1]) == "and" and clock.word(at) != "between"):
        return None
    last = _end_at(clock, joint)
    if last is None or max(len(first[0]), len(last[0])) > 1:
        return None
    start, end = _same_years(first[0][0], last[0][0])
    once = (start.start, start.end) == (end.start, end.end) != (first[0][0].start, first[0][0].end)
    return None if once else (start, end, last[1])  # "May to May 2025" sets two years apart


def _season_told(clock: Clock, at: int) -> Found | None:
    """ "winter months December to February", "summer (June to August) 2025": a season and its months are one time."""
    place = clock.past_article(at)
    first = clock.language.data["seasons"].get(clock.word(place))
    place = place + 2 if clock.word(place + 1) in clock.language.data["units"]["month"] else place + 1
    place = place + 1 if clock.word(place) in (",", ":") else place
    found = _closed_range(clock, place) if first else None
    if found is None or not (found[0][0].start and found[0][0].end):
        return None
    start, end = found[0][0].start, found[0][0].end
    return found if start.month == first and end == add_months(start, MONTHS_OF_SEASON) else None


def _end_at(clock: Clock, at: int) -> Found | None:
    """One end of a range: a period, or a feast."""
    return period_at(clock, at) or feast_at(clock, at)


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
    return (Period(start, last[0][0].end, "span", words_said(clock, at, last[1])),), last[1]
