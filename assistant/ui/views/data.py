"""The Data view."""

from __future__ import annotations

import gradio as gr

from assistant.ui.room import Room
from assistant.ui.states import empty_card, stage


def build(room: Room, page: gr.Blocks) -> None:
    """Build the view inside its route."""
    with stage(room, "data", page) as view:
        gr.HTML(empty_card(room.say("nav.data"), room.say("states.coming")), padding=False)
        view.load()
