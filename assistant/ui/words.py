"""The words that complete a question while it is typed, as data for the page's script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant.completion import completions
from assistant.ui.frame import world_of
from assistant.ui.look import Look
from assistant.ui.markup import Markup, tag

if TYPE_CHECKING:
    from assistant.assistant import Assistant

KINDS = ("metric", "dimension", "segment", "value")


def word_list(assistant: Assistant, look: Look) -> Markup:
    """The viewer's words by kind; what a kind is called comes with them."""
    found = completions(world_of(assistant))
    words = {kind: [word.text for word in found if word.kind == kind] for kind in KINDS}
    names = {kind: look.say(f"complete.{kind}") for kind in KINDS}
    data = {"words": words, "names": names, "label": look.say("complete.label")}
    return tag("div", "", {"id": "tw-words", "hidden": True, "data-words": json.dumps(data, ensure_ascii=False)})
