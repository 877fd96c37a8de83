"""Why a query would always come to nothing: conditions that exclude each other, or what a metric leaves out itself."""

from __future__ import annotations

from itertools import combinations
from operator import eq, ge, gt, le, lt

from assistant.understanding.draft import World
from assistant.understanding.own_filters import (
    contradicts,
    is_always_known,
    is_blank_for,
    is_blank_where,
    is_of_one,
    is_one_each,
    is_whole,
    kept_values,
)
from semantic_layer import Filter, QueryError, QueryFault, SemanticQuery, SimpleMetric

_MEETS = {"eq": eq, "gt": gt, "ge": ge, "lt": lt, "le": le}


def contradiction(world: World, query: SemanticQuery) -> QueryError | None:
    """The reason against conditions that cannot be met together, or that a metric's own definition leaves out."""
    query = query.model_copy(update={"filters": tuple(one for one in query.filters if not one.any_of)})
    reason = _of_each_other(world, query) or _of_groups(world, query) or _of_metrics(world, query)
    reason = reason or bound_on_blanks(world, query) or _of_groups_and_members(world, query)
    return QueryError(QueryFault("E_CONTRADICTION", reason)) if reason else None


def _of_each_other(world: World, query: SemanticQuery) -> str:
    """What two lists of values of one field, or a segment and its opposite, exclude; empty when nothing does."""
    lists: dict[tuple[str, str], list[set[object]]] = {}
    for one in query.filters:
        if one.op == "in" and not one.entity:
            lists.setdefault((one.field, one.via), []).append(set(one.values))
    apart = next((name for (name, _), sets in lists.items() if len(sets) > 1 and not set.intersection(*sets)), "")
    if apart:
        return world.language.message("excludes", field=world.layer.fields[apart].title)
    flags = {f.field: f.values for f in reversed(query.filters) if f.op == "eq" and not f.entity}
    both = next((f.field for f in query.filters if f.op == "eq" and f.values != flags.get(f.field, f.values)), "")
    both = both or bounds_apart(query)
    named = {**world.layer.segments, **world.layer.metrics}
    title = named[both].title if both in named else both
    return world.language.message("excludes", field=title) if both else ""  # "subscribers and non-subscribers"


def bounds_apart(query: SemanticQuery) -> str:
    """The number of which two bounds leave nothing ("none" and "at least one"); empty where there is none."""
    told = [one for one in query.filters if one.op in _MEETS and one.than is None and len(one.values) == 1]
    for one, other in combinations(told, 2):
        alike = one.model_copy(update={"op": other.op, "values": other.values}) == other
        if alike and not (one.entity and "." in one.field) and _excludes(one, other):
            return one.field
    return ""


def _excludes(one: Filter, other: Filter) -> bool:
    """Whether no number meets both of two bounds."""
    if not all(isinstance(value, (int, float)) for value in (*one.values, *other.values)):
        return False
    first, second = float(str(one.values[0])), float(str(other.values[0]))
    return one.op != other.op and not (_MEETS[one.op](second, first) or _MEETS[other.op](first, second))


def _of_groups_and_members(world: World, query: SemanticQuery) -> str:
    """ "cities with more than 100 customers and less than 10000 in revenue": both bounds are of the cities."""
    on_metrics = [one for one in query.filters if one.field in world.layer.metrics]
    counted = {world.nouns.counted.get(one.field, "") for one in on_metrics if not one.entity}
    of_members = [one for one in on_metrics if one.entity and one.entity in counted and one.op not in ("eq", "ge")]
    if query.entity and query.entity in counted:  # each of them is one
        of_members = [one for one in on_metrics if world.nouns.counted.get(one.field) == query.entity]
    if not query.group_by or not of_members:
        return ""
    return world.language.message("group_or_each", metric=world.layer.metrics[of_members[0].field].title)


def _of_groups(world: World, query: SemanticQuery) -> str:
    """A breakdown that has one group only, or one row in each, by the definition of what is measured."""
    ranks = query.limit == 1 or any(one.field in world.layer.metrics for one in query.filters)
    for group in query.group_by if query.metrics else ():
        ranked = query.limit is not None and all(named_cases(world, name, group.field) for name in query.metrics)
        alone = any(f.field == group.field and f.op == "in" and len(f.values) == 1 for f in query.filters)
        if alone and query.limit is not None:  # "is e-mail still our best channel": the first of one says nothing
            ranked = True
        if ranked or all(is_of_one(world.layer, name, group.field) for name in query.metrics):
            titles = world.layer.metrics[query.metrics[0]].title, world.layer.fields[group.field].title
            return world.language.message("one_group", metric=titles[0], field=titles[1])
        if all(is_one_each(world.layer, name, group.field, ranked=ranks) for name in query.metrics):
            titles = world.layer.metrics[query.metrics[0]].title, world.layer.fields[group.field].title
            return world.language.message("one_each", metric=titles[0], field=titles[1])
    return ""


def _of_metrics(world: World, query: SemanticQuery) -> str:
    """A condition that leaves a metric nothing, or everything."""
    for condition in query.filters:
        empty = condition.op == "is_null" and not condition.entity and condition.field in world.layer.fields
        for name in query.metrics if empty else ():
            if any(is_always_known(world.layer, leaf, condition.field) for leaf in world.reach.leaves(name)):
                titles = world.layer.metrics[name].title, world.layer.fields[condition.field].title
                return world.language.message("always_filled", metric=titles[0], field=titles[1])
        asked = tuple(value for value in condition.values if isinstance(value, str))
        for name in query.metrics if condition.op == "not_in" and asked and not condition.entity else ():
            kept = [kept_values(world.layer, leaf, condition.field) for leaf in world.reach.leaves(name)]
            if any(values and values <= set(asked) for values in kept):  # "abandoned carts that were not abandoned"
                title, field = world.layer.metrics[name].title, world.layer.fields[condition.field].title
                return world.language.message("left_out", metric=title, field=field, values=", ".join(asked))
        for name in query.metrics if condition.op == "in" and asked else ():
            if _is_left_out(world, name, condition):
                title, field = world.layer.metrics[name].title, world.layer.fields[condition.field].title
                return world.language.message("left_out", metric=title, field=field, values=", ".join(asked))
            if is_whole(world.layer, name, condition.field, asked):
                return world.language.message("always_whole", metric=world.layer.metrics[name].title)
    return ""


def bound_on_blanks(world: World, query: SemanticQuery) -> str:
    """The reason against a bound on a field that is empty in all rows asked for, the amount of orders that were
    cancelled; empty without one."""
    layer = world.layer
    fields = {f.field for f in query.filters if f.field in layer.fields and f.op not in ("in", "is_null")}
    had = [f.field for f in query.filters if f.field in layer.metrics and not f.entity]
    names = [leaf for name in (*query.metrics, *had) for leaf in world.reach.leaves(name)]
    for field in sorted(fields):
        blank = next((layer.metrics[name].title for name in names if is_blank_for(layer, name, field)), "")
        blank = blank or next((f"'{f.values[0]}'" for f in query.filters if _is_blank_beside(world, field, f)), "")
        if blank:
            return world.language.message("blank_for", field=layer.fields[field].title, metric=blank)
    return ""


def _is_blank_beside(world: World, field: str, condition: Filter) -> bool:
    asked = tuple(value for value in condition.values if isinstance(value, str))
    listed = condition.op == "in" and not condition.entity and condition.field in world.layer.fields
    return listed and is_blank_where(world.layer, field, condition.field, asked)


def _is_left_out(world: World, name: str, condition: Filter) -> bool:
    asked = tuple(value for value in condition.values if isinstance(value, str))
    leaves = world.reach.leaves(name)
    named = {case for leaf in leaves for case in named_cases(world, leaf, condition.field)}
    return contradicts(world.layer, leaves, condition.field, asked) or bool(named.difference(asked))


def named_cases(world: World, name: str, field: str) -> set[str]:
    """The stored values of a field that the measure of a metric is called by: "won" of deals by their stage."""
    metric = world.layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or metric.measure.partition(".")[0] != field.partition(".")[0]:
        return set()
    words = metric.measure.partition(".")[2].split("_")
    found = (world.lexicon.lookup(world.language.tokens(word)) for word in words)
    return {str(c.value) for concepts in found for c in concepts if c.kind == "value" and c.target == field}
