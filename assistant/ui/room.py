"""The room that people work in: who is there, what they may do, and an assistant and a store for each of them."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from assistant.errors import Forbidden, StoreError
from assistant.people import LOCAL, Right, may, require
from assistant.ui.look import Look
from semantic_layer import Viewer

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.config import Settings
    from assistant.store import Store

AT_ONCE = 4
MOST_VIEWERS = 32


class Asked(Protocol):
    """What of a `gradio.Request` the room reads."""

    username: str | None


class Registry(Protocol):
    """Where the people of a server are looked up by the name they signed in with."""

    def viewer(self, name: str) -> Viewer:
        """The viewer of a name; raises Forbidden when there is none, or none any more."""
        ...


@dataclass
class Assistants:
    """An assistant for each viewer, made when they first ask; the processes and the data are shared."""

    first: Assistant
    local: Viewer = LOCAL
    _made: OrderedDict[str, Assistant] = field(default_factory=OrderedDict)
    _making: Lock = field(default_factory=Lock)

    def of(self, viewer: Viewer) -> Assistant:
        """The assistant that sees and says only what a viewer may; of many viewers the latest are kept."""
        if viewer == self.local:
            return self.first
        key = repr((viewer.name, sorted(viewer.roles), sorted(viewer.attributes.items())))
        with self._making:
            made = self._made.pop(key, None) or self.first.for_viewer(viewer)
            self._made[key] = made
            if len(self._made) > MOST_VIEWERS:
                self._made.popitem(last=False)
        return made


@dataclass(frozen=True)
class Room:
    """What every view builds on; one for a server.

    `local` is who acts where nobody signs in: the person at the machine, or the viewer that the settings name.
    """

    look: Look
    assistants: Assistants
    keeper: Store | None = None
    company: str = ""
    registry: Registry | None = None
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE * 2, thread_name_prefix="turn")
    )

    @property
    def settings(self) -> Settings:
        """The settings of the workspace."""
        return self.assistants.first.settings

    def say(self, key: str, values: dict[str, object] | None = None) -> str:
        """A text of the page."""
        return self.look.say(key, values)

    def viewer(self, request: Asked | None) -> Viewer:
        """Who asks; raises Forbidden for an account that is gone."""
        if self.registry is None:
            return self.assistants.local
        if request is None or not request.username:
            raise Forbidden("Nobody is signed in. Sign in first.")
        return self.registry.viewer(request.username)

    def may(self, request: Asked | None, right: Right) -> bool:
        """Whether who asks has a right."""
        return may(self.viewer(request), right)

    def require(self, request: Asked | None, right: Right) -> Viewer:
        """Who asks, when they have the right; raises Forbidden when they have not."""
        viewer = self.viewer(request)
        require(viewer, right)
        return viewer

    def assistant(self, request: Asked | None) -> Assistant:
        """The assistant of who asks: their rows and columns, their words."""
        return self.assistants.of(self.viewer(request))

    def store(self, request: Asked | None) -> Store:
        """The store, acting for who asks; raises StoreError in a room that keeps nothing."""
        if self.keeper is None:
            raise StoreError("This server keeps nothing: it was opened without a store.")
        return self.keeper.acting(self.viewer(request).name)
