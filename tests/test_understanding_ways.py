"""The way something came: that of whom, and numbers of things bounded by money; rows beside hand-written SQL."""

import pytest

from assistant.answer import Clarification, Refusal
from assistant.assistant import Assistant
from tests.asking import answered, plain, query_of, rows, rows_to

EMAIL = """SELECT count(*) FROM orders o JOIN campaign c USING (campaign_id)
WHERE o.status <> 'cancelled' AND NOT o.is_test AND c.channel = 'Email'"""
MADE = """SELECT count(*) FROM (SELECT i.product_id FROM order_item i JOIN orders o USING (order_id)
WHERE o.status <> 'cancelled' AND NOT o.is_test AND o.ordered_at >= DATE '2026-01-01' GROUP BY 1
HAVING sum(i.net_amount) > 1000)"""


@pytest.mark.parametrize(
    "question", ["direct orders", "paid search orders last month", "direct vs paid search revenue"]
)
def test_a_way_that_several_things_came_is_asked_back(shop: Assistant, question: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Clarification)
    fields = {one.field for option in outcome.options for one in option.plan.query.filters}
    assert {"customer.acquisition_channel", "session.channel_group"} <= fields


@pytest.mark.parametrize("question", ["email orders", "orders from our newsletter"])
def test_orders_of_emails_are_those_of_their_campaigns(shop: Assistant, question: str) -> None:
    assert plain(rows_to(shop, question)) == plain(rows(shop, EMAIL))


def test_a_way_that_is_said_to_be_of_customers_is_theirs(shop: Assistant) -> None:
    found = query_of(shop, "revenue from customers acquired through paid search")
    assert [one.field for one in found.filters] == ["customer.acquisition_channel"]


def test_visits_to_stores_are_no_visits_of_customers_won_there(shop: Assistant) -> None:
    assert isinstance(shop.ask("store visits"), Refusal)


@pytest.mark.parametrize(
    "question",
    ["how many products made over 1000 this year", "how many products had revenue over 1000 euros this year"],
)
def test_things_are_bounded_by_the_money_they_made(shop: Assistant, question: str) -> None:
    assert plain(rows_to(shop, question)) == plain(rows(shop, MADE))


def test_what_people_earn_is_not_what_they_bought(shop: Assistant) -> None:
    assert isinstance(shop.ask("customers who earn more than 50000"), Refusal)


def test_a_share_that_is_asked_for_is_the_one_that_is_told(shop: Assistant) -> None:
    found = answered(shop, "revenue and share of revenue by brand, top 3")
    share = f"{float(found.result.rows[0][-1]):.1%}"
    assert f"a share of {share}" in found.sentence
    assert "of the total shown" not in found.sentence
