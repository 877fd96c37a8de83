"""Words that leave something open on the shipped model: they are said, asked back or noted, and never settled."""

from datetime import date

import pytest

from assistant.answer import Clarification, Plan
from assistant.understanding import Understanding
from semantic_layer import load, shipped_definitions, with_implied
from tests.understanding_layer import read

pytestmark = pytest.mark.deep  # the whole shipped model is read for it

VALUES = {
    "marketing_spend.channel": (("Display", 9), ("Paid Search", 9)),
    "campaign.campaign_channel": (("Display", 9), ("Email", 9)),
    "campaign.target": (("New customers in Austria", 9),),
    "customer.acquisition_channel": (("Email", 9), ("Store", 9), ("Direct", 9)),
    "customer.country": (("Austria", 9), ("Germany", 9)),
    "customer.income_band": (("over 100k", 9), ("under 20k", 9)),
    "orders.channel": (("web", 9), ("app", 9), ("store", 9)),
    "orders.status": (("completed", 9), ("refunded", 9), ("cancelled", 9)),
    "opportunity.stage": (("Won", 9), ("Lost", 9), ("Proposal", 9)),
    "product.category": (("Shoes", 9), ("Clothing", 9)),
    "product.subcategory": (("Boots", 9),),
    "subscription.subscription_status": (("active", 9), ("cancelled", 9)),
    "ticket.channel": (("phone", 9), ("chat", 9)),
}


@pytest.fixture(scope="module")
def model() -> Understanding:
    return Understanding(with_implied(load(shipped_definitions())), VALUES, date(2026, 6, 30))


@pytest.mark.parametrize(
    "question",
    [
        "number of visits to stores last month",
        "tickets of phones",
        "orders by Friday",
        "how many orders were refunded in May 2026?",
        "Display ad clicks last month",
        "orders between 9 and 12",
        "customers with children under 5",
        "products sold in every country",
        "orders containing Shoes and Clothing",
        "active customers in the app and the web",
        "average of average order value by country",
        "total lifetime value of German customers",
        "revenue per employee",
        "revenue per subscriber",
        "products ordered last month",
        "new customers in Austria and churned customers in Germany",
        "revenue target last month",
        "revenue in my region",
        "customers without email",
        "customers with email",
        "customers whose first order was in a store",
        "first order of this year",
        "contribution margin this year",
        "how many orders were placed by bots?",
        "orders with more than one category",
        "orders with only Shoes",
        "annual subscriptions",
        "churn risk by segment",
        "amount refunded for May orders",
        "revenue per member",
        "revenue from Germany and orders from Austria",
        "open tickets by age",
        "what percentage of new customers come from paid channels?",
        "how many of our orders last month came from people who had bought before",
    ],
)
def test_what_is_left_open_is_not_settled(model: Understanding, question: str) -> None:
    assert not isinstance(model.plan(question), Plan)


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("tickets by phone", ("tickets",)),
        ("orders on Fridays", ("orders",)),
        ("orders between 9 and 12 euros", ("orders",)),
        ("customers with fewer than 2 children", ("customers",)),
        ("how many customers ordered in each country", ("active_customers",)),
        ("orders containing Shoes or Clothing", ("product_orders",)),
        ("average order value by country", ("average_order_value",)),
        ("revenue per order", ("average_order_value",)),
        ("new customers in Austria", ("new_customers",)),
        ("first orders this year", ("first_orders",)),
        ("won versus lost deals by month", ("deals_won", "deals_lost")),
        ("email and SMS opt-ins", ("email_opt_ins", "sms_opt_ins")),
        ("revenue refunded in May 2026", ("refund_amount",)),
        ("attributed revenue by country", ("attributed_revenue",)),
        ("points earned per member", ("points_earned", "loyalty_members")),
        ("subscriptions by year", ("subscriptions_at_month_end",)),
        ("how many customers ordered last month", ("active_customers",)),
    ],
)
def test_what_is_said_plainly_is_answered(model: Understanding, question: str, metrics: tuple[str, ...]) -> None:
    assert read(model, question).metrics == metrics


def test_a_share_that_is_a_metric_is_broken_down_by_the_field_of_its_own_rows(model: Understanding) -> None:
    outcome = model.plan("share of orders with a coupon by channel")
    assert isinstance(outcome, Plan)
    assert outcome.query.metrics == ("coupon_order_share",)
    assert [group.field for group in outcome.query.group_by] == ["orders.channel"]


def test_the_channel_of_what_is_attributed_is_asked_for(model: Understanding) -> None:
    outcome = model.plan("attributed revenue per channel")
    assert isinstance(outcome, Clarification)
    fields = [option.plan.query.group_by[0].field for option in outcome.options]
    assert fields == ["campaign.campaign_channel", "orders.channel"]


def test_by_a_word_at_the_end_is_a_breakdown(model: Understanding) -> None:
    first, second = (read(model, question) for question in ("revenue this year by store", "revenue by store this year"))
    assert first == second
    assert [group.field for group in first.group_by] == ["orders.store_id"]


def test_a_clause_keeps_its_own_period(model: Understanding) -> None:
    query = read(model, "revenue this year from customers who ordered yesterday")
    assert query.time_range is not None
    assert (query.time_range.start, query.time_range.end) == (date(2026, 1, 1), date(2026, 7, 1))
    own = query.filters[0].time_range
    assert own is not None
    assert (own.start, own.end) == (date(2026, 6, 29), date(2026, 6, 30))


def test_the_smaller_number_of_a_range_shares_the_letter(model: Understanding) -> None:
    assert read(model, "deals between 10 and 20k").filters[0].values == (10_000, 20_000)


def test_amounts_are_compared_and_no_income_is_taken_for_them(model: Understanding) -> None:
    assert [one.field for one in read(model, "orders over 100k").filters] == ["orders.order_amount"]
    assert [one.field for one in read(model, "revenue of customers with income over 100k").filters] == [
        "customer.income_band"
    ]


def test_a_list_of_those_who_are_something_leaves_out_those_who_were(model: Understanding) -> None:
    query = read(model, "list subscribers in Austria")
    assert ("subscription.subscription_status", ("active",)) in [(one.field, one.values) for one in query.filters]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many customers ordered several times this year?", "several times"),
        ("revenue last month in thousands", "in thousands"),
    ],
)
def test_what_is_taken_for_granted_is_noted(model: Understanding, question: str, said: str) -> None:
    outcome = model.plan(question)
    assert isinstance(outcome, Plan)
    assert any(said in note for note in outcome.notes)
