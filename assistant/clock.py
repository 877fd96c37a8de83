"""What time it is, and how long each step of a question took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from assistant.tracing import tracing


def utc_now() -> datetime:
    """This moment in UTC without a zone, as the data and the store hold times."""
    return datetime.now(UTC).replace(tzinfo=None)


class Clock:
    """Milliseconds by step of one question."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of a block to a step."""
        started = time.perf_counter()
        try:
            with tracing.span(name):
                yield
        finally:
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + (time.perf_counter() - started) * 1000
