"""Follow-ups that go back to an answer further up, or on to the next place: "back to the months", "second best"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.turns import Turn
from assistant.understanding import Token
from semantic_layer import METRIC_TIME


def read_back_to(follow_up: FollowUp) -> Reading | None:
    """ "back to the months": the last answer further up that was told so, once more; None for other words."""
    size = follow_up.phrases.opens(follow_up.words, "going_back", "asking")
    told = follow_up.tokens[size:]
    if not size or not told:
        return None
    earlier = [one for one in reversed((*follow_up.earlier, follow_up.turn)) if one.query is not None]
    if follow_up.phrases.is_one(tuple(token.text for token in told), "going_back", "lists"):
        found = next((one for one in earlier if len(one.rows) > 1), None)
    else:
        so = [one for one in earlier if one.query != follow_up.base and _is_told(follow_up, told, one)]
        found = next((one for one in so if len(one.rows) > 1), next(iter(so), None))
    if found is None or found.query is None:
        return follow_up.refuse("no_reference", words=" ".join(token.raw for token in told))
    return Plan(found.query)


def _is_told(follow_up: FollowUp, told: tuple[Token, ...], turn: Turn) -> bool:
    """Whether every word names a number, a breakdown or a unit of time of an answer."""
    query = turn.query
    assert query is not None
    own = {*query.metrics, query.entity, *(one.field for one in query.group_by)}
    own |= {one.field.partition(".")[0] for one in query.group_by}
    grains = {one.grain for one in query.group_by if one.field == METRIC_TIME}
    meant = [one for one in follow_up.understanding.meanings(told) if one.cues != {"filler"}]
    return bool(meant) and all(one.grain in grains or {c.target for c in one.concepts} & own for one in meant)


def read_next_best(follow_up: FollowUp) -> Reading | None:
    """ "second best" behind the best one: the place asked for of the same ranking; None for other words."""
    base, phrases = follow_up.base, follow_up.phrases
    start = phrases.opens(follow_up.words, "picks", "articles")
    words = follow_up.words[start:]
    place = follow_up.understanding.world.language.data["ordinals"].get(words[0], 0) if words else 0
    if base.limit != 1 or place < 1 or not (len(words) == 1 or phrases.is_one(words[1:], "going_back", "places")):
        return None
    return Plan(base.model_copy(update={"skip": place - 1}))
