"""A typed query as a model would have filled it in: what the scripted, always right model of the benches replies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from semantic_layer import Filter, SemanticQuery


def filled_of(query: SemanticQuery) -> dict[str, Any]:
    """The plan with all that its form can say; shares, ranks and scopes of entities have no place in it."""
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
    }


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
    return {"field": one.field, "op": one.op, "values": [str(value) for value in one.values]}
