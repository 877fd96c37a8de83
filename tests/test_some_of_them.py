"""A second question about a part of the first: what is counted, what the part is, and what is asked back."""

from __future__ import annotations

import pytest

from assistant.answer import Refusal
from assistant.assistant import Assistant
from tests.asking import answered, plain, rows, rows_to

SOLD = "status <> 'cancelled' AND NOT is_test AND ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01'"


@pytest.mark.parametrize("of_them", ["how many of them came from Germany", "what share of them came from Germany"])
def test_the_part_stands_beside_all_others(shop: Assistant, of_them: str) -> None:
    answer = answered(shop, f"how many orders did we get in May and {of_them}?")
    told = f"""SELECT CASE WHEN c.country = 'Germany' THEN 'Germany' ELSE '(all others)' END, count(*),
        count(*) * 1.0 / (SELECT count(*) FROM orders WHERE {SOLD})
        FROM orders o LEFT JOIN customer c USING (customer_id) WHERE {SOLD} GROUP BY 1"""
    assert plain(answer.result.rows) == plain(rows(shop, told))
    counted = "SELECT count(*), count(*) FILTER (c.country = 'Germany') FROM orders o LEFT JOIN customer c "
    ((whole, part),) = rows(shop, f"{counted} USING (customer_id) WHERE {SOLD}")
    assert answer.sentence.startswith(f"Orders in May 2026: {whole:,}, of these Germany {part:,} (")


def test_a_field_of_the_rows_themselves(shop: Assistant) -> None:
    found = rows_to(shop, "how many tickets did we get in May, and how many of those were about delivery")
    told = """SELECT CASE WHEN topic = 'delivery' THEN 'delivery' ELSE '(all others)' END, count(*),
        count(*) * 1.0 / sum(count(*)) OVER () FROM ticket
        WHERE created_at >= DATE '2026-05-01' AND created_at < DATE '2026-06-01' GROUP BY 1"""
    assert plain(found) == plain(rows(shop, told))


def test_other_rows_are_no_part_of_the_first(shop: Assistant) -> None:
    outcome = shop.ask("how many customers joined in May and how many of them were about delivery?")
    assert isinstance(outcome, Refusal)
