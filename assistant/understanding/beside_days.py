"""Times beside a named day: "the week before Christmas", "two days after Black Friday", "the weekend before Easter"."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.understanding.dates import Clock, Found, day_period, named_period
from assistant.understanding.holidays import holiday
from assistant.understanding.periods import Period, add_units, unit_period, unit_start
from assistant.understanding.relative_times import number_at, unit_at, words_said

COUNTED = ("day", "week", "month")
SATURDAY, ONE_DAY = 5, timedelta(days=1)


def around_day(clock: Clock, at: int) -> Found | None:
    """So many days, weeks or months right before or after a named day, or the weekend there; both ends are days."""
    number = number_at(clock, at)
    place = at if number is None else at + 1
    weekend = number is None and clock.word(place) in clock.language.words("weekend_words")
    if weekend and clock.word(place + 1) in clock.language.words("genitive"):
        return _weekend_of(clock, at, place + 2)
    unit = ("day", place + 1) if weekend else unit_at(clock, place)
    if unit is None or unit[0] not in COUNTED or number == 0:
        return None
    side = next((one for one in ("before", "after") if clock.after(unit[1], "time_words", one)), "")
    behind = clock.after(unit[1], "time_words", side) if side else None
    day = _day_named(clock, behind) if behind is not None else None
    if day is None or not (day[0].start and day[0].end):
        return None
    edge = day[0].start if side == "before" else day[0].end
    said = words_said(clock, at, day[1])
    count = (number or 1) if side == "after" else -(number or 1)
    start, end = _weekend(edge, side) if weekend else _span(edge, unit[0], count)
    one = end - start == ONE_DAY
    return (day_period(start) if one else Period(start, end, "span", said, counts_days=True),), day[1]


def _weekend_of(clock: Clock, at: int, place: int) -> Found | None:
    """ "the weekend of 13 June": the Saturday and Sunday that a named day is one of."""
    day = _day_named(clock, place)
    if day is None or day[0].start is None or day[0].unit != "day" or day[0].start.weekday() < SATURDAY:
        return None
    saturday = day[0].start - timedelta(days=day[0].start.weekday() - SATURDAY)
    span = Period(saturday, saturday + 2 * ONE_DAY, "span", words_said(clock, at, day[1]), counts_days=True)
    return (span,), day[1]


def feast_week(clock: Clock, at: int) -> Found | None:
    """ "Christmas week", "Black Friday week": the calendar week that holds the whole of it, None where none does."""
    found = holiday(clock, at, around=True)
    if (
        found is None
        or unit_at(clock, found[1]) != ("week", found[1] + 1)
        or not (found[0][0].start and found[0][0].end)
    ):
        return None
    monday = unit_start(found[0][0].start, "week")
    if monday != unit_start(found[0][0].end - ONE_DAY, "week"):
        return None
    return (unit_period(monday, "week", 0, words_said(clock, at, found[1] + 1)),), found[1] + 1


def feast_at(clock: Clock, at: int) -> Found | None:
    """A feast as one end of a longer time: "since Easter", "between Christmas and New Year"."""
    return holiday(clock, clock.past_article(at), around=True)


def _day_named(clock: Clock, at: int) -> tuple[Period, int] | None:
    """The one day that is named here: by its date, or by its name."""
    dated = named_period(clock, clock.past_article(at))
    found = feast_at(clock, at) or (dated if dated and dated[0][0].unit == "day" else None)
    return (found[0][0], found[1]) if found is not None and len(found[0]) == 1 else None


def _span(edge: date, unit: str, count: int) -> tuple[date, date]:
    other = add_units(edge, unit, count)
    return min(edge, other), max(edge, other)


def _weekend(edge: date, side: str) -> tuple[date, date]:
    """The Saturday and Sunday that end before a day, or begin on it or behind it."""
    ahead = (SATURDAY - edge.weekday()) % 7
    end = edge - timedelta(days=edge.weekday()) if side == "before" else edge + timedelta(days=ahead + 2)
    return end - timedelta(days=2), end
