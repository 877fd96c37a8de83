"""Plans that settle what the words leave open: the refusal that says so, or a note of what was taken for granted."""

from assistant.understanding.doubts.room import doubt, doubt_of_query, with_assumptions

__all__ = ["doubt", "doubt_of_query", "with_assumptions"]
