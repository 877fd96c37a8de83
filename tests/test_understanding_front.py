"""Whole sentences about service, marketing and deals on the shipped model: what is named, and what is never ignored."""

from datetime import date

import pytest

from assistant.answer import Plan
from assistant.understanding import Understanding
from semantic_layer import load, shipped_definitions, with_implied

pytestmark = pytest.mark.deep  # the whole shipped model is read for it

VALUES = {
    "marketing_spend.channel": (("Display", 9), ("Paid Search", 9)),
    "campaign.campaign_channel": (("Display", 9), ("Email", 9)),
    "customer.acquisition_channel": (("Email", 9), ("Direct", 9)),
    "ticket.priority": (("urgent", 9), ("normal", 9)),
}


@pytest.fixture(scope="module")
def model() -> Understanding:
    return Understanding(with_implied(load(shipped_definitions())), VALUES, date(2026, 6, 30))


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("How many orders came through our campaigns in June?", "attributed_orders"),
        ("How many leads did our campaigns bring in last quarter?", "campaign_leads"),
        ("How many new customers did campaigns bring last quarter?", "paid_new_customers"),
        ("orders in June", "orders"),
        ("How many emails did people open in May?", "emails_opened"),
        ("How long do we typically take to answer a ticket?", "first_response_time"),
        ("What percentage of tickets got solved within the SLA last quarter?", "sla_compliance_rate"),
        ("What percentage of tickets were not answered in time last quarter?", "sla_breach_rate"),
        ("How many clicks did we get out of display ads in April?", "ad_clicks"),
        ("How much money went into retention in May?", "retention_spend"),
    ],
)
def test_what_a_whole_sentence_asks_for(model: Understanding, question: str, metric: str) -> None:
    outcome = model.plan(question)
    assert isinstance(outcome, Plan), outcome
    assert outcome.query.metrics == (metric,)


@pytest.mark.parametrize(
    "question",
    [
        "How many tickets do we still have?",
        "How much money went into the open rate?",
        "What is the typical number of tickets?",
        "How many real visitors did we have in May?",
        "How many good leads did we get in May?",
        "How long do big customers wait for a reply?",
        "How often do customers contact support?",
    ],
)
def test_a_word_that_may_limit_is_never_ignored(model: Understanding, question: str) -> None:
    assert not isinstance(model.plan(question), Plan)
