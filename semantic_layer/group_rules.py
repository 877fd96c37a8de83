"""What a query may say about groups that are taken together, and about what stands beside a metric in a row."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer import bucket_rules
from semantic_layer.errors import QueryFault
from semantic_layer.metric_types import SimpleMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.query import COHORT_AGE, METRIC_TIME, SemanticQuery
from semantic_layer.resolution import asked_metrics, bases, is_metric_filter, is_together


def per_group(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of asking for one number over the values of fields; the query is that of each value."""
    asked = query.per_group
    if asked is None:
        return
    yield from _alone(query)
    for name in asked.fields:
        if name in (METRIC_TIME, COHORT_AGE) or (name in layer.fields and layer.fields[name].kind == "time"):
            yield QueryFault("E_PER_GROUP", f"`{name}` is a time; `per_bucket` takes its buckets together.")
    for name in query.metrics if asked.agg in ("average", "median") else ():
        if not bucket_rules.adds_up_in_time(layer, name, ("sum", "count", "count_distinct")):
            title = layer.metrics[name].title
            yield QueryFault("E_PER_GROUP", f"`{title}` does not add up, so an average of groups is no average of it.")
    if query.limit is not None and len(query.group_by) == len(asked.fields):
        yield QueryFault("E_LIMIT", "One number over all groups cannot be cut.")


def _alone(query: SemanticQuery) -> Iterator[QueryFault]:
    """What cannot be asked beside."""
    beside = {
        "compare": query.compare and not any(one.than == "previous" for one in query.filters),
        "shares": query.shares,
        "ranks": query.ranks,
        "pivot": query.pivot,
        "entity": query.entity,
        "top": query.top,
        "mark_partial": query.mark_partial,
        "per_bucket": query.per_bucket,
        "running": query.running,
        "fill": query.fill != "none",
    }
    for name, value in beside.items():
        if value:
            yield QueryFault("E_PER_GROUP", f"One number over groups has no `{name}`.")


def top_together(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of taking what the top values have together."""
    top = query.top
    if top is None:
        return
    if top.percent and not 0 < top.n < 100:
        yield QueryFault("E_LIMIT", f"The top {top.n}% is no part of all.")
    if not is_together(query):
        return
    if top.field not in layer.fields or layer.fields[top.field].kind == "time":
        sentence = (
            f"The query is not grouped by `{top.field}`, nor is it a field whose top values can be taken together."
        )
        yield QueryFault("E_ORDER_NOT_IN_QUERY", sentence)
    elif query.compare or top.others:
        yield QueryFault("E_TOP", "What the top values have together is neither compared nor put beside the others.")
    names = asked_metrics(layer, query)
    if not all(isinstance(one, SimpleMetric) for one in bases(layer, (*names, top.by))):
        yield QueryFault("E_TOP", "Only metrics of plain rows can be taken together for the top values.")
    if any(is_metric_filter(layer, one) for one in query.filters):
        yield QueryFault("E_TOP", "What the top values have together takes no condition on a metric.")


def part_of(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of one metric as a share of another."""
    for one in query.shares:
        if not one.of:
            if one.per or one.less:
                yield QueryFault("E_SHARE", "What a metric falls to so many of, or has taken off, is named in `of`.")
            continue
        if one.of not in query.metrics or one.of == one.metric:
            yield QueryFault("E_ORDER_NOT_IN_QUERY", f"`{one.of}` is not among the metrics shown.", query.metrics)
        elif one.within or one.is_of_case or (one.per and one.less):
            yield QueryFault("E_SHARE", f"A share of `{one.of}` has neither `within` nor `apart_from`.")
        elif not one.per and not comparable(layer, one.metric, one.of):
            sentence = f"`{one.metric}` and `{one.of}` have different units: one is no share of the other."
            yield QueryFault("E_SHARE_UNITS", sentence)
        elif not all(
            bucket_rules.adds_up_in_time(layer, name, ("sum", "count", "count_distinct"))
            for name in (one.metric, one.of)
        ):
            yield QueryFault("E_SHARE_NOT_ADDITIVE", f"`{one.metric}` or `{one.of}` is no amount that can be a part.")


def comparable(layer: SemanticLayer, name: str, other: str) -> bool:
    """Whether two metrics can be part and whole: amounts of one unit, or counts of whatever."""
    part, whole = layer.metrics[name], layer.metrics[other]
    return (bool(part.unit) and part.unit == whole.unit) or part.format == whole.format == "integer"


def told_apart(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of keeping some values as groups of their own: only categories have values to be told from the others."""
    for one in query.group_by:
        known = layer.fields.get(one.field)
        if one.apart and (known is None or known.kind != "categorical" or one.grain or one.calendar):
            yield QueryFault("E_GROUP_APART", f"`{one.field}` has no values that can be told from all others.")


def than_previous(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of holding a metric against its value in the other span."""
    for one in query.filters:
        if one.than != "previous":
            continue
        if query.compare is None or query.entity or not is_metric_filter(layer, one):
            sentence = f"`{one.field}` can only be held against another span as a metric of a comparison."
            yield QueryFault("E_COMPARE_NEEDS_PERIOD", sentence)
