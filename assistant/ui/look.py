"""The words and the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.formatting import Style, number
from assistant.wording import Wording, wording

MESSAGES = Path(__file__).parent / "messages"


@dataclass(frozen=True)
class Look:
    """What texts say and how numbers and days are written."""

    words: Wording
    locale: str = "en"

    def say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        """A text of the page; whole numbers in it are written as the reader's language writes them."""
        return self.words.say(key, {name: self._word(value) for name, value in (values or {}).items()})

    def _word(self, value: object) -> object:
        return self.count(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def count(self, value: int) -> str:
        """A whole number as the reader's language writes it: 1,234 or 1.234."""
        return number(value, Style("integer", locale=self.locale))


def look_of(locale: str) -> Look:
    """The page's look in a language; English where the page has no texts in it."""
    return Look(wording(MESSAGES, locale), locale)
