"""One side against another or against everyone else, two questions in one, how long things take, days to come."""

import pytest

from assistant.answer import Clarification, Refusal
from assistant.assistant import Assistant
from tests.asking import answered, plain, rows

KEPT = "o.status <> 'cancelled' AND NOT o.is_test"
OURS = "NOT c.is_internal AND NOT c.is_deleted"
OF_CUSTOMERS = "FROM orders o JOIN customer c USING (customer_id) JOIN customer_360 t USING (customer_id)"


GOLD = f"""SELECT CASE WHEN t.loyalty_tier = 'Gold' THEN 'Gold' ELSE '(all others)' END, sum(o.net_amount) /
    {{}} {OF_CUSTOMERS} WHERE {KEPT} GROUP BY 1"""
SUBSCRIBER = f"""SELECT t.is_subscriber AND {OURS}, count(*) / count(DISTINCT o.customer_id)
    {OF_CUSTOMERS} WHERE {KEPT} GROUP BY 1"""
COUNTRIES = f"""SELECT c.country, count(*) FROM orders o JOIN customer c USING (customer_id) WHERE {KEPT} AND c.country
    IN ('Germany', 'France') AND ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01' GROUP BY 1"""


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("average order value of gold members versus the rest", GOLD.format("count(*)")),
        ("do gold members spend more per order than everyone else?", GOLD.format("count(*)")),
        ("do subscribers order more often than non-subscribers?", SUBSCRIBER),
        ("compare subscribers with everybody else on orders per customer", SUBSCRIBER),
        ("how many more orders did Germany have than France in May?", COUNTRIES),
        ("what is the difference in orders between Germany and France in May?", COUNTRIES),
    ],
)
def test_one_number_for_each_side(shop: Assistant, question: str, sql: str) -> None:
    assert plain(answered(shop, question).result.rows) == plain(rows(shop, sql))


def test_that_more_is_spent_is_told_for_each_and_in_all(shop: Assistant) -> None:
    answer = answered(shop, "do gold members spend more than everyone else?")
    sql = GOLD.format("count(DISTINCT o.customer_id)").replace(" FROM orders", ", sum(o.net_amount) FROM orders")
    assert plain(answer.result.rows) == plain(rows(shop, sql))
    assert answer.sentence.startswith("Revenue per customer was ")
    assert " than for " in answer.sentence


@pytest.mark.parametrize(
    "question",
    [
        "do vegan customers spend more than everyone else?",
        "do gold members spend more than non-members?",
        "do gold members spend more than everyone else expects?",
        "did gold members spend more last year than everyone else this year?",
        "do women in Germany spend more per order than men?",
        "do big gold members spend more than everyone else?",
    ],
)
def test_a_side_that_is_not_read_in_full_is_refused(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal | Clarification)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how many orders did we have in June and what was their average value?",
            f"""SELECT count(*), avg(net_amount) FROM orders o WHERE {KEPT} AND ordered_at >= DATE '2026-06-01' AND
            ordered_at < DATE '2026-07-01'""",
        ),
        (
            "how many subscriptions were cancelled last quarter and which plan were they on?",
            """SELECT plan, count(*) FROM subscription WHERE cancelled_at >= DATE '2026-01-01' AND cancelled_at < DATE
            '2026-04-01' GROUP BY 1""",
        ),
        (
            "how many deals did we win this year and what were they worth?",
            """SELECT count(*), sum(amount) FROM opportunity WHERE is_won AND closed_at >= DATE '2026-01-01' AND
            closed_at < DATE '2026-07-01'""",
        ),
    ],
)
def test_two_questions_about_the_same_rows_are_one_answer(shop: Assistant, question: str, sql: str) -> None:
    assert plain(answered(shop, question).result.rows) == plain(rows(shop, sql))


def test_two_questions_that_do_not_go_together_are_asked_one_at_a_time(shop: Assistant) -> None:
    outcome = shop.ask("how many orders did we have in June and which agents have a CSAT below 50%?")
    assert isinstance(outcome, Refusal)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how long is it between the first and the second order on average?",
            f"""SELECT avg(date_diff('day', c.first_order_at, o.ordered_at)) FROM orders o JOIN customer c USING
            (customer_id) WHERE {KEPT} AND o.order_seq = 2""",
        ),
        (
            "how many days pass from sign-up to first order?",
            f"SELECT median(date_diff('day', first_seen_at, first_order_at)) FROM customer c WHERE {OURS}",
        ),
        (
            "average subscription length by plan",
            "SELECT plan, avg(date_diff('day', started_at, cancelled_at)) FROM subscription WHERE cancelled_at IS NOT "
            "NULL GROUP BY 1",
        ),
        (
            "deals expected to close in July",
            "SELECT count(*) FROM opportunity WHERE closed_at IS NULL AND expected_close >= DATE '2026-07-01' AND "
            "expected_close < DATE '2026-08-01'",
        ),
        (
            "pipeline value expected to close this year",
            "SELECT sum(amount) FROM opportunity WHERE closed_at IS NULL AND expected_close >= DATE '2026-01-01' AND "
            "expected_close < DATE '2027-01-01'",
        ),
        (
            "deals closing next month",
            "SELECT count(*) FROM opportunity WHERE closed_at IS NULL AND expected_close >= DATE '2026-07-01' AND "
            "expected_close < DATE '2026-08-01'",
        ),
    ],
)
def test_how_long_things_take_and_what_lies_ahead(shop: Assistant, question: str, sql: str) -> None:
    assert plain(answered(shop, question).result.rows) == plain(rows(shop, sql))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how many subscribers have not logged a ticket this year?",
            f"""SELECT count(*) FROM customer c JOIN customer_360 t USING (customer_id) WHERE {OURS} AND t.is_subscriber
            AND NOT EXISTS (FROM ticket k WHERE k.customer_id = c.customer_id AND k.created_at >= DATE '2026-01-01')""",
        ),
        (
            "how many gold members have not ordered since March?",
            f"""SELECT count(*) FROM customer c JOIN customer_360 t USING (customer_id) WHERE {OURS} AND t.loyalty_tier
            = 'Gold' AND NOT EXISTS (FROM orders o WHERE o.customer_id = c.customer_id AND {KEPT} AND o.ordered_at >=
            DATE '2026-03-01')""",
        ),
        (
            "how many customers spent more than 500 euros last year but nothing this year?",
            f"""SELECT count(*) FROM customer c WHERE {OURS} AND (SELECT sum(net_amount) FROM orders o WHERE
            o.customer_id = c.customer_id AND {KEPT} AND year(ordered_at) = 2025) > 500 AND NOT EXISTS (FROM orders o
            WHERE o.customer_id = c.customer_id AND {KEPT} AND year(ordered_at) = 2026)""",
        ),
    ],
)
def test_who_did_one_thing_and_nothing_since(shop: Assistant, question: str, sql: str) -> None:
    assert plain(answered(shop, question).result.rows) == plain(rows(shop, sql))


@pytest.mark.parametrize(
    "question", ["show me the top 10% of products by units sold", "which products make up the top 10% by units sold?"]
)
def test_the_first_of_a_hundred_are_listed(shop: Assistant, question: str) -> None:
    sql = f"""SELECT product_name, units FROM (SELECT p.name AS product_name, sum(quantity) AS units, row_number() OVER
        (ORDER BY sum(quantity) DESC, p.name) AS place, count(*) OVER () AS n FROM order_item JOIN orders o USING
        (order_id) JOIN product p USING (product_id) WHERE {KEPT} GROUP BY 1) WHERE place <= ceil(n * 0.1)"""
    assert plain(answered(shop, question).result.rows) == plain(rows(shop, sql))


def test_money_is_no_year(shop: Assistant) -> None:
    answer = answered(shop, "which customers have spent over 2000 euros but never opened an e-mail?")
    assert answer.plan is not None
    assert answer.plan.query.time_range is None
