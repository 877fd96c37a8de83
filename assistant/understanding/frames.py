"""What people say around a question, dropped before it is read: "I wonder whether ...", "..., my boss asked for it"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.shipped import shipped
from assistant.understanding.tokens import Token

MOST_LAYERS = 5
CLASS = re.compile(r"<(\w+)>")
DASH = "[–—-](?= [a-z])"
JOINED = (
    "(?:but|so|hence|therefore|(?:that|which) is why|(?:that|that s|thats) why|and(?= (?:i|we|please|can|need|want)))"
)
BECAUSE = "(?:as|because|since|cause|given that)"
WISH = "(?:i|we) (?:need|want|would|d|m|am|must|should|have)"
FOLDER = Path(__file__).parent / "language" / "frames"


@dataclass(frozen=True)
class Frames:
    """The patterns of one language over words parted by one blank, each list as one expression."""

    openings: tuple[re.Pattern[str], ...]
    closing: re.Pattern[str]
    aside: re.Pattern[str]
    context: re.Pattern[str]
    follow_up: re.Pattern[str]
    wanting: re.Pattern[str]
    deadline: re.Pattern[str]
    remark: re.Pattern[str]

    def opening(self, text: str) -> re.Match[str] | None:
        """The longest opening that a text begins with."""
        found = [match for match in (pattern.match(text) for pattern in self.openings) if match is not None]
        return max(found, key=lambda match: match.end("said"), default=None)

    def endings(self, opened: str) -> tuple[re.Pattern[str], ...]:
        """What may be dropped behind a question that was opened so: a day is a deadline where something is wanted."""
        if not opened:
            return self.closing, self.aside
        wanted = self.wanting.search(opened) is not None
        return (*((self.deadline,) if wanted else ()), self.closing, self.follow_up, self.aside)


def unframed(tokens: Sequence[Token], fillers: frozenset[str], code: str) -> list[Token]:
    """The tokens without what frames them; all of them when nothing would be left.

    What is dropped says who asks, why and how politely, never what is counted: the patterns are whole phrases.
    Phrases of nothing but `fillers` ("show me") stay: they are harmless, and other rules may know them.
    """
    frames = frames_of(code)
    found, opened = list(tokens), ""
    if frames is None:
        return found
    for _ in range(MOST_LAYERS):
        fewer, opened = _once(found, frames, fillers, opened)
        if len(fewer) == len(found):
            return found
        found = fewer
    return found


def is_context(tokens: Sequence[Token], code: str) -> bool:
    """Whether a sentence opens by telling who asks, or what somebody hears, thinks or prepares."""
    frames = frames_of(code)
    text = _text(tokens)
    return frames is not None and bool(frames.opening(text) or frames.context.match(text))


def _once(tokens: list[Token], frames: Frames, fillers: frozenset[str], opened: str) -> tuple[list[Token], str]:
    """The tokens without one frame more, and how the question was opened; `opened` is how, if that is known."""
    first = next((at for at, token in enumerate(tokens) if token.text not in fillers), 0)
    for start in range(first + 1):
        behind = tokens[start:]
        opening = frames.opening(_text(behind))
        if opening is None:
            continue
        opened = opened or opening["said"]
        shorter = _without(behind, opening.span("said"), fillers)
        if len(shorter) < len(behind):
            return [*tokens[:start], *shorter], opened
    return _without_ending(tokens, frames.endings(opened), fillers), opened


def _without_ending(tokens: list[Token], patterns: Sequence[re.Pattern[str]], fillers: frozenset[str]) -> list[Token]:
    for pattern in patterns:
        found = pattern.search(_text(tokens))
        shorter = _without(tokens, found.span("said"), fillers) if found is not None else tokens
        if len(shorter) < len(tokens):
            return shorter
    return tokens


def _without(tokens: list[Token], span: tuple[int, int], fillers: frozenset[str]) -> list[Token]:
    """The tokens without a stretch of their text; all when it only is fillers, or nothing would be left."""
    text = _text(tokens)
    start, count = text[: span[0]].count(" "), text[span[0] : span[1]].strip().count(" ") + 1
    kept = [*tokens[:start], *tokens[start + count :]]
    idle = {token.text for token in tokens[start : start + count]} <= fillers
    return kept if not idle and any(token.text.isalnum() for token in kept) else tokens


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens) + " "


@cache
def frames_of(code: str) -> Frames | None:
    """The frames of a language; None for one that has none."""
    path = FOLDER / f"{code}.yml"
    if not path.exists():
        return None
    data = shipped(path)
    classes: dict[str, str] = data["classes"]

    def lines(part: str) -> list[str]:
        return [_filled(str(line), classes) for line in data[part]]

    def alternatives(part: str) -> str:
        return "|".join(lines(part))

    remarks = alternatives("remarks")
    beside = f"(?:{remarks})(?= (?:[,:;]|{DASH}|{JOINED}|{WISH}) )(?: [,:;])?(?: {JOINED})?"
    return Frames(
        openings=tuple(
            re.compile(rf"(?P<said>(?:{line})(?: [,:;]| {DASH})?) ") for line in (*lines("openings"), beside)
        ),
        closing=_at_the_end(
            f"{alternatives('closings')}|(?:[,;:]|{DASH}) (?:{BECAUSE} )?(?:{remarks}|{alternatives('shapes')})"
        ),
        aside=re.compile(rf"(?:^| )(?P<said>{alternatives('asides')}) "),
        context=re.compile(rf"(?:{alternatives('contexts')}) "),
        follow_up=_at_the_end(alternatives("follow_ups")),
        wanting=re.compile(str(data["wanting"])),
        deadline=_at_the_end(alternatives("deadlines")),
        remark=re.compile(f"(?:{remarks}|{alternatives('shapes')}) "),
    )


def _at_the_end(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^| )(?P<said>{alternatives}) $")


def _filled(line: str, classes: Mapping[str, str]) -> str:
    while CLASS.search(line):
        line = CLASS.sub(lambda match: classes[match.group(1)], line)
    return line
