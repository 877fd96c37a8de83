"""The state store: its schema, two people and two processes at once, a killed writer, and a customer forgotten."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Refusal
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.errors import StoreError
from assistant.store import Store, forget_in_store
from semantic_layer import Filter, SemanticQuery, VerifiedQuestion, read_verified, write_verified
from warehouse import Person

QUERY = SemanticQuery(metrics=("revenue",))
REFUSED = Refusal("q", "UNKNOWN_WORDS", "No.", ("gizmo",))
PERSON = Person("C000042", frozenset(), frozenset({"zelda.quux@example.com", "+4915112345678"}), frozenset())
WRITER = """
import sys
from assistant.answer import Refusal
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.store import Store
from pathlib import Path
store = Store.open(Settings(home=Path(sys.argv[1])))
conversation = Conversation()
for number in range(int(sys.argv[2])):
    outcome = Refusal(f"question {number}", "UNKNOWN_WORDS", "No.", ("gizmo",))
    store.save_turn(conversation, conversation.record(outcome.question, outcome), outcome)
    print(number, flush=True)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings)
    yield opened
    opened.close()


def refuse(store: Store, conversation: Conversation, question: str) -> None:
    outcome = Refusal(question, "UNKNOWN_WORDS", "No.", ("gizmo",))
    store.save_turn(conversation, conversation.record(question, outcome), outcome)


def test_the_migrations_make_exactly_the_tables_that_are_used(store: Store, tmp_path: Path) -> None:
    from sqlalchemy import create_engine, inspect

    from assistant.store.every_table import metadata

    made, wanted = inspect(store._engine), create_engine("sqlite://")  # the schema is inside
    metadata.create_all(wanted)
    expected = inspect(wanted)
    assert set(made.get_table_names()) == {*expected.get_table_names(), "alembic_version"}
    for table in expected.get_table_names():
        for look in ("get_columns", "get_indexes", "get_pk_constraint"):
            assert str(getattr(made, look)(table)) == str(getattr(expected, look)(table)), (table, look)


def test_the_newest_migration_is_the_one_that_opening_looks_for() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from assistant.store.connecting import HEAD, MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_conversation_comes_back_typed_and_only_to_its_own_person(store: Store, settings: Settings) -> None:
    conversation = Conversation()
    refuse(store, conversation, "revenue by gizmo")
    refuse(store, conversation, "by gizmo")
    again = store.conversation(conversation.id)
    assert again is not None
    assert [turn.question for turn in again.turns] == ["revenue by gizmo", "by gizmo"]
    assert [turn.id for turn in again.turns] == [turn.id for turn in conversation.turns]
    other = Store.open(settings, "somebody else")
    assert other.conversation(conversation.id) is None
    assert other.conversations() == ()
    assert [found[1] for found in store.conversations()] == ["revenue by gizmo"]
    other.close()


def test_feedback_and_missing_words_are_kept(store: Store) -> None:
    conversation = Conversation()
    refuse(store, conversation, "revenue by gizmo")
    refuse(store, conversation, "orders by Gizmo")
    turn = conversation.turns[0]
    given = store.give_feedback(turn, "SELECT 1", "down", "wrong country", "SELECT 2")
    assert store.feedback() == (given,)
    assert store.feedback(given.at) == (given,)
    (word,) = store.unplaced_words()
    assert (word.word, word.times, word.question) == ("gizmo", 2, "orders by Gizmo")


def test_of_two_people_who_decide_the_first_counts(store: Store, settings: Settings) -> None:
    made = store.propose("revenue", QUERY)
    other = Store.open(settings, "ann")
    assert other.decide(made.id, "approved")
    assert not store.decide(made.id, "rejected")
    (approved,) = store.proposals("approved")
    assert (approved.decided_by, approved.query) == ("ann", QUERY)
    other.close()


@pytest.mark.deep
def test_two_processes_open_and_write_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "6"]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    assert [writer.communicate(timeout=120)[0].split()[-1] for writer in writers] == [b"5", b"5"]
    store = Store.open(Settings(home=tmp_path))
    assert len(store.turns()) == 12
    assert len(store.conversations()) == 2
    store.close()


@pytest.mark.deep
def test_a_killed_writer_loses_nothing_it_had_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "100000"]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(20)]
    os.kill(writer.pid, signal.SIGKILL)
    said += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    store = Store.open(Settings(home=tmp_path))
    assert len(store.turns()) >= len(said) >= 20
    store.close()
    with sqlite3.connect(tmp_path / "state.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/state.db", "nonsense", "oracle9://x"])
def test_a_store_that_cannot_be_opened_says_what_to_do(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match="Check"):
        Store.open(Settings(home=tmp_path, state_url=url))


def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match=r"state\.db"):
        Store.open(Settings(home=tmp_path))
    assert (tmp_path / "state.db").read_bytes().startswith(b"not a database")


def test_a_store_of_a_newer_version_is_not_touched(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreError, match="newer"):
        Store.open(Settings(home=tmp_path))


def test_a_customer_is_taken_out_to_the_last_byte(store: Store, tmp_path: Path) -> None:
    conversation = Conversation()
    told = ("revenue of Zelda.Quux@example.com", "orders of +49 151 12345678", "tickets of c000042")
    for question in ("revenue last month", *told, "orders of C0000421"):
        refuse(store, conversation, question)
    store.give_feedback(conversation.turns[1], "SELECT 'zelda.quux@example.com'", "up")
    named = SemanticQuery(metrics=("x",), filters=(Filter(field="c.id", op="in", values=("C000042",)),))
    store.propose("revenue of our best customer", named)
    store.close()
    kept = VerifiedQuestion(question="revenue", query=QUERY, by="ann", at="2026-01-01")  # type: ignore[arg-type]  # pydantic reads days
    write_verified(tmp_path / "verified.yml", [kept, kept.model_copy(update={"question": told[0]})])

    rehearsed = {one.place: one.rows for one in forget_in_store(tmp_path, PERSON, "ann", True)}
    assert rehearsed == {"verified.yml": 1, "state.turn": 3, "state.feedback": 1, "state.verified_question": 1}
    assert {one.place: one.rows for one in forget_in_store(tmp_path, PERSON, "ann", False)} == rehearsed
    assert not list(forget_in_store(tmp_path, PERSON, "ann", True))
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    assert b"zelda" not in left
    assert b"12345678" not in left
    again = Store.open(Settings(home=tmp_path))
    assert [turn.question for turn in again.turns()] == ["revenue last month", "orders of C0000421"]
    assert read_verified(tmp_path / "verified.yml") == (kept,)
    again.close()


def test_a_thread_that_waits_goes_with_its_customer(tmp_path: Path) -> None:
    (tmp_path / "agent.db").write_bytes(b"SQLite format 3\0\xff rows of C000042 \xfe")
    assert [one.place for one in forget_in_store(tmp_path, PERSON, "ann", True)] == ["agent.db"]
    assert (tmp_path / "agent.db").exists()
    assert [one.place for one in forget_in_store(tmp_path, PERSON, "ann", False)] == ["agent.db"]
    assert not (tmp_path / "agent.db").exists()


def test_a_workspace_without_a_store_gets_none_by_forgetting(tmp_path: Path) -> None:
    assert list(forget_in_store(tmp_path, PERSON, "ann", False)) == []
    assert not (tmp_path / "state.db").exists()
