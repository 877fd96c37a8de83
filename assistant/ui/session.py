"""What one browser tab has on its screen; kept by the server for that tab alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from assistant.answer import Answer, Approval, Clarification
from assistant.conversation import Conversation
from assistant.live import Live
from semantic_layer import SemanticQuery

Message = dict[str, Any]
MOST_ANSWERS = 20
"""So many of a tab's answers can still be changed, drawn otherwise or exported; older ones are asked again."""
_serials = count(1)


@dataclass(frozen=True, eq=False)
class Session:
    """What was said so far, what the buttons under it stand for, and the answer that the last turn brought.

    `conversation` holds the same as typed turns, for follow-ups; `noted` is what became of a verdict on the answer.
    `answers` are those of the cards on the screen, by the card's key, `past` the questions of a conversation that was
    opened again, `approvals` what waits for a decision, by the card's key; `live` stops the turn that is going on.
    """

    messages: tuple[Message, ...] = ()
    choices: tuple[str, ...] = ()
    clarification: Clarification | None = None
    answer: Answer | None = None
    conversation: Conversation | None = None
    noted: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    past: Mapping[str, tuple[str, SemanticQuery]] = field(default_factory=dict[str, tuple[str, SemanticQuery]])
    approvals: Mapping[str, Approval] = field(default_factory=dict[str, Approval])
    live: Live | None = None

    def knowing(self, key: str, answer: Answer) -> Session:
        """The session with the answer of a card; the oldest one goes when there are too many."""
        kept = dict(list(self.answers.items())[-MOST_ANSWERS + 1 :]) | {key: answer}
        return replace(self, answers=kept)

    def awaiting(self, key: str, asked: Approval) -> Session:
        """The session with something to be decided on a card."""
        return replace(self, approvals={**self.approvals, key: asked})

    def saying(self, html: str, role: str = "assistant", key: str = "") -> Session:
        """The session with one more message."""
        message: Message = {"role": role, "html": html, "key": key}
        return replace(self, messages=(*self.messages, message))

    def redrawn(self, key: str, html: str) -> Session:
        """The session with another card in the place of the one with that key."""
        messages = (message | {"html": html} if message.get("key") == key else message for message in self.messages)
        return replace(self, messages=tuple(messages))


@dataclass(frozen=True, eq=False)
class Shown:
    """The answer whose rows and SQL stand beside the conversation.

    Each has a number of its own, by which Gradio sees that another answer is shown.
    """

    answer: Answer
    serial: int = field(default_factory=lambda: next(_serials))

    def __hash__(self) -> int:
        return self.serial
