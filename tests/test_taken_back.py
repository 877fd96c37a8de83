"""Questions that take back a part of themselves: what was put right is asked, in a dialogue and without one."""

from __future__ import annotations

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.conversation import Conversation


@pytest.fixture(scope="module")
def assistant(shop: Assistant) -> Assistant:
    return shop


def told(assistant: Assistant, question: str, before: str = "") -> str:
    outcome = assistant.ask(question, conversation=assistant.replay((before,)) if before else Conversation())
    return outcome.interpretation.sentence if isinstance(outcome, Answer) and outcome.interpretation else "?"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("orders by country this month, no wait, last month", "orders by country last month"),
        ("orders by country last month - sorry, by sales channel", "orders by sales channel last month"),
        ("how many customers by country, I mean in total", "how many customers"),
        ("revenue last month... oops, I meant orders", "orders last month"),
        ("orders by country last month - hmm, actually by sales channel", "orders by sales channel last month"),
        ("how many orders did we have in April (sorry, May) by country?", "orders by country in May"),
        ("orders from Germany, or rather France, in May", "orders from France in May"),
        ("sorry, how many orders last month?", "how many orders last month?"),
    ],
)
def test_what_was_put_right_is_asked(assistant: Assistant, said: str, meant: str) -> None:
    assert told(assistant, said) == told(assistant, meant) != "?"


@pytest.mark.parametrize("said", ["orders by country, no Germany", "orders with no wait in May"])
def test_a_denial_is_no_correction(assistant: Assistant, said: str) -> None:
    assert told(assistant, said) in ("?", told(assistant, "orders by country without Germany"))


def test_a_correction_in_a_dialogue_leans_on_its_own_question(assistant: Assistant) -> None:
    said = "orders by country in April, no wait, in May"
    assert told(assistant, said, before="revenue last year") == told(assistant, "orders by country in May")
