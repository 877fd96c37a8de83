"""Values that the metric itself leaves out, where they are asked for beside others: "orders by status" shows the
cancelled ones, "cancelled versus completed orders" has both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.own_filters import left_out
from semantic_layer import SemanticLayer, SemanticQuery, SimpleMetric, stands


def with_all_groups(plan: Plan, world: World) -> Plan:
    """The plan with the metric that counts the same rows without leaving any out, or told what it leaves out."""
    query, layer = plan.query, world.layer
    if len(query.metrics) != 1 or query.entity:
        return plan
    name = query.metrics[0]
    for field, values in _asked_for(layer, query):
        told = {"metric": layer.metrics[name].title, "values": ", ".join(sorted(values))}
        other = _whole(layer, name, field)
        swapped = _swapped(query, name, other) if other else None
        if swapped is not None and stands(layer, swapped):
            note = world.language.message("shown_too", **told)
            return replace(plan, query=swapped, notes=(*plan.notes, note))
        return replace(plan, notes=(*plan.notes, world.language.message("without_groups", **told)))
    return plan


def _asked_for(layer: SemanticLayer, query: SemanticQuery) -> Iterator[tuple[str, frozenset[str]]]:
    """The fields by which rows are told apart or chosen, with the values among them that the metric leaves out."""
    (name,), chosen = query.metrics, {one.field: one for one in query.filters if not one.entity}
    for field in dict.fromkeys((*(one.field for one in query.group_by), *chosen)):
        values = left_out(layer, name, field)
        if field in chosen:
            values &= {str(value) for value in chosen[field].values} if chosen[field].op == "in" else set()
        if values:
            yield field, values


def _whole(layer: SemanticLayer, name: str, field: str) -> str:
    """The one listed metric that aggregates the same rows alike and leaves no value of the field out; else empty."""
    metric = layer.metrics[name]
    found = [one.name for one in layer.metrics.values() if _is_like(layer, metric.name, one.name)]
    whole = [one for one in found if not left_out(layer, one, field) and not layer.metrics[one].hidden]
    return whole[0] if len(whole) == 1 else ""


def _is_like(layer: SemanticLayer, name: str, other: str) -> bool:
    pair = [one for one in (layer.metrics[name], layer.metrics[other]) if isinstance(one, SimpleMetric)]
    if (
        len(pair) < 2
        or pair[1].implied
        or name == other
        or pair[0].measure.partition(".")[0] != pair[1].measure.partition(".")[0]
    ):
        return False
    ours, theirs = (layer.measures[one.measure] for one in pair)
    kept = left_out_only(ours.filter, pair[0].filter), left_out_only(theirs.filter, pair[1].filter)
    return (ours.agg, ours.expression, pair[0].time) == (theirs.agg, theirs.expression, pair[1].time) and kept[
        0
    ] > kept[1]


def left_out_only(*filters: str) -> frozenset[str]:
    """The conditions that must all hold, each as it is written."""
    return frozenset(part.strip() for one in filters if one for part in one.split(" AND "))


def _swapped(query: SemanticQuery, name: str, other: str) -> SemanticQuery:
    order = tuple(one.model_copy(update={"by": other}) if one.by == name else one for one in query.order_by)
    shares = tuple(one.model_copy(update={"metric": other}) if one.metric == name else one for one in query.shares)
    top = query.top and query.top.model_copy(update={"by": other if query.top.by == name else query.top.by})
    return query.model_copy(update={"metrics": (other,), "order_by": order, "shares": shares, "top": top})
