"""Texts shown to people, read from one YAML file per language, so that another language is another file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


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
def wording(folder: Path, locale: str = "en") -> Wording:
    """The texts of a folder in a language; English where the folder has no file of that language."""
    language = locale.split("_")[0].split("-")[0]
    path = folder / f"{language}.yml"
    source = path if path.exists() else folder / "en.yml"
    return Wording(yaml.safe_load(source.read_text(encoding="utf-8")))
