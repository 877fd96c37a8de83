"""Words in quotation marks: they are names or letters, never small talk."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.answer import Plan
from semantic_layer import Filter

MARKS = "'\"‘’“”«»"
OPENED, CLOSED = "'\"‘“«", "'\"’”»"
WORDS = re.compile(r"[^\W_]+")
PATTERNS = ("like", "not_like")


def with_letters_as_written(question: str, plan: Plan) -> Plan:
    """The plan with the letters that it looks for as they were written: "mail.org" is not the words "mail org"."""
    filters = tuple(_as_written(one, question) for one in plan.query.filters)
    told = replace(plan, query=plan.query.model_copy(update={"filters": filters}))
    return told if filters != plan.query.filters else plan


def _as_written(one: Filter, question: str) -> Filter:
    if one.op not in PATTERNS:
        return one
    return one.model_copy(update={"values": tuple(_letters(value, question) for value in one.values)})


def _letters(value: object, question: str) -> str:
    """A pattern whose words stand together in the question, with what stands between and in quotes around them."""
    pattern = str(value)
    inner = pattern.strip("%")
    words = [re.escape(word) for word in WORDS.findall(inner)]
    between = r"[^\w\s%]*\s?[^\w\s%]*"
    written = re.search(rf"(?<!\w){between.join(words)}(?!\w)", question, re.IGNORECASE) if words else None
    if written is None or "_" in inner:
        return pattern
    quoted = re.search(rf"[{OPENED}]([^\w\s%]*{re.escape(written.group())}[^\w\s%]*?)[{CLOSED}]", question)
    said = quoted.group(1) if quoted else written.group()
    return (
        pattern.replace(inner, said) if WORDS.findall(said.casefold()) == WORDS.findall(inner.casefold()) else pattern
    )


def quoted_lost(question: str, plan: Plan) -> tuple[str, ...]:
    """The words in quotation marks that a plan passes over: "a title with 'Hey' in it"."""
    return tuple(
        span.text
        for span in plan.spans
        if span.role == "filler" and span.text.isalpha() and _is_quoted(question, span.start, span.end)
    )


def _is_quoted(question: str, start: int, end: int) -> bool:
    return start > 0 and end < len(question) and question[start - 1] in MARKS and question[end] in MARKS
