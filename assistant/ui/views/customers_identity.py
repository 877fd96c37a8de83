"""On a customer's page: which records the customer is made of; and saying that it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import gradio as gr

from assistant.customers import CustomerReader, identity_evidence
from assistant.data_desk import regroup
from assistant.formatting import Style, number
from assistant.ui.markup import tag
from assistant.ui.room import Room
from assistant.ui.states import Stage
from assistant.ui.views import customers_cards as cards
from warehouse import Resolution, decide_merge, decide_split, record_key, undo_decision

LONGEST_REASON = 500


def carried_out(room: Room) -> Iterator[str]:
    """Lines of text while records are grouped anew: the share that is done, and at the end what came of it."""
    told: SimpleQueue[float | None] = SimpleQueue()
    work = room.threads.submit(regroup, room.settings, lambda _what, share: told.put(share))
    work.add_done_callback(lambda _: told.put(None))
    while (share := told.get()) is not None:
        yield room.say(
            "customers.decided.working", {"share": number(share, Style("percent", decimals=0, locale=room.look.locale))}
        )
    yield _applied(room, work.result())


def _applied(room: Room, found: Resolution | None) -> str:
    if found is None:
        return room.say("customers.profile.no_records")
    counts: dict[str, object] = {"records": found.records, "customers": found.customers}
    return room.say("customers.decided.applied", counts)


class IdentityDesk:
    """The evidence, and the forms to merge and to split; the forms only for those who may decide."""

    def __init__(self, view: Stage, customer: gr.State):
        self.view, self.customer, say = view, customer, view.room.say
        self.decision = gr.State("")
        self.heading = gr.HTML(tag("h3", say("customers.profile.identity")), padding=False)
        self.evidence = gr.HTML(padding=False)
        with gr.Row(visible=False, elem_classes="tw-forms", equal_height=False) as self.forms:
            with gr.Column(min_width=280):
                gr.HTML(tag("h4", say("customers.merge.title")), padding=False)
                self.other = gr.Textbox(label=say("customers.merge.other"), max_lines=1, max_length=80)
                self.why = gr.Textbox(label=say("customers.merge.reason"), max_lines=1, max_length=LONGEST_REASON)
                self.merge = gr.Button(say("customers.merge.go"), size="sm")
            with gr.Column(min_width=280):
                gr.HTML(tag("h4", say("customers.split.title")), padding=False)
                self.records = gr.CheckboxGroup([], label=say("customers.split.records"))
                self.split = gr.Button(say("customers.split.go"), size="sm")
        self.told = gr.HTML(padding=False)
        with gr.Row(visible=False, elem_classes="tw-actions") as self.after:
            self.now = gr.Button(say("customers.decided.now"), size="sm", variant="primary")
            self.undo = gr.Button(say("customers.decided.undo"), size="sm")
        self._wire()

    @property
    def parts(self) -> list[Any]:
        """Everything that opening a customer changes."""
        return [self.heading, self.evidence, self.forms, self.records, self.told, self.after]

    def opened(self, request: gr.Request, reader: CustomerReader, customer_id: str) -> dict[Any, Any]:
        """The evidence for a customer; forms where the viewer may decide and sees what the decision is about."""
        found = identity_evidence(reader, self.view.room.settings.home, customer_id)
        decides = found.told and self.view.room.may(request, "customers.edit") and bool(found.records)
        names = [":".join(one.key) for one in found.records]
        return {
            self.evidence: cards.evidence_card(found, self.view.room.look),
            self.forms: gr.Row(visible=decides),
            self.records: gr.CheckboxGroup(names, value=[], visible=len(names) > 1),
        }

    def hidden(self) -> dict[Any, Any]:
        """Nothing of it, where there is no customer."""
        return {self.heading: gr.HTML(visible=False), self.forms: gr.Row(visible=False)}

    def _wire(self) -> None:
        view, outputs = self.view, [self.told, self.after, self.decision]
        view.on(self.merge.click, self._merge, [self.customer, self.other, self.why], outputs, "customers.edit")
        view.on(self.split.click, self._split, [self.records, self.why], outputs, "customers.edit")
        view.on(self.now.click, self._carry_out, [], [self.told, self.after], "customers.edit")
        view.on(self.undo.click, self._undo, [self.decision], outputs, "customers.edit")

    def _merge(self, request: gr.Request, customer: str, other: str, why: str) -> list[Any]:
        room = self.view.room
        if not (other or "").strip():
            return [cards.refused(room.say("customers.merge.nobody")), gr.skip(), gr.skip()]
        pair = (customer, other.strip())
        self._require_seen(request, *pair)
        entry = decide_merge(room.settings.home, pair, room.viewer(request).name, why.strip())
        return self._decided(entry.id, room.say("customers.merge.done", {"left": pair[0], "right": pair[1]}))

    def _split(self, request: gr.Request, records: list[str], why: str) -> list[Any]:
        room = self.view.room
        if not records:
            return [cards.refused(room.say("customers.split.nothing")), gr.skip(), gr.skip()]
        keys = [record_key(one) for one in records]
        entry = decide_split(room.settings.home, keys, room.viewer(request).name, (why or "").strip())
        return self._decided(entry.id, room.say("customers.split.done", {"records": ", ".join(records)}))

    def _require_seen(self, request: gr.Request, *customers: str) -> None:
        """Nothing, when the viewer may see each customer; nobody decides about those whom they may not see."""
        reader = CustomerReader.of(self.view.room.assistant(request))
        for one in customers:
            identity_evidence(reader, self.view.room.settings.home, one)

    def _decided(self, entry_id: str, sentence: str) -> list[Any]:
        told = f"{sentence} {self.view.room.say('customers.decided.later')}"
        return [cards.noted(told), gr.Row(visible=True), entry_id]

    def _undo(self, request: gr.Request, decision: str) -> list[Any]:
        room = self.view.room
        undo_decision(room.settings.home, decision, room.viewer(request).name)
        return [cards.noted(room.say("customers.decided.undone")), gr.Row(visible=False), ""]

    def _carry_out(self, request: gr.Request) -> Iterator[list[Any]]:
        del request
        for line in carried_out(self.view.room):
            yield [cards.noted(line), gr.Row(visible=False)]
