"""Follow-ups that ask for other bands of the number before: "in steps of 20", "in 10 buckets", "under 50 and above"."""

from __future__ import annotations

from assistant.answer import Plan, Refusal
from assistant.conversation.followup import FollowUp, Reading
from assistant.understanding import rebanded


def read_bands(follow_up: FollowUp) -> Reading | None:
    """The answer before in other bands; None where it has none, or the words say more."""
    base, understanding = follow_up.base, follow_up.understanding
    banded = [group for group in base.group_by if group.bands is not None]
    if len(banded) != 1:
        return None
    found = rebanded(follow_up.question, understanding.tokens(follow_up.question), banded[0], understanding.world)
    if found is None or isinstance(found, Refusal):
        return found
    groups = tuple(found if group == banded[0] else group for group in base.group_by)
    query = base.model_copy(update={"group_by": groups})
    return Plan(query) if follow_up.stands(query) else None
