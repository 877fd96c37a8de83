"""Questions of the demo company whose nearest number is not the one asked for: asked back, refused, or read as said."""

import pytest

from assistant.answer import Answer, Clarification, Outcome, Plan, Refusal
from assistant.assistant import Assistant
from semantic_layer import SemanticQuery
from tests.asking import plain, rows, rows_to


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
        "win rate by lost reason",
        "won deals above 20k by owner",
        "CSAT answers below 3 by agent",
        "emails sent not delivered",
        "leads created in 2025 and converted in 2026",
        "sales people without a won deal this year",
        "returning customers who bought in May but not in April",
        "orders shipped to Austria",
        "what share of leads got qualified",
        "display impressions",
        "how many subscribers downgraded and then cancelled",
        "campaigns with clicks but no orders",
        "average subscription length of active subscribers",
        "products with an average rating below 3 and more than 10 reviews",
        "leads qualified in May",
        "what share of deals were won by Mara Lindqvist",
        "share of won deals above 10k",
        "customers who were ever at risk",
        "products that customers in Germany bought",
        "how many customers ordered less often in 2025 than in 2024 per employee",
        "abandoned carts last week by day versus the week before",
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
        "average lifetime of cancelled subscriptions",
        "tickets solved under 1 hour, 1 to 4 hours and over 4 hours",
        "orders by channel in percent",
        "leads created in May",
        "share of mobile visits that bounced",
        "what percentage of deals over 5000 euros were won in 2025",
        "what share of orders are first orders",
        "what percentage of visits are mobile this month",
        "customers at risk",
        "tickets created in May and solved in June",
        "how many customers ordered less often in 2025 than in 2024",
        "customers who ordered in May",
        "abandoned carts last week versus the week before",
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


def test_the_whole_of_what_has_ended_is_all_that_there_were(shop: Assistant) -> None:
    outcome = said_of(shop, "what share of subscriptions were cancelled because of price")
    assert isinstance(outcome, Clarification)
    assert [one.plan.query.metrics[0] for one in outcome.options] == ["new_subscriptions", "cancelled_subscriptions"]


def test_a_period_behind_two_deeds_is_of_both_or_of_the_last(shop: Assistant) -> None:
    outcome = said_of(shop, "customers with a ticket but no order in 2026")
    assert isinstance(outcome, Clarification)
    spans = [[one.time_range is None for one in option.plan.query.filters] for option in outcome.options]
    assert spans == [[False, False], [True, False]]
    assert isinstance(said_of(shop, "customers who ever had a ticket but no order in 2026"), Plan | Refusal)


def test_leads_won_are_no_leads_that_came(shop: Assistant) -> None:
    outcome = said_of(shop, "leads won last month")
    assert not isinstance(outcome, Plan) or "leads" not in outcome.query.metrics


def test_who_solved_the_fewest_is_not_who_solved_the_most(shop: Assistant) -> None:
    sql = """SELECT count(*) FROM ticket t JOIN agent a USING (agent_id) WHERE t.solved_at IS NOT NULL
    AND t.created_at >= DATE '2026-05-01' AND t.created_at < DATE '2026-06-01' GROUP BY a.name ORDER BY 1 LIMIT 1"""
    ((_, fewest),) = rows_to(shop, "who answered the fewest tickets in May?")
    assert [(fewest,)] == rows(shop, sql)


def asked(shop: Assistant, *turns: str) -> Outcome:
    return shop.ask(turns[-1], conversation=shop.replay(turns[:-1]))


def query_after(shop: Assistant, *turns: str) -> SemanticQuery | None:
    outcome = asked(shop, *turns)
    return outcome.plan.query if isinstance(outcome, Answer) and outcome.plan else None


def test_a_breakdown_named_again_beside_another_stays(shop: Assistant) -> None:
    query = query_after(shop, "deals by stage", "by owner and stage")
    assert query is not None
    assert {group.field for group in query.group_by} == {"opportunity.stage", "opportunity.deal_owner"}


def test_a_follow_up_has_no_rate_by_reason_either(shop: Assistant) -> None:
    assert query_after(shop, "win rate by owner", "by lost reason") is None


def test_a_share_of_a_case_keeps_its_whole_behind_a_breakdown(shop: Assistant) -> None:
    sql = """SELECT c.country, sum(o.net_amount) FILTER (o.order_seq > 1) / sum(o.net_amount) FROM orders o
    JOIN customer c USING (customer_id) WHERE NOT o.is_test AND o.status <> 'cancelled' GROUP BY 1"""
    outcome = asked(shop, "what share of revenue came from returning customers", "by country")
    assert isinstance(outcome, Answer)
    told = [(row[0], row[-1]) for row in outcome.result.rows if row[0] is not None]
    assert plain(told) == plain(one for one in rows(shop, sql) if one[0] is not None)


def test_a_case_over_time_is_a_share_of_all_at_that_time(shop: Assistant) -> None:
    query = query_after(shop, "new customers by month this year", "only from paid search", "as a share of all")
    assert query is not None
    assert (query.shares[0].within, query.shares[0].apart_from) == (("metric_time",), ("customer.acquisition_channel",))


def test_a_bound_in_place_of_another_is_of_the_same_amount(shop: Assistant) -> None:
    query = query_after(shop, "orders above 200 euros by month", "below 50 instead")
    assert query is not None
    assert [(one.field, one.op, one.values) for one in query.filters] == [("orders.order_amount", "lt", (50,))]
    assert isinstance(asked(shop, "orders above 200 euros by month", "below 50"), Clarification)


def test_a_bound_that_names_its_number_is_none_of_the_rate(shop: Assistant) -> None:
    query = query_after(shop, "win rate by owner", "only with at least 50 deals")
    assert query is None or all(one.field != "win_rate" for one in query.filters)


def test_a_value_of_the_breakdown_before_is_meant_first(shop: Assistant) -> None:
    query = query_after(shop, "orders in May by channel", "top 2", "compared to April", "just the app")
    assert query is not None
    assert {one.field for one in query.filters} == {"orders.channel"}
    assert isinstance(asked(shop, "revenue per store", "only Berlin"), Clarification)


@pytest.mark.parametrize(
    "turns",
    [
        ("customers at risk by segment", "only companies"),
        ("customers by age group", "over 60"),
        ("email open rate by campaign", "and clicks"),
        ("renewals this year", "rate", "and cancellations"),
        ("repeat orders", "share"),
        ("abandoned carts last week", "by day", "not abandoned"),
        ("revenue per store", "number of stores"),
    ],
)
def test_a_follow_up_that_could_be_of_something_else_is_asked_back(shop: Assistant, turns: tuple[str, ...]) -> None:
    assert not isinstance(asked(shop, *turns), Answer)


def test_another_number_behind_a_breakdown_keeps_it(shop: Assistant) -> None:
    query = query_after(shop, "pipeline by owner", "only Mara Lindqvist", "and won value")
    assert query is not None
    assert query.metrics == ("won_value",)
    assert [one.values for one in query.filters if one.field == "opportunity.deal_owner"] == [("Mara Lindqvist",)]


def test_each_day_is_set_beside_that_of_the_week_before(shop: Assistant) -> None:
    sql = """SELECT count(*) FROM orders WHERE NOT is_test AND status <> 'cancelled'
    AND ordered_at >= DATE '2026-06-{}' AND ordered_at < DATE '2026-06-{}'"""
    outcome = asked(shop, "orders last week by day", "versus the week before")
    assert isinstance(outcome, Answer)
    assert [outcome.result.rows[0][1:3]] == [(*rows(shop, sql.format(22, 23))[0], *rows(shop, sql.format(15, 16))[0])]
