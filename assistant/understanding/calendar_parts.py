"""Parts of a named period ("the first six months of 2025", "the last week of May"), and weekends."""

from __future__ import annotations

from datetime import timedelta

from assistant.understanding.dates import Clock, Found, named_period, year_at
from assistant.understanding.periods import Period, add_units, unit_start

SATURDAY = 5


def part_of_period(clock: Clock, at: int) -> Found | None:
    """So many units at the beginning or the end of a longer period; both are calendar units that fit into it."""
    at = at + 1 if clock.word(at) in clock.language.determiners else at
    ordinal = clock.language.data["ordinals"].get(clock.word(at))
    if ordinal not in (1, -1):
        return None
    number = _number(clock, at + 1)
    place = at + 1 if number is None else at + 2
    unit = _unit(clock, place)
    of = clock.word(place + 1) in clock.language.words("genitive")
    whole = _whole(clock, place + 2) if of and unit else None
    if whole is None:
        return None
    period, behind = whole
    assert period.start
    assert period.end
    count = number or 1
    said = " ".join(token.raw for token in clock.tokens[at:behind])
    if ordinal == 1:
        start, end = period.start, add_units(period.start, unit, count)
    else:
        start, end = add_units(period.end, unit, -count), period.end
    fits = period.start <= start and end <= period.end and unit_start(start, unit) == start
    return ((Period(start, end, unit if count == 1 else "span", said, period.yearless),), behind) if fits else None


def _whole(clock: Clock, at: int) -> tuple[Period, int] | None:
    """The period that a part is taken of: one named, or a year that is only pointed at ("of last year")."""
    found = named_period(clock, at)
    if found is not None and len(found[0]) == 1 and found[0][0].start and found[0][0].end:
        return found[0][0], found[1]
    year = year_at(clock, at)
    if year is None:
        return None
    start = clock.as_of.replace(year=year[0], month=1, day=1)
    return Period(start, start.replace(year=year[0] + 1), "year", str(year[0])), year[1]


def _number(clock: Clock, at: int) -> int | None:
    word = clock.word(at)
    return int(word) if word.isdecimal() and len(word) <= 2 else clock.language.data["number_words"].get(word)


def _unit(clock: Clock, at: int) -> str:
    units = clock.language.data["units"]
    return next((unit for unit, names in units.items() if unit != "hour" and clock.word(at) in names), "")


def weekend(clock: Clock, at: int) -> Found | None:
    """ "last weekend", "this weekend": one Saturday and Sunday; without such a word weekends are days of the week."""
    for name, weeks in (("this", 0), ("last", -1), ("past", -1)):
        behind = clock.after(at, "relative", name)
        if behind is not None and clock.word(behind) in clock.language.words("weekend_words"):
            monday = unit_start(clock.as_of, "week")
            saturday = monday + timedelta(days=SATURDAY + 7 * weeks)
            label = " ".join(token.raw for token in clock.tokens[at : behind + 1])
            return (Period(saturday, saturday + timedelta(days=2), "span", label, counts_days=True),), behind + 1
    return None
