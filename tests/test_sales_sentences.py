"""Whole sentences about sales, read against the shipped model: what is measured, and of which rows."""

from __future__ import annotations

import pytest

from assistant.answer import Clarification, Refusal
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {"product.category": [("Clothing", 9), ("Electronics", 9), ("Shoes", 9)]}


@pytest.fixture(scope="module")
def room() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("question", "metric", "where"),
    [
        ("How many orders from Germany were cancelled in May?", "cancelled_orders", {"customer.country": ("Germany",)}),
        ("What percentage of orders in the app were cancelled?", "cancellation_rate", {"orders.channel": ("app",)}),
        ("What share of app orders got cancelled this year?", "cancellation_rate", {"orders.channel": ("app",)}),
        ("How many orders fell through last month?", "cancelled_orders", {}),
        ("What percentage of Clothing gets returned?", "return_rate", {"product.category": ("Clothing",)}),
        ("How many Shoes did we sell last month?", "units_sold", {"product.category": ("Shoes",)}),
        ("What share of orders comes from returning customers?", "repeat_order_share", {}),
        ("How much of our revenue is lost to refunds?", "refund_rate", {}),
        ("What did our app customers spend in June?", "net_revenue", {"orders.channel": ("app",)}),
        ("How much revenue came from our stores last month?", "net_revenue", {"orders.channel": ("store",)}),
        ("How much discount did we give on Electronics?", "product_discounts", {"product.category": ("Electronics",)}),
        ("How many refunds because of defects last quarter?", "refunds", {"refund.reason": ("defective",)}),
        ("What quantity did we sell last month?", "units_sold", {}),
        ("How many guest orders did we have in May?", "orders", {"orders.customer_kind": ("guest",)}),
    ],
)
def test_a_sentence_measures_what_it_asks_for(
    room: Understanding, question: str, metric: str, where: dict[str, tuple[str, ...]]
) -> None:
    query = read(room, question)
    assert (query.metrics, query.group_by) == ((metric,), ())
    assert {one.field: one.values for one in query.filters} == where


@pytest.mark.parametrize(
    ("question", "metric", "field"),
    [
        ("Which product is the most popular?", "units_sold", "product.product_name"),
        ("What do our customers buy the most?", "units_sold", "product.product_name"),
        ("Which products make the least profit?", "gross_margin", "product.product_name"),
        ("Which segment has the biggest baskets?", "average_order_value", "customer.segment"),
        ("In which country do customers return the most?", "refunds", "customer.country"),
        ("Which category do we discount the most?", "product_discounts", "product.category"),
    ],
)
def test_a_rank_is_of_what_is_named(room: Understanding, question: str, metric: str, field: str) -> None:
    query = read(room, question)
    assert (query.metrics, [group.field for group in query.group_by]) == ((metric,), [field])
    assert query.order_by[0].by == metric


def test_who_bought_online_and_in_a_store_did_both(room: Understanding) -> None:
    query = read(room, "How many customers buy both online and in store?")
    told = [one.where[0].values for one in query.filters if one.field == "orders"]
    assert told == [("web",), ("store",)]


@pytest.mark.parametrize(
    "question",
    [
        "What did people in the north buy last year?",
        "Where do people spend the most per order?",
        "What share of completed orders is cancelled?",
        "How many orders were returned last month?",
        "How many new orders came in last month?",
        "How many big orders came in last month?",
    ],
)
def test_another_number_is_no_answer(room: Understanding, question: str) -> None:
    assert isinstance(room.plan(question), (Refusal, Clarification))
