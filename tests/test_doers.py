"""Who did what: those who did something are counted, and never what they did, held against SQL by hand."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Clarification, Plan, Refusal
from assistant.assistant import Assistant
from tests.asking import rows

PEOPLE = "SELECT count(*) FROM customer c WHERE NOT c.is_internal AND NOT c.is_deleted AND "
KEPT = "o.customer_id = c.customer_id AND NOT o.is_test AND o.status <> 'cancelled'"
MAY = "o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"
APRIL = "o.ordered_at >= DATE '2026-04-01' AND o.ordered_at < DATE '2026-05-01'"
SUBSCRIBER = "c.customer_id IN (SELECT customer_id FROM customer_standing WHERE is_subscriber)"


def did(table: str, condition: str) -> str:
    """The condition that a customer has rows of a table."""
    return f"EXISTS (SELECT 1 FROM {table} WHERE {condition})"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how many subscribers opened a ticket this year?",
            f"{PEOPLE}{SUBSCRIBER} AND "
            + did("ticket t", "t.customer_id = c.customer_id AND t.created_at >= DATE '2026-01-01'"),
        ),
        (
            "how many people left us a review?",
            PEOPLE + did("review r", "r.customer_id = c.customer_id"),
        ),
        (
            "of those who ordered in April, how many came back in May?",
            PEOPLE + did("orders o", f"{KEPT} AND {APRIL}") + " AND " + did("orders o", f"{KEPT} AND {MAY}"),
        ),
        (
            "how many members never redeemed a point?",
            f"{PEOPLE}c.customer_id IN (SELECT customer_id FROM customer_360 WHERE loyalty_tier IS NOT NULL) AND NOT "
            + did(
                "loyalty_transaction t JOIN loyalty_account a USING (loyalty_id)",
                "a.customer_id = c.customer_id AND t.type = 'redeem'",
            ),
        ),
        (
            "revenue from customers who used a coupon in May",
            "SELECT sum(o.net_amount) FROM orders o JOIN customer c USING (customer_id) WHERE NOT c.is_internal AND NOT"
            f" c.is_deleted AND NOT o.is_test AND o.status <> 'cancelled' AND {MAY} AND "
            + did("orders x", f"{KEPT} AND {MAY} AND o.coupon_code IS NOT NULL".replace("o.", "x.")).replace(
                "x.customer_id = c.customer_id", "x.customer_id = o.customer_id"
            ),
        ),
    ],
)
def test_those_who_did_something_are_counted(shop: Assistant, question: str, sql: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer), outcome
    assert float(outcome.result.rows[0][0]) == pytest.approx(float(rows(shop, sql)[0][0]))


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("revenue from orders in May", "net_revenue"),
        ("value of orders in May", "net_revenue"),
        ("average value of orders in May", "average_order_value"),
        ("value of carts in May", "carts_worth"),
        ("what percentage of members redeemed points in May?", "customers"),
        ("how many people cancelled their subscription in May?", "cancelled_subscriptions"),
    ],
)
def test_many_are_not_one_and_those_are_not_their_deeds(shop: Assistant, question: str, metric: str) -> None:
    outcome = shop.understanding.plan(question)
    assert isinstance(outcome, Plan), outcome
    assert outcome.query.metrics == (metric,)


@pytest.mark.parametrize(
    "question",
    [
        "which owners won a deal over 20k?",
        "which owners won a deal worth more than 20,000 this year?",
        "which acquisition channel brings customers who spend the most?",
        "how many customers placed a big order in May?",
        "how many customers used a fake coupon in May?",
        "how many customers abandoned a full cart in May?",
        "of those who ordered in May, how many came back?",
        "revenue from big customers who used a coupon in May",
        "revenue from customers who bought Shoes and left a review this year",
        "new products nobody bought this year",
        "how many campaigns sent more than 10,000 fake emails this year?",
        "which store sells the most cheap Shoes?",
    ],
)
def test_what_limits_those_or_their_deeds_is_never_passed_over(shop: Assistant, question: str) -> None:
    assert isinstance(shop.understanding.plan(question), (Refusal, Clarification))


@pytest.mark.parametrize("those", ["VIPs", "our VIPs", "of our VIPs"])
def test_people_of_a_kind_who_did_something_are_counted(shop: Assistant, those: str) -> None:
    outcome = shop.understanding.plan(f"how many {those} ordered in May?")
    assert isinstance(outcome, Plan), outcome
    assert outcome.query.metrics == ("customers",)
    assert [one.field for one in outcome.query.filters] == ["high_value", "orders"]


def test_the_sentence_says_whose_number_it_is(shop: Assistant) -> None:
    sentence = shop.ask("revenue from customers who used a coupon in May").sentence
    assert sentence.startswith("Net revenue of customers with coupon orders in May 2026")


def test_rows_that_lack_something_have_their_own_period(shop: Assistant) -> None:
    outcome = shop.understanding.plan("visits without an order in May")
    assert isinstance(outcome, Plan)
    lacking = next(one for one in outcome.query.filters if one.values == (0,))
    assert lacking.time_range is None


@pytest.mark.parametrize("whole", ["customers in Germany", "German customers"])
def test_a_share_of_those_who_did_is_of_those(shop: Assistant, whole: str) -> None:
    outcome = shop.understanding.plan(f"what share of {whole} ordered in May?")
    assert isinstance(outcome, Plan), outcome
    assert [share.apart_from for share in outcome.query.shares] == [("orders",)]


def test_rows_of_a_kind_are_counted_as_that_kind(shop: Assistant) -> None:
    outcome = shop.understanding.plan("how many agents solved a ticket in June?")
    assert isinstance(outcome, Plan), outcome
    (condition,) = outcome.query.filters
    assert [one.field for one in condition.where] == ["ticket.ticket_status"]
