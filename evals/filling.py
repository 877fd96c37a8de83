"""A typed query as a model would have filled it in: what the scripted, always right model of the benches replies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from semantic_layer import METRIC_TIME, Filter, SemanticQuery, is_together


def filled_of(query: SemanticQuery) -> dict[str, Any]:
    """The plan with all that its form can say; ranks and scopes of entities in time have no place in it."""
    period = query.time_range
    return {
        "metrics": list(query.metrics),
        "group_by": [one.field for one in query.group_by],
        "grain": next((one.grain for one in query.group_by if one.grain), "none"),
        "filters": [_filled(one) for one in query.filters],
        "first_day": period.start.isoformat() if period and period.start else "",
        "last_day": (period.end - timedelta(days=1)).isoformat() if period and period.end else "",
        "compare": _compared(query),
        "list_of": query.entity,
        "order_by": [one.by for one in query.order_by],
        "descending": all(one.descending for one in query.order_by),
        "limit": query.limit or 0,
        "unplaced": [],
        **_together(query),
    }


def _together(query: SemanticQuery) -> dict[str, Any]:
    """What is one number of groups, of the first few, or of two metrics."""
    share = next(iter(query.shares), None)
    told: dict[str, Any] = {"over_groups": "none", "share": "none", "per": 0, "cut": "rows"}
    if share is not None and not share.apart_from:
        told |= {"share": "of_second_metric" if share.of else "of_total", "per": share.per}
    groups = [one.field for one in query.group_by]
    if query.per_bucket is not None:
        told |= {
            "over_groups": query.per_bucket.agg,
            "group_by": [*groups, METRIC_TIME],
            "grain": query.per_bucket.grain,
        }
    if query.per_group is not None:
        told |= {"over_groups": query.per_group.agg, "group_by": [*groups, *query.per_group.fields]}
    if query.top is not None and is_together(query):
        cut = "percent_together" if query.top.percent else "together"
        told |= {"cut": cut, "limit": query.top.n, "order_by": [query.top.by], "descending": query.top.descending}
        told |= {"group_by": [*groups, query.top.field]}
    return told


def _compared(query: SemanticQuery) -> str:
    """The comparison by its name, also where it was written as the days of the year before."""
    if query.compare is None:
        return "none"
    if query.compare.kind != "range":
        return query.compare.kind
    asked, other = query.time_range, query.compare.range
    if asked is None or other is None or not (asked.start and asked.end and other.start and other.end):
        return "none"
    earlier = [_year_before(day) for day in (asked.start, asked.end)]
    return "previous_year" if earlier == [other.start, other.end] else "none"


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if (day.month, day.day) == (2, 29) else day.day)


def _filled(one: Filter) -> dict[str, Any]:
    values = [one.than] if one.than else [str(value) for value in one.values]
    told: dict[str, Any] = {"field": one.field, "op": one.op, "values": values}
    where = [_filled(row) for row in one.where]
    return {**told, "of_each": one.entity, "where": where} if one.entity or where else told
