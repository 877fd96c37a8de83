"""Parts of a named period ("the first six months of 2025", "the last week of May"), seasons and weekends."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.understanding.dates import Clock, Found, is_introduced, named_period, year_at
from assistant.understanding.periods import Period, add_months, add_units, unit_start

SATURDAY = 5
HALF, MIDDLE = "half", 16
MONTHS_OF_SEASON = 3


def part_of_period(clock: Clock, at: int) -> Found | None:
    """So many units at the beginning or the end of a longer period; both are calendar units that fit into it."""
    at = at + 1 if clock.word(at) in clock.language.determiners else at
    ordinal = clock.language.data["ordinals"].get(clock.word(at))
    halved = _half_of_month(clock, at, ordinal) if ordinal in (1, 2) else None
    if halved is not None or ordinal not in (1, -1):
        return halved
    number = _number(clock, at + 1)
    place = at + 1 if number is None else at + 2
    unit = _unit(clock, place)
    of = clock.word(place + 1) in clock.language.words("genitive")
    several = number is None and clock.tokens[place].text != clock.tokens[place].plain if unit else False
    whole = _whole(clock, place + 2) if of and unit and not several else None  # "the last days of May"
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


def _half_of_month(clock: Clock, at: int, ordinal: int) -> Found | None:
    """ "the first half of June": the 1st to the 15th, and the rest of the month."""
    of = clock.word(at + 1) == HALF and clock.word(at + 2) in clock.language.words("genitive")
    found = named_period(clock, at + 3) if of else None
    if (
        found is None
        or len(found[0]) != 1
        or found[0][0].unit != "month"
        or not (found[0][0].start and found[0][0].end)
    ):
        return None
    month, behind = found[0][0], found[1]
    assert month.start
    middle = month.start.replace(day=MIDDLE)
    first, last = (month.start, middle) if ordinal == 1 else (middle, month.end)
    said = " ".join(token.raw for token in clock.tokens[at:behind])
    return (Period(first, last, "span", said, month.yearless, counts_days=True),), behind


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


def season(clock: Clock, at: int) -> Found | None:
    """ "in spring 2026", "last summer", "the winter of 2025": three whole months, which the label tells.

    A winter belongs to the year in which it begins. A season that describes a thing ("summer sale") is no time.
    """
    step, place = _pointed(clock, at)
    first = clock.language.data["seasons"].get(clock.word(place))
    led = at - 1 if clock.word(at - 1) in clock.language.determiners else at
    months = clock.word(place + 1) in clock.language.data["units"]["month"]
    behind = place + 2 if months else place + 1
    year = _year_of_season(clock, behind) if step is None and first else None
    if first is None or (step is None and not (year or months or is_introduced(clock, led))):
        return None
    if year:
        sure = months or clock.word(year[1] - 2) == "/"  # "winter 2024/25 orders", but not "summer 2025 sale"
        told = (_season(clock, date(year[0], first, 1), place),), year[1]
        return told if sure or _ends_phrase(clock, year[1]) else None
    if not (months or _ends_phrase(clock, behind)):
        return None
    start = date(clock.as_of.year, first, 1)
    begun = start if start <= clock.as_of else add_months(start, -12)
    if step == -1 and clock.as_of < add_months(begun, MONTHS_OF_SEASON):
        begun = add_months(begun, -12)
    if step == 0 and clock.as_of >= add_months(begun, MONTHS_OF_SEASON) and begun.year < clock.as_of.year:
        begun = start
    return (_season(clock, begun, place, yearless=step is None),), behind


def _year_of_season(clock: Clock, at: int) -> tuple[int, int] | None:
    """The year in which a season begins: "winter 2025", "winter 2025/26"."""
    named = year_at(clock, at)
    if named is None or clock.word(named[1]) != "/":
        return named
    behind, year = clock.word(named[1] + 1), named[0] + 1
    return (named[0], named[1] + 2) if behind in (str(year), str(year)[2:]) else None


def _pointed(clock: Clock, at: int) -> tuple[int | None, int]:
    """Whether the running or the last one is pointed at, and the place behind those words."""
    for name, step in (("this", 0), ("last", -1), ("past", -1)):
        behind = clock.after(at, "relative", name)
        if behind is not None:
            return step, behind
    return None, at


def _ends_phrase(clock: Clock, at: int) -> bool:
    """Whether no thing follows that the season would describe."""
    language, word = clock.language, clock.word(at)
    linked = any(word in group for group in language.links.values())
    joins = {"and", "or", "versus", "compare", "by", "per", "than", "where", "more"}
    return not word or not word.isalnum() or linked or bool(joins & set(language.cues.get(word, ())))


def _season(clock: Clock, start: date, place: int, yearless: bool = False) -> Period:
    months, last = clock.language.data["month_names"], add_months(start, MONTHS_OF_SEASON - 1)
    year = f" {start.year}" if last.year != start.year else ""
    label = f"{clock.tokens[place].raw} ({months[start.month - 1]}{year} to {months[last.month - 1]} {last.year})"
    return Period(start, add_months(start, MONTHS_OF_SEASON), "season", label, yearless)
