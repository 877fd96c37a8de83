"""How people talk about customers and service: second periods said short, statements put to the test, ages, asides."""

from __future__ import annotations

import pytest

from assistant.answer import Plan
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {
    "agent.team": [("Business desk", 9), ("Frontline", 9)],
    "campaign.objective": [("acquisition", 9), ("retention", 9)],
    "customer.country": [("Austria", 9), ("Germany", 9)],
    "customer.gender": [("female", 9), ("male", 9)],
    "customer.marital_status": [("married", 9), ("single", 9)],
    "customer.language": [("de", 9), ("es", 9)],
    "loyalty_account.tier": [("Gold", 9), ("Silver", 9)],
    "opportunity.deal_owner": [("Ben Carter", 9), ("Mara Frank", 9)],
    "opportunity.stage": [("Lost", 9), ("Won", 9)],
    "product.category": [("Beauty", 9), ("Shoes", 9)],
    "subscription.cancel_reason": [("moved", 9), ("too expensive", 9)],
    "ticket.priority": [("normal", 9), ("urgent", 9)],
    "ticket.topic": [("delivery", 9), ("returns", 9)],
}


@pytest.fixture(scope="module")
def room() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        # The second period in short.
        ("did we win more deals in the second quarter than in the first?", "did we win more deals in Q2 than in Q1?"),
        ("NPS this quarter against the last", "NPS this quarter against last quarter"),
        ("did we get more tickets this month than we had in the last?", "tickets this month versus last month"),
        ("Was churn lower in May than in the same month last year?", "was churn lower in May than in May last year?"),
        ("are people opening emails less than they did last year?", "are people opening emails less than last year?"),
        ("tickets for the first half-year", "tickets for the first half of 2026"),
        # A statement put to the test.
        ("our boss thinks women order more than men, is that true?", "do women order more than men?"),
        (
            "I heard the business desk is slower than frontline this year - right (first response time)?",
            "is the business desk slower than frontline this year (first response time)?",
        ),
        # The rate named in brackets.
        ("Are people clicking emails more in May than in April (click rate)?", "e-mail click rate in May vs April"),
        # A part of what is named with its deed.
        ("share of tickets breaching the SLA in Germany", "SLA breach rate in Germany"),
        ("share of tickets breaching the SLA, urgent ones", "SLA breach rate of urgent tickets"),
        # What lasts, without the word for its time.
        ("agents with the slowest first reply in Q2", "agents with the slowest first reply time in Q2"),
        ("which agents are slowest to reply?", "which agents have the slowest reply time?"),
        # People by their age, new ones, and what they give back.
        ("subscribers older than 50", "subscribers over 50"),
        ("what part of gold members is older than 50", "what part of gold members is over 50"),
        ("how many client we have won new in this year?", "how many new customers this year"),
        ("how many customers sent something back in May?", "how many customers returned something in May?"),
        ("who joined the loyalty programme in May?", "new loyalty members in May"),
        ("why do people cancel? reasons this year", "why do people cancel this year?"),
        ("monthly churn for subscribers", "subscription churn rate by month"),
        ("how many tickets in May, as our manager there is asking", "how many tickets in May"),
        # Sides told with "or", and those who are not so.
        ("is NPS higher for subscribers or non-subscribers", "is NPS higher for subscribers than for non-subscribers"),
        (
            "do loyalty members spend more per order than people who are not in the loyalty programme",
            "do loyalty members spend more per order than non-members",
        ),
        # What each one is worth, and left-out ones.
        ("orders worth more than 200 euros by country", "orders over 200 euros by country"),
        ("deals won by sales person, but leave out Ben Carter", "deals won by sales person excluding Ben Carter"),
        ("how many promoters over 40 in May", "how many promoters with an age over 40 in May"),
        ("hours with the fewest tickets on Mondays", "which hours of the day have the fewest tickets on Mondays"),
        ("how many single women do we have", "how many unmarried women do we have"),
    ],
)  # fmt: skip
def test_everyday_words_ask_what_plain_ones_ask(room: Understanding, said: str, plain: str) -> None:
    assert read(room, said) == read(room, plain)


def test_the_few_first_reasons_are_told(room: Understanding) -> None:
    query = read(room, "what are the top 3 reasons why customers contact us in Germany")
    assert query.metrics == ("tickets",)
    assert [group.field for group in query.group_by] == ["ticket.topic"]
    assert query.limit == 3


def test_a_change_told_in_percent_is_no_rate(room: Understanding) -> None:
    query = read(room, "ticket volume in June relative to June last year, in percent")
    assert query.metrics == ("tickets",)
    assert query.compare is not None


def test_a_rate_beside_other_things_is_not_told(room: Understanding) -> None:
    outcome = room.plan("retention campaigns")
    assert not (isinstance(outcome, Plan) and "retention_rate" in outcome.query.metrics)


def test_an_age_of_things_is_no_age_of_people(room: Understanding) -> None:
    outcome = room.plan("tickets older than 6 months")
    told = outcome.query.filters if isinstance(outcome, Plan) else ()
    assert all(one.field != "customer_360.age" for one in told)


def test_part_of_people_over_an_age_is_by_their_age(room: Understanding) -> None:
    query = read(room, "what percentage of subscribers is over 50")
    assert [one.field for one in query.filters] == ["customer_360.age"]


def test_single_women_are_women(room: Understanding) -> None:
    assert {one.field for one in read(room, "how many single women do we have").filters} == {
        "customer.marital_status",
        "customer.gender",
    }


def test_deals_worth_more_are_bounded_one_by_one(room: Understanding) -> None:
    query = read(room, "Pipeline value by stage for deals worth more than 5000")
    assert [(one.field, one.values) for one in query.filters] == [("opportunity.deal_value", (5000,))]


@pytest.mark.parametrize(
    "question",
    [
        "subscribers with more than one subscription",
        "What was MRR at the end of last year, and what is it now?",
        "is NPS higher for subscribers than for people without a subscription",
        "which rep closed the biggest deal this year?",
        "which agents speak Spanish",
        "agents who speak German",
    ],
)
def test_what_cannot_be_told_is_not_half_told(room: Understanding, question: str) -> None:
    assert not isinstance(room.plan(question), Plan)


def test_a_number_of_people_with_something_is_no_list(room: Understanding) -> None:
    outcome = room.plan("NPS of customers with at least one ticket this year")
    assert not (isinstance(outcome, Plan) and outcome.query.entity)
