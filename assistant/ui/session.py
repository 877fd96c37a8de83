"""What one browser tab has on its screen; kept by the server for that tab alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from assistant.answer import Answer, Clarification
from assistant.conversation import Conversation

Message = dict[str, Any]
_serials = count(1)


@dataclass(frozen=True, eq=False)
class Session:
    """What was said so far, what the buttons under it stand for, and the answer that the last turn brought.

    `conversation` holds the same as typed turns, for follow-ups; `noted` is what became of a verdict on the answer.
    """

    messages: tuple[Message, ...] = ()
    choices: tuple[str, ...] = ()
    clarification: Clarification | None = None
    answer: Answer | None = None
    conversation: Conversation | None = None
    noted: str = ""


@dataclass(frozen=True, eq=False)
class Shown:
    """The answer whose rows and SQL stand beside the conversation.

    Each has a number of its own, by which Gradio sees that another answer is shown.
    """

    answer: Answer
    serial: int = field(default_factory=lambda: next(_serials))

    def __hash__(self) -> int:
        return self.serial
