"""Whole answers in German: no English word of ours is left in them, and every number in them is one of the result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.answer import Answer, Clarification, Outcome, Refusal
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.conversation import Conversation
from assistant.narrate import numbers_supported, record_of
from assistant.shape import context

SUITES = Path(__file__).parents[1] / "evals" / "suites"
WORDS_OF_OURS = frozenset(
    re.findall(
        r"\w+",
        """the of is are were by for from with without this that these those which what not than per each and or only
        there to on at into over under between its they them if how many much whole before after since until cannot can
        show shows read asked period value values rows groups highest lowest average total running needs metric field
        time day month week quarter year days unknown compared against rose fell up down no first last data""",
    )
)
NAMES_OF_THE_LAYER = ("METRIC", "SEGMENT", "ANNOTATION", "DEFINITION_CHANGED")
"""Caveats whose text is written in a definition or in the data."""

QUICK = (
    "Umsatz nach Land im letzten Monat",
    "Umsatz pro Monat seit Januar 2026",
    "Umsatz im Mai 2026 verglichen mit Mai 2025",
    "Wie hoch ist die Stornoquote?",
    "Umsatz nach Thema",
)
MORE = (
    "in_domain_dev.yml", "in_domain_more_dev.yml", "in_domain_wide_dev.yml", "unanswerable_dev.yml", "safety_dev.yml",
)  # fmt: skip
FOLLOWED = ("revenue by month in 2025", "and by country?", "only Germany", "what about last year", "why?", "as a table",
            "top 3 of those", "pie chart", "in shoe size", "undo", "start over", "thanks")  # fmt: skip


def german(home: Path, language: str) -> Iterator[Assistant]:
    opened = Assistant.open(replace(read_settings({}, home), language=language, locale="de", workers=1))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def asked_in_german(demo_home: Path) -> Iterator[Assistant]:
    yield from german(demo_home, "de")


@pytest.fixture(scope="module")
def asked_in_english(demo_home: Path) -> Iterator[Assistant]:
    yield from german(demo_home, "en")


def told(outcome: Outcome) -> Iterator[str]:
    """Everything of an outcome that is ours to say."""
    yield outcome.sentence
    if isinstance(outcome, Clarification):
        yield from (option.label for option in outcome.options)
    if isinstance(outcome, Answer):
        yield from (outcome.interpretation.sentence, outcome.period, outcome.chart.title)
        yield from (column.label for column in outcome.columns)
        yield from (one.sentence for one in outcome.caveats if one.code not in NAMES_OF_THE_LAYER)
        yield from said_in(outcome.chart.spec or {})


def said_in(node: Any) -> Iterator[str]:
    """The titles and tips of a picture."""
    for key, value in node.items() if isinstance(node, dict) else ():
        yield from [value] if key in ("title", "subtitle", "tip") and isinstance(value, str) else said_in(value)
    for value in node if isinstance(node, list | tuple) else ():
        yield from said_in(value)


def names_in(outcome: Outcome, question: str) -> list[str]:
    """Words of the person, and values of the data, longest first."""
    names = {*re.findall(r"\w+", question), question}
    if isinstance(outcome, Answer):
        names |= {value for row in outcome.result.rows for value in row if isinstance(value, str)}
        names |= {str(value) for one in outcome.plan.query.filters for value in one.values} if outcome.plan else set()
    return sorted(names, key=len, reverse=True)


def english_in(outcome: Outcome, question: str) -> set[str]:
    left: set[str] = set()
    names = re.compile(
        "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names_in(outcome, question)), re.IGNORECASE
    )
    for text in told(outcome):
        ours = names.sub(" ", re.sub(r"'[^']*'|`[^`]*`", " ", text))
        left |= {word for word in re.findall(r"[^\W\d_]+", ours.lower()) if word in WORDS_OF_OURS}
    return left


@pytest.mark.parametrize("question", QUICK)
def test_an_answer_speaks_german(asked_in_german: Assistant, question: str) -> None:
    assert english_in(asked_in_german.ask(question), question) == set()


def test_numbers_days_and_money_are_written_as_in_german(asked_in_german: Assistant) -> None:
    outcome = asked_in_german.ask("Umsatz im Mai 2026")
    assert isinstance(outcome, Answer)
    exact = outcome.result.rows[0][0]
    assert outcome.sentence == f"Umsatz im Mai 2026: {round(exact):,} €.".replace(",", ".").replace(" €", "\xa0€")
    assert outcome.period == "1.–31. Mai 2026"
    assert outcome.interpretation.sentence == "Umsatz · Mai 2026"


def test_a_refusal_names_the_word_and_the_reason(asked_in_german: Assistant) -> None:
    outcome = asked_in_german.ask("Umsatz nach Schuhgröße")
    assert isinstance(outcome, Refusal)
    assert outcome.sentence == "Ich konnte 'Schuhgröße' nicht zuordnen, darum rate ich nicht."


def test_what_can_be_asked_instead_is_a_question_in_german(asked_in_german: Assistant) -> None:
    offered = asked_in_german.starters()
    assert len(offered) >= 5
    refused = asked_in_german.ask("Umsatz nach Schuhgröße")
    assert isinstance(refused, Refusal)
    assert refused.suggestions == offered[:3]


def test_the_numbers_of_a_german_sentence_are_read_as_german(asked_in_german: Assistant) -> None:
    for question in QUICK[:4]:
        outcome = asked_in_german.ask(question)
        assert isinstance(outcome, Answer)
        known = context(
            asked_in_german.layer, outcome.plan.query if outcome.plan else None, asked_in_german.as_of, "de"
        )
        record = record_of(outcome.columns, outcome.result, known)
        assert numbers_supported(outcome.sentence, record)
        assert not numbers_supported(outcome.sentence.replace("2026", "2031").replace(",", ""), record)


@pytest.mark.deep
def test_no_answer_to_the_german_suite_has_an_english_word(asked_in_german: Assistant) -> None:
    asked = questions("german_dev.yml")
    assert len(asked) >= 40
    assert {one: english for one in asked if (english := english_in(asked_in_german.ask(one), one))} == {}


@pytest.mark.deep
@pytest.mark.parametrize("suite", MORE)
def test_no_german_answer_to_an_english_question_has_an_english_word(asked_in_english: Assistant, suite: str) -> None:
    asked = questions(suite)
    assert {one: english for one in asked if (english := english_in(asked_in_english.ask(one), one))} == {}


@pytest.mark.deep
def test_a_conversation_is_answered_in_german(asked_in_english: Assistant) -> None:
    talk = Conversation()
    answered = {one: asked_in_english.ask(one, conversation=talk) for one in FOLLOWED}
    assert {one: english for one, outcome in answered.items() if (english := english_in(outcome, one))} == {}


def questions(suite: str) -> list[str]:
    return [case["question"] for case in yaml.safe_load((SUITES / suite).read_text(encoding="utf-8"))["cases"]]
