"""The frame of every page: name, navigation by the rights of who looks, freshness, theme."""

from __future__ import annotations

import gradio as gr

from assistant.errors import AssistantError
from assistant.formatting import day
from assistant.people import LOCAL, ROLES, may
from assistant.ui.markup import Markup, join, of_class, tag
from assistant.ui.room import Asked, Room
from assistant.ui.views import VIEWS, View
from semantic_layer import Viewer

BADGES_EVERY = 60.0


def header(room: Room, here: str, page: gr.Blocks) -> None:
    """The top of a page; `here` is the key of its view. What a person may not see is not in it."""

    def fresh(request: gr.Request) -> str:
        return _markup(room, here, request)

    known = _markup(room, here, None) if room.registry is None else _bar(room, [], "")
    shown = gr.HTML(known, padding=False, elem_id="tw-top")
    page.load(fresh, None, shown, api_visibility="private", show_progress="hidden")
    clock = gr.Timer(BADGES_EVERY)
    clock.tick(fresh, None, shown, api_visibility="private", show_progress="hidden")


def _markup(room: Room, here: str, request: Asked | None) -> Markup:
    try:
        viewer = room.viewer(request)
    except AssistantError:  # signed out meanwhile: the views say so
        return _bar(room, [], "")
    links = [_link(room, "ask", "./", here, 0)]
    links += [
        _link(room, view.key, view.path, here, _badge(room, view, request)) for view in VIEWS if may(viewer, view.right)
    ]
    state = [room.company, _freshness(room, request), "" if viewer == LOCAL else _name(room, viewer)]
    return _bar(room, links, _state([part for part in state if part]), here)


def _state(parts: list[str]) -> Markup:
    """The parts one after the other; a line ends between two of them."""
    last = len(parts) - 1
    return join(join([tag("span", f"{part} ·" if place < last else part), " "]) for place, part in enumerate(parts))


def _badge(room: Room, view: View, request: Asked | None) -> int:
    try:
        return view.badge(room, request) if view.badge is not None and request is not None else 0
    except AssistantError:  # the view itself tells what is wrong
        return 0


def _freshness(room: Room, request: Asked | None) -> str:
    return room.say("header.fresh", {"day": day(room.assistant(request).as_of, room.look.locale)})


def _name(room: Room, viewer: Viewer) -> str:
    role = next((role for role in reversed(ROLES) if role in viewer.roles), "–")
    return room.say("header.signed_in", {"name": viewer.name, "role": role})


def _link(room: Room, key: str, path: str, here: str, badge: int) -> Markup:
    label: list[object] = [room.say(f"nav.{key}")]
    if badge:
        spoken = of_class("span", "tw-hidden", room.say("header.badge", {"count": badge}))
        label += [tag("span", badge if badge < 100 else "99+", {"class": "tw-badge", "aria-hidden": "true"}), spoken]
    anchor = tag("a", join(label), {"href": path, "aria-current": "page" if key == here else None})
    return tag("li", anchor)


def _bar(room: Room, links: list[Markup], state: Markup | str, here: str = "ask") -> Markup:
    name = [
        tag("span", "", {"class": "tw-mark", "aria-hidden": "true"}),
        of_class("span", "tw-name", room.say("title")),
    ]
    toggle = tag("button", "◐", {"type": "button", "id": "tw-theme", "aria-label": room.say("header.theme")})
    title = room.say("title") if here == "ask" else f"{room.say(f'nav.{here}')} · {room.say('title')}"
    parts = [
        tag("a", room.say("header.skip"), {"class": "tw-skip", "href": "#tw-main"}),
        tag("a", join(name), {"class": "tw-brand", "href": "./"}),
        tag("h1", title, {"class": "tw-hidden"}),
        tag("nav", tag("ul", join(links)), {"id": "tw-nav", "aria-label": room.say("header.nav")}),
        of_class("span", "tw-fresh", state),
        *([tag("a", room.say("header.sign_out"), {"class": "tw-out", "href": "logout"})] if room.registry else []),
        toggle,
    ]
    return tag("header", join(parts), {"id": "tw-header", "data-send": room.say("chat.send"), "data-title": title})
