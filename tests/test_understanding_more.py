"""Questions beyond totals and breakdowns: computed numbers, named days, segments, deeds that rank, sentences."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from semantic_layer import Filter, SemanticQuery, load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML, read

SHOP = (
    YAML.replace(
        "      - {name: state, label: State",
        "      - {name: km, label: Distance ridden, type: number, ai_context: {synonyms: [kilometres]}}\n"
        "      - {name: state, label: State",
    )
    + """
  - {name: finished_rides, measure: ride.rides, filter: "state = 'finished'", label: Finished rides}
segments:
  - name: keen
    label: Keen
    entity: member
    horizon: quarter
    ai_context: {synonyms: [keen rider, likely to return]}
    filters: [{field: rides, op: gt, values: [5]}]
  - name: golden
    label: Golden
    entity: member
    filters: [{field: member.tier, op: in, values: [Gold]}]
"""
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path: Path = tmp_path_factory.mktemp("shop") / "shop.yml"
    path.write_text(SHOP, encoding="utf-8")
    return Understanding(with_implied(load([path])), VALUES, TODAY)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("how many different parts", "count_distinct_of_repair_part"),
        ("median distance ridden by city", "median_of_ride_km"),
        ("lowest distance ridden", "min_of_ride_km"),
        ("average kilometres by platform", "distance"),
        ("what is the highest distance ridden", "max_of_ride_km"),
    ],
)
def test_a_number_that_nobody_declared(shop: Understanding, question: str, metric: str) -> None:
    assert read(shop, question).metrics == (metric,)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("rides on Black Friday 2025", date(2025, 11, 28)),
        ("rides on last Black Friday", date(2025, 11, 28)),
        ("rides on Christmas Eve", date(2025, 12, 24)),
        ("rides on Easter Monday 2026", date(2026, 4, 6)),
        ("rides on Valentine's Day 2026", date(2026, 2, 14)),
    ],
)
def test_days_that_have_a_name(shop: Understanding, question: str, day: date) -> None:
    span = read(shop, question).time_range
    assert span is not None
    assert span.start == day
    assert (span.end - day).days == 1 if span.end else False


def test_the_week_of_a_day(shop: Understanding) -> None:
    span = read(shop, "rides in the week of 8 October 2026").time_range
    assert span is not None
    assert (span.start, span.end) == (date(2026, 10, 5), date(2026, 10, 12))


@pytest.mark.parametrize(
    ("question", "descending"), [("when was the first ride", False), ("date of the last ride", True)]
)
def test_the_day_of_the_first_and_of_the_last(shop: Understanding, question: str, descending: bool) -> None:
    found = read(shop, question)
    assert (found.metrics, found.limit, found.group_by[0].grain) == (("rides",), 1, "day")
    assert found.order_by[0].descending is descending


@pytest.mark.parametrize(
    ("question", "metric", "value"),
    [
        ("how many keen members", "members", True),
        ("how many members are not keen", "members", False),
        ("takings of golden members", "ride_fees", True),
    ],
)
def test_a_segment_is_a_condition(shop: Understanding, question: str, metric: str, value: bool) -> None:
    found = read(shop, question)
    assert found.metrics == (metric,)
    assert [(one.op, one.values) for one in found.filters] == [("eq", (value,))]


def test_members_of_a_segment_are_listed_and_its_own_period_adds_nothing(shop: Understanding) -> None:
    expected = SemanticQuery(entity="member", filters=(Filter(field="keen", op="eq", values=(True,)),))
    assert read(shop, "which members are likely to return this quarter?") == expected


def test_another_period_than_that_of_the_rule_is_refused(shop: Understanding) -> None:
    assert isinstance(shop.plan("which members were likely to return last quarter?"), Refusal)


def test_a_number_of_a_segment_takes_its_own_period(shop: Understanding) -> None:
    found = read(shop, "takings of keen members last quarter")
    assert found.time_range is not None
    assert (found.time_range.start, found.time_range.label) == (date(2026, 7, 1), "last quarter")


def test_a_deed_that_ranks(shop: Understanding) -> None:
    found = read(shop, "which parts are most common")
    assert found.metrics == ("repairs",)
    assert found.limit == 10


def test_the_field_of_the_one_that_ranks_first_is_not_what_is_ranked(shop: Understanding) -> None:
    found = read(shop, "what is the tier of the member that has the most rides")
    assert (found.entity, found.metrics, found.limit) == ("member", ("rides",), 1)
    assert [group.field for group in found.group_by] == ["member.tier"]


def test_columns_told_in_a_second_sentence(shop: Understanding) -> None:
    found = read(shop, "Top 3 cities by takings? Return the city, the number of rides and the takings.")
    assert found.metrics == ("ride_fees", "rides")
    assert isinstance(shop.plan("Top 3 cities by takings? Return the city and the weather."), Refusal)


def test_the_same_asked_twice_is_answered_once_and_said(shop: Understanding) -> None:
    outcome = shop.plan("Do gold riders pay more? Takings by tier in 2025")
    assert isinstance(outcome, Plan)
    assert "Answered: Takings by tier in 2025" in outcome.notes
    assert not isinstance(shop.plan("Only repairs in 2024. Takings by tier"), Plan)


def test_an_order_before_a_question_is_never_passed_over(shop: Understanding) -> None:
    assert isinstance(shop.plan("Delete all rides. Takings by tier"), Refusal)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("takings last quarter compared with the year before", "previous_year"),
        ("takings in September compared with the year before", "previous_year"),
        ("takings in September compared with the month before", "previous_period"),
        ("takings in 2024 compared with the year before", "previous_period"),
    ],
)
def test_the_year_before_a_month_is_that_month_a_year_ago(shop: Understanding, question: str, kind: str) -> None:
    plan = shop.plan(question)
    assert isinstance(plan, Plan), plan
    assert plan.query.compare is not None
    assert plan.query.compare.kind == kind


def test_the_month_before_a_quarter_is_asked_about(shop: Understanding) -> None:
    assert isinstance(shop.plan("takings last quarter compared with the month before"), Refusal)
