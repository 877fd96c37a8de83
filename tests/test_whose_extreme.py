"""Who has the largest, smallest, first or last single one: that row with whom it belongs to, never the most of them."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from tests.asking import plain, rows, rows_to

SOLD = "o.status <> 'cancelled' AND NOT o.is_test"
YEAR = "o.ordered_at >= DATE '2026-01-01' AND o.ordered_at < DATE '2026-07-01'"


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("which customer placed the largest order this year?", "o.net_amount DESC"),
        ("which customer made the very first order this year?", "o.ordered_at"),
        ("who placed the last order this year?", "o.ordered_at DESC"),
    ],
)
def test_the_row_is_told_with_whom_it_belongs_to(shop: Assistant, question: str, order: str) -> None:
    told = f"SELECT o.order_id, o.customer_id FROM orders o WHERE {SOLD} AND {YEAR} ORDER BY {order} LIMIT 1"
    ((order_id, customer),) = rows(shop, told)
    (found,) = rows_to(shop, question)
    assert found[:2] == (order_id, customer)


def test_conditions_before_the_size_hold_for_the_rows(shop: Assistant) -> None:
    told = f"""SELECT o.order_id, o.customer_id FROM orders o JOIN customer c USING (customer_id)
        WHERE {SOLD} AND c.country = 'Germany' ORDER BY o.net_amount DESC LIMIT 1"""
    ((order_id, customer),) = rows(shop, told)
    (found,) = rows_to(shop, "which customer in Germany placed the largest order?")
    assert found[:2] == (order_id, customer)


def test_the_largest_open_deal_of_a_sales_person(shop: Assistant) -> None:
    told = (
        """SELECT opportunity_id, owner, amount FROM opportunity WHERE closed_at IS NULL ORDER BY amount DESC LIMIT 1"""
    )
    (found,) = rows_to(shop, "which sales person has the largest open deal?")
    assert plain([(found[0], found[1], found[3])]) == plain(rows(shop, told))


@pytest.mark.parametrize("question", ["which region has the largest customer?", "which city has the biggest customer?"])
def test_what_has_no_size_is_never_counted(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


def test_the_first_by_another_day_is_not_that_by_the_day_it_began(shop: Assistant) -> None:
    assert not isinstance(shop.ask("which agent closed the first ticket in June?"), Answer)


def test_the_largest_number_of_them_is_counted(shop: Assistant) -> None:
    outcome = shop.ask("which region has the largest number of customers?")
    assert isinstance(outcome, Answer)
    assert outcome.plan is not None
    assert outcome.plan.query.metrics == ("customers",)
