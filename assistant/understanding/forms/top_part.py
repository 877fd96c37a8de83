"""The first few of a hundred as a list: "the top 10% of customers by revenue", "which products make up the top 5%"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases, said
from assistant.understanding.tokens import Token
from semantic_layer import SemanticQuery, Top

MOST = 100
SOME = 10  # in place of a part of all, to be read as a ranking


@dataclass(frozen=True)
class Part:
    """How many of a hundred, and the same question for some number of things."""

    percent: int
    words: tuple[Token, ...]


def top_part(asking: Asking) -> Plan | None:
    """The plan of a list of the first so many of a hundred; None for any other question."""
    for part in (*_listed(asking), *_made_up(asking)):
        plan = asking.read(part.words)
        query = _cut(plan.query, part.percent) if plan is not None else None
        if plan is not None and query is not None and asking.stands(query):
            return replace(plan, query=query)
    return None


def _listed(asking: Asking) -> Iterator[Part]:
    """ "show me the top 10% of customers by revenue"."""
    start = asking.past(0, "politeness", "listing", "articles", "who_are")
    found = _percent(asking, start)
    if found is not None:
        number, behind = found
        behind = asking.past(behind, "of_the")
        yield Part(number, (asking.tokens[start], *asking.made(str(SOME), start), *asking.tokens[behind:]))


def _made_up(asking: Asking) -> Iterator[Part]:
    """ "which products make up the top 10% by units sold"."""
    for at, behind in asking.found("make_up"):
        found = _percent(asking, behind)
        if found is not None and asking.tokens[0].text in ("which", "what") and at > 1:
            number, end = found
            some = asking.made(str(SOME), behind)
            yield Part(number, (asking.tokens[behind], *some, *asking.tokens[1:at], *asking.tokens[end:]))


def _percent(asking: Asking, at: int) -> tuple[int, int] | None:
    """A number of a hundred behind "top" or "bottom", with the place behind it."""
    words = asking.tokens[at : at + 3]
    if len(words) < len(("top", "10", "%")) or words[0].text not in phrases()["ends_of_rank"]:
        return None
    number = int(words[1].text) if words[1].text.isdecimal() else 0
    return (number, at + 3) if 0 < number < MOST and said(words[2:]) in phrases()["of_hundred"] else None


def _cut(query: SemanticQuery, percent: int) -> SemanticQuery | None:
    """The ranking with all that are among the first so many of a hundred; None where it is no ranking of that many."""
    ranked = len(query.metrics) == 1 and len(query.order_by) == 1 and query.order_by[0].by == query.metrics[0]
    if not ranked or query.limit != SOME or not query.group_by or query.entity or query.top or query.skip:
        return None
    by, descending = query.metrics[0], query.order_by[0].descending
    top = Top(field=query.group_by[0].field, by=by, n=percent, percent=True, descending=descending)
    return query.model_copy(update={"limit": None, "top": top})
