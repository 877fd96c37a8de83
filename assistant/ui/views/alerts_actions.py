"""What a person does about an incident: see to it, put it off, mute, judge, hand on, comment, close it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import gradio as gr

from assistant.formatting import Style
from assistant.monitor import feedback
from assistant.monitor.incidents import acknowledge, assign, close, comment, snooze
from assistant.monitor.records import Incident, Verdict
from assistant.store import Store
from assistant.ui.look import Look
from assistant.ui.markup import tag
from assistant.ui.states import Stage
from assistant.ui.views.customers_cards import noted, refused
from semantic_layer import SemanticLayer

SNOOZES = ("recovery", "day", "week", "month")
_DAYS = {"day": 1, "week": 7, "month": 30}
LONGEST = 2_000
Again = Callable[[gr.Request, str], dict[Any, Any]]


def style_of_metric(layer: SemanticLayer, name: str, look: Look) -> Style:
    """How a metric's numbers are written."""
    metric = layer.metrics.get(name)
    if metric is None:
        return Style(locale=look.locale)
    return Style(metric.format or "decimal", metric.unit, metric.decimals, look.locale)


class ActionDesk:
    """The buttons under an incident; only for those who may."""

    def __init__(self, view: Stage, again: Again):
        self.view, self.again, say = view, again, view.room.say
        self.incident = gr.State("")
        self.told = gr.HTML(padding=False)
        with gr.Column(visible=False, elem_classes="tw-desk") as self.form:
            with gr.Row(elem_classes="tw-actions"):
                self.seen = gr.Button(say("alerts.acknowledge"), size="sm", variant="primary")
                self.over = gr.Button(say("alerts.close"), size="sm", elem_classes="tw-choice")
                self.mute = gr.Button(say("alerts.mute"), size="sm", elem_classes="tw-choice")
            gr.HTML(tag("h4", say("alerts.verdicts")), padding=False)
            with gr.Row(elem_classes="tw-actions"):
                self.verdicts = {
                    "useful": gr.Button(say("alerts.useful"), size="sm", elem_classes="tw-choice"),
                    "expected": gr.Button(say("alerts.expected_verdict"), size="sm", elem_classes="tw-choice"),
                    "wrong": gr.Button(say("alerts.wrong"), size="sm", elem_classes="tw-choice"),
                }
            with gr.Row(elem_classes="tw-forms"):
                choices = [(say(f"alerts.snooze_{name}"), name) for name in SNOOZES]
                self.until = gr.Dropdown(choices, value="recovery", label=say("alerts.snooze_until"), min_width=180)
                self.later = gr.Button(say("alerts.snooze"), size="sm", min_width=120)
                self.owner = gr.Textbox(label=say("alerts.assign"), max_lines=1, max_length=200, min_width=180)
                self.give = gr.Button(say("alerts.assign_go"), size="sm", min_width=120)
            with gr.Row(elem_classes="tw-forms"):
                self.words = gr.Textbox(label=say("alerts.comment"), max_lines=4, max_length=LONGEST, min_width=260)
                self.say = gr.Button(say("alerts.comment_go"), size="sm", min_width=120)

    @property
    def parts(self) -> list[Any]:
        """Everything that opening an incident changes."""
        return [self.incident, self.form, self.seen, self.over]

    def opened(self, request: gr.Request, found: Incident) -> dict[Any, Any]:
        """The buttons that make sense for an incident as it stands."""
        edits = self.view.room.may(request, "alerts.edit")
        return {
            self.incident: found.id,
            self.form: gr.Column(visible=edits),
            self.seen: gr.Button(visible=found.is_live and found.state != "acknowledged"),
            self.over: gr.Button(visible=found.is_live),
        }

    def wire(self, shown: Sequence[Any]) -> None:
        """Connect the buttons; `shown` is what shows the incident, and changes with it."""
        outputs = [*shown, self.told, *self.parts, self.words, self.owner]
        for button, verb in ((self.seen, acknowledge), (self.over, close)):
            self._on(button, self._plain(verb), [], outputs)
        for verdict, button in self.verdicts.items():
            self._on(button, self._judged(verdict), [self.words], outputs)
        self._on(self.mute, self._muted, [], outputs)
        self._on(self.later, self._snoozed, [self.until], outputs)
        self._on(self.give, self._assigned, [self.owner], outputs)
        self._on(self.say, self._commented, [self.words], outputs)

    def _on(self, button: gr.Button, handler: Any, inputs: list[Any], outputs: list[Any]) -> None:
        self.view.on(button.click, handler, [self.incident, *inputs], outputs, "alerts.edit")

    def _store(self, request: gr.Request) -> Store:
        return self.view.room.store(request)

    def _after(self, request: gr.Request, found: Incident, key: str) -> dict[Any, Any]:
        shown = {**self.again(request, found.id), **self.opened(request, found)}
        return {**shown, self.told: noted(self.view.room.say(key)), self.words: "", self.owner: ""}

    def _plain(self, verb: Callable[[Store, str], Incident]) -> Any:
        def act(request: gr.Request, incident_id: str) -> dict[Any, Any]:
            self.again(request, incident_id)  # nobody acts on what they may not know of
            return self._after(request, verb(self._store(request), incident_id), "alerts.done")

        return act

    def _judged(self, verdict: str) -> Any:
        def judge(request: gr.Request, incident_id: str, words: str) -> dict[Any, Any]:
            self.again(request, incident_id)
            told: Verdict = "useful" if verdict == "useful" else "expected" if verdict == "expected" else "wrong"
            found = feedback.give(self._store(request), incident_id, told, (words or "").strip())
            return self._after(request, found, "alerts.learned")

        return judge

    def _muted(self, request: gr.Request, incident_id: str) -> dict[Any, Any]:
        self.again(request, incident_id)
        store = self._store(request)
        found = close(store, incident_id)
        feedback.mute(store, found.found.metric, found.found.where, text=found.found.title)
        return self._after(request, found, "alerts.unmute_hint")

    def _snoozed(self, request: gr.Request, incident_id: str, until: str) -> dict[Any, Any]:
        self.again(request, incident_id)
        end = _end(until, self.view.room.assistant(request).as_of)
        return self._after(request, snooze(self._store(request), incident_id, end), "alerts.done")

    def _assigned(self, request: gr.Request, incident_id: str, owner: str) -> dict[Any, Any]:
        self.again(request, incident_id)
        if not (owner or "").strip():
            return {self.told: refused(self.view.room.say("alerts.nothing_said"))}
        return self._after(request, assign(self._store(request), incident_id, owner.strip()), "alerts.done")

    def _commented(self, request: gr.Request, incident_id: str, words: str) -> dict[Any, Any]:
        self.again(request, incident_id)
        if not (words or "").strip():
            return {self.told: refused(self.view.room.say("alerts.nothing_said"))}
        return self._after(request, comment(self._store(request), incident_id, words.strip()), "alerts.done")


def _end(until: str, today: date) -> date | None:
    """The day of the data until which nothing is told; None: until it is back to normal."""
    return today + timedelta(days=_DAYS[until]) if until in _DAYS else None
