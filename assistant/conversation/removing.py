"""Follow-ups that take something away: a breakdown, a condition, a number, the period."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading, loose_bounds
from assistant.conversation.merging import Removal, remove, uncut, without_group
from assistant.conversation.phrases import words_of
from assistant.conversation.population import is_cut, population
from assistant.understanding import Element
from semantic_layer import METRIC_TIME, SemanticQuery

WITHOUT = ("without", "no", "not")


VALUED = ("in", "not_in", "eq", "ne")


def read_whole(follow_up: FollowUp) -> Reading | None:
    """ "overall", "all countries", "all time": a breakdown or a condition no longer holds."""
    phrases, base = follow_up.phrases, follow_up.base
    words = follow_up.words
    if phrases.is_one(words, "parts", "all_rows") and (base.group_by or base.entity):
        return Plan(_all_rows(base))
    if phrases.is_one(words, "parts", "sum"):
        return _summed(follow_up)
    bare = words[1:] if words[:1] in (("for",), ("over",), ("of",)) else words
    if phrases.is_one(bare, "parts", "whole") or phrases.is_one(words, "parts", "whole"):
        if base.group_by and loose_bounds(base, follow_up.understanding.world.layer.metrics):
            return follow_up.refuse("unfollowed")
        if base.group_by:
            return Plan(without_group(base, {group.field for group in base.group_by}))
        kept = remove(base, Removal(filters=frozenset(f.field for f in base.filters if f.op in VALUED)))
        return Plan(kept or base)  # "and overall?" behind one case: without it
    if phrases.is_one(bare, "parts", "all_time") or phrases.is_one(words, "parts", "all_time"):
        return Plan(base.model_copy(update={"time_range": None, "compare": None}))
    size = phrases.opens(bare, "parts", "all")
    if not size:
        return None
    fields = _fields(follow_up.understanding.meanings(follow_up.tokens[len(words) - len(bare) + size :]))
    gone = {f.field for f in base.filters if f.field in fields and f.op in VALUED}
    cut = base.limit is not None and any(group.field in fields for group in base.group_by)
    changed = remove(base, Removal(filters=frozenset(gone), limit=cut)) if gone or cut else None
    return Plan(changed) if changed is not None else None


def _all_rows(base: SemanticQuery) -> SemanticQuery:
    """The base with all rows of a cut; of one that shows picked groups only ("show Germany only") with all of these."""
    whole = uncut(base).model_copy(update={"order_by": base.order_by})
    grouped = {group.field for group in base.group_by}
    picked = frozenset(one.field for one in base.filters if one.field in grouped and one.op in VALUED)
    return whole if whole != base or not picked else remove(base, Removal(filters=picked)) or base


def _summed(follow_up: FollowUp) -> Reading:
    """ "show me the total" of a breakdown, or of the rows that a ranking showed."""
    base, layer = follow_up.base, follow_up.understanding.world.layer
    shown = population(base, follow_up.turn) if is_cut(base) else base
    if shown is None or not base.metrics or loose_bounds(base, layer.metrics):
        return follow_up.refuse("unfollowed")
    query = without_group(shown, {group.field for group in base.group_by})
    return Plan(query.model_copy(update={"order_by": ()}))


def _fields(meanings: tuple[Element, ...]) -> set[str]:
    """The fields that all the words together name, none when a word names something else."""
    if len(meanings) != 1:
        return set()
    return {concept.target for concept in meanings[0].concepts if concept.kind == "dimension"}


@dataclass
class _Found:
    """The parts of a query that words named, and the words that named none."""

    metrics: set[str] = field(default_factory=set[str])
    groups: set[str] = field(default_factory=set[str])
    filters: set[str] = field(default_factory=set[str])
    period: bool = False
    compare: bool = False
    limit: bool = False
    unknown: list[str] = field(default_factory=list[str])

    @property
    def removal(self) -> Removal:
        """What to take away."""
        sets = (frozenset(self.metrics), frozenset(self.groups), frozenset(self.filters))
        return Removal(*sets, self.period, self.compare, self.limit)


def read_removal(follow_up: FollowUp) -> Reading | None:
    """The base without what the words name of it; None when nothing is to be taken away."""
    words = follow_up.words
    if "removing" not in follow_up.cues:
        if words[:1] == () or words[0] not in WITHOUT:
            return None
        follow_up = follow_up.with_tokens(follow_up.tokens[1:])
        found = _named_parts(follow_up)
        fits = not found.unknown and (found.groups or found.metrics or found.period or found.compare)
        changed = remove(follow_up.base, found.removal) if fits and not found.filters else None
        return Plan(changed) if changed is not None else None
    found = _named_parts(follow_up)
    if found.unknown:
        return _exclude(follow_up) or follow_up.refuse("not_in_it", words=", ".join(found.unknown))
    changed = remove(follow_up.base, found.removal)
    if changed is None and "swapping" in follow_up.cues:
        return Plan(follow_up.base)
    return follow_up.refuse("nothing_left", words=follow_up.text()) if changed is None else Plan(changed)


def _exclude(follow_up: FollowUp) -> Reading | None:
    """ "remove Germany" where nothing asked for Germany: its rows are left out."""
    if "swapping" in follow_up.cues:
        return None
    if any(_is_measure(element, follow_up) for element in follow_up.understanding.meanings(follow_up.tokens)):
        return None  # "hide the open rate" takes no rows away
    tokens = follow_up.understanding.tokens("excluding")
    words = words_of(follow_up.tokens)
    start = 1 if words[:1] == ("the",) else 0
    tried = replace(follow_up, tokens=(*tokens, *follow_up.tokens[start:]), cues=follow_up.cues - {"removing"})
    plan = tried.read("metrics")
    return plan if isinstance(plan, Plan) else None


def _is_measure(element: Element, follow_up: FollowUp) -> bool:
    """Whether words name a number and no value."""
    kinds = {c.kind for c in element.concepts}
    counted = follow_up.understanding.world.nouns.counted
    return "metric" in kinds and "value" not in kinds and not any(c.target in counted for c in element.concepts)


def _named_parts(follow_up: FollowUp) -> _Found:
    found = _Found()
    elements = follow_up.understanding.meanings(follow_up.tokens)
    kinds = _kinds(follow_up)
    only_filters = "filter" in kinds and not kinds & {"breakdown"}
    for element in elements:
        _sort_out(element, follow_up, found, only_filters)
    base = follow_up.base
    if kinds and not (found.metrics or found.groups or found.filters or found.period):
        _take_kind(kinds, base, found)
    return found


def _kinds(follow_up: FollowUp) -> set[str]:
    phrases = follow_up.phrases
    names = ("filter", "breakdown", "period", "compare", "limit")
    return {name for name in names for word in follow_up.words if phrases.is_one((word,), "parts", name)}


def _take_kind(kinds: set[str], base: SemanticQuery, found: _Found) -> None:
    """ "remove the filter": every condition, when they are spoken of as such."""
    if "period" in kinds:
        found.period = True
    elif "filter" in kinds:
        found.filters = {f.field for f in base.filters if f.op != "not_null"}
    if "breakdown" in kinds:
        found.groups = {group.field for group in base.group_by}
    found.compare, found.limit = "compare" in kinds, "limit" in kinds


def _sort_out(element: Element, follow_up: FollowUp, found: _Found, only_filters: bool) -> None:
    """Which part of the base an element names."""
    base = follow_up.base
    if _is_said_of_parts(element, follow_up):
        return
    if element.time is not None:
        found.period = True
        return
    if element.grain and any(g.field == METRIC_TIME and g.grain == element.grain for g in base.group_by):
        found.groups.add(METRIC_TIME)
        return
    targets = {concept.target for concept in element.concepts}
    counted = {follow_up.understanding.world.nouns.count_of(c.target) for c in element.concepts if c.kind == "noun"}
    groups = {group.field for group in base.group_by} & targets
    filters = {f.field for f in base.filters if f.field in targets}
    metrics = set(base.metrics) & (targets | counted)
    values = {c.value for c in element.concepts if c.kind == "value"}
    if values:
        held = {f.field for f in base.filters if f.field in filters and f.op == "in" and set(f.values) <= values}
        (found.filters.update(held) if held else found.unknown.append(element.text))
    elif groups and not only_filters:
        found.groups.update(groups)
    elif filters:
        found.filters.update(filters)
    elif metrics:
        found.metrics.update(metrics)
    else:
        found.unknown.append(element.text)


def _is_said_of_parts(element: Element, follow_up: FollowUp) -> bool:
    """Whether a word speaks of parts in general, or says nothing."""
    phrases = follow_up.phrases
    words = tuple(token.text for token in follow_up.understanding.tokens(element.text))
    names = ("filter", "breakdown", "period", "compare", "limit", "ignored")
    spoken = all(any(phrases.is_one((word,), "parts", name) for name in names) for word in words)
    return spoken and not any(c.kind == "value" for c in element.concepts)
