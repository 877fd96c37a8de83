"""Full sentences as people speak them, read against the shipped model: small words and everyday verbs."""

from __future__ import annotations

import pytest

from assistant.answer import Plan
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {
    "product.category": [("Clothing", 9), ("Kitchen", 9), ("Shoes", 9)],
    "customer.region": [("North", 9), ("South", 9)],
    "customer.country": [("Austria", 9), ("Germany", 9), ("Spain", 9)],
    "customer.acquisition_channel": [("Organic Search", 9), ("Referral", 9)],
    "session.channel_group": [("Organic Search", 9), ("Referral", 9)],
    "session.device": [("mobile", 9), ("desktop", 9)],
    "session.os": [("iOS", 9), ("Android", 9)],
    "session.referrer": [("https://www.google.com/", 9)],
    "account.industry": [("Retail", 9), ("Health", 9)],
    "orders.channel": [("web", 9), ("app", 9), ("store", 9), ("phone", 9)],
    "orders.store_id": [("12", 9)],
    "opportunity.lost_reason": [("competitor", 9)],
    "refund.reason": [("arrived late", 9), ("defective", 9)],
    "subscription.plan": [("Basic", 9), ("Plus", 9), ("Pro", 9)],
    "ticket.channel": [("chat", 9), ("email", 9), ("phone", 9)],
}


@pytest.fixture(scope="module")
def room() -> Understanding:
    return shipped(VALUES)


CATEGORY, REGION, COUNTRY = "product.category", "customer.region", "customer.country"


@pytest.mark.parametrize(
    ("question", "metric", "where"),
    [
        # What a part of the business takes in.
        ("What did the kitchen department take in last month?", "product_revenue", {CATEGORY: ("Kitchen",)}),
        ("Tell me how much the shoe department brought in over May.", "product_revenue", {CATEGORY: ("Shoes",)}),
        ("What did our stores take in during May?", "net_revenue", {"orders.channel": ("store",)}),
        ("How much came in through the app last month?", "net_revenue", {"orders.channel": ("app",)}),
        ("What did Germany bring in last month?", "net_revenue", {COUNTRY: ("Germany",)}),
        ("What did we ring up in our stores in May?", "net_revenue", {"orders.channel": ("store",)}),
        ("How many Kitchen things did we sell in May?", "units_sold", {CATEGORY: ("Kitchen",)}),
        # Small words that point at a place.
        ("How many customers do we have down in the south?", "customers", {REGION: ("South",)}),
        ("How many customers live up in the north?", "customers", {REGION: ("North",)}),
        ("How many orders came out of Spain in May?", "orders", {COUNTRY: ("Spain",)}),
        # People, and where they come through.
        ("What did the folks in Austria spend with us in May?", "net_revenue", {COUNTRY: ("Austria",)}),
        ("How many orders were placed by people in Germany in May?", "orders", {COUNTRY: ("Germany",)}),
        (
            "What was the bounce rate for folks coming in through organic search during May?",
            "bounce_rate",
            {"session.channel_group": ("Organic Search",)},
        ),
        ("How many visitors did we have on their phones in May?", "visitors", {"session.device": ("mobile",)}),
        ("Visits from people using an iPhone in January", "sessions", {"session.os": ("iOS",)}),
        ("What is our win rate with companies in retail?", "win_rate", {"account.industry": ("Retail",)}),
        # Everyday verbs.
        ("How many leads trickled in last month?", "leads", {}),
        ("How many e-mails did we fire off in May?", "emails_sent", {}),
        (
            "How many new subscribers did we land on the Basic plan this year?",
            "new_subscriptions",
            {"subscription.plan": ("Basic",)},
        ),
        ("How many tickets did the support team close out in May?", "solved_tickets", {}),
        ("How many messages did we send to people in Spain by e-mail?", "emails_sent", {COUNTRY: ("Spain",)}),
        ("What did shoppers in Germany end up paying us in May?", "net_revenue", {COUNTRY: ("Germany",)}),
        ("How much refund amount for defective products?", "refund_amount", {"refund.reason": ("defective",)}),
        (
            "How many returns did we have because the item arrived late?",
            "refunds",
            {"refund.reason": ("arrived late",)},
        ),
    ],
)
def test_a_spoken_sentence_measures_what_it_asks_for(
    room: Understanding, question: str, metric: str, where: dict[str, tuple[str, ...]]
) -> None:
    query = read(room, question)
    assert (query.metrics, query.group_by) == ((metric,), ())
    assert {one.field: one.values for one in query.filters} == where
    assert query.compare is None


@pytest.mark.parametrize(
    ("question", "metric", "field"),
    [
        ("Who among our reps let the most deals slip to a competitor?", "deals_lost", "opportunity.deal_owner"),
        ("Which brand did we shift the most units of this year?", "units_sold", "product.brand"),
        ("Visits per browser for June, with the busiest browser on top.", "sessions", "session.browser"),
        ("Split our new customers by how they found us.", "new_customers", "customer.acquisition_channel"),
        ("How is our customer base spread over the countries we sell to?", "customers", "customer.country"),
        (
            "How many tickets are we sitting on right now, split by how urgent they are?",
            "open_tickets",
            "ticket.priority",
        ),
    ],
)
def test_a_spoken_sentence_breaks_down_as_asked(room: Understanding, question: str, metric: str, field: str) -> None:
    query = read(room, question)
    assert (query.metrics, [group.field for group in query.group_by]) == ((metric,), [field])
    assert query.compare is None


@pytest.mark.parametrize(
    "question",
    [
        "Are sales down in the south?",  # "down" tells how they moved
        "How much came in through chat?",  # no money
        "What did paid search bring in?",  # who was won by it, or what it sold
        "How many visitors dropped by our referrer?",
    ],
)
def test_small_words_that_tell_something_are_not_dropped(room: Understanding, question: str) -> None:
    outcome = room.plan(question)
    plain = isinstance(outcome, Plan) and outcome.query.compare is None and not outcome.query.group_by
    assert not plain


def test_percent_behind_two_periods_is_no_share(room: Understanding) -> None:
    query = read(room, "How did sales do in June compared to May, percentage-wise?")
    assert query.metrics == ("net_revenue",)
    assert query.compare is not None
    assert query.shares == ()
