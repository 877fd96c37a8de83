"""The Customers view: find somebody, see all that is known of them, build lists and keep them as segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from assistant.customers import (
    CustomerReader,
    UnknownCustomer,
    find_customers,
    read_profile,
    read_timeline,
)
from assistant.customers.searching import LONGEST_SEARCH
from assistant.customers.timeline import MOST
from assistant.ui.markup import join, tag
from assistant.ui.room import Room
from assistant.ui.states import Stage, empty_card, error_card, link, stage
from assistant.ui.views import customers_cards as cards
from assistant.ui.views.customers_identity import IdentityDesk
from assistant.ui.views.customers_lists import ListDesk

Handler = Callable[..., Any]


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "customers", page) as view:
        empty = gr.HTML(visible=False, padding=False)
        with gr.Column(visible=False, elem_classes="tw-profile-page") as one:
            profile = ProfileDesk(view)
        with gr.Tabs(elem_classes="tw-tabs") as tabs:
            with gr.Tab(room.say("customers.find"), id="find"):
                said, found = _finder(view)
            with gr.Tab(room.say("customers.lists"), id="lists"):
                lists = ListDesk(view)
        _fill(view, _Parts(empty, one, tabs, said, found), profile, lists)


class _Parts:
    """What opening the page changes beside the desks."""

    def __init__(self, empty: gr.HTML, one: gr.Column, tabs: gr.Tabs, said: gr.Textbox, found: gr.HTML):
        self.empty, self.one, self.tabs, self.said, self.found = empty, one, tabs, said, found

    @property
    def all(self) -> list[Any]:
        """Every part."""
        return [self.empty, self.one, self.tabs, self.said, self.found]


def _fill(view: Stage, parts: _Parts, profile: ProfileDesk, lists: ListDesk) -> None:
    """Open the page on what its address names: a customer, a segment, a search, or who ordered last."""
    room = view.room

    def fill(request: gr.Request) -> dict[Any, Any]:
        reader = CustomerReader.of(room.assistant(request))
        if not reader.columns("customer"):
            load = link(room.say("customers.load_data"), "data")
            card = empty_card(room.say("customers.no_data"), room.say("customers.no_data_text"), load)
            return {parts.empty: gr.HTML(card, visible=True), parts.tabs: gr.Tabs(visible=False)}
        asked = dict(request.query_params)
        if asked.get("id"):
            shown = {parts.one: gr.Column(visible=True), parts.tabs: gr.Tabs(visible=False)}
            return shown | profile.opened(request, reader, asked["id"])
        said = asked.get("q", "")
        found = {parts.found: cards.found_table(find_customers(reader, said), said, room.look), parts.said: said}
        selected = {parts.tabs: gr.Tabs(selected="lists")} if asked.get("segment") or asked.get("list") else {}
        return {**found, **selected, **lists.opened(request, asked.get("segment", ""), asked.get("list", ""))}

    view.load(fill, [*parts.all, *profile.parts, *lists.parts])


def _finder(view: Stage) -> tuple[gr.Textbox, gr.HTML]:
    say = view.room.say
    said = gr.Textbox(
        label=say("customers.search"), placeholder=say("customers.search_hint"), lines=1, max_lines=1,
        submit_btn=say("customers.search_go"), elem_id="tw-customer-find", max_length=LONGEST_SEARCH,
    )  # fmt: skip
    found = gr.HTML(padding=False, elem_id="tw-found")

    def find(request: gr.Request, text: str) -> Any:
        reader = CustomerReader.of(view.room.assistant(request))
        return cards.found_table(find_customers(reader, text or ""), text or "", view.room.look)

    view.on(said.submit, find, [said], [found])
    return said, found


class ProfileDesk:
    """One customer's page: facts, timeline and identity; what it shows is decided when the page is opened."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.customer = gr.State("")
        self.limit = gr.State(MOST)
        with gr.Row(elem_classes="tw-profile-row", equal_height=False):
            with gr.Column(scale=5, min_width=300):
                self.card = gr.HTML(padding=False)
            with gr.Column(scale=6, min_width=300):
                self.heading = gr.HTML(tag("h3", say("customers.profile.timeline")), padding=False)
                self.kinds = gr.Radio(
                    [], label=say("customers.profile.timeline"), show_label=False, container=False,
                    elem_classes="tw-pills",
                )  # fmt: skip
                self.timeline = gr.HTML(padding=False)
                self.older = gr.Button(say("customers.profile.older"), size="sm", elem_classes="tw-choice")
        self.identity = IdentityDesk(view, self.customer)
        outputs = [self.timeline, self.older, self.limit]
        view.on(self.kinds.change, self._narrow, [self.customer, self.kinds], outputs)
        view.on(self.older.click, self._more, [self.customer, self.kinds, self.limit], outputs)

    @property
    def parts(self) -> list[Any]:
        """Everything that opening a customer changes."""
        return [
            self.customer, self.limit, self.card, self.heading, self.kinds, self.timeline, self.older,
            *self.identity.parts,
        ]  # fmt: skip

    def opened(self, request: gr.Request, reader: CustomerReader, customer_id: str) -> dict[Any, Any]:
        """The page of a customer, or why there is none."""
        say, look = self.view.room.say, self.view.room.look
        try:
            found = read_profile(reader, customer_id)
        except UnknownCustomer as error:
            return self._missing(error)
        told = read_timeline(reader, customer_id)
        choices = [(say("customers.profile.all"), "")]
        choices += [
            (f"{say(f'customers.kinds.{kind}')} {look.count(count)}", kind) for kind, count in told.counts.items()
        ]
        return {
            self.customer: customer_id,
            self.card: cards.profile_card(found, look),
            self.kinds: gr.Radio(choices, value="", visible=bool(told.counts)),
            self.timeline: cards.timeline_list(told, look),
            self.older: gr.Button(visible=told.more),
            **self.identity.opened(request, reader, customer_id),
        }

    def _missing(self, error: UnknownCustomer) -> dict[Any, Any]:
        look = self.view.room.look
        href = f"customers?id={error.became}" if error.became else "customers"
        label = error.became or look.say("customers.back")
        card = join([error_card(str(error), look), link(label, href)])
        hidden: dict[Any, Any] = {self.heading: gr.HTML(visible=False), self.kinds: gr.Radio(visible=False)}
        hidden |= {self.older: gr.Button(visible=False), **self.identity.hidden()}
        return {self.card: card, **hidden}

    def _narrow(self, request: gr.Request, customer_id: str, kind: str | None) -> list[Any]:
        return self._timeline(request, customer_id, kind, MOST)

    def _more(self, request: gr.Request, customer_id: str, kind: str | None, limit: int) -> list[Any]:
        return self._timeline(request, customer_id, kind, limit * 3)

    def _timeline(self, request: gr.Request, customer_id: str, kind: str | None, limit: int) -> list[Any]:
        reader = CustomerReader.of(self.view.room.assistant(request))
        told = read_timeline(reader, customer_id, (kind,) if kind else (), limit)
        return [cards.timeline_list(told, self.view.room.look), gr.Button(visible=told.more), limit]
