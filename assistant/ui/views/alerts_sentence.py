"""A monitor made by a sentence: how it was read, what it would have told of in the last year, and then it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from assistant.formatting import day
from assistant.monitor.backtest import Backtest, backtest
from assistant.monitor.monitors import Monitor, add_monitor
from assistant.monitor.sentences import monitor_of
from assistant.monitor.watching import Watch
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.states import Stage
from assistant.ui.views.alerts_actions import style_of_metric
from assistant.ui.views.alerts_monitors import told_when
from assistant.ui.views.alerts_pictures import legend, track_figure
from assistant.ui.views.customers_cards import noted, refused
from semantic_layer import SemanticLayer

LONGEST, MOST_FIRED, MOST_TRACKS = 400, 12, 4
Again = Callable[[gr.Request], dict[Any, Any]]


class SentenceDesk:
    """The sentence, the trial on the past, and the button that keeps it; only for those who may."""

    def __init__(self, view: Stage, again: Again):
        self.view, self.again, say = view, again, view.room.say
        self.monitor = gr.State(None)
        with gr.Column(visible=False) as self.form:
            gr.HTML(tag("h3", say("alerts.new_monitor")), padding=False)
            with gr.Row(elem_classes="tw-forms"):
                self.sentence = gr.Textbox(
                    label=say("alerts.sentence"), placeholder=say("alerts.sentence_hint"), max_lines=2,
                    max_length=LONGEST, min_width=280, elem_id="tw-monitor-sentence",
                )  # fmt: skip
                self.attempt = gr.Button(say("alerts.try"), size="sm", min_width=160)
            self.told = gr.HTML(padding=False)
            self.add = gr.Button(say("alerts.add"), variant="primary", size="sm", visible=False, elem_classes="tw-go")

    def wire(self, shown: list[Any]) -> None:
        """Connect the buttons; `shown` is what lists the monitors, and changes when one is added."""
        on, outputs = self.view.on, [self.told, self.monitor, self.add]
        for event in (self.attempt.click, self.sentence.submit):
            on(event, self._tried, [self.sentence], outputs, "alerts.edit")
        on(self.add.click, self._added, [self.monitor], [*outputs, self.sentence, *shown], "alerts.edit")

    @property
    def parts(self) -> list[Any]:
        """Everything that opening the page changes."""
        return [self.form]

    def opened(self, request: gr.Request) -> dict[Any, Any]:
        """The form, for those who may make monitors."""
        return {self.form: gr.Column(visible=self.view.room.may(request, "alerts.edit"))}

    def _tried(self, request: gr.Request, sentence: str) -> Iterator[dict[Any, Any]]:
        room = self.view.room
        hidden: dict[Any, Any] = {self.monitor: None, self.add: gr.Button(visible=False)}
        if not (sentence or "").strip():
            yield {**hidden, self.told: refused(room.say("alerts.nothing_said"))}
            return
        assistant = room.assistant(request)
        found = monitor_of(sentence.strip(), assistant.understanding, assistant.layer)
        if not isinstance(found, Monitor):
            yield {**hidden, self.told: refused(found.sentence)}
            return
        yield {**hidden, self.told: noted(room.say("alerts.trying"))}
        tried = backtest(Watch.of(assistant), found)
        card = trial_card(tried, assistant.layer, room.look)
        yield {self.told: card, self.monitor: found, self.add: gr.Button(visible=True)}

    def _added(self, request: gr.Request, found: Monitor | None) -> dict[Any, Any]:
        room = self.view.room
        if found is None:
            return {}
        add_monitor(room.settings.home, room.assistant(request).layer, found)
        told = noted(room.say("alerts.added", {"name": found.name}))
        cleared = {self.monitor: None, self.add: gr.Button(visible=False), self.sentence: ""}
        return {self.told: told, **cleared, **self.again(request)}


def trial_card(tried: Backtest, layer: SemanticLayer, look: Look) -> Markup:
    """How a monitor was read, what it would have told of, and the course of its number with those days marked."""
    monitor = tried.monitor
    style = style_of_metric(layer, monitor.metric, look)
    metric = {"metric": layer.metrics[monitor.metric].title, "grain": look.say(f"alerts.grain_{monitor.grain}")}
    chips = [look.say("alerts.read_as", metric), *told_when(monitor, layer, look)]
    where = ", ".join(str(value) for one in monitor.filters for value in one.values)
    chips += [look.say("alerts.read_where", {"where": where})] if where else []
    parts: list[object] = [
        tag("ul", join(of_class("li", "tw-chip", one) for one in chips), {"class": "tw-chips"}),
        of_class("p", "tw-score", tried.sentence),
    ]
    marked = tuple(one.last for one in tried.fired)
    for name, track in tried.tracks[:MOST_TRACKS]:
        parts.append(track_figure(track, name or monitor.name, (marked, legend(track, look)), style, look))
    fired = [tag("li", f"{day(one.last, look.locale)}: {one.title or one.sentence}") for one in tried.fired]
    parts.append(tag("ul", join(fired[-MOST_FIRED:]), {"class": "tw-log"}) if fired else "")
    return of_class("section", "tw-incident", join(parts))
