"""Questions that lean on earlier ones: typed turns, and follow-ups made whole as new typed queries."""

from assistant.conversation.resolving import resolve
from assistant.conversation.turns import Conversation, Turn

__all__ = ["Conversation", "Turn", "resolve"]
