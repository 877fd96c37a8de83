"""Shares, groups over a bound and averages over things, held against SQL written by hand."""

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from tests.asking import rows

KEPT = "o.status <> 'cancelled' AND NOT o.is_test"
IN_2025 = "o.ordered_at >= DATE '2025-01-01' AND o.ordered_at < DATE '2026-01-01'"
OF_EACH = (
    "(SELECT c.customer_id, c.country, count(o.order_id) n FROM customer c LEFT JOIN orders o ON"
    f" o.customer_id = c.customer_id AND {KEPT} WHERE NOT c.is_internal AND NOT c.is_deleted GROUP BY 1, 2)"
)
BY_COUNTRY = (
    "(SELECT c.country, sum(o.net_amount) v, count(*) n FROM orders o JOIN customer c ON c.customer_id ="
    f" o.customer_id WHERE {KEPT} AND c.country IS NOT NULL GROUP BY 1)"
)
BEST = (
    f"SELECT sum(v) / (SELECT sum(o.net_amount) FROM orders o WHERE {KEPT}) FROM (SELECT sum(o.net_amount) v FROM"
    f" orders o WHERE {KEPT} AND o.customer_id IS NOT NULL GROUP BY o.customer_id ORDER BY 1 DESC LIMIT 10)"
)
ONE_NUMBER = [
    ("in how many countries did revenue exceed 0.5 million", f"SELECT count(*) FROM {BY_COUNTRY} WHERE v > 500000"),
    ("how many countries have revenue above average",
     f"SELECT count(*) FROM {BY_COUNTRY} WHERE v > (SELECT avg(v) FROM {BY_COUNTRY})"),
    ("median number of orders per country", f"SELECT median(n) FROM {BY_COUNTRY}"),
    ("what percentage of customers ordered only once", f"SELECT avg(CAST(n = 1 AS INT)) FROM {OF_EACH}"),
    ("what share of German customers ordered only once",
     f"SELECT avg(CAST(n = 1 AS INT)) FROM {OF_EACH} WHERE country = 'Germany'"),
    ("what percent of customers have ordered more than 5 times", f"SELECT avg(CAST(n > 5 AS INT)) FROM {OF_EACH}"),
    ("number of one-time buyers", f"SELECT count(*) FROM {OF_EACH} WHERE n = 1"),
    ("discounts as a percentage of revenue last year",
     f"SELECT sum(o.discount_amount) / sum(o.net_amount) FROM orders o WHERE {KEPT} AND {IN_2025}"),
    ("what share of revenue do the top 10 customers make", BEST),
    ("how many coupons were used more than 100 times",
     f"SELECT count(*) FROM (SELECT coupon_code FROM orders o WHERE {KEPT} AND coupon_code IS NOT NULL GROUP BY 1"
     " HAVING count(*) > 100)"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "sql"), ONE_NUMBER)
def test_one_number_over_groups_or_things(shop: Assistant, question: str, sql: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer), outcome
    ((expected,),) = rows(shop, sql)
    assert len(outcome.result.rows) == 1
    assert any(value is not None and float(value) == pytest.approx(float(expected)) for value in outcome.result.rows[0])


def test_groups_that_sold_more_than_in_the_year_before(shop: Assistant) -> None:
    outcome = shop.ask("which countries had more orders in 2025 than in 2024")
    assert isinstance(outcome, Answer), outcome
    told = rows(
        shop,
        "SELECT c.country FROM orders o JOIN customer c ON c.customer_id = o.customer_id WHERE"
        f" {KEPT} AND c.country IS NOT NULL GROUP BY 1 HAVING count(*) FILTER (year(o.ordered_at) = 2025) >"
        " count(*) FILTER (year(o.ordered_at) = 2024)",
    )
    assert sorted(row[0] for row in outcome.result.rows) == sorted(row[0] for row in told)


@pytest.mark.parametrize(
    "question",
    [
        "what share of revenue do the top 10 customers make each month",
        "what share of orders do the top 10 customers by revenue make",
        "German discounts as a share of revenue",
        "discounts this year as a share of revenue last year",
        "average number of tickets per weekday",
        "which countries sold more than Germany last year",
        "share of loyalty members among customers by country",
    ],
)
def test_what_has_no_one_meaning_is_not_answered(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)
