"""The Boards view: pinned answers side by side, computed anew for whoever looks, under one period and one filter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import monotonic
from typing import Any

import gradio as gr

from assistant.boards import (
    Board,
    CannotPin,
    Controls,
    LiveTile,
    board_of,
    boards_of,
    fields_for,
    move_tile,
    new_board,
    period_named,
    remove_tile,
    rename_tile,
    show_tile,
    tiles_of,
)
from assistant.formatting import day
from assistant.ui.deeds import Deed, deed_html, on_deed
from assistant.ui.room import Room
from assistant.ui.states import Stage, stage
from assistant.ui.views import boards_cards as cards
from assistant.ui.views.boards_cards import Reader
from assistant.ui.views.boards_change import ChangeDesk
from semantic_layer import Filter

PERIODS = (
    "last 7 days", "last 30 days", "this month", "last month", "this quarter", "last quarter", "this year", "last year",
    "last 12 months",
)  # fmt: skip
MOST_FIELDS = 40
AT_LEAST_SECONDS = 0.7
"""Between two looks of a board that is being filled, so that it does not flicker."""


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "boards", page) as view:
        BoardDesk(view)


class BoardDesk:
    """The open board with its controls; what it shows depends on the address and on who looks."""

    def __init__(self, view: Stage):
        self.view, self.room, say = view, view.room, view.room.say
        self._turns, self._count = dict[str, int](), count()
        self.board = gr.State("")
        self.empty = gr.HTML(visible=False, padding=False)
        self.bar = gr.HTML(padding=False, visible=False)
        self.head = gr.HTML(padding=False, visible=False)
        with gr.Row(visible=False, elem_classes="tw-controls") as self.controls:
            choices = [(say("boards.as_pinned"), ""), *((self._period(words), words) for words in PERIODS)]
            self.period = gr.Dropdown(
                choices,
                value="",
                label=say("boards.period"),
                allow_custom_value=True,
                min_width=180,
                elem_id="tw-board-period",
            )
            self.field = gr.Dropdown([], label=say("boards.field"), min_width=160, elem_id="tw-board-field")
            self.values = gr.Dropdown(
                [],
                label=say("boards.values"),
                multiselect=True,
                min_width=180,
                visible=False,
                elem_id="tw-board-values",
            )
            self.refresh = gr.Button(say("boards.refresh"), size="sm", elem_classes="tw-choice", min_width=110)
        self.grid = deed_html("tw-board", visible=False)
        self.change = ChangeDesk(view, self.board, self._reopened)
        self._wire_new(say("boards.new"))
        self._wire()

    def _period(self, words: str) -> str:
        return self.room.say(f"boards.periods.{words.replace(' ', '_')}")

    def _wire_new(self, label: str) -> None:
        say = self.room.say
        with gr.Accordion(label, open=False, visible=False, elem_classes="tw-fold") as self.new:
            self.name = gr.Textbox(
                label=say("boards.new_name"),
                lines=1,
                max_lines=1,
                submit_btn=say("boards.create"),
                elem_id="tw-new-board",
            )

    @property
    def parts(self) -> list[Any]:
        """Everything that opening a board changes."""
        return [
            self.board, self.empty, self.bar, self.head, self.controls, self.field, self.grid, self.new, self.name,
            *self.change.parts,
        ]  # fmt: skip

    def _wire(self) -> None:
        view, steering = self.view, [self.board, self.period, self.field, self.values]
        view.load(self._open, self.parts)
        for event in (self.board.change, self.period.change, self.values.change, self.refresh.click):
            view.on(event, self._show, steering, [self.grid])
        view.on(self.field.change, self._pick_field, steering, [self.values, self.grid])
        view.on(self.name.submit, self._create, [self.name], self.parts, right="boards.edit")
        on_deed(view, self.grid, self._deed, (steering, [self.grid]), "boards.edit")
        self.change.wire(self.parts, [self.grid], self._drawn, steering)

    # --- opening

    def _open(self, request: gr.Request) -> dict[Any, Any]:
        wanted = dict(request.query_params).get("board", "")
        return self._opened(request, wanted)

    def _reopened(self, request: gr.Request, board_id: str) -> dict[Any, Any]:
        return self._opened(request, board_id)

    def _opened(self, request: gr.Request, wanted: str) -> dict[Any, Any]:
        room, store = self.room, self.room.store(request)
        boards, may_edit = boards_of(store), room.may(request, "boards.edit")
        new = {self.new: gr.Accordion(visible=may_edit, open=not boards), self.name: ""}
        if not boards:
            hidden = {part: gr.update(visible=False) for part in (self.bar, self.head, self.controls, self.grid)}
            shown = gr.HTML(cards.no_boards(room.look), visible=True)
            return {self.empty: shown, self.board: "", **new, **hidden, **self.change.hidden()}
        board = board_of(store, wanted) if wanted else boards[0]
        reader, assistant = self._reader(request, board), room.assistant(request)
        head = cards.board_head(board, day(assistant.as_of, room.look.locale), reader)
        return {
            self.board: board.id,
            self.empty: gr.HTML(visible=False),
            self.bar: gr.HTML(cards.board_list(boards, board.id, room.look), visible=True),
            self.head: gr.HTML(head, visible=True),
            self.controls: gr.Row(visible=True),
            self.field: self._fields(request, board),
            self.grid: gr.HTML(cards.skeleton(tiles_of(store, board.id), room.look), visible=True),
            **new,
            **self.change.opened(store, board, reader.may_change),
        }

    def _reader(self, request: gr.Request, board: Board) -> Reader:
        room, name = self.room, self.room.store(request).by
        may_change = room.may(request, "boards.edit") and board.by == name
        return Reader(room.look, room.assistant(request).layer, may_change, name)

    def _fields(self, request: gr.Request, board: Board) -> gr.Dropdown:
        """The fields that the board's tiles can be filtered by."""
        assistant, store = self.room.assistant(request), self.room.store(request)
        queries = [tile.query for tile in tiles_of(store, board.id) if tile.query is not None]
        found = fields_for(assistant.layer, queries, assistant.values, assistant.as_of) if queries else ()
        titled = [(assistant.layer.fields[name].title, name) for name in found[:MOST_FIELDS]]
        return gr.Dropdown([(self.room.say("boards.no_filter"), ""), *titled], value="")

    # --- showing

    def _show(self, request: gr.Request, board_id: str, period: str, field: str, values: list[str]) -> Iterator[Any]:
        """First the tiles by their titles, then with their numbers; what is said meanwhile stays."""
        if not board_id:
            yield {self.view.status: gr.skip()}  # nothing to show, and what is said stays
            return
        for place, drawn in enumerate(self._drawn(request, board_id, period, field, values)):
            yield {self.grid: drawn, **({self.view.status: gr.skip()} if place else {})}

    def _drawn(
        self, request: gr.Request, board_id: str, period: str, field: str, values: list[str]
    ) -> Iterator[gr.HTML]:
        """The tiles, which may come one after the other; no more of them once the tab has asked for others."""
        store, assistant = self.room.store(request), self.room.assistant(request)
        board, tiles = board_of(store, board_id), tiles_of(store, board_id)
        controls = self._controls(request, period, field, values)
        assistant.refresh()
        turn = self._turns[request.session_hash or ""] = next(self._count)
        yield gr.HTML(cards.skeleton(tiles, self.room.look))
        reader, shown, last = self._reader(request, board), list[LiveTile](), monotonic()
        for one in self.room.threads.map(lambda tile: show_tile(assistant, tile, controls), tiles):
            shown.append(one)
            if self._turns.get(request.session_hash or "") != turn:
                return
            if len(shown) < len(tiles) and monotonic() - last > AT_LEAST_SECONDS:
                yield gr.HTML(cards.grid(shown, reader, tiles[len(shown) :]))
                last = monotonic()
        self._turns.pop(request.session_hash or "", None)
        yield gr.HTML(cards.grid(shown, reader))

    def _controls(self, request: gr.Request, period: str, field: str, values: list[str]) -> Controls:
        words, span = (period or "").strip(), None
        if words:
            span = period_named(self.room.assistant(request).understanding, words)
            if span is None:
                raise CannotPin(self.room.say("boards.unread_period", {"words": words}))
        filters = (Filter(field=field, op="in", values=tuple(values)),) if field and values else ()
        return Controls(span, filters)

    def _pick_field(
        self, request: gr.Request, board_id: str, period: str, field: str, values: list[str]
    ) -> Iterator[list[Any]]:
        """The values of the field to choose from; the board as it is without a filter."""
        known = self.room.assistant(request).values.get(field, ()) if field else ()
        offered = gr.Dropdown([value for value, _ in known], value=[], visible=bool(field))
        if not values:
            yield [offered, gr.skip()]
            return
        for place, shown in enumerate(self._drawn(request, board_id, period, "", [])):
            yield [gr.skip() if place else offered, shown]  # offered once: what is chosen meanwhile stays

    # --- changing

    def _deed(self, request: gr.Request, deed: Deed, board_id: str, *steering: Any) -> Iterator[Any]:
        store = self.room.store(request)
        if deed.name == "rename":
            rename_tile(store, board_id, deed.target, deed.text)
        elif deed.name == "remove":
            remove_tile(store, board_id, deed.target)
        elif deed.name in ("up", "down"):
            move_tile(store, board_id, deed.target, -1 if deed.name == "up" else 1)
        else:
            return
        yield from list(self._drawn(request, board_id, *steering))[-1:]

    def _create(self, request: gr.Request, name: str) -> dict[Any, Any]:
        made = new_board(self.room.store(request), name or "")
        return self._opened(request, made.id)
