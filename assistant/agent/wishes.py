"""Whether a question wants more than one number, by the words that people use for that."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

Wish = Literal["explore", "steps", "number"]
_WORDS = Path(__file__).parent / "en.yml"
_MANY_SENTENCES = 2


def wish_of(question: str) -> Wish:
    """ "explore" when the person names the road, "steps" when several steps are meant, otherwise "number"."""
    said = f" {_plain(question)} "
    for wish in ("explore", "steps"):
        if any(f" {phrase} " in said for phrase in _phrases()[wish]):
            return wish
    sentences = [part for part in re.split(r"[.?!;]\s+", question) if len(part.split()) > 2]
    return "steps" if len(sentences) > _MANY_SENTENCES else "number"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    read = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return {kind: tuple(_plain(str(one)) for one in read[kind]) for kind in ("explore", "steps")}
