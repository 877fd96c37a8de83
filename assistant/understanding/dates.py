"""Days, months, quarters, halves and years that a person names outright."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.understanding.language import Language
from assistant.understanding.periods import Period, unit_period
from assistant.understanding.tokens import Token

if TYPE_CHECKING:
    from assistant.understanding.happenings import Noted
    from assistant.understanding.time_phrases import TimePhrase

Found = tuple[tuple[Period, ...], int]
YEAR = re.compile(r"(?:19|20)\d\d$")
NUMERIC_DATE = re.compile(r"(\d{1,4})([./])(\d{1,2})[./](\d{2,4})$")
ORDINAL_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?$")


@dataclass(frozen=True)
class Clock:
    """The question's tokens, its language, the day that counts as today, and the days that people noted.

    `phrases` and `periods` keep what was found at a place, which is asked for again and again.
    """

    tokens: tuple[Token, ...]
    language: Language
    as_of: date
    noted: tuple[Noted, ...] = field(default=(), compare=False)
    phrases: dict[int, TimePhrase | None] = field(default_factory=dict, init=False, compare=False)
    periods: dict[int, Found | None] = field(default_factory=dict, init=False, compare=False)

    def word(self, at: int) -> str:
        """The word at a place, empty past the end."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def after(self, at: int, group: str, name: str) -> int | None:
        """The place behind the longest phrase of a word list that starts here, None when none does."""
        for phrase in self.language.timed(group, name).get(self.word(at), ()):
            if len(phrase) == 1 or all(self.word(at + step) == word for step, word in enumerate(phrase)):
                return at + len(phrase)
        return None

    def past_article(self, at: int) -> int:
        """The place behind an article that stands here, or this one."""
        return at + 1 if self.word(at) in self.language.determiners else at

    def skip(self, at: int, group: str, name: str) -> int:
        """The place behind an optional phrase."""
        return self.after(at, group, name) or at

    @property
    def tomorrow(self) -> date:
        """The first day without data."""
        return self.as_of + timedelta(days=1)


def named_period(clock: Clock, at: int) -> Found | None:
    """The period that an absolute date phrase at this place names, with the place behind it."""
    readers = (_numeric, _day_and_month, _month, _numbered_unit, _year)
    found = [match for reader in readers if (match := reader(clock, at)) is not None]
    return max(found, key=lambda match: match[1], default=None)


def year_at(clock: Clock, at: int) -> tuple[int, int] | None:
    """The year named here ("2025", "of last year") and the place behind it."""
    at = clock.skip(at, "time_words", "of")
    if YEAR.match(clock.word(at)):
        return None if _is_unit(clock, at + 1) else (int(clock.word(at)), at + 1)
    at = at + 1 if clock.word(at) in clock.language.determiners else at
    for name, step in (("this", 0), ("last", -1), ("next", 1)):
        behind = clock.after(at, "relative", name)
        if behind is not None and clock.word(behind) in clock.language.data["units"]["year"]:
            return clock.as_of.year + step, behind + 1
    return None


def _is_unit(clock: Clock, at: int) -> bool:
    """Whether money is told here: 2000 euros are no year."""
    data, word = clock.language.data, clock.word(at)
    signs = data["unit_signs"]
    coins = (words for unit, words in data["unit_words"].items() if unit in signs.values())
    return bool(word) and (word in signs or any(word in words for words in coins))


def _numeric(clock: Clock, at: int) -> Found | None:
    word = clock.word(at)
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", word):
        year, month, day = map(int, word.split("-"))
        return _days([(year, month, day)], at + 1)
    if re.fullmatch(r"\d{4}-\d{2}", word):
        return (_month_period(int(word[:4]), int(word[5:]), clock),), at + 1
    match = NUMERIC_DATE.match(word)
    return _days(_orders(match), at + 1) if match else None


def _orders(match: re.Match[str]) -> list[tuple[int, int, int]]:
    """The (year, month, day) readings of a numeric date; dots mean day first, slashes may mean either."""
    first, separator, second, last = match.groups()
    if len(first) == 4:
        return [(int(first), int(second), int(last))]
    year = int(last) + (2000 if len(last) == 2 else 0)
    day_first, month_first = (year, int(second), int(first)), (year, int(first), int(second))
    return [day_first] if separator == "." else [day_first, month_first]


def _days(readings: list[tuple[int, int, int]], behind: int) -> Found | None:
    days: dict[date, Period] = {}
    for year, month, day in readings:
        if 1 <= month <= 12 and 1 <= day <= 31 and 1900 <= year <= 2200:
            try:
                exact = date(year, month, day)
            except ValueError:  # 31 April and the like name no day
                continue
            days[exact] = day_period(exact)
    return (tuple(days.values()), behind) if days else None


def day_period(day: date) -> Period:
    """One day."""
    return unit_period(day, "day", label=f"{day.day} {day:%B %Y}")


def _day_number(clock: Clock, at: int) -> int | None:
    match = ORDINAL_DAY.match(clock.word(at))
    number = int(match.group(1)) if match else 0
    return number if 1 <= number <= 31 else None


def month_at(clock: Clock, at: int) -> int | None:
    """The number of the month named here; a word that is also something else must look like a month."""
    word = clock.word(at)
    number = clock.language.data["months"].get(word)
    if number is None or word not in clock.language.data["ambiguous_months"]:
        return number
    looks = clock.tokens[at].raw[0].isupper() or year_at(clock, at + 1) or _day_number(clock, at + 1)
    looks = looks or (at > 0 and not clock.word(at + 1)) or clock.after(at + 1, "time_words", "set_against") is not None
    return number if looks or (at and is_introduced(clock, at)) or _day_number(clock, at - 1) else None


def is_introduced(clock: Clock, at: int) -> bool:
    """Whether the word before may introduce a time, or nothing stands before."""
    data, before = clock.language.data, clock.word(at - 1)
    linked = before in clock.language.links["any"] or before in clock.language.links["time"]
    groups = (data["time_words"], data["relative"])
    return at == 0 or linked or any(before in phrases for group in groups for phrases in group.values())


def _day_and_month(clock: Clock, at: int) -> Found | None:
    """A day of a month: "3 March", "the 3rd of March 2025", "March 3rd, 2025"."""
    day, month_place = _day_number(clock, at), clock.skip(at + 1, "time_words", "of")
    if day is not None and (month := month_at(clock, month_place)):
        return _dated(clock, day, month, month_place + 1)
    month, day = month_at(clock, at), _day_number(clock, at + 1)
    if month and day is not None:
        return _dated(clock, day, month, at + 2)
    return None


def _dated(clock: Clock, day: int, month: int, behind: int) -> Found | None:
    year = year_at(clock, behind)
    if year:
        return _days([(year[0], month, day)], year[1])
    recent = clock.as_of.year if (month, day) <= (clock.as_of.month, clock.as_of.day) else clock.as_of.year - 1
    found = _days([(recent, month, day)], behind)
    if found is None:
        return None
    exact = found[0][0]
    return (Period(exact.start, exact.end, "day", exact.label, yearless=True),), behind


def _month(clock: Clock, at: int) -> Found | None:
    at = clock.skip(at, "time_words", "month_prefix")
    month = month_at(clock, at)
    if not month:
        return None
    year = year_at(clock, at + 1)
    if year:
        return (_month_period(year[0], month, clock),), year[1]
    recent = clock.as_of.year if month <= clock.as_of.month else clock.as_of.year - 1
    return (_month_period(recent, month, clock, yearless=True),), at + 1


def _month_period(year: int, month: int, clock: Clock, yearless: bool = False) -> Period:
    label = f"{clock.language.data['month_names'][month - 1]} {year}"
    period = unit_period(date(year, month, 1), "month", label=label)
    return Period(period.start, period.end, "month", label, yearless)


def _numbered_unit(clock: Clock, at: int) -> Found | None:
    """A quarter or half by number: "Q1 2025", "2025 Q1", "first quarter of last year", "H2"."""
    before = YEAR.match(clock.word(at))
    place = clock.skip(at + 1, "time_words", "of") if before else at
    numbered = _unit_number(clock, place)
    if numbered is None:
        return None
    unit, number, behind = numbered
    if before:
        return (_part_of_year(int(clock.word(at)), unit, number),), behind
    year = year_at(clock, behind)
    if year:
        return (_part_of_year(year[0], unit, number),), year[1]
    recent = _part_of_year(clock.as_of.year, unit, number, yearless=True)
    started = recent.start is not None and recent.start <= clock.as_of
    return (recent if started else _part_of_year(clock.as_of.year - 1, unit, number, yearless=True),), behind


def _unit_number(clock: Clock, at: int) -> tuple[str, int, int] | None:
    match = re.fullmatch(r"([qh])([1-4])", clock.word(at))
    if match:
        unit = "quarter" if match.group(1) == "q" else "half"
        number = int(match.group(2))
        return (unit, number, at + 1) if unit == "quarter" or number <= 2 else None
    at = at + 1 if clock.word(at) in clock.language.determiners else at
    number = clock.language.data["ordinals"].get(clock.word(at), 0)
    units = clock.language.data["units"]
    if 1 <= number <= 4 and clock.word(at + 1) in units["quarter"]:
        return "quarter", number, at + 2
    if 1 <= number <= 2 and clock.word(at + 1) == "half" and (year_at(clock, at + 2) or _ends_name(clock, at + 2)):
        return "half", number, at + 2
    return None


def _ends_name(clock: Clock, at: int) -> bool:
    """Whether no name goes on here: "in the first half by country", and not "the first half of May"."""
    cues = clock.language.cues.get(clock.word(at), ())
    return clock.word(at) in ("", ",") or not {"by", "versus", "and", "exclude"}.isdisjoint(cues)


def _part_of_year(year: int, unit: str, number: int, yearless: bool = False) -> Period:
    months = 3 if unit == "quarter" else 6
    letter = "Q" if unit == "quarter" else "H"
    period = unit_period(date(year, (number - 1) * months + 1, 1), unit)
    return Period(period.start, period.end, unit, f"{letter}{number} {year}", yearless)


def _year(clock: Clock, at: int) -> Found | None:
    at = clock.skip(at, "time_words", "year_prefix")
    if not YEAR.match(clock.word(at)) or _is_unit(clock, at + 1):
        return None
    year = int(clock.word(at))
    return (unit_period(date(year, 1, 1), "year", label=str(year)),), at + 1
