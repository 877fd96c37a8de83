"""All pages in one frame; the first is the conversation, and beside it the rows and the SQL of the last answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import click
import gradio as gr
from starlette.middleware import Middleware

from assistant.errors import SettingsError
from assistant.ui import ask
from assistant.ui.look import look_of
from assistant.ui.picture import color_css, warm_up
from assistant.ui.room import AT_ONCE, Room
from assistant.ui.service import Service
from assistant.ui.shell import header
from assistant.ui.sign_in import SignIn
from assistant.ui.theme import tellwise_theme
from assistant.ui.views import VIEWS

STATIC = Path(__file__).parent / "static"
WAITING = 64
MOST_COLUMNS = 24
APART = ("page", "charts", "door")
"""Styles that are not simply one of a view's."""
AN_HOUR, A_DAY = 3600, 86_400


def pages(room: Room) -> gr.Blocks:
    """Every page of the room: the conversation at `/`, each view at a path of its own."""
    with gr.Blocks(
        title=room.say("title"), analytics_enabled=False, fill_width=True, delete_cache=(AN_HOUR, A_DAY)
    ) as demo:
        _framed(room, "ask", demo, ask.build)
    for view in VIEWS:
        with demo.route(room.say(f"nav.{view.key}"), f"/{view.path}", show_in_navbar=False):
            _framed(room, view.key, demo, view.build)
    demo.queue(default_concurrency_limit=AT_ONCE, max_size=WAITING)
    return demo


def _framed(room: Room, key: str, demo: gr.Blocks, build: Callable[[Room, gr.Blocks], None]) -> None:
    header(room, key, demo)
    with gr.Column(elem_id="tw-main", elem_classes=f"tw-page-{key}"):
        build(room, demo)


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
    try:
        demo.block_thread()
    finally:
        demo.close(verbose=False)


def launch_settings(service: Service) -> dict[str, Any]:
    """How the pages are served: on one address, with our looks, and without a word to anyone else."""
    accounts = service.accounts
    return {
        "server_name": service.host,
        "server_port": service.port,
        "auth": accounts.knows if accounts is not None else None,
        "app_kwargs": {"middleware": [_sign_in(service)]} if accounts is not None else {},
        "share": False,
        "quiet": True,
        "ssr_mode": False,
        "show_error": True,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
        "theme": tellwise_theme(),
        "css": _styles(),
        "head": f"<style>{_static('charts.css')}</style><script>{_static('page.js')}{_static('ask.js')}</script>",
        "favicon_path": STATIC / "favicon.svg",
    }


def _sign_in(service: Service) -> Middleware:
    """The layer that asks for a name and a password at every page of ours."""
    paths = frozenset({"/", *(f"/{view.path}" for view in VIEWS)})
    return Middleware(SignIn, look=look_of(service.locale), paths=paths)


def _styles() -> str:
    """The style of the frame, then that of each view."""
    own = sorted(path.name for path in STATIC.glob("*.css") if path.stem not in APART)
    return color_css() + "".join(_static(name) for name in ("page.css", *own)) + _number_columns()


def _number_columns() -> str:
    """Numbers of the grid to the right: its cells know no kinds, the line above it names their columns."""
    return "".join(
        f"#tw-panel:has(.tw-number-{place}) #tw-grid :is([data-col='{place}'], [data-heading='{place}'])"
        " :is(.cell-wrap, .header-content) { justify-content: flex-end; text-align: right }"
        for place in range(MOST_COLUMNS)
    )


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
