"""The one menu of the Ask view: a short list that opens beside what was clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.refining import Choice
from assistant.ui.frame import button, wording_of
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag

if TYPE_CHECKING:
    from assistant.boards import Board

MANY = 8
"""From so many entries on, a menu has a box to filter them."""


def choices_menu(card: str, place: str, choices: Sequence[Choice], look: Look) -> Markup:
    """The alternatives of a chip; a period can be typed as two days, too."""
    items = [
        button(
            wording_of(one, look),
            {"do": "choose", "card": card, "place": place, "choice": one.id},
            "tw-item tw-item-remove" if one.key == "remove" else "tw-item",
        )
        for one in choices
    ]
    is_period = any(one.key.startswith("period_") for one in choices)
    if not items:
        return menu(card, place, [of_class("p", "tw-small", look.say("menu.nothing"))], look)
    return menu(card, place, [*items, _days(card, look)] if is_period else items, look)


def fields_menu(card: str, fields: Sequence[tuple[str, str]], look: Look) -> Markup:
    """The fields that a condition can be on; each opens its values."""
    items = [
        button(f"{title} …", {"do": "menu", "card": card, "place": f"+filter:{name}"}, "tw-item")
        for name, title in fields
    ]
    return menu(card, "+filter", items, look)


def export_menu(card: str, kinds: Sequence[str], look: Look) -> Markup:
    """The files that an answer can be had as."""
    items = [
        button(look.say(f"export.{kind}"), {"do": "export", "card": card, "kind": kind}, "tw-item") for kind in kinds
    ]
    return menu(card, "export", items, look)


def boards_menu(card: str, boards: Sequence[Board], look: Look) -> Markup:
    """The boards that an answer can be pinned to."""
    items = [button(board.name, {"do": "pin", "card": card, "board": board.id}, "tw-item") for board in boards]
    if not items:
        items = [button(look.say("tool.first_board"), {"do": "pin", "card": card, "board": ""}, "tw-item")]
    return menu(card, "pin", items, look)


def menu(card: str, place: str, items: Sequence[Markup], look: Look) -> Markup:
    """The menu's markup; the page puts it beside the button that opened it."""
    search = tag(
        "input",
        "",
        {
            "type": "search",
            "class": "tw-menu-filter",
            "placeholder": look.say("menu.filter"),
            "aria-label": look.say("menu.filter"),
        },
    )
    parts = [search if len(items) > MANY else "", of_class("div", "tw-items", join(items))]
    names = {"class": "tw-menu", "role": "dialog", "aria-label": look.say("menu.label")}
    return tag("div", join(parts), {**names, "data-card": card, "data-place": place})


def _days(card: str, look: Look) -> Markup:
    """Two days, both counted."""
    fields = [
        tag("label", join([look.say(f"menu.{side}_day"), tag("input", "", {"type": "date", "class": f"tw-{side}"})]))
        for side in ("first", "last")
    ]
    apply = tag("button", look.say("menu.apply"), {"type": "button", "class": "tw-tool tw-apply", "data-card": card})
    return of_class("div", "tw-days", join([*fields, apply]))
