"""Who may do what: three roles, and the rights that come with each.

What a role may not do is hidden on the screen and refused by whatever does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from assistant.errors import Forbidden
from semantic_layer import Viewer

Role = Literal["viewer", "analyst", "admin"]
Right = Literal[
    "ask", "sql", "boards", "boards.edit", "review", "review.approve", "alerts", "alerts.edit", "customers",
    "customers.edit", "catalogue", "catalogue.propose", "catalogue.approve", "evals", "data", "data.load", "people",
]  # fmt: skip
ROLES: tuple[Role, ...] = ("viewer", "analyst", "admin")
_EVERYBODY: frozenset[Role] = frozenset(ROLES)
_ANALYSTS: frozenset[Role] = frozenset({"analyst", "admin"})
_ADMINS: frozenset[Role] = frozenset({"admin"})
RIGHTS: Mapping[Right, frozenset[Role]] = {
    "ask": _EVERYBODY,
    "boards": _EVERYBODY,
    "alerts": _EVERYBODY,
    "catalogue": _EVERYBODY,
    "sql": _ANALYSTS,
    "boards.edit": _ANALYSTS,
    "review": _ANALYSTS,
    "review.approve": _ANALYSTS,
    "alerts.edit": _ANALYSTS,
    "customers": _ANALYSTS,
    "customers.edit": _ANALYSTS,
    "catalogue.propose": _ANALYSTS,
    "evals": _ANALYSTS,
    "data": _ANALYSTS,
    "catalogue.approve": _ADMINS,
    "data.load": _ADMINS,
    "people": _ADMINS,
}
LOCAL = Viewer("local", frozenset({"admin"}))
"""The only person of a workspace on one's own machine: nobody signed in, and no rule limits what they see."""


def may(viewer: Viewer, right: Right) -> bool:
    """Whether a viewer's roles bring a right."""
    return bool(viewer.roles & RIGHTS[right])


def require(viewer: Viewer, right: Right) -> None:
    """Nothing for those who may; raises Forbidden naming the right and who has it."""
    if not may(viewer, right):
        needed = " or ".join(role for role in ROLES if role in RIGHTS[right])
        raise Forbidden(f"{viewer.name} may not do this: it needs the role {needed}. Ask an administrator.")
