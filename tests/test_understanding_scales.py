"""Large numbers in words: what they come to, what stays as it is, and that ranges share their scale."""

from __future__ import annotations

import pytest

from assistant.assistant import Assistant
from assistant.understanding.language import load_language
from assistant.understanding.scales import with_large_numbers
from tests.asking import rows, rows_to


def _said(text: str) -> str:
    language = load_language("en")
    return " ".join(token.text for token in with_large_numbers(language.tokens(text), language))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("more than a thousand euros", "more than 1000 euros"),
        ("two thousand five hundred", "2500"),
        ("one hundred and five orders", "105 orders"),
        ("twenty five orders", "25 orders"),
        ("half a million", "500000"),
        ("half a dozen orders", "6 orders"),
        ("2.5 million", "2500000"),
        ("between one and two thousand", "between 1000 and 2000"),
        ("between one hundred and two hundred", "between 100 and 200"),
        ("between 10 and 20k", "between 10k and 20k"),
        ("between 5 and 20", "between 5 and 20"),
        ("revenue in 2025 100", "revenue in 2025 100"),
        ("top five two years", "top five two years"),
        ("a couple of orders", "a couple of orders"),
        ("tickets per hundred orders", "tickets per hundred orders"),
        ("one order and two tickets", "one order and two tickets"),
        ("half a year", "half a year"),
    ],
)
def test_numbers_of_several_words_are_written_in_digits(text: str, said: str) -> None:
    assert _said(text) == said


def test_a_thousand_said_before_the_currency_bounds_the_number(shop: Assistant) -> None:
    counted = "SELECT count(*) FROM (SELECT customer_id FROM orders WHERE status <> 'cancelled' AND NOT is_test "
    counted += "AND customer_id IN (SELECT customer_id FROM customer WHERE NOT is_internal AND NOT is_deleted) "
    expected = rows(shop, counted + "GROUP BY 1 HAVING sum(net_amount) > 1000)")
    assert rows_to(shop, "how many customers have spent more than one thousand euros?") == expected
