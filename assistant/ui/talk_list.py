"""The list of one's own past conversations beside the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import StoreError
from assistant.formatting import day, shorten
from assistant.talks import talks
from assistant.ui.frame import button
from assistant.ui.look import Look
from assistant.ui.markup import Markup, join, of_class, tag

if TYPE_CHECKING:
    from assistant.store import Store


def talk_list(store: Store | None, look: Look, search: str, current: str) -> Markup:
    """The conversations that hold the searched text; each opens on a click, and can be deleted."""
    if store is None:
        return of_class("p", "tw-small", look.say("talk.not_kept"))
    try:
        found = talks(store, search)
    except StoreError as error:
        return of_class("p", "tw-small", str(error))
    if not found:
        return of_class("p", "tw-small", look.say("talk.none_found" if search else "talk.none"))
    items = [_item(talk.id, talk.title, day(talk.touched_at, look.locale), look, talk.id == current) for talk in found]
    return tag("ul", join(items), {"class": "tw-talk-list"})


def _item(key: str, title: str, when: str, look: Look, is_current: bool) -> Markup:
    label = [of_class("span", "tw-talk-title", shorten(title, 70)), of_class("span", "tw-small", when)]
    opens = button(
        join(label), {"do": "open", "talk": key}, "tw-talk", {"aria-current": "true" if is_current else None}
    )
    forget = {
        "aria-label": look.say("talk.forget", {"title": shorten(title, 40)}),
        "title": look.say("talk.forget_short"),
    }
    return tag("li", join([opens, button("×", {"do": "forget", "talk": key}, "tw-forget", forget)]))
