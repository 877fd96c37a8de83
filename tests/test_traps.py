"""What lies nearest would be wrong: refused or asked back; and follow-ups over lists, held against SQL by hand."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Clarification, Plan, Refusal
from assistant.assistant import Assistant
from assistant.conversation import Conversation
from tests.asking import rows, rows_to

KEPT = "NOT o.is_test AND o.status <> 'cancelled'"
MAY = "o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"
APRIL = "o.ordered_at >= DATE '2026-04-01' AND o.ordered_at < DATE '2026-05-01'"
REVENUE = "SELECT sum(o.net_amount) FROM orders o WHERE"
PRODUCTS = (
    "SELECT sum(i.net_amount) FROM order_item i JOIN orders o USING (order_id) JOIN product p USING (product_id)"
    f" WHERE {KEPT} GROUP BY p.name ORDER BY 1 DESC LIMIT 1 OFFSET "
)


@pytest.mark.parametrize(
    "question",
    [
        "revenue from new products",
        "how many new orders did we get in May",
        "emails to Gold members",
        "customers who get emails",
        "amount refunded for May orders",
        "number of orders that arrived late",
        "how many customers are there and how many of them ordered in May",
        "average order value of the top 10 customers",
        "top 3 brands in Shoes by revenue and by units",
        "which place is Spain in revenue",
        "biggest order in May by channel",
        "products bought together with Shoes",
        "customers who cancelled their subscription and still order",
        "how many pairs of Shoes were returned in May",
        "customers who clicked an email and ordered in June",
        "how many subscribers are on the annual plan",
        "people on the monthly plan",
        "tickets of the weekly newsletter",
        "average age of support tickets",
        "orders over 50 euros that were cancelled",
        "how many tickets were created within a day",
        "how many subscription campaigns did we start",
        "is anyone at risk of churning",
        "high-value orders in May",
        "inactive subscriptions",
        "retail orders in May",
        "how many complaints did email campaigns cause in May",
        "do most customers order with a coupon",
        "how many customers left a cart and then bought in a store",
        "what percentage of returning customers used a coupon",
        "which store had the best month this year",
        "which customers usually buy on the marketplace",
        "what do blocked customers contact us about most often",
        "tickets by priority on time",
        "revenue in May net of costs",
        "how many orders were placed in person",
        "how many employees do we have",
        "how many referrals did each customer make",
        "revenue versus plan this year",
        "how many orders went from the web to the store",
        "how many customers used both the app and the web to order this year",
        "average deal size of won deals vs lost deals",
    ],
)
def test_what_another_number_would_answer_wrongly_is_not_answered(shop: Assistant, question: str) -> None:
    assert isinstance(shop.understanding.plan(question), (Refusal, Clarification))


@pytest.mark.parametrize("question", ["orders over 100 pounds", "orders above $100", "who spent more than 50 dollars"])
def test_amounts_in_another_currency_are_refused_by_its_name(shop: Assistant, question: str) -> None:
    outcome = shop.understanding.plan(question)
    assert isinstance(outcome, Refusal)
    assert "EUR" in outcome.sentence


def test_a_refusal_names_the_word_as_it_was_typed(shop: Assistant) -> None:
    outcome = shop.understanding.plan("spenders in May")
    assert isinstance(outcome, Refusal)
    assert outcome.words == ("spenders",)


def test_the_name_of_a_field_is_that_field_and_no_value_called_the_same(shop: Assistant) -> None:
    outcome = shop.understanding.plan("brand revenue")
    assert isinstance(outcome, Plan)
    assert [group.field for group in outcome.query.group_by] == ["product.brand"]


@pytest.mark.deep
def test_several_numbers_are_told_with_their_condition(shop: Assistant) -> None:
    told = shop.ask("average order value and conversion rate for mobile").sentence
    assert told.endswith("(device: mobile).")


@pytest.mark.deep
@pytest.mark.parametrize(
    ("turns", "sql"),
    [
        (("top 5 products by revenue", "tell me more about the first one"), f"{PRODUCTS}0"),
        (("top 5 products by revenue", "tell me more about the first one", "and the second one"), f"{PRODUCTS}1"),
        (("top 5 products by revenue", "the last one"), f"{PRODUCTS}4"),
        (
            ("revenue from web in May", "what about the others"),
            f"{REVENUE} {KEPT} AND o.channel <> 'web' AND {MAY}",
        ),
        (
            ("revenue from web in May", "and app", "both together"),
            f"{REVENUE} {KEPT} AND o.channel IN ('web', 'app') AND {MAY}",
        ),
        (("average order value", "and the median?"), f"SELECT median(o.net_amount) FROM orders o WHERE {KEPT}"),
        (("revenue in April", "and May", "both together"), f"{REVENUE} {KEPT} AND ({MAY} OR {APRIL})"),
    ],
)
def test_follow_ups_over_a_list_or_two_answers_are_numbers_of_their_own(
    shop: Assistant, turns: tuple[str, ...], sql: str
) -> None:
    conversation, outcome = Conversation(), None
    for turn in turns:
        outcome = shop.ask(turn, conversation=conversation)
    assert isinstance(outcome, Answer), outcome
    assert float(outcome.result.rows[0][-1]) == pytest.approx(float(rows(shop, sql)[0][0]))


@pytest.mark.deep
def test_the_difference_sets_the_two_answers_before_beside_each_other(shop: Assistant) -> None:
    conversation = shop.replay(["revenue in April", "and May"])
    outcome = shop.ask("the difference", conversation=conversation)
    both = f"sum(o.net_amount) FILTER (WHERE {MAY}), sum(o.net_amount) FILTER (WHERE {APRIL})"
    assert isinstance(outcome, Answer)
    assert outcome.result.rows[0][:2] == rows(shop, f"SELECT {both} FROM orders o WHERE {KEPT}")[0]


def test_other_ones_are_others_of_what_was_counted(shop: Assistant) -> None:
    conversation = shop.replay(["new customers in May"])
    outcome = shop.ask("and returning ones?", conversation=conversation)
    assert isinstance(outcome, Answer)
    assert outcome.plan is not None
    assert outcome.plan.query.metrics == ("returning_customers",)


@pytest.mark.deep
def test_the_top_one_over_time_is_the_course_of_that_one(shop: Assistant) -> None:
    conversation = shop.replay(["revenue by channel", "just the top one"])
    outcome = shop.ask("over time", conversation=conversation)
    assert isinstance(outcome, Answer)
    assert outcome.plan is not None
    assert outcome.plan.query.limit is None
    assert [condition.values for condition in outcome.plan.query.filters] == [("web",)]


@pytest.mark.deep
def test_the_biggest_one_of_a_list_is_its_first_row(shop: Assistant) -> None:
    conversation = shop.replay(["biggest orders in May"])
    listed = conversation.turns[-1].rows
    outcome = shop.ask("the biggest one", conversation=conversation)
    assert isinstance(outcome, Answer)
    assert outcome.result.rows[0][0] == listed[0][0]


@pytest.mark.deep
def test_others_of_everything_are_nobody(shop: Assistant) -> None:
    conversation = shop.replay(["revenue by channel"])
    assert isinstance(shop.ask("what about the others", conversation=conversation), Refusal)


def test_the_first_one_left_out_is_not_the_first_one(shop: Assistant) -> None:
    conversation = shop.replay(["revenue by channel"])
    first, *others = conversation.turns[-1].rows
    outcome = shop.ask("without the first one", conversation=conversation)
    assert isinstance(outcome, Answer)
    assert list(outcome.result.rows) == others
    assert first not in outcome.result.rows


@pytest.mark.parametrize(
    "turns",
    [
        ("how many customers ordered in May", "and again in June?"),
        ("revenue by gender", "only women", "under 30"),
    ],
)
def test_few_words_with_two_senses_are_asked_back(shop: Assistant, turns: tuple[str, ...]) -> None:
    assert not isinstance(shop.ask(turns[-1], conversation=shop.replay(list(turns[:-1]))), Answer)


@pytest.mark.parametrize(
    ("turns", "sql"),
    [
        (
            ("points redeemed in May", "and earned?"),
            "SELECT sum(points) FROM loyalty_transaction WHERE type = 'earn' AND at >= DATE '2026-05-01' AND"
            " at < DATE '2026-06-01'",
        ),
        (
            ("revenue in April", "in May", "and compare both"),
            f"SELECT (SELECT sum(o.net_amount) FROM orders o WHERE {KEPT} AND {MAY}) AS now,"
            f" (SELECT sum(o.net_amount) FROM orders o WHERE {KEPT} AND {APRIL}) AS before",
        ),
        (
            ("revenue in May", "compared to April", "and last year?"),
            f"SELECT (SELECT sum(o.net_amount) FROM orders o WHERE {KEPT} AND {MAY}) AS now, (SELECT"
            f" sum(o.net_amount) FROM orders o WHERE {KEPT} AND o.ordered_at >= DATE '2025-05-01' AND"
            " o.ordered_at < DATE '2025-06-01') AS before",
        ),
    ],
)
def test_few_words_are_read_beside_the_answer_before(shop: Assistant, turns: tuple[str, ...], sql: str) -> None:
    outcome = shop.ask(turns[-1], conversation=shop.replay(list(turns[:-1])))
    assert isinstance(outcome, Answer)
    expected = rows(shop, sql)[0]
    assert outcome.result.rows[0][: len(expected)] == expected


def test_then_is_the_day_that_was_picked(shop: Assistant) -> None:
    conversation = shop.replay(["what was our best day in May"])
    day = conversation.turns[-1].rows[0][0]
    outcome = shop.ask("how many orders did we have then", conversation=conversation)
    assert isinstance(outcome, Answer)
    counted = f"SELECT count(*) FROM orders o WHERE {KEPT} AND CAST(o.ordered_at AS DATE) = DATE '{day}'"
    assert outcome.result.rows[0][0] == rows(shop, counted)[0][0]


def test_who_placed_an_order_ordered(shop: Assistant) -> None:
    counted = f"SELECT count(DISTINCT customer_id) FROM orders o WHERE {KEPT} AND {MAY}"
    assert rows_to(shop, "how many customers placed an order in May") == rows(shop, counted)


def test_what_they_spent_is_not_told_of_all(shop: Assistant) -> None:
    assert not isinstance(
        shop.ask("how much did they spend", conversation=shop.replay(["new customers in May"])), Answer
    )


def test_a_clause_keeps_who_was_spoken_of(shop: Assistant) -> None:
    outcome = shop.ask("who spent over 500", conversation=shop.replay(["how many customers in Germany"]))
    assert isinstance(outcome, Answer)
    assert outcome.plan is not None
    assert "customer.country" in {one.field for one in outcome.plan.query.filters}


def test_which_day_behind_weekdays_is_a_weekday(shop: Assistant) -> None:
    outcome = shop.ask("which day is best", conversation=shop.replay(["orders by weekday"]))
    assert isinstance(outcome, Answer)
    counted = f"SELECT dayname(o.ordered_at) FROM orders o WHERE {KEPT} GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    assert outcome.result.rows[0][0] == rows(shop, counted)[0][0]
