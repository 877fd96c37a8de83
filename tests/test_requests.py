"""Requests to do something in the world are told from questions about what was done."""

import pytest

from assistant.understanding.language import load_language
from assistant.understanding.requests import asks_to_act

EN = load_language("en")


@pytest.mark.parametrize(
    "request_",
    [
        "I want to cancel my order",
        "please cancel orders of last week",
        "can you refund the last order of Anna",
        "send the newsletter to all customers",
        "my order should be cancelled",
        "email every member",
        "could you please upgrade their plan",
    ],
)
def test_what_is_to_be_done_is_a_request(request_: str) -> None:
    assert asks_to_act(EN.tokens(request_), EN)


@pytest.mark.parametrize(
    "question",
    [
        "cancel reasons by month",
        "email open rate",
        "refund amount 2025",
        "cancelled orders by month",
        "please send me the revenue by month",
        "how many customers cancelled their plan",
        "upgrade rate by plan",
        "",
    ],
)
def test_what_was_done_is_a_question(question: str) -> None:
    assert not asks_to_act(EN.tokens(question), EN)
