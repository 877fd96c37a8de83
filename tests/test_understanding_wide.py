"""Everyday wordings: weekends, parts of periods, cases beside each other, places, distributions, refusals."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from semantic_layer import Filter, load, with_implied
from tests.understanding_layer import TODAY, VALUES, YAML, read

SCORED = (
    YAML.replace(
        "      - {name: state, label: State",
        "      - {name: stars, label: Stars, type: number}\n      - {name: state, label: State",
    )
    .replace(
        "      - {name: km, agg: average",
        "      - {name: stars, agg: average, expression: stars}\n      - {name: km, agg: average",
    )
    .replace(
        "  - {name: distance, measure",
        "  - {name: rating, measure: ride.stars, label: Average rating, ai_context: {synonyms: [rating]}}\n"
        "  - {name: aborted_share, type: ratio, numerator: aborted_rides, denominator: rides, format: percent,\n"
        "     label: Abort rate}\n"
        "  - {name: distance, measure",
    )
)


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> Understanding:
    path: Path = tmp_path_factory.mktemp("bikes") / "bikes.yml"
    path.write_text(SCORED, encoding="utf-8")
    return Understanding(with_implied(load([path])), VALUES, TODAY)


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("rides in the first six months of 2025", date(2025, 1, 1), date(2025, 7, 1)),
        ("rides in the last two months of 2025", date(2025, 11, 1), date(2026, 1, 1)),
        ("rides last weekend", date(2026, 11, 14), date(2026, 11, 16)),
        ("Black Friday rides in 2024", date(2024, 11, 29), date(2024, 11, 30)),
        ("Black Friday rides last year", date(2025, 11, 28), date(2025, 11, 29)),
        ("May rides in Lyon, 2024", date(2024, 5, 1), date(2024, 6, 1)),
    ],
)
def test_a_part_of_a_period_and_a_year_told_apart(bikes: Understanding, question: str, start: date, end: date) -> None:
    found = read(bikes, question).time_range
    assert found is not None
    assert (found.start, found.end) == (start, end)


def test_weekends_in_general_are_days_of_the_week(bikes: Understanding) -> None:
    filters = read(bikes, "rides on weekends").filters
    assert filters == (Filter(field="ride.started_at_weekday", op="in", values=("Saturday", "Sunday")),)


@pytest.mark.parametrize(
    "question",
    [
        "did we have more rides in Lyon or in Porto",
        "how do Lyon rides compare to Porto rides",
    ],
)
def test_two_cases_of_one_field_are_set_beside_each_other(bikes: Understanding, question: str) -> None:
    query = read(bikes, question)
    assert query.metrics == ("rides",)
    assert [group.field for group in query.group_by] == ["ride.town"]
    assert [set(one.values) for one in query.filters] == [{"Lyon", "Porto"}]


def test_a_named_group_in_a_list_keeps_its_condition(bikes: Understanding) -> None:
    query = read(bikes, "list members with tier Gold who had more than 5 rides")
    assert query.entity == "member"
    assert any(one.field == "member.tier" for one in query.filters)


def test_a_distribution_counts_the_rows_of_each_value(bikes: Understanding) -> None:
    query = read(bikes, "distribution of ratings")
    assert query.metrics == ("rides",)
    assert [group.field for group in query.group_by] == ["ride.stars"]


def test_the_place_in_a_ranking_is_said_behind(bikes: Understanding) -> None:
    query = read(bikes, "which city came second in takings")
    assert (query.limit, query.skip) == (1, 1)


def test_a_part_counted_by_itself_is_its_rate(bikes: Understanding) -> None:
    assert read(bikes, "percentage of aborted rides").metrics == ("aborted_share",)


def test_the_hour_needs_a_column_with_hours(bikes: Understanding) -> None:
    assert "ride.started_at_hour_of_day" not in bikes.world.layer.fields  # without a schema nobody knows


@pytest.mark.parametrize(
    "question",
    [
        "how many different rides did members have",
        "abort rate of aborted rides in Lyon with state aborted",
        "who had how many rides",
        "rides of members, up to something unknowable",
    ],
)
def test_what_would_be_dropped_is_refused(bikes: Understanding, question: str) -> None:
    assert isinstance(bikes.plan(question), Refusal)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("aborted trips in 2025", "aborted_rides"),
        ("aborted ride volume in 2025", "aborted_rides"),
        ("volume of aborted trips in 2025", "aborted_rides"),
        ("abort quota in 2025", "aborted_share"),
        ("level of abort ratio in 2025", "aborted_share"),
        ("repair expenditure in 2025", "repair_cost"),
        ("repair cost total in 2025", "repair_cost"),
        ("how did the repair costs look in 2025", "repair_cost"),
    ],
)
def test_a_number_is_known_by_other_nouns_and_by_nouns_that_restate_it(
    bikes: Understanding, question: str, metric: str
) -> None:
    found = read(bikes, question)
    assert (found.metrics, found.filters, found.group_by) == ((metric,), (), ())


@pytest.mark.parametrize(
    "question",
    [
        "repair cost count in 2025",
        "abort rate volume in 2025",
        "aborted cyclists in 2025",
        "corporate repair expenditure in 2025",
        "volume of corporate aborted trips in 2025",
        "how did the corporate repair costs look in 2025",
        "what share of aborted rides were in Porto and lost",
        "abort drop-off rate in 2025",
    ],
)
def test_a_noun_that_says_something_else_is_not_passed_over(bikes: Understanding, question: str) -> None:
    assert not isinstance(bikes.plan(question), Plan)


def test_a_share_of_what_is_described_is_the_rate_of_those(bikes: Understanding) -> None:
    found = read(bikes, "What share of Lyon rides were aborted?")
    assert (found.metrics, found.shares) == (("aborted_share",), ())
    assert [one.values for one in found.filters] == [("Lyon",)]


@pytest.mark.parametrize(
    "question",
    ["member rides in 2025 by state and lunch", "recurring member rides in 2025"],
)
def test_what_only_describes_is_neither_split_nor_counted(bikes: Understanding, question: str) -> None:
    assert not isinstance(bikes.plan(question), Plan)
