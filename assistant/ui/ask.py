"""The Ask view: past conversations, the conversation, and beside it the rows and the SQL of the last answer."""

from __future__ import annotations

import gradio as gr

from assistant.ui.bar import bar
from assistant.ui.look import Look, look_of
from assistant.ui.markup import join, of_class, tag
from assistant.ui.room import Room
from assistant.ui.screen import Backstage, Screen, Verdict
from assistant.ui.session import Session
from assistant.ui.states import guarded
from assistant.ui.turns import LONGEST_QUESTION, MOST_CHOICES, MOST_STARTERS
from assistant.ui.wiring import wire


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route; who may not ask is told so in its place."""
    status = gr.HTML(visible=False, padding=False, elem_classes="tw-status")
    with gr.Row(elem_id="tw-body", equal_height=False):
        wire(_screen(room.look, look_of(room.settings.language).say("chat.example")), room, page)
    gate = guarded(room, "ask", lambda _: None, status)
    page.load(gate, None, [status], api_visibility="private", show_progress="hidden")


def _screen(look: Look, example: str) -> Screen:
    talks = _talks(look)
    with gr.Column(scale=3, min_width=320, elem_id="tw-talk"):
        gr.HTML(bar(look), padding=False, elem_id="tw-bar")
        welcome, starters = _welcome(look)
        chat = gr.Chatbot(
            label=look.say("chat.label"), show_label=False, elem_id="tw-chat", height="100%", render_markdown=False,
            buttons=[], feedback_options=None, latex_delimiters=[], layout="panel", visible=False, autoscroll=False,
        )  # fmt: skip
        with gr.Row(elem_id="tw-choices"):
            choices = tuple(gr.Button(visible=False, size="sm", elem_classes="tw-choice") for _ in range(MOST_CHOICES))
        verdict = _verdict(look)
        hint = look.say("chat.placeholder", {"example": example})
        ask = gr.Textbox(
            label=look.say("chat.ask"), placeholder=hint, lines=1, max_lines=4, autofocus=True,
            submit_btn=True, container=False, elem_id="tw-ask", max_length=LONGEST_QUESTION * 2,
        )  # fmt: skip
    with gr.Column(scale=2, min_width=320, elem_id="tw-panel"), gr.Tabs():
        rows_title, rows, download = _table_tab(look)
        sql, run, outcome = _sql_tab(look)
    return Screen(
        chat=chat, welcome=welcome, starters=starters, choices=choices, ask=ask, sql=sql, run=run, sql_outcome=outcome,
        rows_title=rows_title, rows=rows, download=download, session=gr.State(Session()), shown=gr.State(None),
        verdict=verdict, talks=talks, menu=gr.HTML(elem_id="tw-popover", padding=False), backstage=_backstage(),
    )  # fmt: skip


def _backstage() -> Backstage:
    with gr.Column(elem_id="tw-backstage"):
        act = gr.Textbox(elem_id="tw-act", container=False, show_label=False)
        file = gr.DownloadButton(elem_id="tw-file")
        words = gr.HTML(padding=False)
    return Backstage(act, file, words)


def _talks(look: Look) -> gr.HTML:
    """Past conversations, to be found by what was asked in them."""
    with gr.Column(scale=0, min_width=0, elem_id="tw-talks"):
        hint = look.say("talk.search")
        search = {"type": "search", "id": "tw-find", "placeholder": hint, "aria-label": hint}
        gr.HTML(join([tag("h2", look.say("talk.heading")), tag("input", "", search)]), padding=False)
        return gr.HTML(padding=False, elem_id="tw-talk-items")


def _verdict(look: Look) -> Verdict:
    """Under an answer: whether it is right, and what is wrong with it."""
    with gr.Row(elem_id="tw-verdict", visible=False) as row:
        right = gr.Button(look.say("verdict.right"), size="sm", elem_classes="tw-choice")
        wrong = gr.Button(look.say("verdict.wrong"), size="sm", elem_classes="tw-choice")
        reason = gr.Textbox(
            label=look.say("verdict.reason"), placeholder=look.say("verdict.why"), lines=1, max_lines=1, visible=False,
            container=False, submit_btn=True, elem_id="tw-reason", max_length=LONGEST_QUESTION,
        )  # fmt: skip
        correction = gr.Textbox(
            label=look.say("verdict.correction"), lines=3, max_lines=12, visible=False, elem_id="tw-correction",
        )  # fmt: skip
        send = gr.Button(look.say("verdict.send"), size="sm", visible=False, elem_classes="tw-choice")
        noted = gr.HTML(visible=False, padding=False)
    return Verdict(row, right, wrong, reason, correction, send, noted)


def _welcome(look: Look) -> tuple[gr.Column, tuple[gr.Button, ...]]:
    with gr.Column(elem_id="tw-welcome") as welcome:
        heading = tag("h2", look.say("chat.heading"))
        parts = [heading, tag("p", look.say("chat.intro")), of_class("p", "tw-small", look.say("chat.examples"))]
        gr.HTML(join(parts), padding=False)
        with gr.Row(elem_id="tw-starters"):
            buttons = tuple(gr.Button(visible=False, size="sm", elem_classes="tw-choice") for _ in range(MOST_STARTERS))
    return welcome, buttons


def _table_tab(look: Look) -> tuple[gr.HTML, gr.Dataframe, gr.DownloadButton]:
    with gr.Tab(look.say("panel.table")):
        title = gr.HTML(of_class("p", "tw-small", look.say("panel.empty_table")), padding=False)
        rows = gr.Dataframe(
            show_label=False, label=look.say("panel.table"), interactive=False, visible=False, max_height=560,
            buttons=["fullscreen", "copy"], show_search="filter", elem_id="tw-grid",
        )  # fmt: skip
        download = gr.DownloadButton(look.say("panel.download"), size="sm", visible=False, elem_id="tw-download")
    return title, rows, download


def _sql_tab(look: Look) -> tuple[gr.Code, gr.Button, gr.HTML]:
    with gr.Tab(look.say("panel.sql")):
        gr.HTML(of_class("p", "tw-small", look.say("panel.empty_sql")), padding=False)
        sql = gr.Code(
            language="sql", label=look.say("panel.editor"), interactive=True, lines=8, max_lines=24, elem_id="tw-editor"
        )
        run = gr.Button(look.say("panel.run"), variant="primary", size="sm", elem_id="tw-run")
        outcome = gr.HTML(elem_id="tw-sql-outcome", padding=False)
    return sql, run, outcome
