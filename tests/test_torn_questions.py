"""No question, however torn, makes the reader fall: it is answered, asked back or refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding import Understanding
from tests.understanding_layer import shipped

VALUES = {
    "customer.country": [("Germany", 9), ("France", 9)],
    "customer.gender": [("female", 9), ("male", 9)],
    "orders.channel": [("app", 9), ("web", 9)],
    "orders.status": [("cancelled", 9), ("delivered", 9)],
    "product.category": [("Clothing", 9), ("Shoes", 9)],
}
SUITE = Path("evals/suites/in_domain_dev.yml")
ONCE_FELL = [
    "which gender women live in Germany",
    "which city women who bought shoes",
    "of the customers we won in 2025, how many placed 3+ orders in 2025",
    "who conversion from leads to deals is at risk",
]


@pytest.fixture(scope="module")
def room() -> Understanding:
    return shipped(VALUES)


def _whole() -> list[list[str]]:
    return [case["question"].split() for case in yaml.safe_load(SUITE.read_text(encoding="utf-8"))["cases"]]


def _torn(number: int, seed: int) -> Iterator[str]:
    """Questions put together from two, with two words exchanged, or with a word of another one."""
    chance, whole = random.Random(seed), _whole()
    for _ in range(number):
        one, other = list(chance.choice(whole)), chance.choice(whole)
        at, to = chance.randrange(len(one)), chance.randrange(len(one))
        kind = chance.randrange(3)
        if kind == 0:
            one[at:] = other[chance.randrange(len(other)) :]
        elif kind == 1:
            one[at], one[to] = one[to], one[at]
        else:
            one[at : at + chance.randrange(3)] = [chance.choice(other)]
        yield " ".join(one)


@pytest.mark.parametrize("question", ONCE_FELL)
def test_a_question_that_once_made_the_reader_fall_has_an_outcome(room, question):
    assert isinstance(room.plan(question), Plan | Clarification | Refusal)


@pytest.mark.parametrize("number", [20, pytest.param(3000, marks=pytest.mark.deep)])
def test_every_torn_question_has_an_outcome(room, number):
    for question in _torn(number, seed=number):
        assert isinstance(room.plan(question), Plan | Clarification | Refusal), question
