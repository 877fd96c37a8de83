"""Named days of the year ("Black Friday", "Christmas Eve"): their dates, from rules in the language's data file."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.understanding.dates import Clock, Found, year_at
from assistant.understanding.periods import Period


def holiday(clock: Clock, at: int) -> Found | None:
    """The day a name stands for: in the year named, else the latest one that has begun; "last" adds nothing."""
    start = clock.after(at, "relative", "last") or at
    for words, rule in clock.language.holidays.get(clock.word(start), ()):
        if all(clock.word(start + step) == word for step, word in enumerate(words)):
            behind = start + len(words)
            named = year_at(clock, behind)
            year = named[0] if named else _year_elsewhere(clock, behind) or _latest(rule, clock.as_of)
            day = _day_of(rule, year)
            label = " ".join(token.raw for token in clock.tokens[start:behind])
            days = rule.get("days", 1)
            period = Period(
                day, day + timedelta(days=days), "day" if days == 1 else "span", f"{label} {year}", named is None
            )
            return (period,), named[1] if named else behind
    return None


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
