"""Two numbers with conditions of their own in one row, against hand-written SQL."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from tests.asking import answered, plain, rows, rows_to

ORDERS = "FROM orders o LEFT JOIN customer c USING (customer_id) WHERE o.status <> 'cancelled' AND NOT o.is_test"
MAY = "ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01'"
OPENED = "created_at >= DATE '2026-05-01' AND created_at < DATE '2026-06-01'"
TRUE = {
    "orders with and without a coupon per country in May 2026": f"""
        SELECT c.country, count(*) FILTER (o.coupon_code IS NOT NULL), count(*) FILTER (o.coupon_code IS NULL)
        {ORDERS} AND o.{MAY.replace("AND ordered", "AND o.ordered")} GROUP BY 1""",
    "orders in Germany and orders in France by channel in May 2026": f"""
        SELECT o.channel, count(*) FILTER (c.country = 'Germany'), count(*) FILTER (c.country = 'France')
        {ORDERS} AND o.{MAY.replace("AND ordered", "AND o.ordered")} GROUP BY 1""",
    "urgent tickets and normal tickets by channel in May 2026": f"""
        SELECT channel, count(*) FILTER (priority = 'urgent'), count(*) FILTER (priority = 'normal')
        FROM ticket WHERE {OPENED} GROUP BY 1""",
}


@pytest.mark.parametrize(("question", "sql"), TRUE.items(), ids=TRUE.keys())
def test_both_numbers_stand_in_one_row(shop: Assistant, question: str, sql: str) -> None:
    assert plain(rows_to(shop, question)) == plain(rows(shop, sql))


def test_the_parts_are_said_and_drawn(shop: Assistant) -> None:
    answer = answered(shop, "orders in Germany and orders in France by channel in May 2026")
    assert answer.interpretation.sentence == (
        "Orders (Country: Germany) · Orders (Country: France) · by sales channel · May 2026 · highest first"
    )
    assert [column.label for column in answer.columns[1:]] == ["Orders (Germany)", "Orders (France)"]
    assert answer.chart.kind == "grouped_bar"


def test_of_how_many_opened_and_how_many_solved_none_is_lost(shop: Assistant) -> None:
    query = answered(shop, "how many tickets were opened and how many solved per channel in May 2026").plan
    assert query is not None
    assert query.query.metrics == ("tickets", "solved_tickets")


def test_another_number_behind_them_has_no_parts(shop: Assistant) -> None:
    asked = ["orders in Germany and orders in France by channel in May 2026"]
    outcome = shop.ask("revenue instead", conversation=shop.replay(asked))
    assert isinstance(outcome, Answer | Refusal)
    assert not isinstance(outcome, Answer) or "Orders" not in outcome.interpretation.sentence


@pytest.mark.parametrize("question", ["open tickets and open carts per team", "revenue and visits per store and per"])
def test_what_has_not_the_same_groups_is_refused(shop: Assistant, question: str) -> None:
    assert not isinstance(shop.ask(question), Answer)
