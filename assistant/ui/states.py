"""The states that every view has beside its content: loading, empty, an error, no right to see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isgeneratorfunction
from typing import Any
from uuid import uuid4

import gradio as gr

from assistant.errors import AssistantError
from assistant.people import RIGHTS, ROLES, Right, may
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.room import Room
from semantic_layer import SemanticLayerError
from warehouse import WarehouseError

KNOWN = (AssistantError, SemanticLayerError, WarehouseError)
_log = logging.getLogger(__name__)
Handler = Callable[..., Any]


# --- markup


def loading_card(look: Look) -> Markup:
    """Three grey lines where the content will be; announced to those who cannot see them."""
    lines = [of_class("span", "tw-bone", "") for _ in range(3)]
    said = of_class("span", "tw-hidden", look.say("states.loading"))
    return tag("div", join([said, *lines]), {"class": "tw-state tw-loading", "role": "status"})


def empty_card(title: str, text: str, action: Markup | None = None) -> Markup:
    """Nothing here yet, what would be here, and how to get it."""
    parts = [tag("h2", title), tag("p", text), action or ""]
    return tag("section", join(parts), {"class": "tw-state tw-empty"})


def error_card(sentence: str, look: Look) -> Markup:
    """What went wrong, in plain words."""
    parts = [tag("h2", look.say("states.error")), tag("p", sentence)]
    return tag("section", join(parts), {"class": "tw-state tw-error", "role": "alert"})


def forbidden_card(room: Room, right: Right, roles: Sequence[str]) -> Markup:
    """That this needs another role, which, and the way back."""
    have = ", ".join(role for role in ROLES if role in roles) or "–"
    need = ", ".join(role for role in ROLES if role in RIGHTS[right])
    parts = [
        tag("h2", room.say("states.forbidden")),
        tag("p", room.say("states.forbidden_why", {"role": have, "needed": need})),
        link(room.say("states.forbidden_home"), "./"),
    ]
    return tag("section", join(parts), {"class": "tw-state tw-forbidden", "role": "alert"})


def link(label: str, href: str) -> Markup:
    """A link that looks like a button; `href` is relative to the page: `./`, `boards`, `./?ask=...`."""
    return tag("a", label, {"class": "tw-link", "href": href})


# --- errors become cards


def explained(error: Exception, look: Look) -> Markup:
    """An error as a card; one that nobody foresaw goes to the log under a reference."""
    if isinstance(error, KNOWN):
        return error_card(str(error), look)
    reference = uuid4().hex[:8]
    _log.error("page failed, reference %s", reference, exc_info=error)
    return error_card(look.say("states.failed", {"reference": reference}), look)


def guarded(room: Room, right: Right, handler: Handler, status: gr.HTML) -> Handler:
    """A listener around `handler(request, *inputs)`, for events whose outputs are `[status, *outputs]`.

    The handler returns what its outputs become: nothing, one update, a list, or a dict by component; or yields them.
    Those without the right get the no-permission card, an error becomes a card, and all else stays as it is.

    Gradio sends what a generator yielded last a second time when it ends, over whatever was typed in between. So the
    listener is a generator only where the handler is one, and such a handler gives a field its value before its last
    update.
    """

    def told(request: gr.Request, *inputs: Any) -> Iterator[Any]:
        try:
            viewer = room.viewer(request)
            if not may(viewer, right):
                yield {status: gr.HTML(forbidden_card(room, right, sorted(viewer.roles)), visible=True)}
                return
            made = handler(request, *inputs)
            silent = True
            for updates in made if isgeneratorfunction(handler) else (made,):
                silent = False
                yield _cleared(status, updates)
            if silent:  # Gradio empties all outputs of a listener that yields nothing
                yield _cleared(status, None)
        except Exception as error:  # noqa: BLE001  # the outermost frame: the page must say something and go on
            yield {status: gr.HTML(explained(error, room.look), visible=True)}

    if isgeneratorfunction(handler):
        return told

    def listen(request: gr.Request, *inputs: Any) -> Any:
        return next(told(request, *inputs))

    return listen


def _cleared(status: gr.HTML, updates: Any) -> Any:
    """The updates, and the status line empty."""
    clear = gr.HTML("", visible=False)
    if isinstance(updates, dict):
        return {status: clear, **updates}
    if updates is None:
        return {status: clear}
    return [clear, *updates] if isinstance(updates, list | tuple) else [clear, updates]


# --- the stage of a view


@dataclass(frozen=True)
class Stage:
    """The two halves of a view: a status line for the four states, and the body, hidden until it is filled."""

    room: Room
    right: Right
    status: gr.HTML
    body: gr.Column
    page: gr.Blocks

    def load(self, handler: Handler | None = None, outputs: Sequence[Any] = ()) -> None:
        """Fill the view when its page is opened: `handler(request)`, as in `guarded`; then the body is shown."""

        def fill(request: gr.Request) -> Any:
            made = handler(request) if handler is not None else None
            shown = gr.Column(visible=True)
            if isinstance(made, dict):
                return {self.body: shown, **made}
            return [shown] if made is None else [shown, *(made if isinstance(made, list | tuple) else [made])]

        listener = guarded(self.room, self.right, fill, self.status)
        self.page.load(
            listener, None, [self.status, self.body, *outputs], api_visibility="private", show_progress="hidden"
        )

    def on(
        self, event: Any, handler: Handler, inputs: Sequence[Any] = (), outputs: Sequence[Any] = (),
        right: Right | None = None,
    ) -> Any:  # fmt: skip
        """Listen to an event with `handler(request, *inputs)`; see `guarded`. Returns what Gradio's `event` returns."""
        listener = guarded(self.room, right or self.right, handler, self.status)
        return event(listener, list(inputs), [self.status, *outputs], api_visibility="private", show_progress="hidden")


@contextmanager
def stage(room: Room, right: Right, page: gr.Blocks) -> Iterator[Stage]:
    """The stage of a view; what is built inside the `with` is its body."""
    status = gr.HTML(loading_card(room.look), padding=False, elem_classes="tw-status")
    with gr.Column(visible=False, elem_classes="tw-view") as body:
        yield Stage(room, right, status, body, page)
