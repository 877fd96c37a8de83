"""How often people do something, who of them, kinds set against each other, and motives before a breakdown."""

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from tests.understanding_layer import read, shipped

VALUES = {
    "customer.home_ownership": (("owner", 9), ("renter", 8)),
    "customer.gender": (("female", 9), ("male", 8)),
    "customer.area_type": (("urban", 9), ("rural", 8)),
    "customer.kids": (("0", 9), ("2", 3)),
    "subscription.cancel_reason": (("moved", 3), ("too expensive", 8)),
    "session.device": (("mobile", 9), ("desktop", 8)),
    "loyalty_account.tier": (("Gold", 3), ("Silver", 8)),
    "agent.agent_name": (("Kim", 3), ("Alex", 8)),
    "ticket.topic": (("delivery", 3), ("returns", 8)),
}


@pytest.fixture(scope="module")
def shop() -> Understanding:
    return shipped(VALUES)


@pytest.mark.parametrize(
    ("question", "group", "descending"),
    [
        ("which region's customers buy most often?", "customer.region", True),
        ("In which country do people order most often?", "customer.country", True),
        ("which two age groups shop least often", "customer.generation", False),
    ],
)
def test_how_often_people_buy_is_told_per_head(
    shop: Understanding, question: str, group: str, descending: bool
) -> None:
    query = read(shop, question)
    assert query.metrics == ("orders_per_customer",)
    assert [one.field for one in query.group_by] == [group]
    assert query.order_by[0].descending is descending


def test_products_bought_most_often_are_still_ranked_by_units(shop: Understanding) -> None:
    assert read(shop, "which products do customers buy most often").metrics == ("units_sold",)


def test_what_came_up_most_often_did_not_grow(shop: Understanding) -> None:
    query = read(shop, "Which reason for cancelling came up most often last year?")
    assert (query.metrics, query.compare, query.limit) == (("cancelled_subscriptions",), None, 1)


@pytest.mark.parametrize("question", ["which agent answered the most tickets", "how many tickets did we answer in May"])
def test_answered_tickets_are_no_time_to_the_answer(shop: Understanding, question: str) -> None:
    outcome = shop.plan(question)
    assert not isinstance(outcome, Plan) or "first_response_time" not in outcome.query.metrics


def test_one_is_picked_from_among_several(shop: Understanding) -> None:
    assert read(shop, "Who among our agents solved the most tickets last month?").limit == 1
    assert read(shop, "which agents solved the most tickets last month?").limit != 1


def test_the_name_of_a_field_lends_no_word_to_a_number(shop: Understanding) -> None:
    query = read(shop, "Which loyalty tier redeemed the most points this year?")
    assert query.metrics == ("points_redeemed",)


@pytest.mark.parametrize(
    "question",
    ["revenue of owners compared with renters this year", "revenue: is it higher for owners or for renters this year?"],
)
def test_owners_beside_renters_are_no_account_managers(shop: Understanding, question: str) -> None:
    query = read(shop, question)
    assert [one.field for one in query.group_by] == ["customer.home_ownership"]
    assert {value for one in query.filters for value in one.values} == {"owner", "renter"}


def test_more_people_of_one_kind_are_counted(shop: Understanding) -> None:
    assert read(shop, "did more men or women buy something in June?").metrics == ("active_customers",)


def test_a_share_of_visits_is_no_share_of_a_device(shop: Understanding) -> None:
    query = read(shop, "what share of visits ended with an order in May, on mobile?")
    assert (query.metrics, query.shares) == (("conversion_rate",), ())


def test_a_loose_motive_stands_beside_every_group(shop: Understanding) -> None:
    asked = "revenue per customer by household size, 2025"
    told = read(shop, f"Do bigger households spend more? {asked}")
    assert told == read(shop, asked)
    assert not isinstance(shop.plan("Do wholesale clients pay more? Revenue last month"), Plan)


def test_a_rate_may_be_asked_for_in_brackets(shop: Understanding) -> None:
    query = read(shop, "Which three topics break the SLA most often (rate) in 2026?")
    assert (query.metrics, query.order_by[0].by, query.limit) == (("sla_breach_rate",), "sla_breach_rate", 3)


def test_groups_by_a_number_of_things_are_by_their_field(shop: Understanding) -> None:
    query = read(shop, "revenue by number of kids in 2025")
    assert [one.field for one in query.group_by] == ["customer.kids"]


def test_the_month_before_told_in_a_clause_is_compared_with(shop: Understanding) -> None:
    asked = "what's the retention rate of last month and how was it in the month before"
    assert read(shop, asked).compare is not None


@pytest.mark.parametrize("question", ["tickets through campaigns", "how many visits came from campaigns last month"])
def test_what_came_through_things_is_not_all_of_it(shop: Understanding, question: str) -> None:
    assert isinstance(shop.plan(question), Refusal)


def test_leads_through_campaigns_are_those_of_campaigns(shop: Understanding) -> None:
    assert read(shop, "number of leads that came in through campaigns this quarter").metrics == ("campaign_leads",)


def test_a_number_of_orders_is_no_number_of_customers(shop: Understanding) -> None:
    outcome = shop.plan("typical number of orders a customer places in a year, 2025")
    assert not isinstance(outcome, Plan) or outcome.query.metrics != ("active_customers",)


def test_customers_lost_are_no_fall_of_customers(shop: Understanding) -> None:
    query = read(shop, "Which country lost the most customers in April?")
    assert (query.metrics, query.compare) == (("lost_customers",), None)


def test_a_fall_of_revenue_is_still_a_fall(shop: Understanding) -> None:
    query = read(shop, "which brand lost the most revenue this year compared with last year")
    assert query.compare is not None
    assert query.order_by[0].column == "change"
