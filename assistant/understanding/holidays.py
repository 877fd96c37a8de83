"""Named days of the year ("Black Friday", "Christmas Eve"): their dates, from rules in the language's data file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.understanding.dates import Clock, Found, year_at
from assistant.understanding.language import Language
from assistant.understanding.periods import Period
from assistant.understanding.tokens import Token

TUESDAY, SATURDAY = 1, 5
ONE_DAY = timedelta(days=1)


def holiday(clock: Clock, at: int, around: bool = False) -> Found | None:
    """The day a name stands for: in the year named, else the latest one that has begun; "last" adds nothing.

    A feast that people mean more or fewer days by ("Easter") only tells a time by its weekend, or `around` it.
    """
    start = clock.after(at, "relative", "last") or at
    for words, rule in clock.language.holidays.get(clock.word(start), ()):
        if all(clock.word(start + step) == word for step, word in enumerate(words)):
            behind = start + len(words)
            if rule.get("feast") and not around and clock.word(behind) not in clock.language.words("weekend_words"):
                continue
            named = year_at(clock, behind)
            year = named[0] if named else _year_elsewhere(clock, behind) or _latest(rule, clock.as_of)
            day = _day_of(rule, year)
            label = " ".join(token.raw for token in clock.tokens[start:behind])
            end = day + timedelta(days=rule.get("days", 1))
            period = Period(day, end, "day" if end - day == ONE_DAY else "span", f"{label} {year}", named is None)
            if clock.word(behind) in clock.language.words("weekend_words"):
                return _with_weekend(period, clock, start, behind)
            return (period,), named[1] if named else behind
    return None


def is_named_day(tokens: Sequence[Token], language: Language) -> bool:
    """Whether words end with the name of a day of the year."""
    said = f" {' '.join(token.text for token in tokens)}"
    return any(said.endswith(f" {' '.join(name)}") for days in language.holidays.values() for name, _ in days)


def _with_weekend(period: Period, clock: Clock, at: int, weekend: int) -> Found | None:
    """A named day and the weekend it lies at as one span: a Friday and the two days behind it. None in mid-week."""
    if period.start is None or period.end is None or TUESDAY <= period.start.weekday() <= TUESDAY + 1:
        return None
    ahead = -2 if period.start.weekday() == 0 else SATURDAY - period.start.weekday()  # a Monday ends the one before
    saturday = period.start + timedelta(days=ahead)
    start, end = min(period.start, saturday), max(period.end, saturday + 2 * ONE_DAY)
    label = " ".join(token.raw for token in clock.tokens[at : weekend + 1])
    named = year_at(clock, weekend + 1)
    whole = replace(period, start=start, end=end, unit="span", label=f"{label} {start.year}")
    return (whole,), named[1] if named else weekend + 1


def _year_elsewhere(clock: Clock, behind: int) -> int:
    """The one year that the question names away from the day ("Black Friday orders last year"), 0 without one."""
    found = {year[0] for at in range(behind, len(clock.tokens)) if (year := year_at(clock, at))}
    return found.pop() if len(found) == 1 else 0


def _latest(rule: dict[str, int], as_of: date) -> int:
    return as_of.year if _day_of(rule, as_of.year) <= as_of else as_of.year - 1


def _day_of(rule: dict[str, int], year: int) -> date:
    """A fixed day, the nth weekday of a month and days after it, or days from Easter Sunday."""
    if "easter" in rule:
        return _easter(year) + timedelta(days=rule["easter"])
    if "nth" in rule:
        first = date(year, rule["month"], 1)
        ahead = (rule["weekday"] - first.weekday()) % 7 + 7 * (rule["nth"] - 1)
        return first + timedelta(days=ahead + rule.get("plus", 0))
    return date(year, rule["month"], rule["day"])


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)
