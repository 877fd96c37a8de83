"""Follow-ups about order alone: "sort by orders ascending", "alphabetically", "the other way round"."""

from __future__ import annotations

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import with_metrics
from assistant.conversation.population import is_cut, population
from semantic_layer import METRIC_TIME, OrderBy, SemanticQuery

LAST_NAMED = (("by", "that"), ("by", "this"), ("by", "it"))


def read_sorting(follow_up: FollowUp) -> Reading | None:
    """The base in another order; None when the words are not about order."""
    phrases, words = follow_up.phrases, follow_up.words
    base = follow_up.base
    if phrases.is_one(words, "reversed") and base.order_by:
        order = tuple(o.model_copy(update={"descending": not o.descending}) for o in base.order_by)
        return Plan(base.model_copy(update={"order_by": order}))
    direction, rest = _direction(follow_up)
    sorting = phrases.is_one(words[:1], "sorting") or _alphabetical(follow_up, words)
    if not sorting and (direction is None or rest):
        return None
    if base.compare is not None and phrases.is_one(rest, "changes"):
        order = OrderBy(by=base.metrics[0], descending=direction is not False, column="change")
        return None if is_cut(base) else Plan(base.model_copy(update={"order_by": (order,)}))
    key, query = _key(follow_up, rest)
    if not rest and words[-2:] in LAST_NAMED and len(base.metrics) > 1:
        key = base.metrics[-1]
    if key is None:
        return None
    descending = direction if direction is not None else key in query.metrics
    if _of_time(follow_up) and key != METRIC_TIME:
        return None  # "oldest first" of what has no time
    if base.limit is not None and key not in {order.by for order in base.order_by}:
        query = population(query, follow_up.turn)  # the very rows in another order, not other rows
        if query is None:
            return follow_up.refuse("unfollowed")
    return Plan(query.model_copy(update={"order_by": (OrderBy(by=key, descending=descending),)}))


def _of_time(follow_up: FollowUp) -> bool:
    """Whether the order asked for is one in time: "oldest first"."""
    return follow_up.phrases.find(follow_up.words, "in_time") is not None


def _direction(follow_up: FollowUp) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the largest comes first, when words say so, and the words left."""
    words, phrases = follow_up.words, follow_up.phrases
    direction: bool | None = None
    for name, descending in (("ascending", False), ("descending", True)):
        place = phrases.find(words, name)
        if place is not None:
            direction, words = descending, (*words[: place[0]], *words[place[1] :])
    ignored = {word for name in ("sorting", "sorted_things") for phrase in phrases.group(name) for word in phrase}
    while words and words[0] in ignored and not _alphabetical(follow_up, words):
        words = words[1:]
    return direction, words


def _alphabetical(follow_up: FollowUp, words: tuple[str, ...]) -> bool:
    return follow_up.phrases.is_one(words, "alphabetical")


def _key(follow_up: FollowUp, rest: tuple[str, ...]) -> tuple[str | None, SemanticQuery]:
    """What to sort by, and the query that holds it."""
    base = follow_up.base
    categories = [group.field for group in base.group_by if not group.grain]
    if not rest:
        return (base.metrics[0] if base.metrics and base.group_by else None), base
    if _alphabetical(follow_up, rest):
        return (categories[0] if categories else None), base
    tokens = follow_up.tokens[_start(follow_up, rest) :][: len(rest)]
    targets = [c.target for e in follow_up.understanding.meanings(tokens) for c in e.concepts]
    grains = {e.grain for e in follow_up.understanding.meanings(tokens) if e.grain}
    for group in base.group_by:
        if group.field in targets or (group.field == METRIC_TIME and group.grain in grains):
            return group.field, base
    named = [name for name in targets if name in follow_up.understanding.world.layer.metrics]
    held = [name for name in named if name in base.metrics]
    if held:
        return held[0], base
    if len(set(named)) == 1 and base.group_by:
        return named[0], with_metrics(base, (named[0],), adds=True)
    return None, base


def _start(follow_up: FollowUp, rest: tuple[str, ...]) -> int:
    words = follow_up.words
    return next(at for at in range(len(words)) if words[at : at + len(rest)] == rest)
