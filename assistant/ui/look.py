"""The words and the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.wording import Wording, wording

MESSAGES = Path(__file__).parent / "messages"


@dataclass(frozen=True)
class Look:
    """What texts say and how numbers and days are written."""

    words: Wording
    locale: str = "en"

    def say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        """A text of the page."""
        return self.words.say(key, values)


def look_of(locale: str) -> Look:
    """The page's look in a language; English where the page has no texts in it."""
    return Look(wording(MESSAGES, locale), locale)
