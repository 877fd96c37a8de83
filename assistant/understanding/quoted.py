"""Words in quotation marks: they are names or letters, never small talk."""

from __future__ import annotations

from assistant.answer import Plan

MARKS = "'\"‘’“”«»"


def quoted_lost(question: str, plan: Plan) -> tuple[str, ...]:
    """The words in quotation marks that a plan passes over: "a title with 'Hey' in it"."""
    return tuple(
        span.text
        for span in plan.spans
        if span.role == "filler" and span.text.isalpha() and _is_quoted(question, span.start, span.end)
    )


def _is_quoted(question: str, start: int, end: int) -> bool:
    return start > 0 and end < len(question) and question[start - 1] in MARKS and question[end] in MARKS
