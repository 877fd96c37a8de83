"""Follow-ups that once lost what they spoke of: what a rate rests on, ratios within a period, going back, the next."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from tests.asking import plain, rows

MAY = "ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01'"
CHIPS = {
    "a ratio is of the period before": [
        ("tickets in May 2026", "Support tickets · May 2026"),
        (
            "tickets per customer",
            "Support tickets · Active customers · support tickets per active customer · Customer id: not empty · "
            "May 2026",
        ),
    ],
    "back to the whole breakdown": [
        ("orders by country in May 2026", "Orders · by country · May 2026 · highest first"),
        ("only Germany", "Orders · by country · Country: Germany · May 2026 · highest first"),
        ("by channel", "Orders · by sales channel · Country: Germany · May 2026 · highest first"),
        ("back to the countries", "Orders · by country · May 2026 · highest first"),
        ("back to the deals", "?"),
    ],
    "back to the months": [
        ("orders by month in 2025", "Orders · by month · 2025"),
        ("which month was best", "Orders · by month · 2025 · highest first · first 1"),
        ("back to the months", "Orders · by month · 2025"),
    ],
    "the next best": [
        (
            "which category sold best in May 2026",
            "Net revenue of products · by category · Category: not empty · May 2026 · highest first · first 1",
        ),
        (
            "second best",
            "Net revenue of products · by category · Category: not empty · May 2026 · highest first · "
            "leaving out the first 1 · first 1",
        ),
    ],
    "the two before": [
        ("orders in Germany in May 2026", "Orders · Country: Germany · May 2026"),
        ("and Austria", "Orders · Country: Austria · May 2026"),
        ("compare the two", "Orders · by country · Country: Germany, Austria · May 2026 · highest first"),
    ],
    "a list is a list": [
        (
            "list customers with more than 8 orders",
            "list of customers · by customer name · Orders: > 8 · all time",
        ),
        ("list them", "list of customers · by customer name · Orders: > 8 · all time"),
    ],
}


@pytest.mark.parametrize("turns", CHIPS.values(), ids=CHIPS.keys())
def test_what_is_spoken_of_is_kept(shop: Assistant, turns: list[tuple[str, str]]) -> None:
    conversation = shop.replay(())
    for question, expected in turns:
        outcome = shop.ask(question, conversation=conversation)
        if expected == "?":
            assert isinstance(outcome, Refusal), question
        else:
            assert isinstance(outcome, Answer), (question, outcome)
            assert outcome.interpretation.sentence == expected


def test_what_a_rate_rests_on_is_what_it_is_divided_by(shop: Assistant) -> None:
    asked = ["average order value by channel in May 2026"]
    outcome = shop.ask("how many orders is that based on?", conversation=shop.replay(asked))
    assert isinstance(outcome, Answer)
    told = f"SELECT channel, count(*) FROM orders WHERE status <> 'cancelled' AND NOT is_test AND {MAY} GROUP BY 1"
    assert plain(outcome.result.rows) == plain(rows(shop, told))
