"""All pages in one frame; the first is the conversation, and beside it the rows and the SQL of the last answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click
import gradio as gr

from assistant.errors import SettingsError
from assistant.ui.look import Look, look_of
from assistant.ui.markup import join, of_class, tag
from assistant.ui.picture import color_css, warm_up
from assistant.ui.room import AT_ONCE, Room
from assistant.ui.screen import Screen, Verdict
from assistant.ui.session import Session
from assistant.ui.shell import header
from assistant.ui.theme import tellwise_theme
from assistant.ui.turns import LONGEST_QUESTION, MOST_CHOICES, Desk
from assistant.ui.views import VIEWS
from assistant.ui.wiring import wire

if TYPE_CHECKING:
    from assistant.accounts import Accounts
    from assistant.assistant import Assistant

STATIC = Path(__file__).parent / "static"
WAITING = 64
MOST_STARTERS = 6
AN_HOUR, A_DAY = 3600, 86_400


def pages(room: Room) -> gr.Blocks:
    """Every page of the room: the conversation at `/`, each view at a path of its own."""
    with gr.Blocks(
        title=room.say("title"), analytics_enabled=False, fill_width=True, delete_cache=(AN_HOUR, A_DAY)
    ) as demo:
        _framed(room, "ask", demo, _ask)
    for view in VIEWS:
        with demo.route(room.say(f"nav.{view.key}"), f"/{view.path}", show_in_navbar=False):
            _framed(room, view.key, demo, view.build)
    demo.queue(default_concurrency_limit=AT_ONCE, max_size=WAITING)
    return demo


def _framed(room: Room, key: str, demo: gr.Blocks, build: Callable[[Room, gr.Blocks], None]) -> None:
    header(room, key, demo)
    with gr.Column(elem_id="tw-main", elem_classes=f"tw-page-{key}"):
        build(room, demo)


def _ask(room: Room, demo: gr.Blocks) -> None:
    del demo  # its events are those of its parts
    assistant = room.assistants.first
    desk = Desk(assistant, room.look, room.threads, room.keeper)
    with gr.Row(elem_id="tw-body", equal_height=False):
        wire(_screen(assistant, room.look), desk)


@dataclass(frozen=True)
class Service:
    """Where the pages are served, and who may sign in (None: nobody has to)."""

    host: str
    port: int
    open_browser: bool = False
    accounts: Accounts | None = None


def serve(demo: gr.Blocks, service: Service) -> None:
    """Serve the pages until they are stopped; raises SettingsError when the address cannot be used."""
    Thread(target=warm_up, daemon=True).start()
    settings = launch_settings(service)
    try:
        _, address, _ = demo.launch(**settings, inbrowser=service.open_browser, prevent_thread_lock=True)
    except OSError as error:
        place = f"{service.host}:{service.port}"
        raise SettingsError(f"The page cannot be served on {place}: {error}. Choose another port.") from error
    click.echo(look_of("en").say("served", {"address": address}))
    demo.block_thread()


def launch_settings(service: Service) -> dict[str, Any]:
    """How the pages are served: on one address, with our looks, and without a word to anyone else."""
    accounts = service.accounts
    return {
        "server_name": service.host,
        "server_port": service.port,
        "auth": accounts.knows if accounts is not None else None,
        "share": False,
        "quiet": True,
        "ssr_mode": False,
        "show_error": True,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
        "theme": tellwise_theme(),
        "css": _styles(),
        "head": f"<style>{_static('charts.css')}</style><script>{_static('page.js')}</script>",
        "favicon_path": STATIC / "favicon.svg",
    }


def _styles() -> str:
    """The style of the frame, then that of each view."""
    own = sorted(path.name for path in STATIC.glob("*.css") if path.stem not in ("page", "charts"))
    return color_css() + "".join(_static(name) for name in ("page.css", *own))


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _screen(assistant: Assistant, look: Look) -> Screen:
    with gr.Column(scale=3, min_width=320, elem_id="tw-talk"):
        welcome, starters = _welcome(assistant.starters()[:MOST_STARTERS], look)
        chat = gr.Chatbot(
            label=look.say("chat.label"), show_label=False, elem_id="tw-chat", height="100%", render_markdown=False,
            buttons=[], feedback_options=None, latex_delimiters=[], layout="panel", visible=False, autoscroll=False,
        )  # fmt: skip
        with gr.Row(elem_id="tw-choices"):
            choices = tuple(gr.Button(visible=False, size="sm", elem_classes="tw-choice") for _ in range(MOST_CHOICES))
        verdict = _verdict(look)
        ask = gr.Textbox(
            label=look.say("chat.ask"), placeholder=look.say("chat.placeholder"), lines=1, max_lines=4, autofocus=True,
            submit_btn=True, container=False, elem_id="tw-ask", max_length=LONGEST_QUESTION * 2,
        )  # fmt: skip
    with gr.Column(scale=2, min_width=320, elem_id="tw-panel"), gr.Tabs():
        rows_title, rows, download = _table_tab(look)
        sql, run, outcome = _sql_tab(look)
    return Screen(
        chat=chat, welcome=welcome, starters=starters, choices=choices, ask=ask, sql=sql, run=run, sql_outcome=outcome,
        rows_title=rows_title, rows=rows, download=download, session=gr.State(Session()), shown=gr.State(None),
        verdict=verdict,
    )  # fmt: skip


def _verdict(look: Look) -> Verdict:
    """Under an answer: whether it is right, and what is wrong with it."""
    with gr.Row(elem_id="tw-verdict", visible=False) as row:
        right = gr.Button(look.say("verdict.right"), size="sm", elem_classes="tw-choice")
        wrong = gr.Button(look.say("verdict.wrong"), size="sm", elem_classes="tw-choice")
        reason = gr.Textbox(
            label=look.say("verdict.reason"), placeholder=look.say("verdict.why"), lines=1, max_lines=1, visible=False,
            container=False, submit_btn=True, elem_id="tw-reason", max_length=LONGEST_QUESTION,
        )  # fmt: skip
        noted = gr.HTML(visible=False, padding=False)
    return Verdict(row, right, wrong, reason, noted)


def _welcome(questions: tuple[str, ...], look: Look) -> tuple[gr.Column, tuple[gr.Button, ...]]:
    with gr.Column(elem_id="tw-welcome") as welcome:
        heading = tag("h2", look.say("chat.heading"))
        parts = [heading, tag("p", look.say("chat.intro")), of_class("p", "tw-small", look.say("chat.examples"))]
        gr.HTML(join(parts), padding=False)
        with gr.Row(elem_id="tw-starters"):
            buttons = tuple(gr.Button(question, size="sm", elem_classes="tw-choice") for question in questions)
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
