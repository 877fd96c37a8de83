"""Texts shown to people, read from YAML by language, so that another language is another file or folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale

from assistant.shipped import shipped

FIRST = "en"
"""The language that has every text; others fall back to it text by text."""
ANSWERS = Path(__file__).parent / "narration"
"""Where everything lies that an answer, a refusal or a question back says of its own."""


@dataclass(frozen=True)
class Wording:
    """The texts of one room in one language, which is that of the locale."""

    texts: Mapping[str, Any]
    locale: str = FIRST

    def say(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The text with its placeholders filled; only the text itself is a template, never what is filled in."""
        return self._find(key).format_map(values or {})

    def count(self, key: str, number: float | Decimal, values: Mapping[str, Any] | None = None) -> str:
        """The text in the plural form that the language has for the number: `one`, `other`, ... stand under the key."""
        form = Locale.parse(self.locale).plural_form(number)
        return self.say(f"{key}.{form if form in self._find(key) else 'other'}", values)

    def _find(self, key: str) -> Any:
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        return found

    def choice(self, key: str, name: str) -> str:
        """One text of a list by name, `other` when the name is not in it."""
        texts = self._find(key)
        return texts.get(name, texts.get("other", name))

    def small(self, label: str) -> str:
        """A label in small letters, in a language that writes its nouns so."""
        return label if self.texts["nouns_large"] else label.lower()

    def lowered(self, label: str) -> str:
        """A label with a small first letter, in a language that writes its nouns so."""
        return label if self.texts["nouns_large"] else label[:1].lower() + label[1:]

    def inside(self, label: str) -> str:
        """A label inside a line: a language that writes its nouns small does so, abbreviations keep their capitals."""
        return label if label[1:2].isupper() else self.lowered(label)


@cache
def wording(folder: Path, locale: str = FIRST) -> Wording:
    """The texts of a folder in a language, those that the language lacks in English.

    A language is one file (`en.yml`) or a folder of files (`en/`), whose contents count as one.
    """
    language = locale.split("_")[0].split("-")[0]
    texts = _read(folder, FIRST)
    own = _read(folder, language) if language != FIRST else {}
    return Wording(_over(texts, own), language if own else FIRST)


def answers(locale: str = FIRST) -> Wording:
    """What answers say, in the language of a locale."""
    return wording(ANSWERS, locale)


def _read(folder: Path, language: str) -> Mapping[str, Any]:
    """The texts of one language alone; nothing when there are none."""
    texts: dict[str, Any] = {}
    for path in (folder / f"{language}.yml", *sorted((folder / language).glob("*.yml"))):
        if path.exists():
            texts |= shipped(path) or {}
    return texts


def _over(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The first texts, replaced by those of the second that have the same place."""
    both = {key: _over(first[key], second[key]) for key in first if isinstance(second.get(key), Mapping)}
    return {**first, **second, **both}


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def lower(label: str, words: Wording) -> str:
    """A label inside a sentence: "Net revenue" becomes "net revenue", "NPS" and "iOS orders" stay.

    So does every label in a language that writes its nouns with a large letter.
    """
    if words.texts["nouns_large"]:
        return label
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() or first in ("I", "") else label[:1].lower() + label[1:]
