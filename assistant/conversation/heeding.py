"""What a follow-up must not pass over: the values of the breakdown before it, that breakdown, and the rows."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import with_default_order, with_metrics
from assistant.conversation.population import is_cut
from assistant.conversation.those import of_those_counted
from semantic_layer import METRIC_TIME, Filter, RatioMetric, SemanticQuery

MEMBERSHIP = ("in", "not_in")


def heeded(follow_up: FollowUp, followed: Reading) -> Reading:
    """What was read, unless it passes over the answer before: then what heeds it, or what is asked back."""
    if not isinstance(followed, Plan):
        return followed
    theirs = of_those_counted(follow_up, followed)
    return theirs or _of_the_groups(follow_up, followed) or _of_other_groups(follow_up, followed) or followed


def _of_the_groups(follow_up: FollowUp, followed: Plan) -> Reading | None:
    """ "only Berlin" behind stores: the store in Berlin, which is called so in part, or what customers there bought?

    A group that is called just so ("just the app" behind channels) is meant.
    """
    base, query = follow_up.base, followed.query
    grouped = [group.field for group in base.group_by if group.field != METRIC_TIME and not group.entity]
    new = [one for one in query.filters if one not in base.filters and one.op in MEMBERSHIP and not one.entity]
    if len(new) != 1 or new[0].field in grouped or query.group_by != base.group_by or len(new[0].values) != 1:
        return None
    owner = new[0].field.partition(".")[0]
    for field in grouped:
        named, whole = _called(follow_up, field, str(new[0].values[0]))
        if not whole and field.startswith(f"{owner}."):
            continue  # "only Shoes" behind products: the category, though some are called so as well
        other = query.model_copy(update={"filters": tuple(_other(one, new[0], field, named) for one in query.filters)})
        if named and follow_up.stands(other):
            return Plan(other) if whole else follow_up.ask_which((Plan(other), followed))
    return None


def _called(follow_up: FollowUp, field: str, name: str) -> tuple[tuple[str, ...], bool]:
    """The values of a field that are called so, or else those with the name as a word, and whether it is all of it."""
    world = follow_up.understanding.world
    values, said = world.lexicon.values_of(field), name.casefold()
    same = tuple(value for value in values if value.casefold() == said)
    parts = (value for value in values if said in {token.text for token in world.language.tokens(value)})
    return (same, True) if same else (tuple(sorted(parts)), False)


def _other(one: Filter, new: Filter, field: str, values: tuple[str, ...]) -> Filter:
    return one.model_copy(update={"field": field, "values": values}) if one is new else one


def _of_other_groups(follow_up: FollowUp, followed: Plan) -> Reading | None:
    """ "only companies" behind segments: a part of what was told, and not another breakdown."""
    old = {group.field for group in follow_up.base.group_by}
    new = {group.field for group in followed.query.group_by}
    same = followed.query.metrics == follow_up.base.metrics and followed.query.limit is None
    if "narrowing" in follow_up.cues and "by" not in follow_up.words and old and same and new and new.isdisjoint(old):
        return follow_up.refuse("unfollowed")
    return None


def within_context(follow_up: FollowUp, alone: Plan) -> Reading:
    """ "and won value" behind a breakdown: the other number of the same rows, and none of all there are."""
    query: SemanticQuery = with_metrics(follow_up.base, alone.query.metrics)
    if any(span.role == "filler" and span.target for span in alone.spans):
        return follow_up.refuse("unfollowed")  # "retention campaigns" behind a rate of plans
    return Plan(query) if follow_up.answers(query) else follow_up.refuse("unfollowed")


def is_ratio(plan: Plan) -> bool:
    """Whether so much of one number for each of another is asked for: "tickets per customer"."""
    return any(one.per for one in plan.query.shares)


def ratio_within_context(follow_up: FollowUp, alone: Plan) -> Reading:
    """ "tickets per customer" behind the tickets of April: that of April, and not of all times."""
    base, query = follow_up.base, alone.query
    plain = not (base.entity or base.compare or base.shares or base.limit or base.top)
    if not plain or not set(base.metrics) & set(query.metrics):
        return follow_up.refuse("unfollowed")
    filters = tuple(dict.fromkeys((*base.filters, *query.filters)))
    found = query.model_copy(update={"filters": filters, "time_range": base.time_range, "group_by": base.group_by})
    return (
        replace(alone, query=with_default_order(found)) if follow_up.stands(found) else follow_up.refuse("unfollowed")
    )


def read_resting(follow_up: FollowUp) -> Reading | None:
    """ "how many tickets is that based on" behind a rate: what it is divided by; None for any other number."""
    rests = follow_up.phrases.closes(tuple(token.text for token in follow_up.rest), "resting_on")
    layer, base = follow_up.understanding.world.layer, follow_up.base
    metric = layer.metrics[base.metrics[0]] if rests and len(base.metrics) == 1 else None
    if not isinstance(metric, RatioMetric):
        return None
    under = layer.metrics[metric.denominator]
    query = with_metrics(base, (under.name,))
    told = not under.hidden and under.format == "integer" and not is_cut(base) and follow_up.stands(query)
    return Plan(query) if told else follow_up.refuse("unfollowed")
