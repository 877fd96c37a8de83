"""The connections of one question to a model's server, which can be cut: a person who stops waiting stops the reply.

Cutting shuts the sockets down, so that a server which is silent, or in the middle of a stream, is left at once. The
client libraries ask again after every ordinary exception, which would make a person wait for a server that is not
there; what happens to a line is therefore told by exceptions that they do not catch.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

_SILENT = ("ReadTimeout", "PoolTimeout", "WriteTimeout")


class LineEnded(BaseException):
    """Not an Exception, so that no client asks again: the request is over and nothing more is to be sent."""


class LineCut(LineEnded):
    """The person stopped the question."""


class Unreachable(LineEnded):
    """Nobody answers at the address."""


class Silent(LineEnded):
    """The server took the request and said nothing in time."""


class Line:
    """The open connections of one question; `cut` ends them from any thread, now and for good."""

    def __init__(self) -> None:
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._cut = threading.Event()

    @property
    def is_cut(self) -> bool:
        """Whether the question was stopped."""
        return self._cut.is_set()

    def cut(self) -> None:
        """End every connection of the question and refuse new ones."""
        self._cut.set()
        with self._lock:
            opened = list(self._sockets)
        for one in opened:
            with suppress(OSError):  # it may have been closed meanwhile
                one.shutdown(socket.SHUT_RDWR)

    def require_whole(self) -> None:
        """Nothing while the line stands; raises LineCut when it was cut."""
        if self.is_cut:
            raise LineCut

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, which is ended at once when the line was cut while it was being made."""
        with self._lock:
            self._sockets = {one for one in self._sockets if one.fileno() >= 0} | {connection}
        if self.is_cut:
            self.cut()


_CURRENT: ContextVar[Line | None] = ContextVar("line", default=None)


@contextmanager
def on_line(line: Line | None) -> Iterator[None]:
    """Requests made inside belong to this line."""
    token = _CURRENT.set(line)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_line() -> Line | None:
    """The line that requests belong to now."""
    return _CURRENT.get()


def watch(request: Any) -> None:
    """Put a request on the line of its question: a hook for the HTTP client."""
    line = _CURRENT.get()
    if line is not None:
        line.require_whole()

    def trace(event: str, told: dict[str, Any]) -> None:
        _follow(line, event, told)

    request.extensions["trace"] = trace


def _follow(line: Line | None, event: str, told: dict[str, Any]) -> None:
    """Keep what is opened, and end what failed in a way that asking again cannot mend."""
    if event.endswith("connect_tcp.complete") and line is not None:
        found = told["return_value"].get_extra_info("socket")
        if found is not None:
            line.opened(found)
    if not event.endswith(".failed"):
        return
    error = told.get("exception")
    if line is not None:
        line.require_whole()
    if event.endswith("connect_tcp.failed"):
        raise Unreachable(str(error)) from error
    if type(error).__name__ in _SILENT:
        raise Silent(str(error)) from error
