"""What one browser tab has on its screen; kept by the server for that tab alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.answer import Answer, Clarification

Message = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """The conversation so far, what the buttons under it stand for, and the answer whose rows are on the screen."""

    messages: tuple[Message, ...] = ()
    choices: tuple[str, ...] = ()
    clarification: Clarification | None = None
    answer: Answer | None = None
