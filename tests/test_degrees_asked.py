"""What groups are to a degree, and what is said of groups that would answer with nothing, everything or one side."""

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {
    "customer.gender": (("female", 9), ("male", 8)),
    "customer.country": (("Germany", 9), ("France", 8)),
    "customer_360.loyalty_tier": (("Gold", 3), ("Silver", 4)),
    "loyalty.tier": (("Gold", 3), ("Silver", 4)),
    "orders.status": (("completed", 9), ("cancelled", 2)),
    "orders.coupon_code": (("SAVE10", 3), ("TREAT15", 2)),
    "orders.channel": (("web", 9), ("store", 5)),
    "orders.customer_kind": (("guest", 2), ("new", 3), ("returning", 4)),
    "product.category": (("Shoes", 3), ("Kitchen", 4)),
    "subscription.cancel_reason": (("too expensive", 3), ("moved", 1)),
    "account.employee_count": (("12", 2), ("50", 1)),
}


@pytest.fixture(scope="module")
def company() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("question", "metric", "field"),
    [
        ("are women happier than men", "csat", "customer.gender"),
        ("who is more loyal, women or men", "repeat_purchase_rate", "customer.gender"),
        ("are women or men more loyal", "repeat_purchase_rate", "customer.gender"),
        ("which is more profitable, shoes or kitchen", "gross_margin", "product.category"),
        ("who is more likely to return things, women or men", "return_rate", "customer.gender"),
        ("which country is most likely to recommend us", "nps", "customer.country"),
        ("which country is the most loyal", "repeat_purchase_rate", "customer.country"),
    ],
)
def test_a_degree_is_told_by_its_number(company: Understanding, question: str, metric: str, field: str):
    query = read(company, question)
    assert query.metrics == (metric,)
    assert [group.field for group in query.group_by] == [field]


def test_the_least_of_a_degree_is_the_lowest(company: Understanding):
    (order,) = read(company, "which country is the least happy").order_by
    assert not order.descending


def test_a_degree_of_all_is_the_plain_number(company: Understanding):
    query = read(company, "are our customers happy")
    assert (query.metrics, query.group_by) == (("csat",), ())


def test_a_side_that_the_metric_leaves_out_is_counted_by_the_wider_one(company: Understanding):
    query = read(company, "cancelled vs completed orders by channel")
    assert query.metrics == ("placed_orders",)
    assert {str(value) for one in query.filters for value in one.values} == {"cancelled", "completed"}


def test_one_time_buyers_by_group_are_bounded_each(company: Understanding):
    query = read(company, "one-time buyers by country")
    (bound,) = query.filters
    assert query.metrics == ("customers",)
    assert (bound.field, bound.op, bound.values, bound.entity) == ("orders", "eq", (1,), "customer")


def test_reasons_for_cancelling_are_those_of_what_was_cancelled(company: Understanding):
    query = read(company, "main reason for cancelling a subscription")
    assert query.metrics == ("cancelled_subscriptions",)


@pytest.mark.parametrize(
    "question",
    [
        "revenue per store employee",
        "revenue by employee",
        "% of orders with a coupon, by coupon code",
        "guest orders vs orders of known customers",
        "customers who ordered twice by country",
        "active subscriptions by cancellation reason",
        "current agents",
        "current products",
    ],
)
def test_what_says_nothing_is_refused(company: Understanding, question: str):
    assert isinstance(company.plan(question), Refusal)


@pytest.mark.parametrize("question", ["revenue by number of employees", "orders with a coupon, by coupon code"])
def test_the_same_words_with_a_meaning_are_answered(company: Understanding, question: str):
    assert isinstance(company.plan(question), Plan)
