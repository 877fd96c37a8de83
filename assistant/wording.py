"""Texts shown to people, read from YAML by language, so that another language is another file or folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FIRST = "en"
"""The language that has every text; others fall back to it text by text."""


@dataclass(frozen=True)
class Wording:
    """The texts of one room in one language."""

    texts: Mapping[str, Any]

    def say(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The text with its placeholders filled; only the text itself is a template, never what is filled in."""
        return self._find(key).format_map(values or {})

    def _find(self, key: str) -> str:
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        return found

    def choice(self, key: str, name: str) -> str:
        """One text of a list by name, `other` when the name is not in it."""
        texts = self.texts[key]
        return texts.get(name, texts.get("other", name))


@cache
def wording(folder: Path, locale: str = FIRST) -> Wording:
    """The texts of a folder in a language, those that the language lacks in English.

    A language is one file (`en.yml`) or a folder of files (`en/`), whose contents count as one.
    """
    language = locale.split("_")[0].split("-")[0]
    texts = _read(folder, FIRST)
    return Wording(texts if language == FIRST else _over(texts, _read(folder, language)))


def _read(folder: Path, language: str) -> Mapping[str, Any]:
    """The texts of one language alone; nothing when there are none."""
    texts: dict[str, Any] = {}
    for path in (folder / f"{language}.yml", *sorted((folder / language).glob("*.yml"))):
        if path.exists():
            texts |= yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return texts


def _over(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The first texts, replaced by those of the second that have the same place."""
    both = {key: _over(first[key], second[key]) for key in first if isinstance(second.get(key), Mapping)}
    return {**first, **second, **both}
