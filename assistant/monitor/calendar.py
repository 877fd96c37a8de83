"""Which days are special: public holidays, shopping days and what people have noted, with their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from assistant.errors import SettingsError
from assistant.monitor.detection import Days

_AROUND_CHRISTMAS = {24: "Christmas Eve", 26: "second day of Christmas", 31: "New Year's Eve"}
_PAYDAYS = (15, 25)


@dataclass(frozen=True)
class Note:
    """A period that people have noted, both days included: a launch, a price change, an outage."""

    first: date
    last: date
    text: str


@dataclass(frozen=True)
class Calendar:
    """Where holidays are looked up (ISO alpha-2 codes), whether shopping days count, and people's own notes."""

    countries: tuple[str, ...] = ()
    shopping: bool = True
    notes: Sequence[Note] = field(default=())


def special_days(calendar: Calendar, first: date, count: int) -> Mapping[date, str]:
    """Name of each special day among `count` days from `first`; raises SettingsError for an unknown country."""
    days = [first + timedelta(days=number) for number in range(count)]
    if not days:
        return {}
    named = dict(_holidays(calendar.countries, days[0].year, days[-1].year))
    if calendar.shopping:
        named = {**_shopping_days(days[0].year, days[-1].year), **named}
    for note in calendar.notes:
        named |= {day: note.text for day in days if note.first <= day <= note.last}
    return {day: named[day] for day in days if day in named}


def days_of(calendar: Calendar, first: date, count: int) -> Days:
    """The same as masks for the detector, with the days that recur every month beside them."""
    days = [first + timedelta(days=number) for number in range(count)]
    named = special_days(calendar, first, count)
    ends = np.array([(day + timedelta(days=1)).day == 1 for day in days], bool)
    starts = np.array([day.day == 1 for day in days], bool)
    pay = [np.array([day.day == on for day in days], bool) for on in _PAYDAYS]
    return Days(np.array([day in named for day in days], bool), [ends, starts, *pay])


@lru_cache(maxsize=32)
def _holidays(countries: tuple[str, ...], first: int, last: int) -> Mapping[date, str]:
    if not countries:
        return {}
    import holidays

    found: dict[date, str] = {}
    for country in countries:
        try:
            found |= dict(holidays.country_holidays(country, years=range(first, last + 1)).items())
        except NotImplementedError as error:
            raise SettingsError(
                f"No holidays are known for the country {country}. Write its ISO code, such as DE or US."
            ) from error
    return found


def _shopping_days(first: int, last: int) -> dict[date, str]:
    named: dict[date, str] = {}
    for year in range(first, last + 1):
        friday = _fourth_thursday(year) + timedelta(days=1)
        named |= {friday: "Black Friday", friday + timedelta(days=3): "Cyber Monday"}
        named |= {date(year, 12, day): text for day, text in _AROUND_CHRISTMAS.items()}
    return named


def _fourth_thursday(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
