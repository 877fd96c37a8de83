"""Follow-ups that ask which group moved most: "which one grew the most?" behind a breakdown."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.population import is_cut
from semantic_layer import Comparison, OrderBy, SemanticQuery

WAYS = {"change_up": True, "change_down": False}


def read_moved_most(follow_up: FollowUp) -> Reading | None:
    """The breakdown by its change, the group asked for first; None for other words, and where nothing is compared.

    A breakdown of a period without a comparison is compared with the period before.
    """
    descending = _way(follow_up)
    base = _compared(follow_up.base)
    if descending is None or base is None or is_cut(base) or len(base.metrics) != 1 or base.entity:
        return None
    order = OrderBy(by=base.metrics[0], descending=descending, column="change")
    query = base.model_copy(update={"order_by": (order,)})
    return Plan(query) if follow_up.answers(query) else None


def _way(follow_up: FollowUp) -> bool | None:
    """Whether the largest rise is asked for (or the largest fall); None when the words ask for something else."""
    phrases, cues = follow_up.phrases, follow_up.understanding.world.language.cues
    words = tuple(token.text for token in follow_up.rest)
    if not phrases.is_one(words[:1], "moved_most", "asking") or not phrases.is_one(words[-1:], "moved_most", "degree"):
        return None
    ways = [WAYS[cue] for word in words for cue in cues.get(word, ()) if cue in WAYS]
    rest = [word for word in words[1:-1] if not set(cues.get(word, ())) & WAYS.keys()]
    known = all(phrases.is_one((word,), "moved_most", "around") or _is_group(follow_up, word) for word in rest)
    return ways[0] if len(ways) == 1 and known else None


def _is_group(follow_up: FollowUp, word: str) -> bool:
    """Whether a word names what the base is broken down by: "which topic grew the most"."""
    fields = {group.field for group in follow_up.base.group_by}
    tokens = [token for token in follow_up.rest if token.text == word]
    return any(c.target in fields for c in follow_up.understanding.world.lexicon.lookup(tokens[:1]))


def _compared(base: SemanticQuery) -> SemanticQuery | None:
    """The breakdown beside another period; None for anything but the groups of one."""
    if len(base.group_by) != 1 or base.group_by[0].grain or base.group_by[0].calendar or base.shares or base.top:
        return None
    if base.compare is not None:
        return base
    span = base.time_range
    return base.model_copy(update={"compare": Comparison()}) if span is not None and span.start else None
