"""Conditions on the letters of a text in words: "starts with 'J' or ends with 'ez'" for `LIKE 'J%', '%ez'`."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.wording import Wording

WILD = "%_"


def letters_told(words: Wording, op: str, patterns: Sequence[object]) -> str:
    """What `like` asks of a text, one of several patterns, or what `not_like` denies, each of them."""
    key, joint = ("letters", "letters_or") if op == "like" else ("letters_denied", "letters_and")
    told = (words.choice(key, _kind(str(one))).format(text=str(one).strip("%")) for one in patterns)
    return words.say(joint).join(told)


def _kind(pattern: str) -> str:
    """Where the text of a pattern stands; a pattern with signs inside is told as it is."""
    if any(sign in pattern.strip("%") for sign in WILD):
        return "like"
    open_before, open_behind = pattern.startswith("%"), pattern.endswith("%")
    return {(True, True): "holds", (True, False): "ends", (False, True): "starts"}.get((open_before, open_behind), "is")
