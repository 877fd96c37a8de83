"""Refused questions said again: in the tables' own words, and as "what is the ... of ..."."""

from assistant.understanding.retold.retelling import retold

__all__ = ["retold"]
