"""Everyday forms of questions: two sides named last, groups told by what they do, values by their bare name."""

from __future__ import annotations

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {
    "customer.acquisition_channel": [("Email", 9), ("Paid Search", 9)],
    "customer.country": [("Germany", 9), ("France", 9)],
    "customer.gender": [("female", 9), ("male", 9)],
    "customer.marital_status": [("divorced", 9), ("married", 9), ("single", 9)],
    "orders.channel": [("app", 9), ("web", 9)],
    "orders.status": [("cancelled", 9), ("delivered", 9)],
    "product.brand": [("Kinetiq", 9), ("Voltix", 9)],
    "product.category": [("Clothing", 9), ("Electronics", 9), ("Shoes", 9)],
    "product.size": [("L", 9), ("M", 9)],
    "ticket.topic": [("delivery", 9), ("returns", 9)],
}


@pytest.fixture(scope="module")
def room() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("who spends more, women or men?", "do women or men spend more?"),
        ("what sold more this quarter: shoes or clothing?", "do shoes or clothing sell more this quarter?"),
        ("do women or men order more often?", "do women order more often than men?"),
        ("who orders more often, women or men?", "do women order more often than men?"),
        ("the three countries that ordered most in 2026", "which three countries ordered most in 2026?"),
        ("brands in the Electronics category", "list the brands in Electronics"),
        ("which brands are in Electronics?", "list the brands in Electronics"),
        ("10 cities where most of our customers live", "top 10 cities by customers"),
        ("customers from which country order the most?", "which country has the most orders?"),
        (
            "customers from which acquisition channel spend the most this year?",
            "which acquisition channel's customers spend the most this year?",
        ),
        (
            "customers from which acquisition channel spend the most per head?",
            "which acquisition channel has the highest revenue per customer?",
        ),
        ("which complaints were the most frequent in May?", "which topic had the most tickets in May?"),
        ("how many orders in May had a value of at least 200.01 euros?", "orders worth at least 200.01 euros in May"),
        ("how much did shoes and clothing make in May?", "revenue with shoes and clothing in May"),
        ("how much is an order worth on average by country?", "average order value by country"),
        ("on which weekdays do we get most orders this year? show orders by weekday", "orders by weekday this year"),
        ("how many orders this month if you count the cancelled ones as well?", "placed orders in June 2026"),
        ("Do married people buy more than singles? Show revenue by marital status.", "revenue by marital status"),
        ("number of distinct products sold in May", "how many different products did we sell in May?"),
        ("products priced from 50 to 100 euros: how many?", "how many products cost between 50 and 100 euros?"),
    ],
)
def test_an_everyday_form_is_read_as_the_plain_one(room, said, plain):
    found, wanted = read(room, said), read(room, plain)
    bare = {"time_range": None, "order_by": ()}
    assert found.model_copy(update=bare) == wanted.model_copy(update=bare)
    times = [one.time_range and (one.time_range.start, one.time_range.end) for one in (found, wanted)]
    assert times[0] == times[1]


def test_singles_are_people_and_a_single_order_is_one(room):
    (married,) = read(room, "how many singles do we have?").filters
    assert (married.field, married.values) == ("customer.marital_status", ("single",))
    outcome = room.plan("how many customers placed a single order?")
    assert not isinstance(outcome, Plan) or "marital" not in outcome.query.model_dump_json()


@pytest.mark.parametrize("question", ["most common orders", "spend per acquisition channel this year"])
def test_what_has_no_such_name_is_refused(room, question):
    assert isinstance(room.plan(question), Refusal)
