"""The Catalogue view: look definitions up, propose better ones, and decide on proposals with their effects in sight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.catalogue import (
    KINDS,
    CannotChange,
    Change,
    EntryKind,
    approve_change,
    change_of,
    changes,
    effects_of,
    entries,
    find_entry,
    provenance,
    reject_change,
    search,
)
from assistant.ui.markup import Markup, of_class
from assistant.ui.room import Room
from assistant.ui.states import Stage, stage
from assistant.ui.views import catalogue_cards as cards
from assistant.ui.views.catalogue_propose import ProposeDesk

PROPOSALS = "proposals"


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "catalogue", page) as view:
        CatalogueDesk(view)


class CatalogueDesk:
    """The list, an entry, or a proposal, as the address says."""

    def __init__(self, view: Stage):
        self.view, self.room, say = view, view.room, view.room.say
        self.kind, self.change = gr.State(""), gr.State("")
        self.nav = gr.HTML(padding=False, visible=False)
        self.said = gr.Textbox(
            label=say("catalogue.search"), placeholder=say("catalogue.search_hint"), lines=1, max_lines=1,
            submit_btn=say("catalogue.go"), visible=False, elem_id="tw-catalogue-search", max_length=120,
        )  # fmt: skip
        self.found = gr.HTML(padding=False, visible=False, elem_classes="tw-plain-card")
        with gr.Row(visible=False, equal_height=False, elem_classes="tw-review") as self.one:
            with gr.Column(scale=7, min_width=320):
                self.entry = gr.HTML(padding=False, elem_classes="tw-plain-card")
                self.history = gr.HTML(padding=False, elem_classes="tw-plain-card")
            with gr.Column(scale=5, min_width=320):
                self.propose = ProposeDesk(view)
        with gr.Column(visible=False) as self.proposal:
            self.told = gr.HTML(padding=False, elem_classes="tw-plain-card")
            self.effects = gr.HTML(padding=False, elem_classes="tw-plain-card")
            self._decision()
        self._wire()

    def _decision(self) -> None:
        say = self.room.say
        with gr.Column(visible=False) as self.decide:
            self.comment = gr.Textbox(
                label=say("catalogue.comment"), placeholder=say("catalogue.comment_hint"), lines=2,
                elem_id="tw-change-comment",
            )  # fmt: skip
            with gr.Row(elem_classes="tw-decide"):
                self.approve = gr.Button(say("catalogue.approve"), variant="primary", elem_id="tw-approve-change")
                self.reject = gr.Button(say("catalogue.reject"), elem_id="tw-reject-change")
        self.done = gr.HTML(padding=False, visible=False)

    @property
    def parts(self) -> list[Any]:
        """Everything that the address decides."""
        return [
            self.kind, self.change, self.nav, self.said, self.found, self.one, self.entry, self.history, self.proposal,
            self.told, self.decide, self.comment, self.done, *self.propose.parts,
        ]  # fmt: skip

    def _wire(self) -> None:
        view = self.view
        view.load(self._open, self.parts)
        view.on(self.said.submit, self._find, [self.kind, self.said], [self.found])
        view.on(self.change.change, self._effects, [self.change], [self.effects])
        decided = [self.told, self.decide, self.done]
        told = [self.change, self.comment]
        view.on(self.approve.click, self._approved, told, decided, right="catalogue.approve")
        view.on(self.reject.click, self._rejected, told, decided, right="catalogue.approve")

    # --- opening

    def _open(self, request: gr.Request) -> dict[Any, Any]:
        asked = dict(request.query_params)
        self.room.assistant(request).refresh()
        if asked.get("change"):
            return self._proposal(request, change_of(self.room.store(request), asked["change"]))
        if asked.get("entry"):
            kind, _, name = asked["entry"].partition(":")
            return self._entry(request, kind, name)
        return self._list(request, asked.get("kind", ""), asked.get("q", ""))

    def _list(self, request: gr.Request, kind: str, words: str) -> dict[Any, Any]:
        store, look = self.room.store(request), self.room.look
        waiting = changes(store, "pending")
        nav = gr.HTML(cards.kinds(kind, len(waiting), look), visible=True)
        if kind == PROPOSALS:
            listed = cards.proposals(waiting, self._titles(request), look)
            return {self.nav: nav, self.kind: kind, self.found: gr.HTML(listed, visible=True)}
        shown = gr.HTML(self._found(request, kind, words), visible=True)
        return {self.nav: nav, self.kind: kind, self.said: gr.Textbox(words, visible=True), self.found: shown}

    def _found(self, request: gr.Request, kind: str, words: str) -> Markup:
        every = entries(self.room.assistant(request), self.room.store(request))
        named: dict[str, EntryKind] = {one: one for one in KINDS}
        return cards.entry_list(search(every, words, named.get(kind)), words, self.room.look)

    def _find(self, request: gr.Request, kind: str, words: str) -> Markup:
        return self._found(request, kind, words or "")

    def _entry(self, request: gr.Request, kind: str, name: str) -> dict[Any, Any]:
        assistant, store, look = self.room.assistant(request), self.room.store(request), self.room.look
        entry = find_entry(entries(assistant, store), kind, name)
        if entry is None:
            raise CannotChange(look.say("catalogue.nothing_text", {"words": name}))
        known = provenance(assistant, entry)
        may_propose = self.room.may(request, "catalogue.propose")
        return {
            self.one: gr.Row(visible=True),
            self.entry: cards.entry_page(entry, known, look),
            self.history: cards.history(known, changes(store, name=entry.name), look),
            **(self.propose.opened(assistant, entry) if may_propose else self.propose.hidden()),
        }

    def _titles(self, request: gr.Request) -> cards.Titles:
        return {(one.kind, one.name): one.title for one in entries(self.room.assistant(request))}

    # --- proposals

    def _proposal(self, request: gr.Request, change: Change) -> dict[Any, Any]:
        open_ = change.status == "pending" and self.room.may(request, "catalogue.approve")
        return {
            self.proposal: gr.Column(visible=True),
            self.change: change.id if change.status == "pending" else "",
            self.told: cards.change_page(change, self._titles(request), self.room.look),
            self.decide: gr.Column(visible=open_),
            self.comment: "",
        }

    def _effects(self, request: gr.Request, change_id: str) -> Iterator[dict[Any, Any]]:
        """First that it is being worked out, then what the change would do; what others say meanwhile stays."""
        kept = {self.view.status: gr.skip()}
        if not change_id:
            yield kept
            return
        store = self.room.store(request)
        yield {**kept, self.effects: cards.computing(self.room.look)}
        found = effects_of(self.room.assistant(request), store, change_of(store, change_id))
        yield {**kept, self.effects: cards.effects(found, self.room.look)}

    def _approved(self, request: gr.Request, change_id: str, comment: str) -> list[Any]:
        assistant, store = self.room.assistant(request), self.room.store(request)
        change = approve_change(assistant, store, change_id, comment or "")
        return self._decided(request, change, self.room.say("catalogue.in_force"))

    def _rejected(self, request: gr.Request, change_id: str, comment: str) -> list[Any]:
        return self._decided(request, reject_change(self.room.store(request), change_id, comment or ""), "")

    def _decided(self, request: gr.Request, change: Change, said: str) -> list[Any]:
        told = gr.HTML(of_class("p", "tw-used", said), visible=bool(said))
        page = cards.change_page(change, self._titles(request), self.room.look)
        return [page, gr.Column(visible=False), told]
