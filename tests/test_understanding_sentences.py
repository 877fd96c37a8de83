"""Whole sentences: seasons, verbs that only repeat, two sides of a comparison, what fell most, deeds in two periods."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from semantic_layer import SemanticQuery, load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML

MORE = (
    YAML.replace(
        "      - {name: state, label: State",
        "      - {name: stars, label: Stars, type: number, ai_context: {synonyms: [star]}}\n"
        "      - {name: spot, label: Spot}\n"
        "      - {name: state, label: State",
    )
    + """
  - {name: finished_rides, measure: ride.rides, filter: "state = 'finished'", label: Rides finished}
  - name: repair_share
    type: ratio
    numerator: repair_cost
    denominator: ride_fees
    label: Burden
    unit: "%"
    format: percent
"""
)
WORDS = {**VALUES, "ride.spot": (("Display", 4), ("Fridge", 2))}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path: Path = tmp_path_factory.mktemp("sentences") / "rental.yml"
    path.write_text(MORE, encoding="utf-8")
    return Understanding(with_implied(load([path])), WORDS, TODAY)


def query(room: Understanding, question: str) -> SemanticQuery:
    outcome = room.plan(question)
    assert isinstance(outcome, Plan), outcome
    return outcome.query


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("rides in spring 2025", date(2025, 3, 1), date(2025, 6, 1)),
        ("ride fees in the summer of 2026", date(2026, 6, 1), date(2026, 9, 1)),
        ("rides last summer", date(2026, 6, 1), date(2026, 9, 1)),
        ("rides in winter by city", date(2025, 12, 1), date(2026, 3, 1)),
        ("rides this autumn", date(2026, 9, 1), date(2026, 11, 22)),
    ],
)
def test_a_season_is_three_months(room: Understanding, question: str, start: date, end: date) -> None:
    found = query(room, question).time_range
    assert found is not None
    assert (found.start, found.end) == (start, end)


def test_the_reading_of_a_season_tells_its_months(room: Understanding) -> None:
    found = query(room, "rides in spring 2025").time_range
    assert found is not None
    assert "March to May 2025" in found.label


def test_two_seasons_are_compared_as_far_as_the_later_one_has_come(room: Understanding) -> None:
    found = query(room, "rides this autumn vs last autumn")
    assert found.compare is not None
    assert found.compare.range is not None
    assert (found.compare.range.start, found.compare.range.end) == (date(2025, 9, 1), date(2025, 11, 22))


@pytest.mark.parametrize("question", ["summer sale rides 2025", "rides of the spring collection"])
def test_a_season_that_describes_a_thing_is_no_period(room: Understanding, question: str) -> None:
    assert isinstance(room.plan(question), Refusal)


def test_a_value_spelt_with_a_capital_is_told_from_the_ordinary_word(room: Understanding) -> None:
    (condition,) = query(room, "rides at Display").filters
    assert (condition.field, condition.values) == ("ride.spot", ("Display",))
    assert query(room, "display the rides by city").filters == ()


def test_percent_of_an_amount_is_its_rate(room: Understanding) -> None:
    (condition,) = query(room, "cities with a repair cost below 30%").filters
    assert (condition.field, condition.op, condition.values) == ("repair_share", "lt", (0.3,))


def test_a_number_word_before_the_name_of_a_number_field(room: Understanding) -> None:
    found = query(room, "how many one-star rides were there?")
    assert found.metrics == ("rides",)
    assert [(f.field, f.values) for f in found.filters] == [("ride.stars", (1,))]


def test_what_fell_most_needs_something_beside(room: Understanding) -> None:
    found = query(room, "which cities lost the most ride fees compared with last year?")
    assert (found.order_by[0].column, found.order_by[0].descending) == ("change", False)
    assert found.compare is not None
    assert not isinstance(room.plan("which cities lost the most ride fees?"), Plan)


def test_the_biggest_drop_of_a_unit_of_time_is_beside_the_one_before(room: Understanding) -> None:
    found = query(room, "what was the biggest drop in weekly ride fees this year?")
    assert (found.order_by[0].column, found.order_by[0].descending, found.limit) == ("change", False, 1)
    assert found.compare is not None
    assert found.compare.kind == "previous_period"


def test_a_second_number_of_the_same_things_by_its_verb(room: Understanding) -> None:
    found = query(room, "how many aborted rides were there and how many finished in each month of 2025?")
    assert found.metrics == ("aborted_rides", "finished_rides")


@pytest.mark.parametrize(
    "question", ["do web rides have a higher fee level than app rides?", "is the fee level on web higher than on app?"]
)
def test_two_sides_are_set_beside_each_other(room: Understanding, question: str) -> None:
    found = query(room, question)
    assert found.metrics == ("fee_per_ride",)
    assert [g.field for g in found.group_by] == ["ride.platform"]
    assert found.filters[0].values == ("web", "app")


def test_one_period_against_another(room: Understanding) -> None:
    found = query(room, "are ride fees in 2025 higher than in 2024?")
    assert found.time_range is not None
    assert found.time_range.start == date(2025, 1, 1)
    assert found.compare is not None
    assert found.compare.range is not None
    assert found.compare.range.start == date(2024, 1, 1)


def test_how_many_one_needs_is_no_number_of_them(room: Understanding) -> None:
    assert isinstance(room.plan("how many rides does it take to get a repair?"), Refusal)


def test_the_best_of_those_with_enough_rows(room: Understanding) -> None:
    found = query(room, "which member has the highest ride fees with at least 10 rides?")
    assert (found.metrics, found.limit, found.entity) == (("ride_fees",), 1, "member")
    assert [one.field for one in found.group_by] == ["member.member_id"]
    assert [(f.field, f.op, f.values) for f in found.filters if f.op == "ge"] == [("rides", "ge", (10,))]


def test_a_verb_of_making_before_a_number_of_things(room: Understanding) -> None:
    found = query(room, "how many members logged more than three rides this year?")
    assert found.metrics == ("members",)
    assert [(f.field, f.op, f.values, f.entity) for f in found.filters] == [("rides", "gt", (3,), "member")]


def test_ones_stands_for_what_the_value_describes(room: Understanding) -> None:
    found = query(room, "how many web rides compared to app ones?")
    assert found.filters[0].values == ("web", "app")


def test_a_second_question_in_one_sentence_is_not_dropped(room: Understanding) -> None:
    assert isinstance(room.plan("how much were the ride fees and how much did we lose this year?"), Refusal)


def test_a_sentence_is_planned_once_until_something_else_is_known(room: Understanding) -> None:
    once = room.plan("total revenue")
    assert room.plan("total revenue") is once
    room.measure({})
    again = room.plan("total revenue")
    assert again is not once
    assert again == once
