"""Sets of people: a part of those told apart, who did it again or since; held against SQL by hand."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Clarification, Plan, Refusal
from assistant.assistant import Assistant
from semantic_layer import Filter, QueryError, SemanticQuery, Share, check
from tests.asking import rows

KEPT = "o.customer_id IS NOT NULL AND NOT o.is_test AND o.status <> 'cancelled'"
ORDERED = f"SELECT o.customer_id FROM orders o WHERE {KEPT}"
MAY = "o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"
JUNE = "o.ordered_at >= DATE '2026-06-01' AND o.ordered_at < DATE '2026-07-01'"
LINES = (
    "SELECT o.customer_id FROM orders o JOIN order_item USING (order_id) JOIN product p USING (product_id) "
    f"WHERE {KEPT}"
)
OUR = "FROM customer c WHERE NOT c.is_internal AND NOT c.is_deleted"
WON = "c.first_order_at >= DATE '2025-01-01' AND c.first_order_at < DATE '2026-01-01'"
TWICE = f"(SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id AND {KEPT}) >= 2"
STARTED = "started_at >= DATE '2025-01-01' AND started_at < DATE '2026-01-01'"


def share(part: str, whole: str) -> str:
    """SQL of the share that those of a part have in those of a whole."""
    return f"SELECT avg(({part})::INT) {OUR} AND {whole}"


OVERLAPS = [
    (
        "how many of the customers who bought Shoes also bought Jackets?",
        f"SELECT count(*) {OUR} AND c.customer_id IN ({LINES} AND p.category = 'Shoes') AND c.customer_id IN ({LINES} "
        "AND p.subcategory = 'Jackets')",
    ),
    (
        "of the customers who ordered in May, what share also ordered in June?",
        share(f"c.customer_id IN ({ORDERED} AND {JUNE})", f"c.customer_id IN ({ORDERED} AND {MAY})"),
    ),
    (
        "what percentage of customers who ordered in May ordered in June?",
        share(f"c.customer_id IN ({ORDERED} AND {JUNE})", f"c.customer_id IN ({ORDERED} AND {MAY})"),
    ),
    (
        "what share of women who bought Shoes never returned anything?",
        share(
            "c.customer_id NOT IN (SELECT o.customer_id FROM refund JOIN orders o USING (order_id) WHERE o.customer_id "
            "IS NOT NULL)",
            f"c.gender = 'female' AND c.customer_id IN ({LINES} AND p.category = 'Shoes')",
        ),
    ),
]
SINCE = [
    (
        "of the customers we won in 2025, how many have ordered again since?",
        f"SELECT count(*) {OUR} AND {WON} AND {TWICE}",
    ),
    ("what share of last year's new customers have ordered again?", share(TWICE, WON)),
    (
        "how many of our new customers from 2025 ordered in 2026?",
        f"SELECT count(*) {OUR} AND {WON} AND c.customer_id IN ({ORDERED} AND o.ordered_at >= DATE '2026-01-01')",
    ),
    (
        "how many customers who contacted support in March have ordered since?",
        f"SELECT count(*) {OUR} AND c.customer_id IN (SELECT customer_id FROM ticket WHERE created_at >= DATE "
        f"'2026-03-01' AND created_at < DATE '2026-04-01') AND c.customer_id IN ({ORDERED} AND o.ordered_at >= DATE "
        "'2026-04-01')",
    ),
    (
        "how many of last year's new subscribers have cancelled since?",
        f"SELECT count(*) {OUR} AND c.customer_id IN (SELECT customer_id FROM subscription WHERE {STARTED} AND "
        "cancelled_at IS NOT NULL)",
    ),
]


SUBSCRIBER = "SELECT customer_id FROM customer_standing WHERE is_subscriber"
READER = "SELECT customer_id FROM customer_360 WHERE consent_email"
AGED = "SELECT customer_id FROM customer_360 WHERE age"
NAMED = [
    (
        "how many people signed up for the newsletter but never placed an order?",
        f"SELECT count(*) {OUR} AND c.customer_id IN ({READER}) AND c.customer_id NOT IN ({ORDERED})",
    ),
    (
        "how many customers used to be subscribers but no longer are?",
        f"SELECT count(*) {OUR} AND c.customer_id IN (SELECT customer_id FROM subscription) AND c.customer_id NOT IN "
        f"({SUBSCRIBER})",
    ),
    (
        "how many people in the newsletter are over 50?",
        f"SELECT count(*) {OUR} AND c.customer_id IN ({READER}) AND c.customer_id IN ({AGED} > 50)",
    ),
]
OF_AN_AGE = [
    (
        "how many women between 30 and 40 do we have?",
        f"SELECT count(*) {OUR} AND c.gender = 'female' AND c.customer_id IN ({AGED} BETWEEN 30 AND 40)",
    ),
    (
        "how many people under 25 ordered in May?",
        f"SELECT count(*) {OUR} AND c.customer_id IN ({AGED} < 25) AND c.customer_id IN ({ORDERED} AND {MAY})",
    ),
    (
        "what share of subscribers are over 60?",
        share(f"c.customer_id IN ({AGED} > 60)", f"c.customer_id IN ({SUBSCRIBER})"),
    ),
    (
        "what share of our customers are women under 30?",
        f"SELECT avg((c.gender IS NOT DISTINCT FROM 'female' AND c.customer_id IN ({AGED} < 30))::INT) {OUR}",
    ),
    (
        "average order value of men over 60 years old",
        f"SELECT avg(o.net_amount) FROM orders o JOIN customer c USING (customer_id) WHERE {KEPT} AND c.gender = "
        f"'male' AND c.customer_id IN ({AGED} > 60)",
    ),
]


@pytest.mark.parametrize(("question", "sql"), [*OVERLAPS, *SINCE, *NAMED, *OF_AN_AGE])
def test_those_asked_for_are_counted(shop: Assistant, question: str, sql: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer), outcome
    assert float(outcome.result.rows[0][-1]) == pytest.approx(float(rows(shop, sql)[0][0]))


@pytest.mark.parametrize(
    "question",
    [
        "of the customers who ordered this year, how many contacted support since?",
        "how many customers who bought Shoes in March have bought again since then?",
        "how many customers who contacted support in March have ordered again since?",
    ],
)
def test_since_when_is_never_guessed(shop: Assistant, question: str) -> None:
    assert isinstance(shop.understanding.plan(question), (Refusal, Clarification))


def test_the_reading_tells_of_which_whole_the_share_is(shop: Assistant) -> None:
    outcome = shop.ask("what percentage of customers who ordered in May ordered in June?")
    assert isinstance(outcome, Answer)
    assert "share of customers within: Orders: ≥ 1 per customer in May 2026" in [
        part.label for part in outcome.interpretation.parts
    ]


def test_a_share_is_apart_from_a_filter_that_the_query_has(shop: Assistant) -> None:
    ordered = Filter(field="orders", op="ge", values=(1,), entity="customer")
    shares = (Share(metric="customers", apart=(ordered,)),)
    strange = SemanticQuery(metrics=("customers",), shares=shares)
    with pytest.raises(QueryError, match="E_ORDER_NOT_IN_QUERY"):
        check(shop.layer, strange)
    check(shop.layer, strange.model_copy(update={"filters": (ordered,)}))


def test_what_people_did_alike_in_two_clauses_is_not_one_row(shop: Assistant) -> None:
    outcome = shop.understanding.plan("how many customers who bought Shoes also bought Jackets?")
    assert isinstance(outcome, Plan), outcome
    assert [len(one.where) for one in outcome.query.filters] == [1, 1]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("customers over 5 orders", "orders"),
        ("customers with over 50 orders", "orders"),
        ("clicks of the May newsletter", "campaign.campaign_name"),
    ],
)
def test_other_numbers_and_names_are_no_ages_and_no_people(shop: Assistant, question: str, field: str) -> None:
    outcome = shop.understanding.plan(question)
    assert isinstance(outcome, Plan), outcome
    assert [one.field for one in outcome.query.filters] == [field]


MANY = [
    (
        "how many customers work at companies with more than 50 employees?",
        f"SELECT count(*) {OUR} AND c.account_id IN (SELECT account_id FROM account WHERE employee_count > 50)",
    ),
    (
        "how many orders with more than 3 items did we have in May?",
        f"SELECT count(*) FROM orders o WHERE NOT o.is_test AND o.status <> 'cancelled' AND {MAY} AND (SELECT "
        "sum(quantity) FROM order_item i WHERE i.order_id = o.order_id) > 3",
    ),
    (
        "what share of tickets were reopened at least once?",
        "SELECT avg((reopened_count >= 1)::INT) FROM ticket",
    ),
    (
        "how many subscribers contacted support in May and how old are they",
        "SELECT avg(a.age) FROM customer c JOIN customer_360 a USING (customer_id) WHERE NOT c.is_internal AND NOT "
        f"c.is_deleted AND c.customer_id IN ({SUBSCRIBER}) AND c.customer_id IN (SELECT customer_id FROM ticket WHERE "
        "created_at >= DATE '2026-05-01' AND created_at < DATE '2026-06-01')",
    ),
]


@pytest.mark.parametrize(("question", "sql"), MANY)
def test_links_lines_and_second_clauses(shop: Assistant, question: str, sql: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer), outcome
    assert float(outcome.result.rows[0][-1]) == pytest.approx(float(rows(shop, sql)[0][0]))


def test_where_people_live_stands_beside_their_names(shop: Assistant) -> None:
    outcome = shop.understanding.plan("who bought Shoes this year, and where do they live?")
    assert isinstance(outcome, Plan), outcome
    assert [group.field for group in outcome.query.group_by][-2:] == ["customer.city", "customer.country"]


def test_the_plan_that_people_have_is_told_and_not_how_many_each(shop: Assistant) -> None:
    outcome = shop.understanding.plan("which plan do customers with an open ticket have?")
    assert isinstance(outcome, Plan), outcome
    assert outcome.query.metrics == ("active_subscriptions",)
    assert [group.field for group in outcome.query.group_by] == ["subscription.plan"]
    assert [one.entity for one in outcome.query.filters] == ["customer"]


@pytest.mark.parametrize(
    "question",
    [
        "how many customers who bought Shoes in April also bought them in May?",
        "customers who ordered Shoes and returned them",
        "people who subscribe to the newsletter and have an open deal",
    ],
)
def test_the_same_things_and_two_totals_are_not_taken_for_a_set(shop: Assistant, question: str) -> None:
    assert isinstance(shop.understanding.plan(question), (Refusal, Clarification))
