"""The first few and all others in one row: "top 5 countries and the rest by revenue", "top 3 channels + other"."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.forms.asking import Asking, phrases
from semantic_layer import SemanticQuery, Top


def top_rest(asking: Asking) -> Plan | None:
    """The plan of a ranking whose remaining groups are put together; None for any other question."""
    ranked = any(token.text in phrases()["ends_of_rank"] for token in asking.tokens)
    for at, behind in asking.found("and_the_rest") if ranked else ():
        plan = asking.read((*asking.tokens[:at], *asking.tokens[behind:]))
        query = _with_rest(plan.query) if plan is not None else None
        if plan is not None and query is not None and asking.stands(query):
            return replace(plan, query=query)
    return None


def _with_rest(query: SemanticQuery) -> SemanticQuery | None:
    """The ranking with everything behind its last place as one group more; None where it is no ranking of groups."""
    ranked = query.metrics and query.limit and len(query.order_by) == 1 and query.order_by[0].by in query.metrics
    if not ranked or len(query.group_by) != 1 or query.entity or query.top or query.skip or query.compare:
        return None
    by, first = query.order_by[0], query.group_by[0]
    if by.column != "value" or first.grain or "." not in first.field:
        return None
    assert query.limit is not None
    top = Top(field=first.field, by=by.by, n=query.limit, descending=by.descending, others=True)

    return query.model_copy(update={"limit": None, "top": top})
