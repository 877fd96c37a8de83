"""Learning from people: verified questions answer what repeats them, approvals need a right, accepted words count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.errors import Forbidden, SettingsError
from assistant.learning import accept_word, approve, nearest, reject, suggest_words
from assistant.service.cli import main
from assistant.store import Store
from semantic_layer import DefinitionError, read_verified
from tests.test_assistant import MODEL, ORDERS, fill

APPROVER = 'name = "ann"\nroles = ["approver"]\n'
READER = 'name = "bob"\nroles = ["analyst"]\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    fill(tmp_path, ORDERS)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "model.yml").write_text(MODEL)
    (tmp_path / "ann.toml").write_text(APPROVER)
    (tmp_path / "bob.toml").write_text(READER)
    return Settings(home=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def assistant(settings: Settings) -> Iterator[Assistant]:
    opened = Assistant.open(settings)
    yield opened
    opened.close()


def answered(assistant: Assistant, question: str) -> Answer:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome
    return outcome


def verify(assistant: Assistant, store: Store, settings: Settings, question: str) -> None:
    assert assistant.propose(store, answered(assistant, question))
    approve(store, settings, store.proposals()[-1])


def notes(answer: Answer) -> list[str]:
    return [caveat.sentence for caveat in answer.caveats if "verified" in caveat.sentence]


def test_an_approved_answer_is_used_and_said_to_be(assistant: Assistant, store: Store, settings: Settings) -> None:
    with_ann = replace(settings, viewer=str(settings.home / "ann.toml"))
    assert assistant.propose(store, answered(assistant, "revenue in January 2026"))
    assert notes(answered(assistant, "revenue in January 2026")) == []  # a proposal counts for nothing yet
    approve(store, with_ann, store.proposals()[0])
    answer = answered(assistant, "Revenue in January 2026?")
    told = f"Answered from a verified question, approved by ann on {date.today().day}"
    assert notes(answer)[0].startswith(told)
    assert float(answer.result.rows[0][0]) == 30.0


def test_periods_and_values_are_those_of_the_new_question(
    assistant: Assistant, store: Store, settings: Settings
) -> None:
    verify(assistant, store, settings, "revenue in North in January 2026")
    south = answered(assistant, "revenue in South in January 2026")
    assert notes(south)
    assert float(south.result.rows[0][0]) == 20.0
    february = answered(assistant, "revenue in North in February 2026")
    assert notes(february)
    assert february.result.rows[0][0] is None or float(february.result.rows[0][0]) == 0.0


@pytest.mark.parametrize(
    "other", ["orders in January 2026", "revenue in January 2026 by region", "revenue outside January 2026", "revenue"]
)
def test_other_words_are_another_question(assistant: Assistant, store: Store, settings: Settings, other: str) -> None:
    verify(assistant, store, settings, "revenue in January 2026")
    outcome = assistant.ask(other)
    assert not isinstance(outcome, Answer) or notes(outcome) == []


def test_a_follow_up_is_not_proposed(assistant: Assistant, store: Store) -> None:
    conversation = assistant.replay(["revenue in January 2026"])
    answer = assistant.ask("and by region?", conversation=conversation)
    assert isinstance(answer, Answer)
    assert not assistant.propose(store, answer)
    assert store.proposals() == ()


def test_only_who_has_the_right_decides_and_only_once(assistant: Assistant, store: Store, settings: Settings) -> None:
    assistant.propose(store, answered(assistant, "revenue in January 2026"))
    (proposal,) = store.proposals()
    with_bob = replace(settings, viewer=str(settings.home / "bob.toml"))
    for decide in (approve, reject):
        with pytest.raises(Forbidden, match="approver"):
            decide(store, with_bob, proposal)
    with pytest.raises(Forbidden):
        accept_word(store, with_bob, "takings", "revenue")
    reject(store, settings, proposal)
    with pytest.raises(SettingsError, match="decided"):
        approve(store, settings, proposal)
    assert read_verified(settings.home / "verified.yml") == ()


def test_an_accepted_word_works_on_the_next_question(assistant: Assistant, store: Store, settings: Settings) -> None:
    conversation = Conversation()
    refused = assistant.ask("takings in January 2026", conversation=conversation)
    assert isinstance(refused, Refusal)
    store.save_turn(conversation, conversation.turns[-1], refused)
    (suggestion,) = suggest_words(store, assistant.layer)
    assert suggestion.seen.word == "takings"
    path = accept_word(store, settings, "takings", "revenue")
    assert float(answered(assistant, "takings in January 2026").result.rows[0][0]) == 30.0
    assert suggest_words(store, assistant.layer) == ()
    accept_word(store, settings, "area", "customer.region")
    assert "takings" in path.read_text()  # a second word does not cost the first
    assert {row[0] for row in answered(assistant, "takings by area").result.rows} == {"North", "South", None}


def test_the_nearest_names_come_first(assistant: Assistant) -> None:
    assert nearest("revenues", assistant.layer)[0].target == "revenue"
    assert nearest("regional", assistant.layer)[0].target == "customer.region"
    assert nearest("qqqqqq", assistant.layer) == ()


def test_a_review_in_the_terminal(settings: Settings) -> None:
    home = ["--home", str(settings.home)]
    said = CliRunner().invoke(main, [*home, "chat"], input="revenue in January 2026\n/good\ntakings\n/quit\n")
    assert said.exit_code == 0, said.output
    assert "proposed as a verified question" in said.output
    listed = CliRunner().invoke(main, [*home, "learn"])
    assert "revenue in January 2026" in listed.output
    assert "takings" in listed.output
    decided = CliRunner().invoke(main, [*home, "learn", "--review"], input="y\nrevenue\n")
    assert decided.exit_code == 0, decided.output
    asked = CliRunner().invoke(main, [*home, "ask", "takings in January 2026"])
    assert "30" in asked.output
    assert "Nothing waits" in CliRunner().invoke(main, [*home, "learn"]).output
    assert len(read_verified(settings.home / "verified.yml")) == 1


def test_a_word_for_nothing_is_refused(settings: Settings) -> None:
    refused = CliRunner().invoke(main, ["--home", str(settings.home), "learn", "--accept", "foo=bar"])
    assert refused.exit_code == 2
    assert "WORD=TARGET" in refused.output


def test_words_for_nothing_are_a_fault_with_its_line(settings: Settings) -> None:
    (settings.definitions / "more.yml").write_text("version: 1\nsynonyms:\n  revenew: [takings]\n")
    with pytest.raises(DefinitionError, match=r"more\.yml:3.*revenew.*revenue"):
        Assistant.open(settings)
