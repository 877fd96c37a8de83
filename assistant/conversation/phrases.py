"""The words by which people lean on what was said before, read from the language's data file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.shipped import shipped
from assistant.understanding import Token, load_language, tokenize
from assistant.wording import FIRST, answers


@dataclass(frozen=True)
class Phrases:
    """Word lists by name, each phrase as its words; `data` is the file as it is, `reader` the locale of
    what is said."""

    data: Mapping[str, Any]
    reader: str = FIRST

    def message(self, name: str, **parts: str | int) -> str:
        """A sentence shown to people, in the reader's language."""
        return answers(self.reader).say(f"conversation.{name}", parts)

    def group(self, *names: str) -> frozenset[tuple[str, ...]]:
        """The phrases of a list, each as a tuple of words."""
        return _group(self.data["code"], names)

    def is_one(self, words: Sequence[str], *names: str) -> bool:
        """Whether the words are exactly one phrase of a list."""
        return tuple(words) in self.group(*names)

    def opens(self, words: Sequence[str], *names: str) -> int:
        """How many words the longest phrase of a list takes at the beginning, 0 when none does."""
        group = self.group(*names)
        return next((size for size in range(min(8, len(words)), 0, -1) if tuple(words[:size]) in group), 0)

    def closes(self, words: Sequence[str], *names: str) -> int:
        """How many words the longest phrase of a list takes at the end, 0 when none does."""
        group = self.group(*names)
        return next((size for size in range(min(8, len(words)), 0, -1) if tuple(words[-size:]) in group), 0)

    def find(self, words: Sequence[str], *names: str) -> tuple[int, int] | None:
        """The first place where a phrase of a list stands, as (first, behind); the longest one there."""
        for at in range(len(words)):
            size = self.opens(words[at:], *names)
            if size:
                return at, at + size
        return None


def words_of(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The tokens as they are compared: lower case, no accents."""
    return tuple(token.text for token in tokens)


@cache
def load_phrases(code: str = "en") -> Phrases:
    """The phrases of a language; raises FileNotFoundError for one that is not shipped."""
    data = shipped(Path(__file__).parent / f"{code}.yml")
    data["code"] = code
    return Phrases(data)


@cache
def _group(code: str, names: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    found: Any = load_phrases(code).data
    for name in names:
        found = found[name]
    forms = load_language(code).forms
    return frozenset(words_of(tokenize(str(phrase), forms)) for phrase in found)
