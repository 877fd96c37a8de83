"""The word lists of retelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from assistant.shipped import shipped
from assistant.understanding.entities.words import forms
from assistant.understanding.phrase_lists import longest_at, openings
from assistant.understanding.tokens import Token

_FILE = Path(__file__).parent / "en.yml"


@cache
def lists() -> Mapping[str, Any]:
    """The content of the word lists."""
    return shipped(_FILE)


@cache
def _phrases(name: str) -> tuple[frozenset[str], Mapping[str, int]]:
    said = frozenset(str(phrase) for phrase in lists()[name])
    return said, openings(said)


def phrase_at(tokens: Sequence[Token], at: int, name: str) -> int | None:
    """The place behind the longest phrase of a list that starts here, None without one."""
    return longest_at(tokens, at, *_phrases(name)) if at < len(tokens) else None


@cache
def verbs(name: str) -> Mapping[str, str]:
    """What every form of the verbs of a table asks for."""
    irregular = lists()["irregular"]
    return {form: str(asked) for verb, asked in lists()[name].items() for form in forms(verb, irregular.get(verb, ()))}
