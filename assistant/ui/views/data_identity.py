"""Pairs of customers that may be one person, one after the other, with what speaks for and against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import Forbidden
from assistant.ui.states import Stage, empty_card
from assistant.ui.views import customers_cards, data_cards
from assistant.ui.views.customers_identity import LONGEST_REASON, carried_out
from warehouse import OPEN, BuildError, WaitingPair, decide_apart, decide_merge, decisions_made, waiting_pairs

AHEAD = 50


class ReviewDesk:
    """The queue; only for those from whom no customer is hidden."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.place = gr.State(0)
        self.pair = gr.HTML(padding=False)
        with gr.Column(visible=False) as self.form:
            self.why = gr.Textbox(label=say("data.why"), max_lines=1, max_length=LONGEST_REASON)
            with gr.Row(elem_classes="tw-actions"):
                self.merge = gr.Button(say("data.merge"), size="sm", variant="primary")
                self.apart = gr.Button(say("data.apart"), size="sm")
                self.later = gr.Button(say("data.skip"), size="sm", elem_classes="tw-choice")
        self.told = gr.HTML(padding=False)
        self.now = gr.Button(say("customers.decided.now"), size="sm", visible=False, elem_classes="tw-choice")
        self.made = gr.HTML(padding=False)
        outputs = [*self.parts, self.told, self.now, self.why]
        inputs = [self.place, self.why]
        view.on(self.merge.click, self._merged, inputs, outputs, "customers.edit")
        view.on(self.apart.click, self._kept_apart, inputs, outputs, "customers.edit")
        view.on(self.later.click, self._later, [self.place], outputs, "customers.edit")
        view.on(self.now.click, self._carry_out, [], outputs, "customers.edit")

    @property
    def parts(self) -> list[Any]:
        """Everything that opening the page changes."""
        return [self.place, self.pair, self.form, self.made]

    def opened(self, request: gr.Request) -> dict[Any, Any]:
        """The likeliest pair that waits, and the decisions made so far."""
        return self._shown(request, 0)

    def _shown(self, request: gr.Request, place: int) -> dict[Any, Any]:
        room = self.view.room
        if room.assistant(request).policy != OPEN:
            return {self.pair: customers_cards.refused(room.say("data.hidden")), self.form: gr.Column(visible=False)}
        total, pairs = self._waiting()
        place = place if place < len(pairs) else 0
        if not pairs:
            card = empty_card(room.say("data.nothing_waits"), room.say("data.nothing_waits_text"))
        else:
            card = data_cards.pair_card(pairs[place], total, room.look)
        decides = bool(pairs) and room.may(request, "customers.edit")
        made = data_cards.decisions_card(decisions_made(room.settings.home), room.look)
        return {self.place: place, self.pair: card, self.form: gr.Column(visible=decides), self.made: made}

    def _waiting(self) -> tuple[int, list[WaitingPair]]:
        try:
            return waiting_pairs(self.view.room.settings.home, AHEAD)
        except BuildError:  # no records of people were ever compared
            return 0, []

    def _decide(self, request: gr.Request, place: int, decide: Any, why: str, key: str) -> dict[Any, Any]:
        room = self.view.room
        if room.assistant(request).policy != OPEN:
            raise Forbidden(room.say("data.hidden"))
        _, pairs = self._waiting()
        if place >= len(pairs):
            return self._shown(request, 0)
        left, right = pairs[place].left.customer_id, pairs[place].right.customer_id
        decide(room.settings.home, (left, right), room.viewer(request).name, (why or "").strip())
        sentence = room.say(key, {"left": left, "right": right})
        told = customers_cards.noted(f"{sentence} {room.say('customers.decided.later')}")
        shown = self._shown(request, place)
        return {**shown, self.told: told, self.now: gr.Button(visible=True), self.why: ""}

    def _merged(self, request: gr.Request, place: int, why: str) -> dict[Any, Any]:
        return self._decide(request, place, decide_merge, why, "data.merged")

    def _kept_apart(self, request: gr.Request, place: int, why: str) -> dict[Any, Any]:
        return self._decide(request, place, decide_apart, why, "data.kept_apart")

    def _later(self, request: gr.Request, place: int) -> dict[Any, Any]:
        return self._shown(request, place + 1)

    def _carry_out(self, request: gr.Request) -> Iterator[dict[Any, Any]]:
        for line in carried_out(self.view.room):
            yield {self.told: customers_cards.noted(line), self.now: gr.Button(visible=False)}
        yield self._shown(request, 0)
