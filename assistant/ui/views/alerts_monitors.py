"""What is watched, and what people taught the monitor; both can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.formatting import day, number
from assistant.monitor import feedback
from assistant.monitor.monitors import Monitor, read_watchlist, remove_monitor
from assistant.monitor.records import Adjustment
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import Stage, empty_card
from assistant.ui.views.alerts_actions import style_of_metric
from assistant.ui.views.customers_cards import noted
from assistant.ui.views.data_cards import table
from semantic_layer import SemanticLayer


class MonitorDesk:
    """The list of monitors, those of one's own to be removed, and the steps that people's verdicts took."""

    def __init__(self, view: Stage):
        self.view, say = view, view.room.say
        self.told = gr.HTML(padding=False)
        self.listed = gr.HTML(padding=False)
        with gr.Row(visible=False, elem_classes="tw-forms") as self.own:
            self.which = gr.Dropdown([], label=say("alerts.remove_which"), min_width=240)
            self.remove = gr.Button(say("alerts.remove"), size="sm", min_width=120)
        self.learned = gr.HTML(padding=False)
        with gr.Row(visible=False, elem_classes="tw-forms") as self.taught:
            self.step = gr.Dropdown([], label=say("alerts.undo_which"), min_width=240)
            self.undo = gr.Button(say("alerts.undo"), size="sm", min_width=120)
        outputs = [*self.parts, self.told]
        view.on(self.remove.click, self._removed, [self.which], outputs, "alerts.edit")
        view.on(self.undo.click, self._undone, [self.step], outputs, "alerts.edit")

    @property
    def parts(self) -> list[Any]:
        """Everything that opening the page changes."""
        return [self.listed, self.own, self.which, self.learned, self.taught, self.step]

    def opened(self, request: gr.Request) -> dict[Any, Any]:
        """The monitors and steps as they are now."""
        room = self.view.room
        layer, look = room.assistant(request).layer, room.look
        monitors = [one for one in read_watchlist(room.settings.home, layer).monitors if one.metric in layer.metrics]
        own = [one.name for one in monitors if not one.shipped]
        steps = [one for one in feedback.adjustments(room.store(request)) if one.metric in layer.metrics]
        edits = room.may(request, "alerts.edit")
        return {
            self.listed: monitors_card(monitors, layer, look),
            self.own: gr.Row(visible=edits and bool(own)),
            self.which: gr.Dropdown(own, value=None),
            self.learned: steps_card(steps, layer, look),
            self.taught: gr.Row(visible=edits and bool(steps)),
            self.step: gr.Dropdown([(step_words(one, layer, look), one.id) for one in steps], value=None),
        }

    def _removed(self, request: gr.Request, name: str | None) -> dict[Any, Any]:
        room = self.view.room
        remove_monitor(room.settings.home, name or "")
        return {**self.opened(request), self.told: noted(room.say("alerts.removed", {"name": name}))}

    def _undone(self, request: gr.Request, step: str | None) -> dict[Any, Any]:
        room = self.view.room
        feedback.undo(room.store(request), step or "")
        return {**self.opened(request), self.told: noted(room.say("alerts.undone"))}


def monitors_card(monitors: Sequence[Monitor], layer: SemanticLayer, look: Look) -> Markup:
    """The monitors: those of one's own first, then those that every workspace has."""
    if not monitors:
        return empty_card(look.say("alerts.no_monitors"), look.say("alerts.no_monitors_text"))
    parts: list[Markup] = []
    for key, shipped in (("own", False), ("shipped", True)):
        rows = [_row(one, layer, look) for one in monitors if one.shipped is shipped]
        if rows:
            title = look.say(f"alerts.{key}")
            head = [look.say(f"alerts.columns.{name}") for name in ("name", "grain", "told", "owner", "channel")]
            parts += [tag("h3", title), table(head, rows, title)]
    return join(parts)


def _row(one: Monitor, layer: SemanticLayer, look: Look) -> list[object]:
    name = join([tag("strong", one.name), " ", of_class("span", "tw-small", one.sentence)])
    told = ", ".join(told_when(one, layer, look))
    return [name, look.say(f"alerts.grain_{one.grain}"), told, one.owner or "–", one.channel or "–"]


def told_when(one: Monitor, layer: SemanticLayer, look: Look) -> list[str]:
    """When a monitor speaks: at its limits, or when its metric is off."""
    style = style_of_metric(layer, one.metric, look)
    told = [
        look.say(f"alerts.read_{key}", {"limit": number(limit, style)})
        for key, limit in (("below", one.below), ("above", one.above))
        if limit is not None
    ]
    if one.goal is not None:
        key = "above" if layer.metrics[one.metric].good_direction == "down" else "below"
        told.append(look.say(f"alerts.read_{key}", {"limit": number(one.goal, style)}))
    return told or [look.say(f"alerts.read_{one.direction}")]


def steps_card(steps: Sequence[Adjustment], layer: SemanticLayer, look: Look) -> Markup:
    """What people's verdicts changed, with who and why."""
    if not steps:
        return join([])
    items: list[Markup] = []
    for one in steps:
        small = " · ".join(part for part in (day(one.at.date(), look.locale), one.by, one.reason) if part)
        items.append(tag("li", join([step_words(one, layer, look), " ", of_class("span", "tw-small", small)])))
    return join([tag("h3", look.say("alerts.adjusted")), tag("ul", join(items), {"class": "tw-log"})])


def step_words(one: Adjustment, layer: SemanticLayer, look: Look) -> str:
    """One step in words."""
    where = ", ".join(one.where.values())
    values: dict[str, object] = {
        "metric": layer.metrics[one.metric].title, "where": f" ({where})" if where else "",
        "first": day(one.first, look.locale) if one.first else "–",
        "last": day(one.last, look.locale) if one.last else "–",
    }  # fmt: skip
    return look.say(f"alerts.adjust_{one.what}", values)
