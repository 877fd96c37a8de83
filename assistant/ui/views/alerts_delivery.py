"""Where messages go: channels with a test button, and what became of the messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.monitor.delivery import send_test
from assistant.monitor.delivery_channels import Channel, add_channel, channel_named, read_channels, remove_channel
from assistant.monitor.outbox import Parcel, parcels
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import Stage
from assistant.ui.views.customers_cards import noted
from assistant.ui.views.data_cards import table, when

SEVERITIES, RHYTHMS = ("high", "medium", "low", "never"), ("daily", "weekly", "never")
MOST = 30


class DeliveryDesk:
    """The channels, a form for a new one, and the latest messages."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.listed = gr.HTML(padding=False)
        with gr.Row(visible=False, elem_classes="tw-forms") as self.known:
            self.which = gr.Dropdown([], label=say("alerts.channel_which"), min_width=200)
            self.test = gr.Button(say("alerts.test"), size="sm", min_width=120)
            self.remove = gr.Button(say("alerts.remove"), size="sm", min_width=120)
        self.told = gr.HTML(padding=False)
        with gr.Accordion(say("alerts.channel_new"), open=False, elem_classes="tw-fold"):
            self._form()
        self.sent = gr.HTML(padding=False)
        outputs = [*self.parts, self.told]
        view.on(self.test.click, self._tested, [self.which], [self.told], "alerts.edit")
        view.on(self.remove.click, self._removed, [self.which], outputs, "alerts.edit")
        view.on(self.add.click, self._added, self._inputs, [*outputs, self.name, self.url], "alerts.edit")

    def _form(self) -> None:
        say = self.view.room.say
        with gr.Row(elem_classes="tw-forms"):
            self.name = gr.Textbox(label=say("alerts.channel_name"), max_lines=1, max_length=60, min_width=160)
            self.url = gr.Textbox(
                label=say("alerts.channel_url"), placeholder=say("alerts.channel_url_hint"), max_lines=1,
                max_length=2_000, type="password", min_width=280,
            )  # fmt: skip
            self.reader = gr.Textbox(label=say("alerts.channel_reader"), max_lines=1, max_length=200, min_width=160)
        with gr.Row(elem_classes="tw-forms"):
            urgent = [(say(f"alerts.severity_{one}"), one) for one in SEVERITIES]
            digest = [(say(f"alerts.digest_{one}"), one) for one in RHYTHMS]
            self.urgent = gr.Dropdown(urgent, value="high", label=say("alerts.channel_urgent"), min_width=150)
            self.digest = gr.Dropdown(digest, value="daily", label=say("alerts.channel_digest"), min_width=150)
            self.hour = gr.Number(8, label=say("alerts.channel_hour"), precision=0, minimum=0, maximum=23, min_width=90)
            self.zone = gr.Textbox("UTC", label=say("alerts.channel_zone"), max_lines=1, max_length=60, min_width=140)
            self.add = gr.Button(say("alerts.channel_add"), size="sm", min_width=140)

    @property
    def _inputs(self) -> list[Any]:
        return [self.name, self.url, self.reader, self.urgent, self.digest, self.hour, self.zone]

    @property
    def parts(self) -> list[Any]:
        """Everything that opening the page changes."""
        return [self.listed, self.known, self.which, self.sent]

    def opened(self, request: gr.Request) -> dict[Any, Any]:
        """The channels and the messages as they are now."""
        room = self.view.room
        channels = read_channels(room.settings.home)
        names = [one.name for one in channels]
        return {
            self.listed: channels_card(channels, room.look),
            self.known: gr.Row(visible=bool(names)),
            self.which: gr.Dropdown(names, value=names[0] if names else None),
            self.sent: parcels_card(parcels(room.store(request), limit=MOST), room.look),
        }

    def _tested(self, request: gr.Request, name: str | None) -> Any:
        del request
        room = self.view.room
        send_test(channel_named(read_channels(room.settings.home), name or ""), room.look.locale)
        return noted(room.say("alerts.tested", {"name": name}))

    def _removed(self, request: gr.Request, name: str | None) -> dict[Any, Any]:
        room = self.view.room
        remove_channel(room.settings.home, name or "")
        return {**self.opened(request), self.told: noted(room.say("alerts.channel_removed", {"name": name}))}

    def _added(self, request: gr.Request, name: str, *said: Any) -> dict[Any, Any]:
        room = self.view.room
        keys = ("url", "reader", "urgent", "digest", "hour", "time_zone")
        given = dict(zip(keys, said, strict=True))
        entry = {key: value.strip() if isinstance(value, str) else value for key, value in given.items()}
        made = add_channel(room.settings.home, (name or "").strip(), {k: v for k, v in entry.items() if v != ""})
        told = noted(room.say("alerts.channel_saved", {"name": made.name}))
        return {**self.opened(request), self.told: told, self.name: "", self.url: ""}


def channels_card(channels: Sequence[Channel], look: Look) -> Markup:
    """The channels; of an address only its kind is told, since the rest may hold secrets."""
    heading = tag("h3", look.say("alerts.channels"))
    if not channels:
        return join([heading, of_class("p", "tw-small", look.say("alerts.no_channels"))])
    head = [look.say(f"alerts.columns.{name}") for name in ("name", "address", "reader", "rhythm")]
    rows = [[one.name, f"{one.url.partition('://')[0]}://…", one.reader or "–", _rhythm(one, look)] for one in channels]
    return join([heading, table(head, rows, look.say("alerts.channels"))])


def _rhythm(one: Channel, look: Look) -> str:
    told: list[str] = []
    if one.urgent != "never":
        told.append(look.say("alerts.at_once", {"severity": look.say(f"alerts.severity_{one.urgent}")}))
    if one.digest != "never":
        values: dict[str, object] = {
            "rhythm": look.say(f"alerts.digest_{one.digest}"), "hour": one.hour, "zone": one.time_zone
        }  # fmt: skip
        told.append(look.say("alerts.digest_at", values))
    return ", ".join(told) or "–"


def parcels_card(found: Sequence[Parcel], look: Look) -> Markup:
    """The latest messages with what became of them."""
    heading = tag("h3", look.say("alerts.sent"))
    if not found:
        return join([heading, of_class("p", "tw-small", look.say("alerts.no_sent"))])
    head = [look.say(f"alerts.columns.{name}") for name in ("when", "channel", "what", "state")]
    rows = [[when(one.sent_at or one.due_at, look), one.channel, one.kind, _state(one, look)] for one in found]
    return join([heading, table(head, rows, look.say("alerts.sent"))])


def _state(one: Parcel, look: Look) -> str:
    told = look.say(f"alerts.parcel_{one.state}")
    return f"{told}: {one.error}" if one.error else told
