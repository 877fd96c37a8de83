"""The views beside Ask, one module each; adding one is adding a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.people import Right
from assistant.ui.views import alerts, boards, catalogue, customers, data, evals, people, review

if TYPE_CHECKING:
    import gradio

    from assistant.ui.room import Asked, Room


@dataclass(frozen=True)
class View:
    """A page of its own: its key (texts are under it), its path, the right to see it, what builds it.

    `build(room, page)` is called once, inside the route. `badge(room, request)` is a number beside the view's name.
    """

    key: str
    path: str
    right: Right
    build: Callable[[Room, gradio.Blocks], None]
    badge: Callable[[Room, Asked], int] | None = None


VIEWS: tuple[View, ...] = (
    View("boards", "boards", "boards", boards.build),
    View("alerts", "alerts", "alerts", alerts.build, alerts.badge),
    View("customers", "customers", "customers", customers.build),
    View("catalogue", "catalogue", "catalogue", catalogue.build),
    View("review", "review", "review", review.build, review.badge),
    View("evals", "evals", "evals", evals.build),
    View("data", "data", "data", data.build),
    View("people", "people", "people", people.build),
)
