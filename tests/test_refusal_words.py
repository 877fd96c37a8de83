"""The words of a refusal, and what it offers to ask instead."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answer import Plan, Refusal
from assistant.understanding import Understanding
from assistant.understanding.as_asked import as_asked
from semantic_layer import with_implied
from tests.bootstrap_tables import found, table

SMALL = frozenset({"many", "of", "on", "about"})
HELP_DESK = (
    table(
        "tickets",
        40,
        ticket_id="i",
        opened_at="DATE '2026-01-01' + CAST(i AS INTEGER)",
        status="['open', 'solved'][1 + i % 2]",
        agent="['Ana', 'Bo', 'Cy'][1 + i % 3]",
    ),
    table(
        "members", 40, member_id="i", joined_on="DATE '2026-01-01' + CAST(i AS INTEGER)", plan="['A', 'B'][1 + i % 2]"
    ),
)


@pytest.mark.parametrize(
    ("question", "words", "told"),
    [
        ("check-ins per member", ("ins per member",), ("check-ins per member",)),
        ("how many active members", ("many active",), ("active",)),
        ("how did campaigns do last month", ("last", "month"), ("last month",)),
        ("days of inventory", ("days", "of", "inventory"), ("days of inventory",)),
        ("everything about John", ("about", "John"), ("John",)),
        ("revenue from newsletter subscribers", ("campaigns subscribers",), ("subscribers",)),
        ("how many of them", ("of",), ("of",)),
    ],
)
def test_words_are_told_as_they_were_asked(question: str, words: tuple[str, ...], told: tuple[str, ...]) -> None:
    quoted = ", ".join(f"'{word}'" for word in words)
    refused = as_asked(Refusal(question, "UNKNOWN_WORDS", f"I could not place {quoted}.", words), SMALL)
    assert refused.words == told
    assert refused.sentence == f"I could not place {', '.join(repr(word) for word in told)}."


@pytest.fixture(scope="module")
def desk() -> Understanding:
    return Understanding(with_implied(found(*HELP_DESK).layer), {}, date(2026, 6, 30))


@pytest.mark.parametrize("question", ["tickets by moon phase", "members by shoe size"])
def test_a_refusal_offers_questions_of_what_was_asked_that_are_answered(desk: Understanding, question: str) -> None:
    refused = desk.plan(question)
    assert isinstance(refused, Refusal), refused
    told = desk.helped(refused)
    assert isinstance(told, Refusal)
    assert question.split()[0] in told.suggestions[0].casefold()
    assert all(isinstance(desk.plan(one), Plan) for one in told.suggestions)


def test_so_many_per_each_is_offered_by_each(desk: Understanding) -> None:
    refused = Refusal("tickets per agent", "NOT_AVAILABLE", "'tickets per agent' is not a defined number.")
    told = desk.helped(refused)
    assert isinstance(told, Refusal)
    assert told.suggestions[0] == "Tickets by agent"


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("how many tickets by flibbery agent?", "How many tickets by agent?"),
        ("Flibbery tickets by status", "Tickets by status"),
    ],
)
def test_a_refusal_offers_the_question_without_what_nobody_knows_and_never_answers_it(desk, question, rest):
    refused = desk.plan(question)
    assert isinstance(refused, Refusal)
    told = desk.helped(refused)
    assert isinstance(told, Refusal)
    assert told.suggestions[0] == rest
    assert isinstance(desk.plan(rest), Plan)


def test_nothing_is_offered_where_what_is_left_is_no_question(desk):
    refused = desk.plan("flibbery of the flobbery")
    assert isinstance(refused, Refusal)
    told = desk.helped(refused)
    assert isinstance(told, Refusal)
    assert "Of the" not in told.suggestions
