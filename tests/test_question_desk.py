"""Questions of support, sales and subscription desks: whose rows, by which day, and what is told where none can be."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answer import Answer, Plan, Refusal
from assistant.assistant import Assistant
from assistant.stating import not_computed
from semantic_layer import Filter, GroupBy, SemanticQuery, TimeRange
from tests.asking import plain, rows, rows_to
from warehouse import QueryFailed, QueryTimeout, SQLRejected

RETAIL = "(SELECT c.customer_id FROM customer c JOIN account a USING (account_id) WHERE a.industry = 'Retail')"


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        (
            "tickets from Retail companies in June",
            f"SELECT count(*) FROM ticket WHERE customer_id IN {RETAIL} AND created_at >= DATE '2026-06-01'",
        ),
        (
            "how many deals did we win with health companies this year?",
            "SELECT count(*) FROM opportunity JOIN account USING (account_id) WHERE industry = 'Health' AND is_won "
            "AND closed_at >= DATE '2026-01-01'",
        ),
    ],
)
def test_what_companies_are_is_a_condition_and_no_breakdown(shop: Assistant, question: str, gold: str) -> None:
    assert rows_to(shop, question) == rows(shop, gold)


def test_companies_of_a_kind_are_still_told_one_by_one(shop: Assistant) -> None:
    plan = shop.understanding.plan("revenue per retail company")
    assert isinstance(plan, Plan)
    assert [one.field for one in plan.query.group_by] == ["account.account_name"]


@pytest.mark.parametrize(
    ("question", "state"),
    [("deals won over 10k in June", "is_won"), ("lost deals over 10000 in May", "NOT is_won")],
)
def test_deals_in_a_state_are_those_closed_then(shop: Assistant, question: str, state: str) -> None:
    first, last = ("2026-06-01", "2026-07-01") if "June" in question else ("2026-05-01", "2026-06-01")
    gold = (
        f"SELECT opportunity_id FROM opportunity WHERE {state} AND amount > 10000 "
        f"AND closed_at >= DATE '{first}' AND closed_at < DATE '{last}'"
    )
    found, wanted = rows_to(shop, question), rows(shop, gold)
    assert len(found) == len(wanted) or found == [(len(wanted),)]


def test_cohorts_of_those_who_did_something_are_computed(shop: Assistant) -> None:
    month = TimeRange(start=date(2026, 1, 1), end=date(2026, 2, 1))
    done = Filter(field="first_orders", op="ge", values=(1,), entity="customer", time_range=month)
    groups = (GroupBy(field="cohort_age"),)
    told = SemanticQuery(metrics=("cohort_retention",), group_by=groups, filters=(done,), time_range=month)
    alone = told.model_copy(update={"filters": ()})
    first, second = (shop.carry_out("", Plan(one, (), 1.0)) for one in (told, alone))
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.result.rows == second.result.rows  # whose first order was in January all ordered then


def test_nobody_reads_what_went_wrong_inside(shop: Assistant) -> None:
    inside = [
        SQLRejected("unknown_table", "There is no table 'x_by_y' in this FROM."),
        QueryFailed("Binder Error: x_y"),
    ]
    for error in inside:
        told = not_computed("a question", error, shop.layer, "en")
        assert "x_" not in told.sentence
        assert told.sentence.startswith("I understood the question")
    slow = not_computed("a question", QueryTimeout("The query ran longer than 3 s and was stopped."), shop.layer, "en")
    assert "3 s" in slow.sentence


def test_reasons_call_things_by_their_titles(shop: Assistant) -> None:
    told = shop.understanding.plan("revenue by agent")
    assert isinstance(told, Refusal)
    assert "'Net revenue'" in told.sentence
    assert "`" not in told.sentence


def test_retention_of_those_who_began_then_is_that_of_their_cohort(shop: Assistant) -> None:
    for question in ("retention of customers who first ordered in January 2026", "retention of new customers in 2025"):
        plan = shop.understanding.plan(question)
        assert isinstance(plan, Plan)
        assert plan.query.metrics == ("cohort_retention",)


def test_which_groups_have_some_asks_for_the_groups(shop: Assistant) -> None:
    gold = """SELECT c.country_code, count(DISTINCT c.customer_id)
    FROM customer c JOIN subscription s USING (customer_id)
    WHERE s.cancelled_at IS NOT NULL AND NOT c.is_internal AND NOT c.is_deleted GROUP BY 1"""
    found = rows_to(shop, "which countries have customers with cancelled subscriptions?")
    assert sorted(count for _, count in found) == sorted(count for _, count in rows(shop, gold))


def test_a_number_per_customer_says_which_customers(shop: Assistant) -> None:
    plan = shop.understanding.plan("tickets per customer in June")
    assert isinstance(plan, Plan)
    assert plan.query.metrics == ("tickets", "active_customers")
    assert any("at least one order in the period" in note for note in plan.notes)


def test_what_falls_to_orders_of_a_kind_is_not_taken_apart(shop: Assistant) -> None:
    assert rows_to(shop, "discounts per coupon order") == rows(
        shop,
        "SELECT sum(discount_amount), count(coupon_code), sum(discount_amount) / count(coupon_code) FROM orders "
        "WHERE status <> 'cancelled' AND NOT is_test",
    )
    assert isinstance(shop.understanding.plan("average revenue per coupon order"), Refusal)


OPEN = "status <> 'solved'"


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        (
            "open tickets older than 3 days",
            f"SELECT count(*) FROM ticket WHERE {OPEN} AND created_at < DATE '2026-06-28'",
        ),
        (
            "how many deals have been open for more than 60 days?",
            "SELECT count(*) FROM opportunity WHERE closed_at IS NULL AND opened_at < DATE '2026-05-02'",
        ),
        (
            "how many tickets are more than 2 weeks old",
            "SELECT count(*) FROM ticket WHERE created_at < DATE '2026-06-17'",
        ),
        (
            "leads older than 6 months that did not convert",
            "SELECT count(*) FROM lead WHERE status <> 'converted' AND created_at < DATE '2026-01-01'",
        ),
    ],
)
def test_rows_have_an_age(shop: Assistant, question: str, gold: str) -> None:
    assert rows_to(shop, question) == rows(shop, gold)


def test_a_length_is_no_age_and_people_have_another_one(shop: Assistant) -> None:
    for question in ("tickets that took more than 3 days to solve", "customers older than 60"):
        plan = shop.understanding.plan(question)
        assert isinstance(plan, Plan)
        assert not any(one.field in ("ticket.created_at", "customer.first_seen_at") for one in plan.query.filters)


WON = "count(*) FILTER (is_won)"
CLOSED = "FROM opportunity WHERE closed_at IS NOT NULL GROUP BY owner"


@pytest.mark.parametrize(
    ("question", "gold"),
    [
        ("win rate by sales person together with deals closed", f"SELECT owner, {WON} / count(*), count(*) {CLOSED}"),
        ("win rate by sales rep with counts", f"SELECT owner, {WON} / count(*), {WON}, count(*) {CLOSED}"),
        (
            "tickets by channel along with the average resolution time",
            "SELECT channel, count(*), avg(date_diff('minute', created_at, solved_at)) FROM ticket GROUP BY 1",
        ),
    ],
)
def test_numbers_asked_for_beside_another_are_told(shop: Assistant, question: str, gold: str) -> None:
    assert plain(rows_to(shop, question)) == plain(rows(shop, gold))


def test_those_who_are_counted_first_are_listed_when_asked_who_they_are(shop: Assistant) -> None:
    found = rows_to(shop, "how many customers opened more than two tickets this year and who are they?")
    wanted = rows(
        shop,
        "SELECT customer_id FROM ticket JOIN customer c USING (customer_id) WHERE created_at >= DATE '2026-01-01' "
        "AND NOT c.is_internal AND NOT c.is_deleted GROUP BY 1 HAVING count(*) > 2",
    )
    assert {row[0] for row in found} == {row[0] for row in wanted}


def test_a_second_question_says_what_the_number_is_split_by(shop: Assistant) -> None:
    first = rows_to(shop, "how many tickets did we get in June and how do they split by topic?")
    assert plain(first) == plain(
        rows(shop, "SELECT topic, count(*) FROM ticket WHERE created_at >= DATE '2026-06-01' GROUP BY 1")
    )


DELIVERY = "SELECT customer_id FROM ticket JOIN customer c USING (customer_id) WHERE NOT is_internal AND NOT is_deleted"


@pytest.mark.parametrize(
    ("question", "condition", "least"),
    [
        ("how many customers had at least two phone tickets this year", "channel = 'phone'", 2),
        ("customers with more than one ticket about delivery this year", "topic = 'delivery'", 2),
    ],
)
def test_only_the_rows_of_a_kind_are_counted_for_each(
    shop: Assistant, question: str, condition: str, least: int
) -> None:
    grouped = f"{DELIVERY} AND {condition} AND created_at >= DATE '2026-01-01' GROUP BY 1 HAVING count(*) >= {least}"
    assert rows_to(shop, question) == rows(shop, f"SELECT count(*) FROM ({grouped})")


def test_those_with_several_rows_of_a_kind_are_listed(shop: Assistant) -> None:
    found = rows_to(shop, "which customers opened at least two tickets about delivery this year")
    grouped = f"{DELIVERY} AND topic = 'delivery' AND created_at >= DATE '2026-01-01' GROUP BY 1 HAVING count(*) > 1"
    assert {row[0] for row in found} == {row[0] for row in rows(shop, grouped)}


@pytest.mark.parametrize(
    "question",
    ["is our SLA compliance better or worse than last quarter?", "was the SLA compliance in Q2 higher than in Q1?"],
)
def test_better_than_before_sets_two_periods_side_by_side(shop: Assistant, question: str) -> None:
    rate = "SELECT count(*) FILTER (NOT sla_breached) / count(*) FROM ticket WHERE created_at >= DATE"
    now, then = (
        rows(shop, f"{rate} '{first}' AND created_at < DATE '{last}'")[0][0]
        for first, last in (("2026-04-01", "2026-07-01"), ("2026-01-01", "2026-04-01"))
    )
    assert plain([rows_to(shop, question)[0][:2]]) == plain([(now, then)])


def test_the_unit_of_a_length_is_no_breakdown(shop: Assistant) -> None:
    plan = shop.understanding.plan("average lifetime of cancelled subscriptions per plan, in days")
    assert isinstance(plan, Plan)
    assert [one.field for one in plan.query.group_by] == ["subscription.plan"]
    assert isinstance(shop.understanding.plan("renewals by plan, in months"), Refusal)


@pytest.mark.parametrize(
    "question",
    [
        "who is the account manager of the company with the highest revenue?",
        "what are our renewal dates in July?",
        "subscription churn rate because of price",
    ],
)
def test_fields_taken_apart_days_of_nothing_and_rates_by_a_reason_are_refused(shop: Assistant, question: str) -> None:
    assert isinstance(shop.understanding.plan(question), Refusal)


def test_an_age_may_stand_right_behind_what_is_open(shop: Assistant) -> None:
    gold = "SELECT count(*) FROM opportunity WHERE closed_at IS NULL AND opened_at < DATE '2026-06-01'"
    assert rows_to(shop, "open deals > 30 days") == rows(shop, gold)
