"""One number less another, days of things named in a clause, rows with more columns, and what is worth how much."""

from collections.abc import Mapping
from datetime import date

import pytest

from assistant.answer import Clarification, Refusal
from assistant.understanding import Understanding
from semantic_layer import Filter, Share
from tests.understanding_layer import read, shipped

VALUES: Mapping[str, tuple[tuple[str, int], ...]] = {
    "customer.country": (("Germany", 9), ("France", 5)),
    "customer.acquisition_channel": (("Email", 4), ("Direct", 5)),
    "cart.cart_status": (("abandoned", 5), ("open", 3)),
    "subscription.plan": (("Basic", 5), ("Pro", 4)),
    "opportunity.stage": (("Won", 3), ("Lost", 2)),
    "opportunity.deal_owner": (("Mara Lindqvist", 4),),
    "opportunity.lost_reason": (("price", 2),),
    "agent.agent_name": (("Luca Costa", 4), ("Kim Groen", 5)),
    "campaign.objective": (("brand", 4), ("retention", 3)),
    "lead.lead_status": (("converted", 4), ("new", 3)),
    "refund.reason": (("arrived late", 4), ("wrong size", 3)),
    "ticket.topic": (("delivery", 4), ("returns", 3)),
}


@pytest.fixture(scope="module")
def shop() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("question", "first", "other"),
    [
        ("new mrr minus churned mrr this year", "new_mrr", "churned_mrr"),
        ("how many more new customers than lost customers did we have in May", "new_customers", "lost_customers"),
        ("gap between emails sent and emails delivered", "emails_sent", "emails_delivered"),
    ],
)
def test_one_number_less_another_is_computed(shop: Understanding, question: str, first: str, other: str):
    query = read(shop, question)
    assert query.metrics == (first, other)
    assert query.shares == (Share(metric=first, of=other, less=True),)


def test_a_condition_of_the_first_number_alone_is_not_put_on_both(shop: Understanding):
    assert isinstance(shop.plan("German revenue minus marketing spend"), Refusal)


def test_what_customers_brought_whose_first_order_was_then_is_not_those_first_orders(shop: Understanding):
    query = read(shop, "revenue by country of customers whose first order was in 2025")
    assert [(one.field, one.op, one.values) for one in query.filters] == [
        ("customer.first_order_at", "ge", (date(2025, 1, 1),)),
        ("customer.first_order_at", "lt", (date(2026, 1, 1),)),
    ]
    assert query.time_range is None


def test_what_those_brought_who_first_ordered_then_is_asked_back(shop: Understanding):
    assert isinstance(shop.plan("average order value of customers who placed their first order in 2025"), Clarification)


def test_a_last_order_before_a_day_is_that_of_each_customer(shop: Understanding):
    (bound,) = read(shop, "how many customers last ordered before March 2026").filters
    assert (bound.field, bound.op, bound.values) == ("customer.last_order_at", "lt", (date(2026, 3, 1),))


def test_products_launched_then_are_no_breakdown_by_their_day(shop: Understanding):
    query = read(shop, "revenue by product for products launched in 2025")
    assert [one.field for one in query.group_by] == ["product.product_name"]
    assert {one.field for one in query.filters} == {"product.launched_at"}


def test_columns_asked_behind_a_list_are_shown(shop: Understanding):
    query = read(shop, "list open deals with their owner and value")
    shown = [one.field for one in query.group_by]
    assert query.entity == "opportunity"
    assert {"opportunity.deal_owner", "opportunity.deal_value"} <= set(shown)
    assert Filter(field="opportunity.deal_owner", op="not_null") not in query.filters


def test_carts_worth_so_much_are_counted_and_not_added_up(shop: Understanding):
    query = read(shop, "how many abandoned carts were worth over 200 euros in June")
    assert query.metrics == ("carts",)
    assert Filter(field="cart.cart_worth", op="gt", values=(200,)) in query.filters


def test_a_rate_for_large_deals_is_of_such_deals(shop: Understanding):
    query = read(shop, "win rate by sales person for deals over 50k")
    assert query.filters == (Filter(field="opportunity.deal_value", op="gt", values=(50_000,)),)


@pytest.mark.parametrize("written", ["emails", "e-mails", "E-mails"])
def test_a_hyphen_in_e_mail_changes_nothing(shop: Understanding, written: str):
    query = read(shop, f"what percentage of {written} bounced in Germany")
    assert query.metrics == ("email_bounce_rate",)
    assert query.filters == (Filter(field="customer.country", op="in", values=("Germany",)),)


def test_the_plan_before_an_upgrade_is_not_the_one_behind_it(shop: Understanding):
    assert isinstance(shop.plan("how many basic subscribers upgraded"), Refusal)
    assert read(shop, "upgrades by plan").metrics == ("upgrades",)


def test_he_is_nobody_where_nobody_was_named(shop: Understanding):
    assert isinstance(shop.plan("how many tickets did he solve"), Refusal)


@pytest.mark.parametrize(
    "question", ["have they contacted support?", "did they order?", "how many orders do they have?"]
)
def test_they_of_whom_nobody_spoke_are_not_everybody(shop: Understanding, question: str) -> None:
    refused = shop.plan(question)
    assert isinstance(refused, Refusal)
    assert refused.words == ("they",)


def test_rates_of_the_same_rows_are_meant_together(shop: Understanding):
    assert read(shop, "open rate vs click rate by month").metrics == ("email_open_rate", "email_click_rate")


def test_tickets_that_deal_with_a_topic_are_not_those_solved(shop: Understanding):
    assert read(shop, "tickets that deal with delivery").metrics == ("tickets",)


def test_a_change_in_percentage_points_is_a_change(shop: Understanding):
    query = read(shop, "by how many percentage points did our conversion rate change from Q1 to Q2 2026")
    assert query.metrics == ("conversion_rate",)
    assert query.compare is not None


def test_spend_said_once_is_that_of_both(shop: Understanding):
    query = read(shop, "how much are we spending on acquisition compared with retention")
    assert query.metrics == ("acquisition_spend", "retention_spend")


def test_brands_said_again_are_no_value_called_so(shop: Understanding):
    query = read(shop, "return rate by brand for brands with more than 500 units sold")
    assert query.filters == (Filter(field="units_sold", op="gt", values=(500,)),)
    assert [one.field for one in query.group_by] == ["product.brand"]


@pytest.mark.parametrize(
    "question",
    ["how many leads did we get from each channel last quarter and how many converted", "orders delivered late"],
)
def test_what_would_be_another_number_is_refused(shop: Understanding, question: str):
    assert isinstance(shop.plan(question), Refusal)


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("orders last month split by new and returning", ("new", "returning")),
        ("orders last month by new and returning", ("new", "returning")),
    ],
)
def test_values_behind_by_are_told_apart(shop: Understanding, question: str, values: tuple[str, ...]):
    found = read(shop, question)
    assert [group.field for group in found.group_by] == ["orders.customer_kind"]
    assert found.filters == (Filter(field="orders.customer_kind", op="in", values=values),)


def test_values_behind_by_with_an_or_are_one_number(shop: Understanding):
    assert read(shop, "tickets by Luca Costa or Kim Groen").group_by == ()


def test_the_second_of_two_values_is_no_number(shop: Understanding):
    assert isinstance(shop.plan("new and returning"), Refusal)
