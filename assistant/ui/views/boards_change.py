"""What the maker of a board may do with it: notes, name, who sees it, when it is delivered, and taking it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr

from assistant.boards import (
    Board,
    CannotPin,
    Timing,
    add_note,
    deliver,
    delivery_of,
    remove_board,
    rename_board,
    share_board,
    stop_delivery,
)
from assistant.boards.delivery import EVERY
from assistant.errors import SettingsError
from assistant.monitor.delivery_channels import read_channels
from assistant.store import Store
from assistant.ui.markup import Markup, of_class
from assistant.ui.states import Stage

Reopen = Callable[[gr.Request, str], dict[Any, Any]]


class ChangeDesk:
    """The folded panel under a board; hidden from everybody but who made the board."""

    def __init__(self, view: Stage, board: gr.State, reopen: Reopen):
        self.view, self.board, self.reopen, say = view, board, reopen, view.room.say
        fold = gr.Accordion(say("boards.change"), open=False, visible=False, elem_classes="tw-fold")
        with fold as self.panel, gr.Row(equal_height=False):
            with gr.Column(min_width=280):
                self.note = gr.Textbox(
                    label=say("boards.add_note"), placeholder=say("boards.note_hint"), lines=3, elem_id="tw-note"
                )
                self.add = gr.Button(say("boards.add_note"), size="sm", elem_classes="tw-choice", elem_id="tw-add-note")
            with gr.Column(min_width=280):
                self.name = gr.Textbox(label=say("boards.name"), lines=1, max_lines=1, submit_btn=say("boards.rename"))
                self.shared = gr.Checkbox(label=say("boards.share"), elem_id="tw-share")
                self.delete = gr.Button(say("boards.delete"), size="sm", elem_classes="tw-choice tw-danger")
                self.really = gr.Button(
                    say("boards.really"),
                    size="sm",
                    visible=False,
                    elem_classes="tw-choice tw-danger",
                    elem_id="tw-really",
                )
        with gr.Accordion(say("boards.delivery"), open=False, visible=False, elem_classes="tw-fold") as self.sending:
            self._delivery()

    def _delivery(self) -> None:
        say = self.view.room.say
        self.told = gr.HTML(padding=False)
        with gr.Row():
            often = [(say(f"boards.every_{every}"), every) for every in EVERY]
            self.every = gr.Dropdown(often, value="weekly", label=say("boards.every"), min_width=150)
            days = [(say(f"boards.days.d{number}"), number) for number in range(7)]
            self.weekday = gr.Dropdown(days, value=0, label=say("boards.weekday"), min_width=130)
            self.hour = gr.Number(8, label=say("boards.hour"), minimum=0, maximum=23, precision=0, min_width=90)
            self.zone = gr.Textbox("UTC", label=say("boards.time_zone"), lines=1, max_lines=1, min_width=150)
        self.channel = gr.Dropdown(
            [], label=say("boards.channel"), info=say("boards.channel_hint"), allow_custom_value=True,
            elem_id="tw-channel",
        )  # fmt: skip
        with gr.Row():
            self.send = gr.Button(say("boards.deliver"), size="sm", elem_classes="tw-choice", elem_id="tw-deliver")
            self.stop = gr.Button(say("boards.stop"), size="sm", elem_classes="tw-choice")

    @property
    def parts(self) -> list[Any]:
        """Everything that opening a board changes here."""
        return [self.panel, self.sending, self.name, self.shared, self.note, self.really, self.channel, self.told]

    def hidden(self) -> dict[Any, Any]:
        """Nothing to change."""
        return {self.panel: gr.Accordion(visible=False), self.sending: gr.Accordion(visible=False)}

    def opened(self, store: Store, board: Board, may_change: bool) -> dict[Any, Any]:
        """The panel for a board."""
        if not may_change:
            return self.hidden()
        return {
            self.panel: gr.Accordion(visible=True),
            self.sending: gr.Accordion(visible=True),
            self.name: board.name,
            self.shared: board.shared,
            self.note: "",
            self.really: gr.Button(visible=False),
            self.channel: gr.Dropdown(self._channels()),
            self.told: self._told(store, board.id),
        }

    def _channels(self) -> list[str]:
        """The names of the channels that are set up; none while their file cannot be read."""
        try:
            return [channel.name for channel in read_channels(self.view.room.settings.home)]
        except SettingsError:
            return []  # the board is shown all the same; Alerts says what is wrong with the file

    def wire(
        self, parts: Sequence[Any], grid: Sequence[Any], show: Callable[..., Any], steering: Sequence[Any]
    ) -> None:
        """Connect the panel; after a note the tiles are shown anew, after the rest the whole board."""
        view, board = self.view, self.board

        def add(request: gr.Request, note: str, *chosen: Any) -> Iterator[list[Any]]:
            add_note(view.room.store(request), chosen[0], note or "")
            for count, shown in enumerate(show(request, *chosen)):
                yield [gr.skip() if count else "", shown]  # emptied once: what is typed meanwhile stays

        view.on(self.add.click, add, [self.note, *steering], [self.note, *grid], right="boards.edit")
        view.on(self.name.submit, self._rename, [board, self.name], parts, right="boards.edit")
        view.on(self.shared.input, self._share, [board, self.shared], parts, right="boards.edit")
        view.on(self.delete.click, self._ask, [], [self.really], right="boards.edit")
        view.on(self.really.click, self._remove, [board], parts, right="boards.edit")
        timing = [board, self.every, self.weekday, self.hour, self.zone, self.channel]
        view.on(self.send.click, self._send, timing, [self.told], right="boards.edit")
        view.on(self.stop.click, self._stop, [board], [self.told], right="boards.edit")

    def _rename(self, request: gr.Request, board_id: str, name: str) -> dict[Any, Any]:
        rename_board(self.view.room.store(request), board_id, name or "")
        return self._again(request, board_id)

    def _share(self, request: gr.Request, board_id: str, shared: bool) -> dict[Any, Any]:
        share_board(self.view.room.store(request), board_id, shared)
        return self._again(request, board_id)

    def _again(self, request: gr.Request, board_id: str) -> dict[Any, Any]:
        """The board's name and panel anew; its tiles stay as they are."""
        made = self.reopen(request, board_id)
        return {part: update for part, update in made.items() if getattr(part, "elem_id", "") != "tw-board"}

    def _ask(self, request: gr.Request) -> gr.Button:
        del request
        return gr.Button(visible=True)

    def _remove(self, request: gr.Request, board_id: str) -> dict[Any, Any]:
        remove_board(self.view.room.store(request), board_id)
        return self.reopen(request, "")

    # --- delivery

    def _send(self, request: gr.Request, board_id: str, *told: Any) -> Markup:
        every, weekday, hour, zone, channel = told
        store, name = self.view.room.store(request), (channel or "").strip()
        if name not in self._channels():
            raise CannotPin(self.view.room.say("boards.no_channel", {"name": name or "–"}))
        deliver(store, board_id, Timing(every, int(weekday), int(hour or 0), (zone or "").strip(), name))
        return self._told(store, board_id)

    def _stop(self, request: gr.Request, board_id: str) -> Markup:
        store = self.view.room.store(request)
        stop_delivery(store, board_id)
        return self._told(store, board_id)

    def _told(self, store: Store, board_id: str) -> Markup:
        say, found = self.view.room.say, delivery_of(store, board_id)
        if found is None:
            return of_class("p", "tw-small", f"{say('boards.delivery_text')} {say('boards.not_delivered')}")
        timing = found.timing
        every = say(f"boards.every_{timing.every}")
        values: dict[str, object] = {"every": every, "hour": timing.hour, "time_zone": timing.time_zone}
        values |= {"channel": timing.channel or "–", "name": found.by}
        return of_class("p", "tw-small", say("boards.delivered", values))
