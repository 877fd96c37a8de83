"""A part asked in the words of a rate, a number of all asked beside the best group, and definitions asked at length."""

from __future__ import annotations

import pytest

from assistant.answer import Answer, Explanation, Refusal
from assistant.assistant import Assistant
from tests.asking import plain, rows, rows_to


@pytest.mark.parametrize(
    "question",
    ["what percentage of abandoned carts came from mobile devices in June 2026?"],
)
def test_the_part_behind_the_verb_is_asked_and_not_the_rate(shop: Assistant, question: str) -> None:
    found = rows_to(shop, question)
    told = rows(
        shop,
        "SELECT count(*) FILTER (WHERE s.device = 'mobile') AS n, n / count(*)::DOUBLE "
        "FROM cart c LEFT JOIN session s ON s.session_id = c.session_id WHERE c.status = 'abandoned' "
        "AND c.created_at >= DATE '2026-06-01' AND c.created_at < DATE '2026-07-01'",
    )
    assert plain(found) == plain(told)


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("what percentage of orders were cancelled in May 2026?", "Cancellation rate · May 2026"),
        ("cart abandonment rate on mobile in May 2026", "Cart abandonment rate · Device: mobile · May 2026"),
        (
            "what share of cancelled orders came from the app in May 2026?",
            "Cancelled orders · share of cancelled orders of any sales channel · Sales channel: app · May 2026",
        ),
    ],
)
def test_a_rate_stays_where_no_part_stands_behind_a_verb(shop: Assistant, question: str, read: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer)
    assert outcome.interpretation.sentence == read


def test_the_best_group_is_no_answer_to_a_number_of_all(shop: Assistant) -> None:
    assert isinstance(shop.ask("how many orders did we get in May 2026 and which country had the most?"), Refusal)


@pytest.mark.parametrize("question", ["what do we count as an active customer?", "what exactly counts as a lead?"])
def test_definitions_asked_at_length(shop: Assistant, question: str) -> None:
    assert isinstance(shop.ask(question), Explanation)


@pytest.mark.parametrize(
    "question",
    [
        "For the investors' update, please give me the number of orders in May 2026.",
        "To cut a long story short: how many orders did we get in May 2026?",
        "Oh and could I get the number of orders in May 2026?",
    ],
)
def test_what_is_said_around_a_question_is_left_out(shop: Assistant, question: str) -> None:
    outcome = shop.ask(question)
    assert isinstance(outcome, Answer)
    assert outcome.interpretation.sentence == "Orders · May 2026"
