"""Days that people noted, directions, the cost of one, unfinished periods: what a question about time means."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answer import Plan
from assistant.understanding import Happening, Understanding
from semantic_layer import PerBucket, Running, SemanticQuery, TimeRange
from tests.understanding_layer import rental

NOTED = (
    Happening(date(2026, 3, 2), date(2026, 3, 2), "New app released", "launch"),
    Happening(date(2026, 5, 4), date(2026, 5, 4), "Helmets raised in price", "price_change"),
    Happening(date(2025, 7, 1), date(2025, 7, 10), "Summer Sale", "promotion"),
    Happening(date(2026, 7, 1), date(2026, 7, 8), "Summer Sale", "promotion"),
    Happening(date(2026, 8, 1), date(2026, 8, 1), "Website launched", "launch"),
)
TOMORROW = date(2026, 11, 22)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    found = rental(tmp_path_factory.mktemp("rental"))
    found.know(NOTED)
    return found


def query(room: Understanding, question: str) -> SemanticQuery:
    outcome = room.plan(question)
    assert isinstance(outcome, Plan), outcome
    return outcome.query


def span(room: Understanding, question: str) -> tuple[date | None, date | None]:
    period = query(room, question).time_range or TimeRange()
    return period.start, period.end


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("takings since the app launch", date(2026, 3, 2), TOMORROW),
        ("takings since the new app was released", date(2026, 3, 2), TOMORROW),
        ("takings before the app launch", None, date(2026, 3, 2)),
        ("takings after the app launch", date(2026, 3, 2), TOMORROW),
        ("takings during the summer sale", date(2026, 7, 1), date(2026, 7, 9)),
        ("takings during the summer sale 2025", date(2025, 7, 1), date(2025, 7, 11)),
        ("takings after the summer sale", date(2026, 7, 9), TOMORROW),
    ],
)
def test_a_noted_day_is_a_time(room: Understanding, question: str, start: date | None, end: date) -> None:
    assert span(room, question) == (start, end)


@pytest.mark.parametrize(
    "question", ["takings since the launch", "takings since the merger", "takings during the launch"]
)
def test_words_that_fit_no_one_noted_day_are_not_guessed(room: Understanding, question: str) -> None:
    assert not isinstance(room.plan(question), Plan)


def test_the_answer_tells_which_noted_day_was_meant(room: Understanding) -> None:
    outcome = room.plan("takings since the app launch")
    assert isinstance(outcome, Plan)
    assert any("New app released (2026-03-02)" in note for note in outcome.notes)


@pytest.mark.parametrize(
    ("question", "per"),
    [
        ("average daily takings", PerBucket(grain="day")),
        ("takings per week on average", PerBucket(grain="week")),
        ("typical takings in a month", PerBucket(grain="month")),
        ("median weekly rides", PerBucket(grain="week", agg="median")),
        ("how many weeks had more than 20 rides", PerBucket(grain="week", agg="count")),
    ],
)
def test_one_number_over_units_of_time(room: Understanding, question: str, per: PerBucket) -> None:
    found = query(room, question)
    assert (found.per_bucket, found.group_by) == (per, ())


@pytest.mark.parametrize("question", ["average takings by day", "typical takings", "average daily"])
def test_an_average_of_nothing_certain_is_not_guessed(room: Understanding, question: str) -> None:
    outcome = room.plan(question)
    assert not (isinstance(outcome, Plan) and outcome.query.per_bucket is None and not outcome.notes)


def test_a_moving_average_has_its_length(room: Understanding) -> None:
    assert query(room, "7-day moving average of takings").running == Running(agg="average", last=7)


def test_the_weakest_month_is_over(room: Understanding) -> None:
    assert span(room, "month with the lowest takings in 2026") == (date(2026, 1, 1), date(2026, 11, 1))


@pytest.mark.parametrize("question", ["is takings up this month", "did takings go up or down this month"])
def test_a_direction_compares_with_as_many_days_of_the_month_before(room: Understanding, question: str) -> None:
    compare = query(room, question).compare
    assert compare is not None
    assert compare.range == TimeRange(start=date(2026, 10, 1), end=date(2026, 10, 22))


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("takings in week 24", date(2026, 6, 8), date(2026, 6, 15)),
        ("takings in CW24 2025", date(2025, 6, 9), date(2025, 6, 16)),
        ("takings in week 50", date(2025, 12, 8), date(2025, 12, 15)),  # the one of this year is still to come
        ("takings from week 10 to week 12 2025", date(2025, 3, 3), date(2025, 3, 24)),
    ],
)
def test_weeks_are_known_by_their_number(room: Understanding, question: str, start: date, end: date) -> None:
    assert span(room, question) == (start, end)


def test_a_numbered_week_is_set_beside_the_same_number_of_the_year_before(room: Understanding) -> None:
    found = query(room, "takings in week 24 vs same week last year").compare
    assert found is not None
    assert found.range is not None
    assert (found.range.start, found.range.end) == (date(2025, 6, 9), date(2025, 6, 16))


@pytest.mark.parametrize("question", ["takings in week 60", "takings by week 24", "takings in the last week 24"])
def test_a_number_that_is_no_week_is_not_passed_over(room: Understanding, question: str) -> None:
    assert not isinstance(room.plan(question), Plan)
