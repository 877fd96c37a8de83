"""Questions of a form of their own, held against SQL written by hand: reasons, sets over several tables."""

from typing import Any

import pytest

from assistant.answer import Answer, Clarification, Plan, Refusal
from assistant.assistant import Assistant
from semantic_layer import Filter, QueryError, SemanticQuery, check
from tests.asking import rows, rows_to

KEPT = "o.status <> 'cancelled' AND NOT o.is_test"
BOUGHT = (
    "EXISTS (SELECT 1 FROM orders o JOIN order_item i USING (order_id) JOIN product p USING (product_id)"
    f" WHERE o.customer_id = c.customer_id AND {KEPT} AND p.category = '{{}}')"
)
OURS = "NOT c.is_internal AND NOT c.is_deleted"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "why do customers cancel?",
            "SELECT cancel_reason, count(*) FROM subscription WHERE cancelled_at IS NOT NULL GROUP BY 1",
        ),
        (
            "how many subscriptions were cancelled, and why?",
            "SELECT cancel_reason, count(*) FROM subscription WHERE cancelled_at IS NOT NULL GROUP BY 1",
        ),
        (
            "why do we lose deals",
            "SELECT lost_reason, count(*) FROM opportunity WHERE closed_at IS NOT NULL AND NOT is_won GROUP BY 1",
        ),
        (
            "why do people in Germany return shoes",
            "SELECT r.reason, count(*) FROM refund r JOIN order_item i USING (order_item_id) JOIN product p"
            " USING (product_id) JOIN orders o ON o.order_id = r.order_id"
            " JOIN customer c USING (customer_id) WHERE p.category = 'Shoes' AND c.country = 'Germany' GROUP BY 1",
        ),
    ],
)
def test_why_something_is_done_is_counted_by_its_recorded_reason(shop: Assistant, question: str, sql: str) -> None:
    assert sorted(rows_to(shop, question), key=str) == sorted(rows(shop, sql), key=str)


@pytest.mark.parametrize(
    "question", ["why do people unsubscribe?", "why do customers cancel orders", "why do we sneeze"]
)
def test_a_deed_without_a_recorded_reason_is_refused(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


IN_MAY = "o.ordered_at >= DATE '2026-05-01' AND o.ordered_at < DATE '2026-06-01'"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "how many orders were over 150 euros in May",
            f"SELECT count(*) FROM orders o WHERE {KEPT} AND {IN_MAY} AND net_amount > 150",
        ),
        (
            "average of orders above 100 euros",
            f"SELECT avg(net_amount) FROM orders o WHERE {KEPT} AND net_amount > 100",
        ),
        (
            "revenue from orders over 150 euros",
            f"SELECT sum(net_amount) FROM orders o WHERE {KEPT} AND net_amount > 150",
        ),
        (
            "how many customers have orders above 150 euros",
            f"SELECT count(*) FROM customer c WHERE {OURS} AND EXISTS (SELECT 1 FROM orders o"
            f" WHERE o.customer_id = c.customer_id AND {KEPT} AND o.net_amount > 150)",
        ),
        (
            "how many tickets took longer than 3 days to resolve",
            "SELECT count(*) FROM ticket WHERE date_diff('minute', created_at, solved_at) > 3 * 24 * 60",
        ),
        (
            "how many tickets were answered in less than two hours",
            "SELECT count(*) FROM ticket WHERE date_diff('minute', created_at, first_reply_at) < 2 * 60",
        ),
    ],
)
def test_an_amount_bounds_single_rows_before_they_are_put_together(shop: Assistant, question: str, sql: str) -> None:
    (found,), (expected,) = rows_to(shop, question), rows(shop, sql)
    assert float(found[0]) == pytest.approx(float(expected[0]))


@pytest.mark.parametrize("said", ["resolved within a day", "solved in at most 24 hours", "fixed within 24 hours"])
def test_a_share_done_within_a_time_is_one_of_all(shop: Assistant, said: str) -> None:
    found = rows_to(shop, f"what share of tickets was {said}")[0]
    (expected,) = rows(
        shop, "SELECT count(*) FILTER (date_diff('minute', created_at, solved_at) <= 1440) / count(*) FROM ticket"
    )
    assert float(found[-1]) == pytest.approx(float(expected[0]))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "largest single order in May",
            f"SELECT order_id FROM orders o WHERE {KEPT} AND {IN_MAY} ORDER BY net_amount DESC LIMIT 1",
        ),
        (
            "the 3 largest deals won in 2026",
            "SELECT opportunity_id FROM opportunity WHERE is_won AND closed_at >= DATE '2026-01-01'"
            " ORDER BY amount DESC LIMIT 3",
        ),
        (
            "show me tickets that took longer than 3 days to resolve",
            "SELECT ticket_id FROM ticket WHERE date_diff('minute', created_at, solved_at) > 3 * 24 * 60"
            " ORDER BY date_diff('minute', created_at, solved_at) DESC",
        ),
    ],
)
def test_single_rows_are_listed_by_what_they_are_worth(shop: Assistant, question: str, sql: str) -> None:
    assert [row[0] for row in rows_to(shop, question)] == [row[0] for row in rows(shop, sql)]


@pytest.mark.parametrize(
    "question",
    ["biggest orders with shoes", "the highest complaint", "orders over 3 days", "biggest order of the ugliest people"],
)
def test_rows_without_a_worth_of_their_own_are_not_ranked(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


def test_lengths_of_time_are_told_apart(shop: Assistant) -> None:
    outcome = shop.ask("how many tickets took longer than 3 days")
    assert isinstance(outcome, Clarification)
    assert len(outcome.options) == 3


def _bought(category: str, operator: str = "ge", least: int = 1) -> Filter:
    row = Filter(field="product.category", op="in", values=(category,))
    return Filter.model_validate(
        {"field": "product_orders", "op": operator, "values": (least,), "entity": "customer", "where": (row,)}
    )


def test_each_condition_narrows_rows_of_its_own(shop: Assistant) -> None:
    query = SemanticQuery(metrics=("customers",), filters=(_bought("Beauty"), _bought("Electronics", "eq", 0)))
    outcome = shop.carry_out("", Plan(query))
    assert isinstance(outcome, Answer)
    met = f"{OURS} AND {BOUGHT.format('Beauty')} AND NOT {BOUGHT.format('Electronics')}"
    sql = f"SELECT count(*) FROM customer c WHERE {met}"
    assert outcome.result.rows == tuple(rows(shop, sql))
    assert "with product orders for Beauty without product orders for Electronics" in outcome.sentence
    assert "Orders with the product (category: Beauty)" in outcome.interpretation.sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"entity": ""},
        {"where": (Filter(field="orders", op="ge", values=(1,)),)},
        {"where": (Filter(field="product.category", op="in", values=("Beauty",), entity="customer"),)},
        {"where": (Filter(field="ticket.topic", op="in", values=("delivery",)),)},
        {"where": (Filter(field="product.list_price", op="gt", values=("much",)),)},
        {"where": (Filter(field="product.nothing", op="in", values=("x",)),)},
    ],
)
def test_conditions_that_are_not_on_the_counted_rows_are_refused(shop: Assistant, changes: dict[str, Any]) -> None:
    query = SemanticQuery(metrics=("customers",), filters=(_bought("Beauty").model_copy(update=changes),))
    with pytest.raises(QueryError):
        check(shop.layer, query)


TICKET = "EXISTS (SELECT 1 FROM ticket t WHERE t.customer_id = c.customer_id{})"
RETURNED = "EXISTS (SELECT 1 FROM refund r JOIN orders o USING (order_id) WHERE o.customer_id = c.customer_id)"
ORDERED = f"EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id AND {KEPT} AND {{}})"
THIS_YEAR = "o.ordered_at >= DATE '2026-01-01' AND o.ordered_at < DATE '2026-07-01'"


@pytest.mark.parametrize(
    ("question", "met"),
    [
        (
            "how many customers bought both Beauty and Electronics",
            f"{BOUGHT.format('Beauty')} AND {BOUGHT.format('Electronics')}",
        ),
        (
            "how many women bought Beauty but never Electronics",
            f"gender = 'female' AND {BOUGHT.format('Beauty')} AND NOT {BOUGHT.format('Electronics')}",
        ),
        ("how many customers returned something and complained", f"{RETURNED} AND {TICKET.format('')}"),
        ("how many customers bought Beauty but returned nothing", f"{BOUGHT.format('Beauty')} AND NOT {RETURNED}"),
        (
            "how many customers have ordered this year but never complained",
            f"{ORDERED.format(THIS_YEAR)} AND NOT {TICKET.format('')}",
        ),
        (
            "how many customers ordered this year and never contacted support",
            f"{ORDERED.format(THIS_YEAR)} AND NOT {TICKET.format('')}",
        ),
        (
            "how many people neither ordered nor complained this year",
            f"NOT {ORDERED.format(THIS_YEAR)} AND NOT {TICKET.format(' AND created_at >= DATE ' + repr('2026-01-01'))}",
        ),
        (
            "how many customers bought Shoes or Beauty and returned something",
            f"({BOUGHT.format('Shoes')} OR {BOUGHT.format('Beauty')}) AND {RETURNED}",
        ),
    ],
)
def test_deeds_in_several_tables_are_each_met_by_rows_of_their_own(shop: Assistant, question: str, met: str) -> None:
    assert rows_to(shop, question) == rows(shop, f"SELECT count(*) FROM customer c WHERE {OURS} AND {met}")


def test_who_did_both_is_a_list_and_a_share(shop: Assistant) -> None:
    met = f"{BOUGHT.format('Beauty')} AND {BOUGHT.format('Electronics')}"
    expected = rows(shop, f"SELECT c.customer_id FROM customer c WHERE {OURS} AND {met}")
    found = rows_to(shop, "customers who bought both Beauty and Electronics")
    assert sorted(row[0] for row in found) == sorted(row[0] for row in expected)
    (share,) = rows_to(shop, "what share of customers bought Beauty and Electronics")
    (whole,) = rows(shop, f"SELECT count(*) FROM customer c WHERE {OURS}")
    assert share == (len(expected), pytest.approx(len(expected) / whole[0]))


@pytest.mark.parametrize(
    "question",
    [
        "customers who opened an email and then ordered",
        "how many customers ordered after they complained",
        "customers who did not order and complain this year",
        "how many customers never bought Beauty and Electronics",
        "how many customers subscribed and complained",
        "who had how many orders",
        "how many customers bought only Beauty and Electronics",
        "how many customers bought Beauty every month and complained",
    ],
)
def test_deeds_that_cannot_be_told_apart_are_refused(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


def test_a_period_behind_two_deeds_is_asked_about(shop: Assistant) -> None:
    outcome = shop.ask("customers who complained and returned something this year")
    assert isinstance(outcome, Clarification)
    both, last = (option.plan.query.filters for option in outcome.options)
    assert [bool(one.time_range) for one in both] == [True, True]
    assert [bool(one.time_range) for one in last] == [False, True]


def test_a_number_before_and_after_a_day_is_told_over_two_equal_spans(shop: Assistant) -> None:
    ((now, then, *_),) = rows_to(shop, "orders 14 days before and after 1 March 2026")
    spans = ("'2026-03-01' AND o.ordered_at < DATE '2026-03-15'", "'2026-02-15' AND o.ordered_at < DATE '2026-03-01'")
    counts = [
        rows(shop, f"SELECT count(*) FROM orders o WHERE {KEPT} AND o.ordered_at >= DATE {span}") for span in spans
    ]
    assert [[(now,)], [(then,)]] == counts


@pytest.mark.parametrize(
    "question",
    [
        "orders before and after lunch",
        "orders before and after 28 June 2026",
        "orders this year before and after 1 March 2026",
        "orders 60 days before and after 1 June 2026",
    ],
)
def test_spans_that_are_unknown_or_unequal_are_refused(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Refusal)


@pytest.mark.parametrize(
    ("question", "span", "before"),
    [
        ("how are we doing?", "2026-06", "2026-05"),
        ("what changed this month?", "2026-06", "2026-05"),
        ("give me an overview of April", "2026-04", "2026-03"),
    ],
)
def test_how_things_stand_is_told_by_the_headline_numbers(
    shop: Assistant, question: str, span: str, before: str
) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer)
    found = dict(zip([column.name for column in outcome.columns], outcome.result.rows[0], strict=True))
    months = f"WHERE {KEPT} AND strftime(ordered_at, '%Y-%m') = "
    sql = f"SELECT sum(net_amount), sum(net_amount) / count(*) FROM orders o {months}"
    ((revenue, value),), ((then, _),) = rows(shop, f"{sql}'{span}'"), rows(shop, f"{sql}'{before}'")
    assert (found["net_revenue"], found["net_revenue_previous"]) == (revenue, then)
    assert float(found["average_order_value"]) == pytest.approx(float(value))


@pytest.mark.parametrize(
    ("question", "where", "span", "before"),
    [
        ("how is Germany doing?", "country = 'Germany'", "2026-06", "2026-05"),
        ("is the North growing this month?", "region = 'North'", "2026-06", "2026-05"),
        ("how did Austria do in May?", "country = 'Austria'", "2026-05", "2026-04"),
    ],
)
def test_how_some_are_doing_offers_their_headline_numbers_first(
    shop: Assistant, question: str, where: str, span: str, before: str
) -> None:
    asked = shop.understanding.plan(question)
    assert isinstance(asked, Clarification)
    outcome = shop.choose(asked.options[0], question)
    assert isinstance(outcome, Answer)
    found = dict(zip([column.name for column in outcome.columns], outcome.result.rows[0], strict=True))
    sql = f"""SELECT sum(net_amount) FROM orders o JOIN customer c USING (customer_id)
    WHERE {KEPT} AND {where} AND strftime(ordered_at, '%Y-%m') = """
    ((revenue,),), ((then,),) = rows(shop, f"{sql}'{span}'"), rows(shop, f"{sql}'{before}'")
    assert (found["net_revenue"], found["net_revenue_previous"]) == (revenue, then)


@pytest.mark.parametrize("question", ["is the weather improving?", "are VIPs growing?", "how is Germany doing it?"])
def test_how_something_else_is_doing_is_not_told(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


@pytest.mark.parametrize("question", ["how are we doing with our neighbours?", "what changed in the pricing?"])
def test_an_overview_of_something_unknown_is_refused(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)


def test_who_is_in_a_segment_is_listed(shop: Assistant) -> None:
    expected = rows(shop, "SELECT customer_id FROM customer_standing WHERE is_lapsed")
    found = rows_to(shop, "who stopped ordering?")
    assert sorted(row[0] for row in found) == sorted(row[0] for row in expected)


@pytest.mark.parametrize(
    ("question", "metrics"),
    [
        ("points earned and redeemed in May", ("points_earned", "points_redeemed")),
        ("how many emails were delivered and opened in May", ("emails_delivered", "emails_opened")),
        ("deals won versus lost this year", ("deals_won", "deals_lost")),
        ("tickets opened and closed in May", ("tickets", "solved_tickets")),
    ],
)
def test_two_deeds_of_the_same_things_are_two_numbers(shop: Assistant, question: str, metrics: tuple[str, ...]) -> None:
    plan = shop.understanding.plan(question)
    assert isinstance(plan, Plan)
    assert plan.query.metrics == metrics
