"""Distributions asked in words: the rows of each band by hand-written SQL, what is told of them, what has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer, Plan, Refusal
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.conversation import Conversation
from assistant.narrate import record_of, unsupported_numbers
from assistant.reading import read_spreads
from assistant.shape import context
from assistant.understanding import Spread
from assistant.understanding.spreads import fitting, in_so_many, stepped
from semantic_layer import Bands
from tests.asking import answered, plain, rows, rows_to
from warehouse import Policy, TableRule

ORDERS = "FROM orders o WHERE o.status <> 'cancelled' AND NOT o.is_test"
OF_CUSTOMERS = "FROM orders o LEFT JOIN customer c USING (customer_id) WHERE o.status <> 'cancelled' AND NOT o.is_test"
H1 = "o.ordered_at >= DATE '2026-01-01' AND o.ordered_at < DATE '2026-07-01'"
EDGES = "CASE WHEN o.net_amount < 50 THEN 0 WHEN o.net_amount < 100 THEN 50 ELSE 100 END"
AGE = "FROM customer c JOIN customer_360 a USING (customer_id) WHERE NOT c.is_internal AND NOT c.is_deleted"
EACH = (
    "(SELECT c.customer_id, count(o.order_id) n FROM customer c LEFT JOIN (SELECT * FROM orders o WHERE o.status <> "
    "'cancelled' AND NOT o.is_test {more}) o USING (customer_id) WHERE NOT c.is_internal AND NOT c.is_deleted "
    "GROUP BY 1)"
)
ASKED = {
    "orders by amount in steps of 200": (
        f"SELECT least(floor(o.net_amount / 200) * 200, (SELECT ceil(quantile_cont(net_amount, 0.99) / 200) * 200 "
        f"{ORDERS})), count(*) {ORDERS} GROUP BY 1"
    ),
    "orders under 50, 50 to 100 and over 100": f"SELECT {EDGES}, count(*) {ORDERS} GROUP BY 1",
    "share of orders below 50 euros, 50 to 100, above in Germany this year": (
        f"SELECT {EDGES}, count(*), count(*) / sum(count(*)) OVER () {OF_CUSTOMERS} AND c.country = 'Germany' AND {H1} "
        "GROUP BY 1"
    ),
    "customers by age in 10-year bands": f"SELECT floor(a.age / 10) * 10, count(*) {AGE} GROUP BY 1",
    "customers aged 18 to 24, 25 to 34 and 35 or older": (
        "SELECT CASE WHEN a.age >= 35 THEN 35 WHEN a.age >= 25 THEN 25 WHEN a.age >= 18 THEN 18 WHEN a.age < 18 THEN 0 "
        f"END, count(*) {AGE} GROUP BY 1"
    ),
    "distribution of orders per customer": (
        f"SELECT least(n, 10), count(*) FROM {EACH.format(more='')} GROUP BY 1"
    ),
    "distribution of number of orders per customer for web orders in 2025": (
        "SELECT least(n, 10), count(*) FROM "
        + EACH.format(more="AND o.channel = 'web' AND year(o.ordered_at) = 2025")
        + " GROUP BY 1"
    ),
    "how many customers ordered once, twice, three times or more": (
        f"SELECT least(n, 3), count(*) FROM {EACH.format(more='')} WHERE n > 0 GROUP BY 1"
    ),
    "orders per customer in 2025 in steps of 5": (
        f"SELECT floor(n / 5) * 5, count(*) FROM {EACH.format(more='AND year(o.ordered_at) = 2025')} GROUP BY 1"
    ),
    "revenue by order value: under 50, 50 to 100, over 100": (
        f"SELECT {EDGES}, sum(o.net_amount) {ORDERS} GROUP BY 1"
    ),
    "orders under 50, 50 to 100 and over 100 by channel": (
        f"SELECT {EDGES}, o.channel, count(*) {ORDERS} GROUP BY 1, 2"
    ),
    "tickets solved under 1 hour, 1 to 4 hours and over 4 hours": (
        "SELECT CASE WHEN m < 60 THEN 0 WHEN m < 240 THEN 60 ELSE 240 END, count(*) FROM (SELECT date_diff('minute', "
        "created_at, solved_at) m FROM ticket WHERE solved_at IS NOT NULL) GROUP BY 1"
    ),
}  # fmt: skip
CHECKED = list(ASKED.items())


@pytest.fixture(scope="module")
def german(demo_home: Path) -> Iterator[Assistant]:
    assistant = Assistant.open(replace(read_settings({}, demo_home), language="de", locale="de"))
    yield assistant
    assistant.close()


@pytest.mark.parametrize(
    ("question", "sql"), [*CHECKED[:4], *(pytest.param(*one, marks=pytest.mark.deep) for one in CHECKED[4:])]
)
def test_each_band_holds_what_hand_written_sql_counts(shop: Assistant, question: str, sql: str) -> None:
    assert plain(rows_to(shop, question)) == plain(rows(shop, sql))


@pytest.mark.parametrize(
    "question",
    [
        "distribution of order values",
        "how is order value distributed",
        pytest.param("order value distribution", marks=pytest.mark.deep),
        pytest.param("histogram of basket size", marks=pytest.mark.deep),
        pytest.param("number of orders by order value band", marks=pytest.mark.deep),
    ],
)
def test_bands_are_chosen_to_fit_and_said(shop: Assistant, question: str) -> None:
    answer = answered(shop, question)
    assert answer.plan
    (group,) = answer.plan.query.group_by
    spread = shop.spreads["orders.order_amount"]
    assert group.bands == fitting(spread, "EUR", whole=False)
    assert sum(row[1] for row in answer.result.rows) == rows(shop, f"SELECT count(*) {ORDERS}")[0][0]
    assert [row[0] for row in answer.result.rows] == sorted(row[0] for row in answer.result.rows)
    assert any("in steps of" in note for note in answer.plan.notes)


def test_what_is_told_of_bands(shop: Assistant) -> None:
    answer = answered(shop, "orders under 50, 50 to 100 and over 100")
    assert " orders by order amount: the largest band is under €50 (" in answer.sentence
    assert "€100 and more" in answer.sentence
    assert answer.chart.kind == "bar"
    labels = [value["k"] for value in (answer.chart.spec or {})["data"]["values"]]
    assert labels == ["under €50", "€50–€100", "€100 and more"]


def test_every_number_told_is_one_of_the_result(shop: Assistant) -> None:
    for question in ("distribution of order values", "customers by age in 10-year bands"):
        answer = answered(shop, question)
        query = answer.plan.query if answer.plan else None
        told = record_of(answer.columns, answer.result, context(shop.layer, query, shop.as_of))
        assert not unsupported_numbers(answer.sentence, told), answer.sentence


def test_bands_are_read_and_told_in_german(german: Assistant) -> None:
    answer = answered(german, "Kunden nach Alter in 10-Jahres-Schritten")
    assert answer.interpretation.sentence == "Kunden · nach Alter in Schritten von 10 · gesamter Zeitraum"
    assert "Der größte Bereich ist " in answer.sentence
    assert answered(german, "Verteilung der Bestellwerte").plan


def test_follow_ups_keep_the_bands_and_their_order(shop: Assistant) -> None:
    talk = Conversation()
    chips = []
    for said in (
        "distribution of order values",
        "in steps of 100",
        "only Germany",
        "as a share",
        "in 2025",
        "by channel",
    ):
        answer = shop.ask(said, conversation=talk)
        assert isinstance(answer, Answer), said
        chips.append(answer.interpretation.sentence)
        bands = [row[0] for row in answer.result.rows]
        assert bands == sorted(bands), said
    assert chips[-1] == (
        "Orders · share of orders · by order amount in steps of 100 EUR · by sales channel · Country: Germany · 2025"
    )


@pytest.mark.deep
def test_a_band_that_is_picked_is_a_condition_on_both_of_its_ends(shop: Assistant) -> None:
    talk = Conversation()
    for said in ("distribution of order values", "only the first one by channel"):
        answer = shop.ask(said, conversation=talk)
    assert isinstance(answer, Answer)
    expected = rows(shop, f"SELECT o.channel, count(*) {ORDERS} AND o.net_amount >= 0 AND o.net_amount < 50 GROUP BY 1")
    assert plain(answer.result.rows) == plain(expected)


@pytest.mark.deep
def test_the_period_of_a_number_of_each_is_its_own(shop: Assistant) -> None:
    talk = Conversation()
    for said in ("distribution of orders per customer", "in 2025"):
        answer = shop.ask(said, conversation=talk)
    assert isinstance(answer, Answer)
    more = "AND year(o.ordered_at) = 2025"
    expected = rows(shop, f"SELECT least(n, 10), count(*) FROM {EACH.format(more=more)} GROUP BY 1")
    assert plain(answer.result.rows) == plain(expected)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("distribution of conversion rate", "Conversion rate"),
        pytest.param("orders by order value in steps of 0.01", "too many bands", marks=pytest.mark.deep),
        pytest.param("histogram of delivery times", "times", marks=pytest.mark.deep),
    ],
)
def test_what_has_no_bands_is_refused(shop: Assistant, question: str, said: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Refusal)
    assert said in outcome.sentence


@pytest.mark.deep
@pytest.mark.parametrize(
    "question",
    [
        "distribution of review ratings",
        "distribution of customers by income band",
        "orders under 50 or over 100",
        "customers who ordered once or twice",
        "orders by distribution channel",
        "order values above 100 in steps of 50",
    ],
)
def test_what_is_no_question_for_bands_gets_none(shop: Assistant, question: str) -> None:
    outcome = shop.understanding.plan(question)
    assert not isinstance(outcome, Plan) or not any(one.bands for one in outcome.query.group_by)


@pytest.mark.deep
def test_the_days_since_something_are_of_customers(shop: Assistant) -> None:
    sql = "SELECT floor(s.days_silent / 100) * 100, count(*) FROM customer c JOIN customer_standing s"
    expected = rows(shop, f"{sql} USING (customer_id) WHERE NOT c.is_internal AND NOT c.is_deleted GROUP BY 1")
    assert plain(rows_to(shop, "distribution of days since last order in steps of 100")) == plain(expected)


def test_nothing_is_known_of_the_numbers_of_a_hidden_column(shop: Assistant) -> None:
    hiding = Policy({"orders": TableRule(None, frozenset({"net_amount"}))})
    known = read_spreads(shop.engine, shop.layer, hiding)
    assert "orders.order_amount" not in known
    assert known["orders.order_discount"] == shop.spreads["orders.order_discount"]


def test_bands_that_fit_numbers() -> None:
    assert fitting(Spread(0, 444, 2751), "EUR", whole=False) == Bands(width=50, top=450)
    assert fitting(Spread(1, 5, 5), "", whole=True) == Bands(width=1)
    assert fitting(Spread(18, 80, 81), "years", whole=True) == Bands(width=5)
    assert fitting(Spread(10, 3982, 55987), "minutes", whole=False) == Bands(width=360, top=4320)
    assert fitting(Spread(-90, -10, -5), "EUR", whole=False).width == 10
    assert fitting(None, "EUR", whole=False).edges[0] == 10
    assert stepped(Spread(0, 444, 450), 50) == Bands(width=50)
    assert in_so_many(Spread(0, 444, 2751), 5, "EUR", whole=False) == Bands(width=120, top=480)
    assert in_so_many(Spread(-1, 444, 2751), 5, "EUR", whole=False) is None
