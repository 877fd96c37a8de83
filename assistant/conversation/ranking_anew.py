"""A ranking by another number than before: its rows need not be those of the answer before, and that is said."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp
from semantic_layer import SemanticQuery


def told_anew(follow_up: FollowUp, plan: Plan) -> Plan:
    """The plan with a note where "by margin" behind the top three by revenue ranks all of them again."""
    base, query = follow_up.base, plan.query
    if not base.limit or query.limit != base.limit or query.group_by != base.group_by or query.skip:
        return plan
    old, new = _ranked_by(base), _ranked_by(query)
    if not old or not new or old == new:
        return plan
    title = follow_up.understanding.world.layer.metrics[new].title
    note = follow_up.phrases.message("ranked_anew", metric=title.lower())
    return replace(plan, notes=(*plan.notes, note))


def _ranked_by(query: SemanticQuery) -> str:
    """The metric by which the rows are cut."""
    order = query.order_by[0] if query.order_by else None
    return order.by if order is not None and order.by in query.metrics else ""
