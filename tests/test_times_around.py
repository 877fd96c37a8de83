"""Periods as people tell them: around named days, weekdays counted, seasons, months together, hours of the day."""

from datetime import date, timedelta

import pytest

from assistant.answer import Plan
from assistant.understanding import Understanding
from semantic_layer import Filter, SemanticLayer, TimeRange, load, shipped_definitions, with_implied
from tests.understanding_layer import read

TODAY = date(2026, 6, 30)  # a Tuesday
VALUES = {
    "product.category": (("Shoes", 5), ("Clothing", 9)),
    "orders.channel": (("web", 5), ("app", 9)),
}


@pytest.fixture(scope="module")
def shop() -> Understanding:
    layer = load(shipped_definitions())
    with_clock = SemanticLayer(layer.definitions, layer.inactive, {"orders": {"ordered_at": "TIMESTAMP"}})
    return Understanding(with_implied(with_clock), VALUES, TODAY)


def days(told: TimeRange | None) -> tuple[date | None, date | None]:
    """The first and the last day of a range."""
    assert told is not None
    return told.start, told.end and told.end - timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("Easter weekend sales 2026", date(2026, 4, 3), date(2026, 4, 6)),
        ("orders the week before Christmas", date(2025, 12, 18), date(2025, 12, 24)),
        ("orders in the two weeks before Christmas", date(2025, 12, 11), date(2025, 12, 24)),
        ("orders between Christmas and New Year's Eve", date(2025, 12, 25), date(2025, 12, 31)),
        ("orders in Black Friday week", date(2025, 11, 24), date(2025, 11, 30)),
        ("orders the weekend before Christmas", date(2025, 12, 20), date(2025, 12, 21)),
        ("orders the weekend after Black Friday", date(2025, 11, 29), date(2025, 11, 30)),
        ("orders on the day after Thanksgiving 2025", date(2025, 11, 28), date(2025, 11, 28)),
        ("orders on the weekend of 13 June", date(2026, 6, 13), date(2026, 6, 14)),
        ("orders on the first Monday of June", date(2026, 6, 1), date(2026, 6, 1)),
        ("orders on the last weekend in May", date(2026, 5, 30), date(2026, 5, 31)),
        ("orders in winter 2025/26", date(2025, 12, 1), date(2026, 2, 28)),
        ("orders winter months December to February", date(2025, 12, 1), date(2026, 2, 28)),
        ("orders in April and May together", date(2026, 4, 1), date(2026, 5, 31)),
        ("orders in April, May and June 2025 in total", date(2025, 4, 1), date(2025, 6, 30)),
        ("orders in April plus May", date(2026, 4, 1), date(2026, 5, 31)),
    ],
)
def test_periods_around_named_days(shop: Understanding, said: str, first: date, last: date) -> None:
    query = read(shop, said)
    assert days(query.time_range) == (first, last)
    assert not query.filters
    assert not query.group_by


@pytest.mark.parametrize("said", ["Easter revenue", "revenue before Christmas", "orders on the weekend of 10 June"])
def test_times_that_may_be_several_are_not_guessed(shop: Understanding, said: str) -> None:
    assert not isinstance(shop.plan(said), Plan)


def test_weekdays_counted_are_days_within_so_many_weeks(shop: Understanding) -> None:
    fridays = read(shop, "revenue for the last three Fridays")
    assert days(fridays.time_range) == (date(2026, 6, 10), TODAY)  # the 12th, the 19th and the 26th
    assert fridays.filters == (Filter(field="orders.ordered_at_weekday", op="in", values=("Friday",)),)


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("orders between 6 and 10 pm in May", (18, 19, 20, 21)),
        ("orders from 20:00 to 22:00 in May", (20, 21)),
        ("orders at 7 pm in May", (19,)),
        ("orders after 22:00 in May", (22, 23)),
        ("orders before 2 in the morning in May", (0, 1)),
        ("orders between 11 pm and 1 am in May", (0, 23)),
    ],
)
def test_hours_of_the_day(shop: Understanding, said: str, hours: tuple[int, ...]) -> None:
    query = read(shop, said)
    assert query.filters == (Filter(field="orders.ordered_at_hour_of_day", op="in", values=hours),)
    assert days(query.time_range) == (date(2026, 5, 1), date(2026, 5, 31))


def test_names_added_are_a_list(shop: Understanding) -> None:
    query = read(shop, "sales for Shoes plus Clothing last month")
    assert query.filters == (Filter(field="product.category", op="in", values=("Shoes", "Clothing")),)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("how many customers bought Shoes in the first quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("how many customers bought Shoes between March and May", date(2026, 3, 1), date(2026, 5, 31)),
        ("how many customers bought Shoes in the week before Christmas", date(2025, 12, 18), date(2025, 12, 24)),
    ],
)
def test_words_inside_a_period_are_none_of_the_clause(shop: Understanding, said: str, first: date, last: date) -> None:
    (bought,) = read(shop, said).filters
    assert days(bought.time_range) == (first, last)
    assert [one.values for one in bought.where] == [("Shoes",)]


@pytest.mark.parametrize(("joined", "ops"), [("and in", ["ge", "ge"]), ("but not in", ["ge", "eq"])])
def test_a_second_time_is_of_the_whole_deed_once_more(shop: Understanding, joined: str, ops: list[str]) -> None:
    query = read(shop, f"how many customers bought Shoes in May {joined} June")
    assert [(one.op, days(one.time_range)[0]) for one in query.filters] == [
        (ops[0], date(2026, 5, 1)),
        (ops[1], date(2026, 6, 1)),
    ]
    assert all(one.where == query.filters[0].where != () for one in query.filters)


def test_neighbours_told_on_both_sides_are_set_against_each_other(shop: Understanding) -> None:
    query = read(shop, "sales in July and August 2025 versus July and August 2024")
    assert days(query.time_range) == (date(2025, 7, 1), date(2025, 8, 31))
    assert query.compare is not None
    assert days(query.compare.range) == (date(2024, 7, 1), date(2024, 8, 31))
    assert not isinstance(shop.plan("orders in April and May vs last year"), Plan)


def test_a_unit_told_once_is_of_both_numbers(shop: Understanding) -> None:
    query = read(shop, "orders in the second and third quarter of 2025 together")
    assert days(query.time_range) == (date(2025, 4, 1), date(2025, 9, 30))
    assert not query.group_by


@pytest.mark.parametrize(
    "said", ["what time do most orders come in?", "At what time of day do people order? Orders by hour in May"]
)
def test_the_time_of_day_is_an_hour_of_every_day(shop: Understanding, said: str) -> None:
    assert [group.field for group in read(shop, said).group_by] == ["orders.ordered_at_hour_of_day"]


def test_a_share_of_hours_is_of_all_hours(shop: Understanding) -> None:
    (share,) = read(shop, "what share of revenue is made between 8 pm and midnight in 2025").shares
    assert share.apart_from == ("orders.ordered_at_hour_of_day",)
