"""What people say around a question, dropped before it is read: "I wonder whether ...", "..., my boss asked for it"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.understanding.tokens import Token

MOST_LAYERS = 5
CLASS = re.compile(r"<(\w+)>")
FOLDER = Path(__file__).parent / "language" / "frames"


@dataclass(frozen=True)
class Frames:
    """The patterns of one language over words parted by one blank, each list as one expression."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    aside: re.Pattern[str]
    context: re.Pattern[str]


def unframed(tokens: Sequence[Token], fillers: frozenset[str], code: str) -> list[Token]:
    """The tokens without what frames them; all of them when nothing would be left.

    What is dropped says who asks, why and how politely, never what is counted: the patterns are whole phrases.
    Phrases of nothing but `fillers` ("show me") stay: they are harmless, and other rules may know them.
    """
    frames = frames_of(code)
    found = list(tokens)
    if frames is None:
        return found
    for _ in range(MOST_LAYERS):
        fewer = _once(found, frames, fillers)
        if len(fewer) == len(found):
            return found
        found = fewer
    return found


def is_context(tokens: Sequence[Token], code: str) -> bool:
    """Whether a sentence opens by telling who asks, or what somebody hears, thinks or prepares."""
    frames = frames_of(code)
    text = _text(tokens)
    return frames is not None and bool(frames.opening.match(text) or frames.context.match(text))


def _once(tokens: list[Token], frames: Frames, fillers: frozenset[str]) -> list[Token]:
    text = _text(tokens)
    for first, behind in _framing(text, frames):
        start, count = text[:first].count(" "), text[first:behind].strip().count(" ") + 1
        dropped = {token.text for token in tokens[start : start + count]}
        kept = [*tokens[:start], *tokens[start + count :]]
        if not dropped <= fillers and any(token.text.isalnum() for token in kept):
            return kept
    return tokens


def _framing(text: str, frames: Frames) -> Iterator[tuple[int, int]]:
    """The stretches of the text that may be dropped, as places in it."""
    opening = frames.opening.match(text)
    if opening is not None:
        yield opening.span("said")
    for pattern in (frames.closing, frames.aside):
        found = pattern.search(text)
        if found is not None:
            yield found.span("said")


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens) + " "


@cache
def frames_of(code: str) -> Frames | None:
    """The frames of a language; None for one that has none."""
    path = FOLDER / f"{code}.yml"
    if not path.exists():
        return None
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    classes: dict[str, str] = data["classes"]
    opening, closing, aside, context = (
        "|".join(_filled(str(line), classes) for line in data[part])
        for part in ("openings", "closings", "asides", "contexts")
    )
    return Frames(
        re.compile(rf"(?P<said>(?:{opening})(?: [,:;])?) "),
        re.compile(rf"(?:^| )(?P<said>{closing}) $"),
        re.compile(rf"(?:^| )(?P<said>{aside}) "),
        re.compile(rf"(?:{context}) "),
    )


def _filled(line: str, classes: Mapping[str, str]) -> str:
    while CLASS.search(line):
        line = CLASS.sub(lambda match: classes[match.group(1)], line)
    return line
