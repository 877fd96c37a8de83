"""Tiles brought to life: an answer pinned as its query, run anew under the rights of whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.answer import Answer, Option, Outcome, Plan, Refusal
from assistant.boards.controls import Controls, Steered, steer
from assistant.boards.periods import movable, moved
from assistant.boards.records import LONGEST_NAME, CannotPin, Pinned, Tile
from assistant.boards.shelf import FIRST_NAME, add_tile, board_of, boards_of, first_board, new_board
from assistant.clock import utc_now
from assistant.formatting import shorten
from assistant.store import Store

if TYPE_CHECKING:
    from assistant.assistant import Assistant

NO_PLAN = (
    "Only answers from governed definitions can be pinned, because a tile is computed anew for everybody who looks. "
    "Send your own SQL to review instead."
)


@dataclass(frozen=True)
class LiveTile:
    """A tile as one reader sees it now: the outcome, and which of the board's controls it could not take."""

    tile: Tile
    outcome: Outcome | None = None
    kept: tuple[str, ...] = ()
    dropped: bool = False


def pin(assistant: Assistant, store: Store, answer: Answer, board_id: str = "", title: str = "") -> Pinned:
    """The answer as a new tile of a board: its query, not its picture.

    Without a board it goes on the person's own board touched last, or on a first one made for it. Periods said in
    relative words move on with the data. Raises CannotPin, Forbidden, BoardMissing, StoreError.
    """
    if answer.plan is None:
        raise CannotPin(NO_PLAN)
    board = board_of(store, board_id) if board_id else first_board(boards_of(store), store.by)
    board = board or new_board(store, FIRST_NAME)
    named = shorten(title.strip() or _headed(answer.question) or answer.interpretation.sentence, LONGEST_NAME)
    query = movable(assistant.understanding, answer.plan.asked or answer.plan.query)
    chart = answer.plan.chart
    made = Tile(uuid4().hex, board.id, 0, "answer", named, answer.question, query, chart, "", store.by, utc_now())
    return Pinned(board, add_tile(store, made))


def _headed(question: str) -> str:
    """A question as a title."""
    return question[:1].upper() + question[1:].rstrip(" ?")


def show_tile(assistant: Assistant, tile: Tile, controls: Controls) -> LiveTile:
    """The tile as it stands now for the viewer of this assistant; what goes wrong with it is its outcome alone."""
    if tile.query is None:
        return LiveTile(tile)
    hidden = _unknown(assistant, tile)
    if hidden:
        return LiveTile(tile, Refusal(tile.question, "NOT_AVAILABLE", hidden))
    steered = steered_query(assistant, tile, controls)
    plan = Plan(steered.query, chart=tile.chart)
    outcome = assistant.choose(Option(tile.title, plan), tile.question or tile.title)
    return LiveTile(tile, outcome, steered.kept, steered.dropped)


def steered_query(assistant: Assistant, tile: Tile, controls: Controls) -> Steered:
    """The tile's query for today, under the controls of its board."""
    assert tile.query is not None
    query = moved(assistant.understanding, tile.query)
    return steer(assistant.layer, query, controls, assistant.as_of)


def _unknown(assistant: Assistant, tile: Tile) -> str:
    """Why the tile has nothing to show for this viewer: a metric that is gone, or that they may not see."""
    assert tile.query is not None
    gone = [name for name in tile.query.metrics if name not in assistant.layer.metrics]
    if not gone:
        return ""
    return f"This tile needs {', '.join(gone)}, which is not defined any more, or which you have no right to see."
