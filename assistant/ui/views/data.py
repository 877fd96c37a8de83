"""The Data view: load files, mend what was put aside, see how good and how fresh the data is, decide who is who."""

from __future__ import annotations

from typing import Any

import gradio as gr

from assistant.customers import CustomerReader
from assistant.data_desk import present_tables
from assistant.ui.room import Room
from assistant.ui.states import Stage, stage
from assistant.ui.views import data_cards as cards
from assistant.ui.views.data_aside import AsideDesk
from assistant.ui.views.data_identity import ReviewDesk
from assistant.ui.views.data_load import LoadDesk
from warehouse import live_path, quality_checks, table_lineage

TABS = ("load", "aside", "health", "sources", "identity")


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    say = room.say
    with stage(room, "data", page) as view, gr.Tabs(elem_classes="tw-tabs") as tabs:
        with gr.Tab(say("data.load"), id="load") as first:
            load = LoadDesk(view)
        with gr.Tab(say("data.aside"), id="aside"):
            aside = AsideDesk(view)
        with gr.Tab(say("data.health"), id="health"):
            health = gr.HTML(padding=False)
        with gr.Tab(say("data.sources"), id="sources"):
            lineage, origins = _lineage(view)
        with gr.Tab(say("data.identity"), id="identity"):
            review = ReviewDesk(view)

    def fill(request: gr.Request) -> dict[Any, Any]:
        loads, asked = room.may(request, "data.load"), request.query_params.get("tab", "")
        chosen = asked if asked in TABS else ("load" if loads else "health")
        names = _tables(room, request)
        table = "orders" if "orders" in names else names[0] if names else None
        return {
            first: gr.Tab(visible=loads),
            tabs: gr.Tabs(selected=chosen),
            health: _health(room, request),
            lineage: gr.Dropdown(names, value=table),
            origins: _origins(room, request, table),
            **aside.opened(request),
            **review.opened(request),
            **load.opened(request),
        }

    view.load(fill, [first, tabs, health, lineage, origins, *aside.parts, *review.parts, *load.parts])


def _health(room: Room, request: gr.Request) -> str:
    assistant = room.assistant(request)
    reader = CustomerReader.of(assistant)
    fresh = sorted(assistant.state.freshness.values(), key=lambda one: one.table)
    checks = [
        one
        for one in quality_checks(live_path(room.settings.warehouse))
        if not one.subject.startswith("core.") or reader.columns(one.subject.removeprefix("core."))
    ]
    return cards.health_card(fresh, checks, room.look)


def _tables(room: Room, request: gr.Request) -> list[str]:
    reader = CustomerReader.of(room.assistant(request))
    return [name for name in present_tables(room.settings) if reader.columns(name)]


def _origins(room: Room, request: gr.Request, name: str | None) -> str:
    if not name or name not in _tables(room, request):
        return ""
    return cards.lineage_card(table_lineage(live_path(room.settings.warehouse), name), room.look)


def _lineage(view: Stage) -> tuple[gr.Dropdown, gr.HTML]:
    room = view.room
    asked = gr.Dropdown([], label=room.say("data.lineage_table"), filterable=True)
    shown = gr.HTML(padding=False)
    view.on(asked.input, lambda request, name: _origins(room, request, name), [asked], [shown])
    return asked, shown
