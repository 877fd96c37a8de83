"""Review: what is sent waits, is checked, changed and decided once; what was approved answers from then on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.errors import Forbidden, SettingsError
from assistant.review import (
    ApprovedBook,
    ApprovedSQL,
    CannotReview,
    Checked,
    approve_item,
    check_item,
    comment_on,
    decide_all,
    edit_sql,
    history,
    read_approved,
    reject_item,
    review_of,
    reviews,
    send_to_review,
    take_in,
    unfit_question,
    word_question,
)
from assistant.store import Store, forget_in_store
from assistant.understanding import Understanding
from semantic_layer import SemanticQuery, read_verified
from tests.store_world import emptied
from tests.test_assistant import ORDERS, found_company
from warehouse import Person, SQLRejected

SOLD = f"{ORDERS}, (4, 'b', DATE '2026-02-03', 5.0)"
OWN = "SELECT region, sum(amount) AS total FROM orders JOIN customer USING (customer_id) GROUP BY region"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_company(tmp_path_factory.mktemp("review"), SOLD)


@pytest.fixture(scope="module")
def opened(shared: Path) -> Iterator[Assistant]:
    assistant = Assistant.open(Settings(home=shared))
    yield assistant
    assistant.close()


@pytest.fixture
def assistant(opened: Assistant) -> Assistant:
    for name in ("verified.yml", "approved-sql.yml"):
        (opened.settings.home / name).unlink(missing_ok=True)
    return opened


@pytest.fixture
def settings(assistant: Assistant) -> Settings:
    return assistant.settings


@pytest.fixture(scope="module")
def kept(opened: Assistant) -> Iterator[Store]:
    store = Store.open(opened.settings, "ann")
    yield store
    store.close()


@pytest.fixture
def store(kept: Store) -> Store:
    return emptied(kept)


def answered(assistant: Assistant, question: str, conversation: Conversation | None = None) -> Answer:
    outcome = assistant.ask(question, conversation=conversation)
    assert isinstance(outcome, Answer), outcome
    return outcome


def ran(assistant: Assistant, sql: str) -> Answer:
    outcome = assistant.run_sql(sql)
    assert isinstance(outcome, Answer), outcome
    return outcome


def codes(checked: Checked) -> dict[str, str]:
    return {found.code: found.verdict for found in checked.findings}


# --- the queue


def test_what_is_sent_waits_once(assistant: Assistant, store: Store) -> None:
    answer = answered(assistant, "revenue in January 2026")
    item = send_to_review(assistant, store, answer, "is that right?")
    assert (item.origin, item.governed, item.edited, item.by) == ("definitions", True, False, "ann")
    assert send_to_review(assistant, store, answer).id == item.id
    (waiting,) = reviews(store)
    assert waiting == item
    assert [(one.deed, one.comment) for one in history(store, item.id)] == [("sent", "is that right?")]


def test_a_thumb_up_is_an_item_too_and_both_roads_lead_to_one_decision(assistant: Assistant, store: Store) -> None:
    assert assistant.propose(store, answered(assistant, "revenue in January 2026"))
    take_in(assistant, store)
    take_in(assistant, store)
    (item,) = reviews(store)
    assert item.question == "revenue in January 2026"
    approve_item(store, assistant.settings, item.id)
    assert store.proposals() == ()
    assert len(store.proposals("approved")) == 1


def test_a_governed_item_approved_becomes_a_verified_question(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "revenue in January 2026"))
    done = approve_item(store.acting("bob"), assistant.settings, item.id, "checked")
    assert (done.status, done.decided_by) == ("approved", "bob")
    (verified,) = read_verified(assistant.settings.home / "verified.yml")
    assert (verified.by, verified.question) == ("bob", "revenue in January 2026")
    again = answered(assistant, "Revenue in January 2026?")
    assert any("verified question, approved by bob" in one.sentence for one in again.caveats)
    assert reviews(store) == ()
    assert [one.deed for one in history(store, item.id)] == ["sent", "approved"]


def test_edited_sql_answers_its_question_and_says_who_approved_it(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "revenue in January 2026"))
    other = "SELECT sum(amount) * 2 AS revenue FROM orders WHERE day < DATE '2026-02-01'"
    edited = edit_sql(assistant, store, item.id, other, "twice")
    assert (edited.edited, edited.governed) == (True, False)
    approve_item(store, assistant.settings, item.id)
    assert read_verified(assistant.settings.home / "verified.yml") == ()
    answer = answered(assistant, "Revenue in January 2026?")
    assert [float(row[0]) for row in answer.result.rows] == [60.0]
    assert not answer.governed
    assert answer.caveats[0].code == "APPROVED_SQL"
    assert "approved by ann" in answer.caveats[0].sentence
    february = answered(assistant, "revenue in February 2026")  # another period is another question
    assert (february.governed, float(february.result.rows[0][0])) == (True, 45.0)


def test_back_to_what_was_generated_is_governed_again(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "revenue in January 2026"))
    edit_sql(assistant, store, item.id, "SELECT 1 AS revenue")
    assert edit_sql(assistant, store, item.id, f"{item.generated}\n").governed
    assert [one.deed for one in history(store, item.id)] == ["sent", "edited", "reset"]


def test_sql_that_the_guard_refuses_is_not_kept(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "revenue in January 2026"))
    with pytest.raises(SQLRejected):
        edit_sql(assistant, store, item.id, "DELETE FROM orders")
    assert review_of(store, item.id).sql == item.sql


def test_own_sql_needs_a_question_before_it_is_approved(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, ran(assistant, OWN))
    assert item.origin == "own_sql"
    with pytest.raises(CannotReview, match="which question"):
        approve_item(store, assistant.settings, item.id)
    word_question(store, item.id, " gizmo   takings ")
    approve_item(store, assistant.settings, item.id)
    answer = answered(assistant, "Gizmo takings")
    assert {row[0]: float(row[1]) for row in answer.result.rows} == {"North": 10.0, "South": 25.0}
    assert isinstance(assistant.ask("gizmo takings by region"), Refusal)


def test_a_follow_up_must_be_worded_before_it_is_approved(assistant: Assistant, store: Store) -> None:
    talk = Conversation()
    answered(assistant, "revenue in January 2026", talk)
    item = send_to_review(assistant, store, answered(assistant, "and by region?", talk))
    assert item.origin == "spoken"
    assert "stands alone" in unfit_question(store, item)
    with pytest.raises(CannotReview, match="stands alone"):
        approve_item(store, assistant.settings, item.id)
    word_question(store, item.id, "revenue by region in January 2026")
    approve_item(store, assistant.settings, item.id)
    assert [one.question for one in read_verified(assistant.settings.home / "verified.yml")] == [
        "revenue by region in January 2026"
    ]


def test_a_rejection_needs_a_reason_and_a_decision_stands(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "orders"))
    with pytest.raises(CannotReview, match="why"):
        reject_item(store, item.id, " ")
    reject_item(store, item.id, "no test orders, please")
    for late in (
        lambda: approve_item(store, assistant.settings, item.id),
        lambda: reject_item(store, item.id, "again"),
        lambda: edit_sql(assistant, store, item.id, "SELECT 1 AS n"),
        lambda: word_question(store, item.id, "more orders"),
    ):
        with pytest.raises(CannotReview, match="rejected"):
            late()
    comment_on(store, item.id, "sorry")
    assert [(one.deed, one.comment) for one in history(store, item.id)][-2:] == [
        ("rejected", "no test orders, please"), ("commented", "sorry"),
    ]  # fmt: skip
    (found,) = reviews(store, "rejected")
    assert found.comment == "no test orders, please"


def test_the_setting_wants_another_person(assistant: Assistant, store: Store) -> None:
    strict = replace(assistant.settings, review_by_other=True)
    item = send_to_review(assistant, store, answered(assistant, "orders"))
    with pytest.raises(Forbidden, match="Somebody else"):
        approve_item(store, strict, item.id)
    bob = store.acting("bob")
    edit_sql(assistant, bob, item.id, "SELECT count(*) AS orders FROM orders")
    with pytest.raises(Forbidden):  # who changed it is no second pair of eyes either
        approve_item(bob, strict, item.id)
    assert approve_item(store.acting("cleo"), strict, item.id).decided_by == "cleo"


def test_many_at_once_and_one_that_cannot_be(assistant: Assistant, store: Store) -> None:
    good = send_to_review(assistant, store, answered(assistant, "orders"))
    bad = send_to_review(assistant, store, ran(assistant, OWN))
    outcome = decide_all(store, assistant.settings, [good.id, bad.id, "gone"], approve=True)
    assert outcome.done == 1
    assert len(outcome.problems) == 2
    assert [one.id for one in reviews(store)] == [bad.id]


# --- checks


def test_governed_sql_is_checked_and_previewed(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "revenue by region in January 2026"))
    checked = check_item(assistant, item)
    assert codes(checked)["guard_passed"] == "good"
    assert checked.worst in ("good", "note")
    assert checked.preview is not None
    assert {row[0] for row in checked.preview.result.rows} == {"North", "South"}
    assert checked.estimate is not None
    assert {table for table, _ in checked.estimate.reads} == {"orders", "customer"}
    assert ("orders.amount",) in {one.sources for one in checked.origins}


def test_rows_dropped_by_a_join_are_counted(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, ran(assistant, OWN))
    (found,) = [one for one in check_item(assistant, item).findings if one.code == "drops"]
    assert (found.verdict, found.values) == ("warning", {"left": "orders", "right": "customer", "count": 1})


def test_rows_repeated_by_a_join_are_counted(assistant: Assistant, store: Store) -> None:
    counted = "SELECT count(*) AS n FROM customer c LEFT JOIN orders o ON c.customer_id = o.customer_id"
    item = send_to_review(assistant, store, ran(assistant, counted))
    (found,) = [one for one in check_item(assistant, item).findings if one.code == "repeats"]
    assert (found.verdict, found.values) == ("warning", {"left": "customer", "right": "orders", "count": 1})
    listed = edit_sql(assistant, store, item.id, counted.replace("count(*)", "c.region"))
    assert codes(check_item(assistant, listed))["multiplies"] == "note"


def test_sql_that_is_refused_now_says_why(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, ran(assistant, OWN))
    checked = check_item(assistant, replace(item, sql="SELECT secret FROM orders"))
    assert codes(checked) == {"guard": "bad"}
    assert checked.worst == "bad"
    assert checked.preview is None


def test_an_edit_is_held_against_what_was_generated(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "revenue by region in January 2026"))
    sql = "SELECT 'North' AS region, 10.0 AS revenue"
    assert check_item(assistant, replace(item, sql=sql)).difference is not None
    assert check_item(assistant, item).difference is None


# --- approved SQL


def test_words_that_mean_other_days_now_are_not_answered_with_old_sql(assistant: Assistant) -> None:
    book = [ApprovedSQL("revenue last month", "SELECT 1 AS n", "ann", date(2026, 2, 10), date(2026, 2, 10))]
    layer, values = assistant.layer, assistant.values
    then, later = (Understanding(layer, values, day) for day in (date(2026, 2, 20), date(2026, 3, 2)))
    assert ApprovedBook(book, then).find("Revenue last month?") is not None
    assert ApprovedBook(book, later).find("Revenue last month?") is None
    assert ApprovedBook(book, then).find("revenue this month") is None


@pytest.mark.parametrize(
    "text",
    [
        "questions: [{question: a}]", "questions: 3", "- x", "questions: [{",
        "questions: [{question: a, sql: b, by: c, at: soon}]",
    ],
)  # fmt: skip
def test_a_damaged_file_names_itself(tmp_path: Path, text: str) -> None:
    path = tmp_path / "approved-sql.yml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"(?s)approved-sql\.yml.*question, sql, by and at"):
        read_approved(path)


def test_a_customer_who_is_forgotten_leaves_the_queue_and_the_file(assistant: Assistant, tmp_path: Path) -> None:
    shutil.copytree(assistant.settings.home / "definitions", tmp_path / "definitions")
    settings = Settings(home=tmp_path)
    store = Store.open(settings)
    item = send_to_review(assistant, store, ran(assistant, "SELECT 'C000042' AS who"))
    word_question(store, item.id, "our best customer")
    approve_item(store, settings, item.id)
    store.close()
    person = Person("C000042", frozenset(), frozenset(), frozenset())
    removed = {one.place: one.rows for one in forget_in_store(tmp_path, person, "ann", False)}
    assert removed == {"approved-sql.yml": 1, "state.review_deed": 1, "state.review": 1}
    assert read_approved(tmp_path / "approved-sql.yml") == ()


def test_a_query_is_kept_typed(assistant: Assistant, store: Store) -> None:
    item = send_to_review(assistant, store, answered(assistant, "orders"))
    assert isinstance(review_of(store, item.id).query, SemanticQuery)
