"""Follow-ups that set the part of the answer before against all others: "versus everyone else"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.population import is_cut
from assistant.understanding import apart
from semantic_layer import Filter, OrderBy, SemanticQuery


def read_against_rest(follow_up: FollowUp) -> Reading | None:
    """The number of the one part and of all others; None for other words, and where no one part was asked about."""
    base, words = follow_up.base, follow_up.words
    if "comparing" not in follow_up.cues or base.group_by or base.entity or base.compare or is_cut(base):
        return None
    parts = [one for one in base.filters if not one.entity and _is_others(follow_up, words, one)]
    split = apart(follow_up.understanding.world, parts[0]) if len(parts) == 1 and len(base.metrics) == 1 else None
    if split is None or base.shares:
        return None
    rest = tuple(one for one in base.filters if one is not parts[0])
    order = (OrderBy(by=base.metrics[0]),)
    told = {"group_by": (split.group,), "filters": (*rest, *split.only), "order_by": order}
    query: SemanticQuery = base.model_copy(update=told)
    return Plan(query) if follow_up.stands(query) else None


def _is_others(follow_up: FollowUp, words: tuple[str, ...], part: Filter) -> bool:
    """Whether the words stand for all others of the part, perhaps by what they are ("all other countries")."""
    if follow_up.phrases.is_one(words, "picks", "others"):
        return True
    opened = follow_up.phrases.opens(words, "picks", "other_ones")
    concepts = follow_up.understanding.world.lexicon.lookup(follow_up.tokens[opened:]) if opened else ()
    return any(concept.target == part.field for concept in concepts)
