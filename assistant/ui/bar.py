"""The line above the conversation: past conversations, a new one, and the keys that work."""

from __future__ import annotations

from assistant.ui.frame import button
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, tag

KEYS = (
    ("/", "ask"),
    ("Enter", "send"),
    ("↑", "last"),
    ("Tab", "complete"),
    ("↑ ↓", "move"),
    ("Alt N", "new"),
    ("Ctrl K", "find"),
    ("?", "help"),
    ("Esc", "close"),
)


def bar(look: Look) -> Markup:
    """The buttons, and the list of keys that one of them opens."""
    helps = {"type": "button", "id": "tw-help", "class": "tw-tool", "aria-haspopup": "dialog"}
    parts = [
        tag("button", look.say("talk.heading"), {
            "type": "button", "id": "tw-talks-toggle", "class": "tw-tool", "aria-expanded": "false",
            "aria-controls": "tw-talks",
        }),
        button(look.say("talk.new"), {"do": "new"}, "tw-tool", {"id": "tw-new"}),
        tag("button", look.say("keys.label"), helps),
        _keys(look),
    ]  # fmt: skip
    return tag("div", join(parts), {"class": "tw-bar"})


def _keys(look: Look) -> Markup:
    rows = [join([tag("dt", tag("kbd", key)), tag("dd", look.say(f"keys.{name}"))]) for key, name in KEYS]
    close = tag("button", look.say("keys.shut"), {"type": "button", "class": "tw-tool", "data-close": True})
    body = [tag("h2", look.say("keys.heading")), tag("dl", join(rows)), close]
    return tag("dialog", join(body), {"id": "tw-keys", "aria-label": look.say("keys.heading")})
