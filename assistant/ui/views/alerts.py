"""The Alerts view: what needs attention and why, what is watched, and where messages go."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import gradio as gr

from assistant.alert_sight import Onlooker
from assistant.errors import StoreError
from assistant.formatting import day
from assistant.monitor.incidents import incident, incidents, live_badge, log_of
from assistant.monitor.monitors import read_watchlist
from assistant.monitor.records import LIVE, Incident, State
from assistant.monitor.schedule import Looked, run_once
from assistant.monitor.tick import runs
from assistant.ui.markup import Markup, join, of_class
from assistant.ui.room import Asked, Room
from assistant.ui.states import Stage, empty_card, stage
from assistant.ui.views import alerts_cards as cards
from assistant.ui.views.alerts_actions import ActionDesk, style_of_metric
from assistant.ui.views.alerts_delivery import DeliveryDesk
from assistant.ui.views.alerts_monitors import MonitorDesk
from assistant.ui.views.alerts_sentence import SentenceDesk
from assistant.ui.views.customers_cards import noted
from assistant.ui.views.data_cards import share

TABS = ("inbox", "monitors", "delivery")
OVER: tuple[State, ...] = ("resolved", "withdrawn")
MOST = 100


def badge(room: Room, request: Asked) -> int:
    """How many incidents nobody has seen to yet; none for those whose rights do not cover all customers."""
    from warehouse import OPEN

    if room.keeper is None or room.assistant(request).policy != OPEN:
        return 0
    return live_badge(room.store(request))


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "alerts", page) as view:
        InboxDesk(view)


class InboxDesk:
    """The tabs, and the page of one incident; what is shown is decided by the address."""

    def __init__(self, view: Stage):
        self.view, self.room = view, view.room
        self.onlooker = Onlooker(view.room.assistants.first)
        say = self.room.say
        with gr.Column(visible=False) as self.one, gr.Row(elem_classes="tw-incident-row", equal_height=False):
            with gr.Column(scale=8, min_width=320):
                self.card = gr.HTML(padding=False)
            with gr.Column(scale=5, min_width=300):
                self.actions = ActionDesk(view, self._shown_again)
                self.log = gr.HTML(padding=False)
        with gr.Tabs(elem_classes="tw-tabs") as self.tabs:
            with gr.Tab(say("alerts.inbox"), id="inbox"):
                self._inbox()
            with gr.Tab(say("alerts.monitors"), id="monitors"):
                self.sentence = SentenceDesk(view, lambda request: self.monitors.opened(request))
                self.monitors = MonitorDesk(view)
            with gr.Tab(say("alerts.delivery"), id="delivery") as self.last:
                self.delivery = DeliveryDesk(view)
        self.actions.wire([self.card, self.log])
        self.sentence.wire(self.monitors.parts)
        parts = [self.one, self.card, self.log, self.tabs, self.last, self.listed, self.look, self.when]
        desks = (self.actions, self.monitors, self.sentence, self.delivery)
        view.load(self._opened, [*parts, *(part for desk in desks for part in desk.parts)])

    def _inbox(self) -> None:
        say, view = self.room.say, self.view
        choices = [(say("alerts.live"), "live"), (say("alerts.over"), "over"), (say("alerts.all"), "all")]
        with gr.Row(elem_classes="tw-actions"):
            self.which = gr.Radio(
                choices, value="live", label=say("alerts.show"), show_label=False, container=False,
                elem_classes="tw-pills", min_width=220,
            )  # fmt: skip
            self.look = gr.Button(say("alerts.look_now"), size="sm", visible=False, elem_classes="tw-choice")
        self.told = gr.HTML(padding=False)
        self.listed = gr.HTML(padding=False, elem_id="tw-inbox")
        self.when = gr.HTML(padding=False)
        view.on(self.which.change, self._listed, [self.which], [self.listed])
        view.on(self.look.click, self._looked, [self.which], [self.told, self.listed, self.when], "alerts.edit")

    # --- opening

    def _opened(self, request: gr.Request) -> dict[Any, Any]:
        asked = request.query_params.get("incident", "")
        if asked:
            found = self._one(request, asked)
            shown = {self.one: gr.Column(visible=True), self.tabs: gr.Tabs(visible=False)}
            return {**shown, **self._incident(request, found), **self.actions.opened(request, found)}
        tab = request.query_params.get("tab", "")
        edits = self.room.may(request, "alerts.edit") and self.room.keeper is not None
        return {
            self.tabs: gr.Tabs(selected=tab if tab in TABS else "inbox"),
            self.last: gr.Tab(visible=edits),
            self.look: gr.Button(visible=edits),
            self.listed: self._listed(request, "live"),
            self.when: self._when(request),
            **self.monitors.opened(request),
            **self.sentence.opened(request),
            **(self.delivery.opened(request) if edits else {}),
        }

    def _one(self, request: gr.Request, incident_id: str) -> Incident:
        """The incident of an address; for those who may not know of it there is none."""
        found = incident(self.room.store(request), incident_id)
        if self.onlooker.sight(self.room.assistant(request), found.found) == "nothing":
            raise StoreError(self.room.say("alerts.none_seen"))
        return found

    def _incident(self, request: gr.Request, found: Incident) -> dict[Any, Any]:
        look, assistant = self.room.look, self.room.assistant(request)
        told = self.onlooker.sight(assistant, found.found) == "all"
        style = style_of_metric(assistant.layer, found.found.metric, look)
        log = log_of(self.room.store(request), found.id) if told else ()
        return {self.card: cards.incident_card(found, style, told, look), self.log: cards.log_card(log, look)}

    def _shown_again(self, request: gr.Request, incident_id: str) -> dict[Any, Any]:
        return self._incident(request, self._one(request, incident_id))

    # --- the list

    def _listed(self, request: gr.Request, which: str) -> Markup:
        room, assistant = self.room, self.room.assistant(request)
        states: tuple[State, ...] = {"live": LIVE, "over": OVER}.get(which, (*LIVE, *OVER))
        found = incidents(room.store(request), states, limit=MOST)
        seen = self.onlooker.seen(assistant, found)
        if not seen:
            return self._nothing(request, which, bool(found))
        rank = {"high": 0, "medium": 1, "low": 2}
        seen.sort(key=lambda pair: (not pair[0].is_live, rank[pair[0].found.severity]))
        lines = [
            cards.incident_line(
                one, style_of_metric(assistant.layer, one.found.metric, room.look), sight == "all", room.look
            )
            for one, sight in seen
        ]
        return of_class("div", "tw-alerts", join(lines))

    def _nothing(self, request: gr.Request, which: str, hidden: bool) -> Markup:
        say = self.room.say
        if hidden:
            return empty_card(say("alerts.none"), say("alerts.none_seen"))
        if which == "over":
            return empty_card(say("alerts.none_over"), say("alerts.none_over_text"))
        if not runs(self.room.store(request), 1):
            return empty_card(say("alerts.unseen"), say("alerts.unseen_text"))
        layer = self.room.assistant(request).layer
        count = len(read_watchlist(self.room.settings.home, layer).monitors)
        return empty_card(say("alerts.none"), say("alerts.none_text", {"count": count}))

    def _when(self, request: gr.Request) -> Markup:
        last = runs(self.room.store(request), 1)
        told = self.room.say("alerts.last_run", {"day": day(last[0].day, self.room.look.locale)}) if last else ""
        return of_class("p", "tw-small", told)

    def _looked(self, request: gr.Request, which: str) -> Iterator[list[Any]]:
        room, store = self.room, self.room.store(request)
        told: SimpleQueue[float | None] = SimpleQueue()
        work = room.threads.submit(run_once, room.settings, store, lambda _what, part: told.put(part))
        work.add_done_callback(lambda _: told.put(None))
        while (part := told.get()) is not None:
            yield [noted(room.say("alerts.looking", {"share": share(part, room.look)})), gr.skip(), gr.skip()]
        yield [noted(self._came(work.result())), self._listed(request, which), self._when(request)]

    def _came(self, looked: Looked) -> str:
        """What the look came to, and what of it was sent."""
        run, sent = looked[0].run, looked[1]
        values: dict[str, object] = {
            "series": run.series, "monitors": run.monitors, "day": day(run.day, self.room.look.locale),
            "opened": run.opened, "resolved": run.resolved,
        }  # fmt: skip
        told = self.room.say("alerts.looked", values)
        return (
            told if sent is None or not sent.sent else f"{told} {self.room.say('alerts.told_on', {'count': sent.sent})}"
        )
