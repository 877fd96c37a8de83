"""Words about time to half-open ranges, against dates written by hand. Today is Saturday, 21 November 2026."""

from datetime import date

import pytest

from assistant.understanding.dates import Clock
from assistant.understanding.language import load_language
from assistant.understanding.periods import fitting_grain, unit_period
from assistant.understanding.time_phrases import TimePhrase, time_phrase
from assistant.understanding.tokens import tokenize

TODAY = date(2026, 11, 21)


def read(text: str, today: date = TODAY) -> TimePhrase | None:
    """The time phrase at the first word that starts one."""
    language = load_language()
    clock = Clock(tuple(tokenize(text, language.forms)), language, today)
    found = (time_phrase(clock, at) for at in range(len(clock.tokens)))
    return next((phrase for phrase in found if phrase), None)


def span(text: str, today: date = TODAY) -> tuple[str, str, bool]:
    phrase = read(text, today)
    assert phrase is not None, text
    assert len(phrase.readings) == 1, text
    found = phrase.readings[0].clipped(today)
    return str(found.start), str(found.end), found.partial


@pytest.mark.parametrize(
    ("text", "start", "end", "partial"),
    [
        ("today", "2026-11-21", "2026-11-22", False),
        ("yesterday", "2026-11-20", "2026-11-21", False),
        ("this week", "2026-11-16", "2026-11-22", True),
        ("last week", "2026-11-09", "2026-11-16", False),
        ("this month", "2026-11-01", "2026-11-22", True),
        ("the current month", "2026-11-01", "2026-11-22", True),
        ("last month", "2026-10-01", "2026-11-01", False),
        ("the previous month", "2026-10-01", "2026-11-01", False),
        ("next month", "2026-12-01", "2027-01-01", False),
        ("this quarter", "2026-10-01", "2026-11-22", True),
        ("last quarter", "2026-07-01", "2026-10-01", False),
        ("this year", "2026-01-01", "2026-11-22", True),
        ("last year", "2025-01-01", "2026-01-01", False),
        ("last 30 days", "2026-10-23", "2026-11-22", False),
        ("last seven days", "2026-11-15", "2026-11-22", False),
        ("last 3 months", "2026-08-01", "2026-11-01", False),
        ("last two complete quarters", "2026-04-01", "2026-10-01", False),
        ("in the last 6 weeks", "2026-10-05", "2026-11-16", False),
        ("past week", "2026-11-15", "2026-11-22", False),
        ("trailing 12 months", "2025-11-22", "2026-11-22", False),
        ("year to date", "2026-01-01", "2026-11-22", True),
        ("ytd", "2026-01-01", "2026-11-22", True),
        ("so far this quarter", "2026-10-01", "2026-11-22", True),
        ("March", "2026-03-01", "2026-04-01", False),
        ("in december", "2025-12-01", "2026-01-01", False),
        ("November", "2026-11-01", "2026-11-22", True),
        ("last November", "2025-11-01", "2025-12-01", False),
        ("May 2025", "2025-05-01", "2025-06-01", False),
        ("in may", "2026-05-01", "2026-06-01", False),
        ("Sept 2025", "2025-09-01", "2025-10-01", False),
        ("March of last year", "2025-03-01", "2025-04-01", False),
        ("Q1", "2026-01-01", "2026-04-01", False),
        ("Q4", "2026-10-01", "2026-11-22", True),
        ("Q1 2025", "2025-01-01", "2025-04-01", False),
        ("2025-Q3", "2025-07-01", "2025-10-01", False),
        ("first quarter of 2025", "2025-01-01", "2025-04-01", False),
        ("second quarter of last year", "2025-04-01", "2025-07-01", False),
        ("H2 2025", "2025-07-01", "2026-01-01", False),
        ("first half of 2025", "2025-01-01", "2025-07-01", False),
        ("2025", "2025-01-01", "2026-01-01", False),
        ("2025-03", "2025-03-01", "2025-04-01", False),
        ("2025-03-09", "2025-03-09", "2025-03-10", False),
        ("3 March 2025", "2025-03-03", "2025-03-04", False),
        ("March 3rd", "2026-03-03", "2026-03-04", False),
        ("the 3rd of March 2025", "2025-03-03", "2025-03-04", False),
        ("13/04/2025", "2025-04-13", "2025-04-14", False),
        ("04/13/2025", "2025-04-13", "2025-04-14", False),
        ("05/05/2025", "2025-05-05", "2025-05-06", False),
        ("3.4.2025", "2025-04-03", "2025-04-04", False),
        ("from March to May 2025", "2025-03-01", "2025-06-01", False),
        ("March-May 2025", "2025-03-01", "2025-06-01", False),
        ("from November to January", "2025-11-01", "2026-02-01", False),
        ("from November 2024 to January", "2024-11-01", "2025-02-01", False),
        ("between 1 March and 15 April 2025", "2025-03-01", "2025-04-16", False),
        ("1 to 15 March 2025", "2025-03-01", "2025-03-16", False),
        ("between 2023 and 2025", "2023-01-01", "2026-01-01", False),
        ("since June", "2026-06-01", "2026-11-22", False),
        ("from June on", "2026-06-01", "2026-11-22", False),
        ("after Q1 2026", "2026-04-01", "2026-11-22", False),
        ("before 2025", "None", "2025-01-01", False),
        ("until March 2025", "None", "2025-04-01", False),
        ("last Monday", "2026-11-16", "2026-11-17", False),
        ("last Saturday", "2026-11-14", "2026-11-15", False),
    ],
)
def test_a_phrase_is_this_range(text: str, start: str, end: str, partial: bool) -> None:
    assert span(text) == (start, end, partial)


def test_a_unit_that_ends_today_is_complete() -> None:
    assert span("this month", date(2026, 11, 30)) == ("2026-11-01", "2026-12-01", False)


def test_the_29th_of_february_has_a_year_before_and_after() -> None:
    assert span("last year", date(2028, 2, 29)) == ("2027-01-01", "2028-01-01", False)
    assert span("trailing 12 months", date(2028, 2, 28)) == ("2027-02-28", "2028-02-29", False)


def test_a_numeric_date_that_can_be_two_days_has_two_readings() -> None:
    phrase = read("03/04/2025")
    assert phrase is not None
    assert [reading.start for reading in phrase.readings] == [date(2025, 4, 3), date(2025, 3, 4)]


@pytest.mark.parametrize(
    "text", ["may I ask", "31.02.2025", "next", "month", "since", "13/13/2025", "Q5", "last 0 days"]
)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert read(text) is None


def test_all_time_has_no_period() -> None:
    phrase = read("of all time")
    assert phrase is not None
    assert phrase.whole_time
    assert phrase.readings == ()


def test_every_word_of_a_range_is_covered() -> None:
    phrase = read("between 1 March and 15 April 2025")
    assert phrase is not None
    assert (phrase.first, phrase.behind) == (0, 7)


def test_the_grain_of_a_trend_suits_the_span() -> None:
    assert fitting_grain(date(2026, 10, 23), date(2026, 11, 22)) == "day"
    assert fitting_grain(date(2026, 7, 1), date(2026, 10, 1)) == "week"
    assert fitting_grain(date(2025, 1, 1), date(2026, 1, 1)) == "month"
    assert fitting_grain(None, None) == "month"


def test_weeks_start_on_monday() -> None:
    week = unit_period(date(2026, 11, 22), "week")
    assert (week.start, week.end) == (date(2026, 11, 16), date(2026, 11, 23))
