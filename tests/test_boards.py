"""Boards: pinned queries that live on under the reader's rights, steered by a period and filters, delivered once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from assistant.answer import Answer, Refusal
from assistant.assistant import Assistant
from assistant.boards import (
    BoardMissing,
    CannotPin,
    Controls,
    Timing,
    add_note,
    board_digest,
    boards_of,
    deliver,
    delivery_of,
    due_boards,
    fields_for,
    mark_sent,
    move_tile,
    new_board,
    period_named,
    pin,
    remove_board,
    remove_tile,
    rename_board,
    rename_tile,
    share_board,
    show_tile,
    stop_delivery,
    tiles_of,
)
from assistant.boards.delivery import last_time
from assistant.boards.periods import moved
from assistant.config import Settings
from assistant.errors import Forbidden
from assistant.store import Store, forget_in_store
from assistant.understanding import Understanding
from semantic_layer import Filter, TimeRange
from tests.store_world import emptied
from tests.test_assistant import MODEL, ORDERS, fill, found_company
from warehouse import Person

NORTH = 'name = "nora"\nroles = ["analyst"]\n[attributes]\nregion = "North"\n'
POLICY = '    policy: {rows: "region = viewer.region", except_roles: [approver]}\n'
JANUARY = TimeRange(start=date(2026, 1, 1), end=date(2026, 2, 1))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_company(tmp_path_factory.mktemp("boards"))


@pytest.fixture(scope="module")
def assistant(home: Path) -> Iterator[Assistant]:
    opened = Assistant.open(Settings(home=home))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def kept(home: Path) -> Iterator[Store]:
    store = Store.open(Settings(home=home), "ann")
    yield store
    store.close()


@pytest.fixture
def store(kept: Store) -> Store:
    return emptied(kept)


def answered(assistant: Assistant, question: str) -> Answer:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome
    return outcome


def rows(outcome: object) -> list[tuple[object, ...]]:
    assert isinstance(outcome, Answer), outcome
    return [
        tuple(float(v) if isinstance(v, int | float) or hasattr(v, "as_tuple") else v for v in row)
        for row in outcome.result.rows
    ]


def test_a_pinned_answer_is_its_query_run_again(assistant: Assistant, store: Store) -> None:
    pinned = pin(assistant, store, answered(assistant, "revenue by region in January 2026"))
    assert (pinned.board.name, pinned.board.by) == ("My board", "ann")
    (tile,) = tiles_of(store, pinned.board.id)
    assert tile.title == "Revenue by region in January 2026"
    assert sorted(rows(show_tile(assistant, tile, Controls()).outcome)) == [("North", 10.0), ("South", 20.0)]
    pin(assistant, store, answered(assistant, "orders"), title="How many")
    assert [one.title for one in tiles_of(store, boards_of(store)[0].id)] == [tile.title, "How many"]


def test_own_sql_is_not_pinned(assistant: Assistant, store: Store) -> None:
    answer = assistant.run_sql("SELECT 1 AS one")
    assert isinstance(answer, Answer)
    with pytest.raises(CannotPin, match="governed"):
        pin(assistant, store, answer)
    assert boards_of(store) == ()


def test_a_relative_period_moves_with_the_data(assistant: Assistant, store: Store) -> None:
    pin(assistant, store, answered(assistant, "revenue last month"))
    pinned = pin(assistant, store, answered(assistant, "revenue in January 2026"))
    relative, fixed = (one.query for one in tiles_of(store, pinned.board.id))
    assert relative is not None
    assert fixed is not None
    later = Understanding(assistant.layer, assistant.values, date(2026, 4, 20))
    span = moved(later, relative).time_range
    assert span is not None
    assert (span.start, span.end) == (date(2026, 3, 1), date(2026, 4, 1))
    assert moved(later, fixed).time_range == fixed.time_range
    assert (JANUARY.start, JANUARY.end) == (fixed.time_range.start, fixed.time_range.end)  # type: ignore[union-attr]  # it has one


def test_a_board_period_replaces_that_of_every_tile(assistant: Assistant, store: Store) -> None:
    pinned = pin(assistant, store, answered(assistant, "revenue in January 2026"))
    shown = show_tile(assistant, pinned.tile, Controls(period_named(assistant.understanding, "February 2026")))
    assert rows(shown.outcome) == [(40.0,)]
    assert shown.kept == ()


def test_a_tile_says_which_filter_it_cannot_take(assistant: Assistant, store: Store) -> None:
    north = Filter(field="customer.region", op="in", values=("North",))
    nowhere = Filter(field="customer.nothing", op="in", values=("x",))
    pinned = pin(assistant, store, answered(assistant, "revenue in January 2026"))
    shown = show_tile(assistant, pinned.tile, Controls(None, (north, nowhere)))
    assert rows(shown.outcome) == [(10.0,)]
    assert shown.kept == ("customer.nothing",)
    south = pin(assistant, store, answered(assistant, "revenue in South in January 2026")).tile
    assert rows(show_tile(assistant, south, Controls(None, (north,))).outcome) == [
        (10.0,)
    ]  # in its place, not beside it


def test_the_fields_to_filter_by_are_those_that_tiles_can_take(assistant: Assistant) -> None:
    plan = answered(assistant, "revenue").plan
    assert plan is not None
    found = fields_for(assistant.layer, [plan.query], assistant.values, assistant.as_of)
    assert found == ("customer.region",)


def test_each_reader_sees_their_own_rows(home: Path, assistant: Assistant, store: Store, tmp_path: Path) -> None:
    pinned = pin(assistant, store, answered(assistant, "revenue by region in January 2026"))
    share_board(store, pinned.board.id, True)
    fill(tmp_path, ORDERS)
    (tmp_path / "definitions").mkdir()
    guarded = MODEL.replace("    source: customer\n", f"    source: customer\n{POLICY}")
    (tmp_path / "definitions" / "model.yml").write_text(guarded)
    (tmp_path / "nora.toml").write_text(NORTH)
    reader = Assistant.open(Settings(home=tmp_path, viewer=str(tmp_path / "nora.toml")))
    try:
        (tile,) = tiles_of(store.acting("nora"), pinned.board.id)
        found = rows(show_tile(reader, tile, Controls()).outcome)
    finally:
        reader.close()
    assert ("North", 10.0) in found
    assert "South" not in {row[0] for row in found}


def test_a_metric_that_is_gone_spoils_only_its_tile(assistant: Assistant, store: Store) -> None:
    tile = pin(assistant, store, answered(assistant, "revenue")).tile
    assert tile.query is not None
    lost = replace(tile, query=tile.query.model_copy(update={"metrics": ("gone",)}))
    outcome = show_tile(assistant, lost, Controls()).outcome
    assert isinstance(outcome, Refusal)
    assert "gone" in outcome.sentence


def test_tiles_are_moved_renamed_and_removed(assistant: Assistant, store: Store) -> None:
    board = new_board(store, "  Weekly   review ").id
    assert boards_of(store)[0].name == "Weekly review"
    for question in ("revenue", "orders"):
        pin(assistant, store, answered(assistant, question), board)
    note = add_note(store, board, "Mind the gap.")
    move_tile(store, board, note.id, -9)
    first, second, third = tiles_of(store, board)
    assert [first.text, second.title, third.title] == ["Mind the gap.", "Revenue", "Orders"]
    move_tile(store, board, first.id, 1)
    rename_tile(store, board, first.id, "Other words.")
    rename_tile(store, board, third.id, "Orders so far")
    remove_tile(store, board, second.id)
    assert [(one.title, one.text) for one in tiles_of(store, board)] == [("", "Other words."), ("Orders so far", "")]
    rename_board(store, board, "Monday")
    assert boards_of(store)[0].name == "Monday"
    remove_board(store, board)
    assert boards_of(store) == ()


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_board_needs_a_name(store: Store, name: str) -> None:
    with pytest.raises(CannotPin, match="name"):
        new_board(store, name)


def test_somebody_elses_board_is_seen_when_shared_and_never_changed(assistant: Assistant, store: Store) -> None:
    pinned = pin(assistant, store, answered(assistant, "revenue"))
    bob = store.acting("bob")
    assert boards_of(bob) == ()
    with pytest.raises(BoardMissing):
        tiles_of(bob, pinned.board.id)
    share_board(store, pinned.board.id, True)
    assert [one.id for one in boards_of(bob)] == [pinned.board.id]
    for change in (
        lambda: rename_board(bob, pinned.board.id, "mine"),
        lambda: remove_board(bob, pinned.board.id),
        lambda: remove_tile(bob, pinned.board.id, pinned.tile.id),
        lambda: add_note(bob, pinned.board.id, "hello"),
        lambda: deliver(bob, pinned.board.id, Timing()),
        lambda: pin(assistant, bob, answered(assistant, "orders"), pinned.board.id),
    ):
        with pytest.raises(Forbidden, match="ann"):
            change()


# --- delivery


@pytest.mark.parametrize(
    ("timing", "now", "due"),
    [  # 3 June 2026 is a Wednesday; Berlin is two hours ahead of UTC in summer
        (Timing("daily", hour=8), "2026-06-03 08:00", "2026-06-03 08:00"),
        (Timing("daily", hour=8), "2026-06-03 07:59", "2026-06-02 08:00"),
        (Timing("daily", hour=8, time_zone="Europe/Berlin"), "2026-06-03 06:30", "2026-06-03 06:00"),
        (Timing("daily", hour=8, time_zone="Europe/Berlin"), "2026-01-03 06:30", "2026-01-02 07:00"),
        (Timing("weekly", weekday=0, hour=9), "2026-06-03 12:00", "2026-06-01 09:00"),
        (Timing("weekly", weekday=2, hour=9), "2026-06-03 08:00", "2026-05-27 09:00"),
        (Timing("monthly", hour=9), "2026-06-03 12:00", "2026-06-01 09:00"),
        (Timing("monthly", hour=9), "2026-06-01 08:00", "2026-05-01 09:00"),
    ],
)  # fmt: skip
def test_when_a_board_is_due(timing: Timing, now: str, due: str) -> None:
    assert last_time(timing, datetime.fromisoformat(now)) == datetime.fromisoformat(due)


def test_a_due_board_is_sent_once(store: Store) -> None:
    board = new_board(store, "Daily")
    made = deliver(store, board.id, Timing("daily", hour=8, channel="mailto://somebody"))
    assert due_boards(store, made.since) == ()
    later = made.since.replace(year=made.since.year + 1)
    ((found, delivery),) = due_boards(store, later)
    assert (found.id, delivery) == (board.id, made)
    assert [mark_sent(store, delivery, later), mark_sent(store, delivery, later)] == [True, False]
    assert due_boards(store, later) == ()
    stop_delivery(store, board.id)
    assert delivery_of(store, board.id) is None


@pytest.mark.parametrize(
    "timing", [Timing(hour=24), Timing(weekday=7), Timing(time_zone="Mars/Base"), Timing("hourly")]
)  # type: ignore[arg-type]  # that is the point
def test_a_time_that_is_none_is_refused(store: Store, timing: Timing) -> None:
    board = new_board(store, "Daily")
    with pytest.raises(CannotPin):
        deliver(store, board.id, timing)
    assert delivery_of(store, board.id) is None


def test_the_digest_says_what_the_tiles_say(assistant: Assistant, store: Store) -> None:
    pinned = pin(assistant, store, answered(assistant, "revenue in January 2026"))
    add_note(store, pinned.board.id, "Compare with last year.")
    digest = board_digest(assistant, store, pinned.board.id)
    number, note = digest.entries
    assert "30" in number.sentence
    assert number.period == "1–31 Jan 2026"
    assert note.sentence == "Compare with last year."


def test_a_customer_who_is_forgotten_leaves_the_boards(store: Store, home: Path) -> None:
    board = new_board(store, "Calls")
    add_note(store, board.id, "Ring C000042 on Monday")
    add_note(store, board.id, "Ring C0000421 on Monday")
    person = Person("C000042", frozenset(), frozenset(), frozenset())
    removed = {one.place: one.rows for one in forget_in_store(home, person, "ann", False)}
    assert removed == {"state.board_tile": 1}
    assert [one.text for one in tiles_of(store, board.id)] == ["Ring C0000421 on Monday"]
