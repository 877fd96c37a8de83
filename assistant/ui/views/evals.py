"""The Evals view: run suites and watch, open what failed, compare runs, turn feedback into cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from assistant.eval_runs import EvalRunner, Suite, title_of
from assistant.ui.markup import of_class
from assistant.ui.room import Room
from assistant.ui.states import Stage, empty_card, stage
from assistant.ui.views import evals_cards as cards
from assistant.ui.views.customers_cards import noted, refused

TABS = ("start", "past", "compare", "feedback")
LOOK_SECONDS = 1.0


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "evals", page) as view:
        EvalDesk(view)


class EvalDesk:
    """The four tabs over one runner; a run belongs to the server, so that every tab of the browser can watch it."""

    def __init__(self, view: Stage):
        self.view, self.room = view, view.room
        self.runner = EvalRunner(view.room.settings)
        say = self.room.say
        self.one = gr.HTML(visible=False, padding=False)
        with gr.Tabs(elem_classes="tw-tabs") as self.tabs:
            with gr.Tab(say("evals.start"), id="start"):
                self._start_tab()
            with gr.Tab(say("evals.past"), id="past"):
                self.past = gr.HTML(padding=False)
            with gr.Tab(say("evals.compare"), id="compare"):
                self._compare_tab()
            with gr.Tab(say("evals.feedback"), id="feedback"):
                self._feedback_tab()
        opened = [
            self.one, self.tabs, self.suites, self.go, self.stop, self.watched, self.shown, self.clock, self.past,
            self.before, self.after, self.pair, self.lonely, self.compare, self.count,
        ]  # fmt: skip
        view.load(self._opened, opened)
        outputs = [self.shown, self.watched, self.clock, self.stop, self.go]
        view.on(self.go.click, self._started, [self.suites], outputs)
        view.on(self.stop.click, self._stopped, [self.watched], outputs)
        view.on(
            self.clock.tick,
            self._looked,
            [self.watched],
            [*outputs, self.past, self.before, self.after, self.pair, self.lonely],
        )

    def _start_tab(self) -> None:
        say = self.room.say
        gr.HTML(of_class("p", "tw-small", say("evals.intro")), padding=False)
        self.suites = gr.CheckboxGroup([], label=say("evals.suites"), elem_id="tw-suites")
        with gr.Row(elem_classes="tw-actions"):
            self.go = gr.Button(say("evals.go"), size="sm", variant="primary")
            self.stop = gr.Button(say("evals.stop"), size="sm", visible=False)
        self.watched = gr.State("")
        self.shown = gr.HTML(padding=False)
        self.clock = gr.Timer(LOOK_SECONDS, active=False)

    def _compare_tab(self) -> None:
        say = self.room.say
        lonely = empty_card(say("evals.compare_none"), say("evals.compare_none_text"))
        self.lonely = gr.HTML(lonely, padding=False, visible=False)
        with gr.Row(elem_classes="tw-forms") as self.pair:
            self.before = gr.Dropdown([], label=say("evals.before"), min_width=200)
            self.after = gr.Dropdown([], label=say("evals.after"), min_width=200)
            self.compare = gr.Button(say("evals.compare_go"), size="sm", min_width=120)
        self.compared = gr.HTML(padding=False)
        self.view.on(self.compare.click, self._compared, [self.before, self.after], [self.compared])

    def _feedback_tab(self) -> None:
        say = self.room.say
        gr.HTML(of_class("p", "tw-small", say("evals.feedback_intro")), padding=False)
        self.count = gr.HTML(padding=False)
        self.add = gr.Button(say("evals.feedback_go"), size="sm", elem_classes="tw-choice")
        self.added = gr.HTML(padding=False)
        self.view.on(self.add.click, self._added, [], [self.added, self.suites])

    # --- opening

    def _opened(self, request: gr.Request) -> dict[Any, Any]:
        say = self.room.say
        if not self.runner.is_installed:
            card = empty_card(say("evals.missing"), say("evals.missing_text"))
            return {self.one: gr.HTML(card, visible=True), self.tabs: gr.Tabs(visible=False)}
        asked = request.query_params.get("run", "")
        if asked:
            run = self.runner.run(asked)
            card = cards.run_card(run, self.runner.records(asked), self.runner.why_failed(asked), self.room.look)
            return {self.one: gr.HTML(card, visible=True), self.tabs: gr.Tabs(visible=False)}
        tab = request.query_params.get("tab", "")
        working = next((run.id for run in self.runner.runs() if run.progress.state == "running"), "")
        count = say("evals.feedback_count", {"count": self._verdicts(request)})
        return {
            self.tabs: gr.Tabs(selected=tab if tab in TABS else "start"),
            self.suites: gr.CheckboxGroup(self._choices(), value=[]),
            self.count: of_class("p", "tw-small", count),
            **self._lists(),
            **(self._watch(working) if working else {}),
        }

    def _verdicts(self, request: gr.Request) -> int:
        return len(self.room.store(request).feedback()) if self.room.keeper is not None else 0

    def _choices(self) -> list[tuple[str, str]]:
        return [(self._label(one), str(one.path)) for one in self.runner.suites()]

    def _label(self, suite: Suite) -> str:
        """The title on the first line, below it what the questions are about."""
        say = self.room.say
        title = say("evals.own", {"name": suite.title}) if suite.own else suite.title
        return "\n".join([say("evals.suite", {"title": title, "count": suite.questions}), suite.description])

    def _lists(self) -> dict[Any, Any]:
        runs, look = self.runner.runs(), self.room.look
        finished = [
            (f"{cards.when(run.id, look)} · {', '.join(map(title_of, run.suites))}", run.id)
            for run in runs
            if run.progress.state == "finished"
        ]
        can = len(finished) > 1
        first = finished[1][1] if can else None
        last = finished[0][1] if finished else None
        return {
            self.past: cards.runs_table(runs, look),
            self.pair: gr.Row(visible=can),
            self.lonely: gr.HTML(visible=not can),
            self.before: gr.Dropdown(finished, value=first),
            self.after: gr.Dropdown(finished, value=last),
        }

    # --- running

    def _started(self, request: gr.Request, suites: list[str] | None) -> dict[Any, Any]:
        del request
        return self._watch(self.runner.start([Path(one) for one in suites or []]))

    def _stopped(self, request: gr.Request, name: str) -> dict[Any, Any]:
        del request
        self.runner.stop(name)
        return {**self._watch(name), self.shown: noted(self.room.say("evals.stopped"))}

    def _looked(self, request: gr.Request, name: str) -> dict[Any, Any]:
        del request
        if not name:
            return {}
        working = self.runner.run(name).progress.state == "running"
        return self._watch(name) if working else {**self._watch(name), **self._lists()}

    def _watch(self, name: str) -> dict[Any, Any]:
        run = self.runner.run(name)
        working = run.progress.state == "running"
        return {
            self.shown: cards.progress_card(run, self.runner.why_failed(name), self.room.look),
            self.watched: name,
            self.clock: gr.Timer(active=working),
            self.stop: gr.Button(visible=working),
            self.go: gr.Button(interactive=not working),
        }

    # --- comparing and learning

    def _compared(self, request: gr.Request, before: str | None, after: str | None) -> Any:
        del request
        if not before or not after or before == after:
            return refused(self.room.say("evals.compare_need"))
        return cards.comparison_card(self.runner.compare(before, after), self.room.look)

    def _added(self, request: gr.Request) -> list[Any]:
        del request
        lines = self.runner.add_feedback().splitlines()
        told = of_class("div", "tw-stack", noted(" ".join(lines)))
        return [told, gr.CheckboxGroup(self._choices())]
