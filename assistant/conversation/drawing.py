"""The same answer drawn another way: "as a table", "as a bar chart"."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import ChartKind, Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.phrases import words_of

KINDS: dict[str, ChartKind] = {"table": "table", "bar": "bar", "line": "line", "stacked_bar": "stacked_bar"}


def read_chart(follow_up: FollowUp) -> Reading | None:
    """The query before with the picture asked for; None when the words ask for no picture."""
    words, phrases = words_of(follow_up.rest), follow_up.phrases
    for source in (words, follow_up.words):
        kind = _kind(source, phrases.opens(source, "charts", "before"), follow_up)
        if kind == "unknown":
            return follow_up.refuse("no_chart")
        if kind:
            return replace(Plan(follow_up.base), chart=KINDS[kind])
    return None


def _kind(words: tuple[str, ...], opened: int, follow_up: FollowUp) -> str:
    phrases = follow_up.phrases
    left = words[opened:]
    while left:
        for kind in (*KINDS, "unknown"):
            if phrases.is_one(left, "charts", kind):
                return kind if opened or len(words) > 0 else ""
        more = phrases.opens(left, "charts", "before")
        if more:
            left = left[more:]
            continue
        closed = phrases.closes(left, "charts", "after")
        if not closed:
            return ""
        left = left[:-closed]
    return ""
