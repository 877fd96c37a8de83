"""Follow-ups that name the steps of another funnel: "and the sales funnel?"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from semantic_layer import is_funnel


def read_funnel(follow_up: FollowUp) -> Reading | None:
    """The funnel that is named, for the period and the comparison before where it says none; None for others."""
    if not _may_name(follow_up):
        return None
    told = follow_up.question[follow_up.tokens[0].start : follow_up.tokens[-1].end]
    alone = follow_up.understanding.plan(told)
    if not isinstance(alone, Plan) or not is_funnel(alone.query):
        return None
    if alone.query.time_range is not None:
        return alone
    base = follow_up.base
    query = alone.query.model_copy(update={"time_range": base.time_range, "compare": base.compare})
    return Plan(query, confidence=alone.confidence) if follow_up.stands(query) else alone


def _may_name(follow_up: FollowUp) -> bool:
    """Whether a word stands there that the name of some funnel has."""
    known = follow_up.understanding.world.layer.funnels.values()
    words = {word for one in known for name in (one.title, *one.synonyms) for word in name.casefold().split()}
    return any(token.text in words for token in follow_up.tokens)
