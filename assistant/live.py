"""What follows a question while it is worked on: text as it is found true, and a way to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.agent.line import Line


def _unheard(text: str) -> None:
    """The listener of those who do not listen."""


@dataclass(frozen=True)
class Live:
    """`on_text` gets each sentence of a model once it has passed the check; `line.cut()` stops the question."""

    on_text: Callable[[str], None] = _unheard
    line: Line = field(default_factory=Line)
