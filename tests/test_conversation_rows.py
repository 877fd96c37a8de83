"""Follow-ups about those counted or shown before: who they are, which did not, without one of them, in total."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Clarification, Refusal
from assistant.assistant import Assistant
from assistant.conversation import Conversation
from tests.asking import plain, rows, rows_to

CHIPS = {
    "back by other words": [
        ("orders in May 2026", "Orders · May 2026"),
        ("by channel", "Orders · by sales channel · May 2026 · highest first"),
        ("go back to the one before", "Orders · May 2026"),
    ],
    "sorted by the change": [
        (
            "tickets by category in May 2026 vs June 2026",
            "Support tickets · by category · June 2026 · compared with May 2026 · highest first",
        ),
        (
            "sort by the change",
            "Support tickets · by category · June 2026 · compared with May 2026 · highest first by change",
        ),
        (
            "only the top 2",
            "Support tickets · by category · Category: not empty · June 2026 · compared with May 2026 · highest first "
            "by change · first 2",
        ),
    ],
    "the number named last": [
        ("orders by country in May 2026", "Orders · by country · May 2026 · highest first"),
        ("units sold as well", "Orders · Units sold · by country · May 2026 · highest first by orders"),
        ("sort by that", "Orders · Units sold · by country · May 2026 · highest first by units sold"),
    ],
    "the best day of a course by device": [
        ("sessions in May 2026 by device daily", "Sessions · by day · by device · May 2026"),
        ("which day was the best", "Sessions · by day · May 2026 · highest first · first 1"),
    ],
    "a bound on brands is none on categories": [
        ("average rating by brand in 2025", "Average rating · by brand · 2025 · highest first"),
        ("only brands with more than 5 reviews", "Average rating · by brand · Reviews: > 5 · 2025 · highest first"),
        ("by category", "?"),
        ("overall", "?"),
    ],
    "half of a name is said of a name that shares the rest": [
        ("how many customers churned in May 2026?", "Lost customers · May 2026"),
        ("what's the net", "?"),
    ],
    "those of a number that only its definition tells": [
        ("how many new customers did we get in Q1 2026?", "New customers · Q1 2026"),
        ("from which countries", "New customers · by country · Q1 2026 · highest first"),
        ("what did they spend on average", "?"),
    ],
    "theirs are the groups'": [
        ("deals won by sales person in 2025", "Deals won · by sales person · 2025 · highest first"),
        ("and their win rate", "Win rate · by sales person · 2025 · highest first"),
    ],
    "a count is no worth": [
        ("how many deals did we win in 2025?", "Deals won · 2025"),
        ("how much is that", "Value of deals won · 2025"),
    ],
    "what part it is": [
        ("how many orders were cancelled in May 2026", "Cancelled orders · May 2026"),
        ("what percentage is that", "Cancellation rate · May 2026"),
    ],
}
VALID = "o.status <> 'cancelled' AND NOT o.is_test"
MAY = f"{VALID} AND o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"
SOLD = f"""SELECT p.brand, sum(i.net_amount) AS n FROM order_item i JOIN orders o USING (order_id)
    JOIN product p USING (product_id) WHERE {MAY} AND p.brand IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 3"""
KNOWN = "NOT c.is_internal AND NOT c.is_deleted"
ORDERED = f"EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id AND {MAY})"


def last(assistant: Assistant, *questions: str) -> Answer:
    """The last answer of a conversation."""
    conversation = Conversation()
    outcomes = [assistant.ask(question, conversation=conversation) for question in questions]
    assert isinstance(outcomes[-1], Answer), (questions, outcomes[-1])
    return outcomes[-1]


@pytest.mark.parametrize("name", CHIPS)
def test_each_turn_is_read_as_a_whole_question(shop: Assistant, name: str) -> None:
    conversation = Conversation()
    for question, expected in CHIPS[name]:
        outcome = shop.ask(question, conversation=conversation)
        if expected == "?":
            assert isinstance(outcome, Refusal), (question, outcome)
        else:
            assert isinstance(outcome, Answer), (question, outcome)
            assert outcome.interpretation.sentence == expected, question


@pytest.mark.parametrize("who", ["who are they?", "list them", "show me their names"])
def test_those_counted_are_told_by_name(shop: Assistant, who: str) -> None:
    found = last(shop, "how many customers ordered in May 2026?", "only women", who)
    told = rows(shop, f"SELECT c.customer_id FROM customer c WHERE {KNOWN} AND {ORDERED} AND c.gender = 'female'")
    assert {row[0] for row in found.result.rows} == {row[0] for row in told}


def test_those_who_did_not(shop: Assistant) -> None:
    found = last(shop, "how many customers ordered in May 2026?", "only women", "and the ones who did not?")
    told = rows(shop, f"SELECT count(*) FROM customer c WHERE {KNOWN} AND NOT {ORDERED} AND c.gender = 'female'")
    assert plain(found.result.rows) == plain(told)


def test_those_who_did_not_of_an_answer_that_counts_by_a_condition(shop: Assistant) -> None:
    found = last(shop, "how many customers ordered via the app in May 2026?", "and the ones who didn't")
    app = ORDERED.replace(MAY, f"{MAY} AND o.channel = 'app'")
    assert plain(found.result.rows) == plain(rows(shop, f"SELECT count(*) FROM customer c WHERE {KNOWN} AND NOT {app}"))


def test_a_number_of_things_has_no_others_who_did_not(shop: Assistant) -> None:
    conversation = Conversation()
    shop.ask("how many tickets did we get in May 2026?", conversation=conversation)
    assert isinstance(shop.ask("and the ones who did not?", conversation=conversation), Refusal)


def test_how_many_of_those_are_of_one_more_sort(shop: Assistant) -> None:
    asked = ("how many tickets did we get in May 2026?", "how many of those breached the sla")
    told = rows(
        shop,
        "SELECT count(*) FROM ticket WHERE sla_breached AND created_at >= DATE '2026-05-01' "
        "AND created_at < DATE '2026-06-01'",
    )
    assert plain(last(shop, *asked).result.rows) == plain(told)


def test_a_share_is_of_what_those_are_a_part_of(shop: Assistant) -> None:
    coupons = last(shop, "how many orders in May 2026 with a coupon?", "what share is that")
    (told,) = rows(
        shop,
        "SELECT count(*) FILTER (coupon_code IS NOT NULL) / count(*) FROM orders WHERE ordered_at >= DATE '2026-05-01' "
        "AND ordered_at < DATE '2026-06-01' AND status <> 'cancelled'",
    )
    assert float(coupons.result.rows[0][-1]) == pytest.approx(float(told[0]))
    conversation = Conversation()
    shop.ask("how many tickets did we get in May 2026?", conversation=conversation)
    assert isinstance(shop.ask("what share is that", conversation=conversation), Refusal)  # no part of any orders


@pytest.mark.parametrize("without", ["without the biggest one", "leave out the first one", "drop the top one"])
def test_the_shown_rows_without_one(shop: Assistant, without: str) -> None:
    found = last(shop, "top 3 brands by revenue in May 2026", without)
    assert plain(found.result.rows) == plain(rows(shop, f"SELECT * FROM ({SOLD}) ORDER BY n DESC OFFSET 1"))


def test_the_total_of_the_rows_shown(shop: Assistant) -> None:
    found = last(shop, "top 3 brands by revenue in May 2026", "show me the total")
    assert plain(found.result.rows) == plain(rows(shop, f"SELECT sum(n) FROM ({SOLD})"))


def test_the_whole_list_and_the_next_of_it(shop: Assistant) -> None:
    every = SOLD.replace("AND p.brand IS NOT NULL", "").replace("LIMIT 3", "")
    found = last(shop, "top 3 brands by revenue in May 2026", "the whole list")
    assert plain(found.result.rows) == plain(rows(shop, every))
    found = last(shop, "top 3 brands by revenue in May 2026", "the next 2")
    assert plain(found.result.rows) == plain(rows(shop, SOLD.replace("LIMIT 3", "LIMIT 2 OFFSET 3")))


def test_a_typical_number_of_the_shown_is_one_number(shop: Assistant) -> None:
    found = last(shop, "top 10 customers by revenue in May 2026", "their average age")
    assert len(found.result.rows) == 1
    assert found.interpretation.sentence.startswith("Average age · Customer id: ")


@pytest.mark.parametrize("year", ["2024", "and in 2024?", "what about 2024"])
def test_a_year_behind_a_month_is_that_month_or_all_of_the_year(shop: Assistant, year: str) -> None:
    conversation = Conversation()
    shop.ask("orders in December 2025", conversation=conversation)
    outcome = shop.ask(year, conversation=conversation)
    assert isinstance(outcome, Clarification)
    assert [option.label for option in outcome.options] == ["Orders · December 2024", "Orders · 2024"]


def test_only_the_ones_with_a_value(shop: Assistant) -> None:
    found = last(shop, "abandoned carts in May 2026", "only the ones in France")
    assert found.interpretation.sentence == "Abandoned carts · Country: France · May 2026"


def test_those_who_are_not(shop: Assistant) -> None:
    found = last(shop, "how many customers do we have?", "how many of those are subscribers", "the ones who aren't")
    told = rows(
        shop,
        f"SELECT count(*) FROM customer c WHERE {KNOWN} AND c.customer_id NOT IN "
        "(SELECT customer_id FROM customer_standing WHERE is_subscriber)",
    )
    assert plain(found.result.rows) == plain(told)


def test_a_number_of_that_is_of_the_rows_shown(shop: Assistant) -> None:
    found = last(shop, "top 3 brands by revenue in May 2026", "how many units is that")
    told = rows(shop, SOLD.replace("AS n FROM", "AS n, sum(i.quantity) AS units FROM"))
    assert {row[0]: row[1] for row in found.result.rows} == {row[0]: row[2] for row in told}


def test_a_question_of_the_same_rows_without_a_period_is_asked_back(shop: Assistant) -> None:
    conversation = Conversation()
    shop.ask("orders with a coupon in June 2026", conversation=conversation)
    outcome = shop.ask("which coupon was used most", conversation=conversation)
    assert isinstance(outcome, Clarification)
    assert [("June 2026" in option.label) for option in outcome.options] == [True, False]


@pytest.mark.parametrize("picked", ["only high", "which one was the best"])
def test_shares_stay_those_of_the_whole_they_were_told_of(shop: Assistant, picked: str) -> None:
    every = last(shop, "tickets in May 2026 by priority", "what share is that")
    shares = {row[0]: row[2] for row in every.result.rows}
    found = last(shop, "tickets in May 2026 by priority", "what share is that", picked)
    assert len(found.result.rows) == 1
    assert all(shares[row[0]] == row[2] for row in found.result.rows)


def test_an_open_question_stays_open_behind_a_further_one(shop: Assistant) -> None:
    conversation = Conversation()
    for question in ("orders in December 2025", "2024"):
        shop.ask(question, conversation=conversation)
    outcome = shop.ask("by channel", conversation=conversation)
    assert isinstance(outcome, Clarification)
    assert ["December 2024" in option.label for option in outcome.options] == [True, False]


def test_several_rows_are_left_out_by_no_number_of_them(shop: Assistant) -> None:
    conversation = Conversation()
    shop.ask("revenue by channel in May 2026", conversation=conversation)
    assert isinstance(shop.ask("drop the bottom ones", conversation=conversation), Refusal)


def test_a_share_of_groups_or_of_the_case_is_asked_back(shop: Assistant) -> None:
    conversation = Conversation()
    for question in ("leads by channel in 2025", "how many converted"):
        shop.ask(question, conversation=conversation)
    assert isinstance(shop.ask("what share is that", conversation=conversation), Clarification)


def test_how_much_that_is_behind_a_count_is_what_the_very_rows_are_worth(shop: Assistant) -> None:
    outcome = shop.ask("how much is that?", conversation=shop.replay(["deals won by sales person"]))
    assert isinstance(outcome, Answer)
    told = "SELECT owner, sum(amount) FROM opportunity WHERE is_won GROUP BY 1"
    assert plain(outcome.result.rows) == plain(rows(shop, told))


def test_the_stage_of_leads_is_their_status(shop: Assistant) -> None:
    assert plain(rows_to(shop, "leads by stage")) == plain(rows(shop, "SELECT status, count(*) FROM lead GROUP BY 1"))
