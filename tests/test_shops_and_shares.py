"""Stores by town, sides of a comparison, shares of amounts and states of today, against the shipped model."""

from __future__ import annotations

import pytest

from assistant.answer import Plan
from assistant.understanding import Understanding
from semantic_layer import Filter
from tests.understanding_layer import read, shipped

VALUES = {
    "orders.store_id": [("DE-Hamburg", 9), ("DE-Kiel", 9), ("FR-Paris", 9), ("FR-Paris-Nord", 9)],
    "customer.city": [("Hamburg", 9), ("Kiel", 9), ("Paris", 9)],
    "orders.channel": [("store", 9), ("app", 9), ("web", 9)],
    "customer.gender": [("male", 9), ("female", 9)],
    "product.category": [("Kids", 9), ("Shoes", 9)],
    "opportunity.stage": [("Negotiation", 9), ("Won", 9)],
    "lead.lead_country": [("Germany", 9), ("France", 9)],
    "campaign.campaign_country": [("Germany", 9), ("France", 9)],
    "refund.reason": [("defective", 9), ("wrong size", 9)],
}


@pytest.fixture(scope="module")
def room() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("question", "stores"),
    [
        ("How much did the Hamburg store sell last month?", ("DE-Hamburg",)),
        ("How many orders did the shop in Kiel have in May?", ("DE-Kiel",)),
        ("Revenue of the store in Hamburg compared to the one in Kiel this year", ("DE-Hamburg", "DE-Kiel")),
    ],
)
def test_a_store_is_known_by_its_town_and_not_by_where_customers_live(
    room: Understanding, question: str, stores: tuple[str, ...]
) -> None:
    assert read(room, question).filters == (Filter(field="orders.store_id", op="in", values=stores),)


def test_a_town_with_two_stores_names_neither(room: Understanding) -> None:
    outcome = room.plan("Revenue of the store in Paris in May")
    filters = outcome.query.filters if isinstance(outcome, Plan) else ()
    assert all(one.field != "orders.store_id" for one in filters)


def test_who_does_more_of_two_is_told_for_each_side(room: Understanding) -> None:
    query = read(room, "Who bought more in 2025, men or women? Net revenue by gender please")
    assert (query.metrics, query.entity) == (("net_revenue",), "")
    assert [one.field for one in query.group_by] == ["customer.gender"]


def test_a_state_now_is_no_course_by_month(room: Understanding) -> None:
    query = read(room, "How many deals are in Negotiation right now?")
    assert (query.metrics, query.group_by) == (("deals_opened",), ())
    assert query.filters == (Filter(field="opportunity.stage", op="in", values=("Negotiation",)),)


def test_stores_left_out_are_the_channel(room: Understanding) -> None:
    query = read(room, "How many orders did we get last week, excluding stores?")
    assert query.filters == (Filter(field="orders.channel", op="not_in", values=("store",)),)


def test_a_capital_tells_the_category_from_the_number_of_kids(room: Understanding) -> None:
    query = read(room, "Kids revenue this year")
    assert query.filters == (Filter(field="product.category", op="in", values=("Kids",)),)


def test_leads_of_a_country_are_those_from_there(room: Understanding) -> None:
    query = read(room, "Leads from Germany versus leads from France, this year")
    assert [one.field for one in query.group_by] == ["lead.lead_country"]


def test_what_came_back_broken_is_only_the_defective(room: Understanding) -> None:
    query = read(room, "How many items came back broken in 2025?")
    assert query.filters == (Filter(field="refund.reason", op="in", values=("defective",)),)


@pytest.mark.parametrize(
    "question", ["Share of gross margin by department in 2025", "Share of each department in gross margin, 2025"]
)
def test_a_share_of_an_amount_is_no_rate(room: Understanding, question: str) -> None:
    query = read(room, question)
    assert (query.metrics, [one.metric for one in query.shares]) == (("gross_margin",), ["gross_margin"])


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("How much of what we sold in stores last year came back?", "return_rate"),
        ("How much postage did our customers pay us this year?", "shipping_income"),
        ("How much VAT did we put on the bills in 2025?", "tax_charged"),
        ("Which industry brings the most open business?", "pipeline_value"),
        ("How long does it take until somebody orders a second time, per segment?", "days_to_second_order"),
    ],
)
def test_everyday_words_name_the_number(room: Understanding, question: str, metric: str) -> None:
    assert read(room, question).metrics == (metric,)


def test_cancelled_ones_counted_too_are_told_in_advance(room: Understanding) -> None:
    query = read(room, "If you count cancelled orders too, how many orders came through the app last quarter?")
    assert query.metrics == ("placed_orders",)
