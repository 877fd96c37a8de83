"""Questions of the demo company whose nearest number is not the one asked for: asked back, refused, or read as said."""

import pytest

from assistant.answer import Answer, Clarification, Plan, Refusal
from assistant.assistant import Assistant
from semantic_layer import SemanticQuery
from tests.asking import rows, rows_to


def said_of(shop: Assistant, question: str) -> Plan | Clarification | Refusal:
    outcome = shop.understanding.plan(question)
    assert isinstance(outcome, Plan | Clarification | Refusal)
    return outcome


@pytest.mark.parametrize(
    "question",
    [
        "share of urgent tickets that are open",
        "share of customers with email consent among subscribers",
        "one touch tickets out of all solved tickets",
        "share of tickets reopened at least twice",
        "win rate by lost reason",
        "won deals above 20k by owner",
        "CSAT answers below 3 by agent",
        "emails sent not delivered",
        "leads created in 2025 and converted in 2026",
        "tickets created in May and solved in June",
        "sales people without a won deal this year",
        "returning customers who bought in May but not in April",
        "orders shipped to Austria",
        "what share of leads got qualified",
        "display impressions",
        "how many subscribers downgraded and then cancelled",
        "campaigns with clicks but no orders",
    ],
)
def test_a_number_of_something_else_is_not_told(shop: Assistant, question: str) -> None:
    assert not isinstance(said_of(shop, question), Plan)


@pytest.mark.parametrize(
    "question",
    [
        "share of tickets that are urgent",
        "share of deals we lost to a competitor",
        "win rate by sales person",
        "sales people with more than 20 won deals",
        "more than 20 won deals by owner",
        "active subscriptions, not cancelled",
        "leads created in 2025",
        "orders from customers in Austria",
        "what share of leads are qualified",
        "show impressions",
        "display revenue by month",
        "revenue by country and then by month",
    ],
)
def test_the_same_said_of_the_number_itself_is_told(shop: Assistant, question: str) -> None:
    assert isinstance(said_of(shop, question), Plan), said_of(shop, question)


def test_deals_lost_to_somebody_are_a_part_of_all_deals_or_of_the_lost_ones(shop: Assistant) -> None:
    outcome = said_of(shop, "what percentage of deals were lost to a competitor")
    assert isinstance(outcome, Clarification)
    parts = "SELECT count(*) FILTER (lost_reason = 'competitor') / count({}) FROM opportunity"
    wholes = [option.plan.query.shares[0].metric for option in outcome.options]
    assert wholes == ["deals_opened", "deals_lost"]
    assert rows(shop, parts.format("*")) != rows(shop, parts.format("lost_reason"))


def test_a_period_behind_two_deeds_is_of_both_or_of_the_last(shop: Assistant) -> None:
    outcome = said_of(shop, "customers with a ticket but no order in 2026")
    assert isinstance(outcome, Clarification)
    spans = [[one.time_range is None for one in option.plan.query.filters] for option in outcome.options]
    assert spans == [[False, False], [True, False]]
    assert isinstance(said_of(shop, "customers who ever had a ticket but no order in 2026"), Plan | Refusal)


def test_who_solved_the_fewest_is_not_who_solved_the_most(shop: Assistant) -> None:
    sql = """SELECT count(*) FROM ticket t JOIN agent a USING (agent_id) WHERE t.solved_at IS NOT NULL
    AND t.created_at >= DATE '2026-05-01' AND t.created_at < DATE '2026-06-01' GROUP BY a.name ORDER BY 1 LIMIT 1"""
    ((_, fewest),) = rows_to(shop, "who answered the fewest tickets in May?")
    assert [(fewest,)] == rows(shop, sql)


def query_after(shop: Assistant, *turns: str) -> SemanticQuery | None:
    outcome = shop.ask(turns[-1], conversation=shop.replay(turns[:-1]))
    return outcome.plan.query if isinstance(outcome, Answer) and outcome.plan else None


def test_a_breakdown_named_again_beside_another_stays(shop: Assistant) -> None:
    query = query_after(shop, "deals by stage", "by owner and stage")
    assert query is not None
    assert {group.field for group in query.group_by} == {"opportunity.stage", "opportunity.deal_owner"}


def test_a_follow_up_has_no_rate_by_reason_either(shop: Assistant) -> None:
    assert query_after(shop, "win rate by owner", "by lost reason") is None
