"""How a stranger to the shop asks: a subject named first, weekends of named days, who is meant by an average one."""

from datetime import date

import pytest

from assistant.answer import Plan, Refusal
from assistant.assistant import Assistant
from semantic_layer import SemanticQuery
from tests.asking import plain, query_of, rows, rows_to
from tests.understanding_layer import read


def planned(shop: Assistant, question: str) -> SemanticQuery:
    return read(shop.understanding, question)


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("our customers in Hamburg, how much did they spend", "how much did our customers in Hamburg spend"),
        ("tickets about delivery, how long do they take to solve", "how long do tickets about delivery take to solve"),
        ("customers who found us through paid search", "customers acquired through paid search"),
        ("average size of the deals we lost", "average deal size of lost deals"),
        ("did we get more complaints in May than a year ago", "complaints in May compared to a year earlier"),
        ("in which month did we gain the most customers", "which month had the most new customers"),
        ("in which month did we gain the fewest customers", "which month had the fewest new customers"),
        ("which of our customers haven't been back since March", "which of our customers have not ordered since March"),
        ("what do women in Berlin buy", "which products do women in Berlin buy the most"),
        ("how many euros did we refund in May", "how much did we refund in May"),
        ("how much do women spend on their first order", "average order value of first orders of women"),
        ("were urgent tickets solved faster than normal ones", "resolution time of urgent versus normal tickets"),
        ("are app orders bigger than web orders", "average order value of app orders versus web orders"),
        ("what's the conversion rate of visitors coming from Instagram", "conversion rate from Instagram"),
    ],
)  # fmt: skip
def test_the_same_number_is_meant(shop: Assistant, question: str, same: str) -> None:
    assert planned(shop, question) == planned(shop, same)


@pytest.mark.parametrize(
    ("question", "first", "behind"),
    [
        ("orders on the Black Friday weekend", date(2025, 11, 28), date(2025, 12, 1)),
        ("orders on the Cyber Monday weekend 2024", date(2024, 11, 30), date(2024, 12, 3)),
        ("orders on the Boxing Day weekend", date(2025, 12, 26), date(2025, 12, 29)),
    ],
)
def test_the_weekend_of_a_named_day_is_one_span(shop: Assistant, question: str, first: date, behind: date) -> None:
    span = planned(shop, question).time_range
    assert span is not None
    assert (span.start, span.end) == (first, behind)


def test_a_named_day_in_mid_week_has_no_weekend(shop: Assistant) -> None:
    assert isinstance(shop.understanding.plan("orders on the Christmas Eve weekend 2025"), Refusal)


def test_weekends_in_general_stay_days_of_the_week(shop: Assistant) -> None:
    assert planned(shop, "orders on weekends").filters[0].values == ("Saturday", "Sunday")


def test_orders_of_the_weekend_behind_black_friday_are_those_of_its_three_days(shop: Assistant) -> None:
    days = "ordered_at >= '2025-11-28' AND ordered_at < '2025-12-01'"
    sql = f"SELECT count(*) FROM orders WHERE status <> 'cancelled' AND {days}"
    assert plain(rows_to(shop, "orders on the Black Friday weekend")) == plain(rows(shop, sql))


@pytest.mark.parametrize(
    "question",
    [
        "what does the average subscriber pay per month",
        "how much does the average VIP spend a year",
        "churn rate of yearly plans",
        "what do our best customers order",
        "what is bought by the typical newcomer of weekly plans",
        "how many orders did the newsletter bring in June",
        "are won deals bigger than lost deals",
        "which accounts have the biggest open deals",
        "which sales people closed the most deals over 10000",
    ],
)
def test_what_all_do_together_is_not_told_of_one(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.understanding.plan(question), Plan)


def test_an_average_of_months_is_still_told(shop: Assistant) -> None:
    assert query_of(shop, "average revenue of subscribers per month").per_bucket is not None


def test_a_value_that_also_means_usual_is_a_value_before_its_rows(shop: Assistant) -> None:
    sql = "SELECT count(*) FROM ticket WHERE priority = 'normal'"
    assert plain(rows_to(shop, "how many normal tickets did we get")) == plain(rows(shop, sql))
    assert not planned(shop, "how many orders do we get on a normal day").filters


def test_active_in_one_month_and_not_in_the_next(shop: Assistant) -> None:
    ordered = "SELECT customer_id FROM orders WHERE status <> 'cancelled' AND ordered_at >= '{}' AND ordered_at < '{}'"
    may, june = ordered.format("2026-05-01", "2026-06-01"), ordered.format("2026-06-01", "2026-07-01")
    known = "SELECT customer_id FROM customer WHERE NOT is_internal AND NOT is_deleted"
    sql = f"SELECT count(*) FROM ({known} INTERSECT ({may}) EXCEPT ({june}))"
    question = "how many customers were active last month but not this month"
    assert plain(rows_to(shop, question)) == plain(rows(shop, sql))


def test_two_values_over_time_are_a_line_each(shop: Assistant) -> None:
    query = planned(shop, "monthly revenue app and web 2026")
    assert [group.field for group in query.group_by] == ["metric_time", "orders.channel"]
    together = planned(shop, "monthly revenue app and web together 2026")
    assert [group.field for group in together.group_by] == ["metric_time"]
    assert not planned(shop, "revenue app and web 2026").group_by


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("what does our MRR look like over the past year", "how did our MRR develop over the past year"),
        ("how have our subscriber numbers changed month by month", "number of subscribers by month"),
        ("who solved tickets in May", "solved tickets by agent in May"),
        ("revenue by retail company", "revenue by company for retail"),
    ],
)
def test_a_course_or_a_breakdown_is_not_left_out(shop: Assistant, question: str, same: str) -> None:
    found, expected = planned(shop, question), planned(shop, same)
    assert (found.metrics, found.group_by, found.filters) == (expected.metrics, expected.group_by, expected.filters)


def test_a_number_kept_of_a_company_is_not_its_revenue_with_us(shop: Assistant) -> None:
    assert isinstance(shop.understanding.plan("account manager of the company with the highest revenue"), Refusal)
