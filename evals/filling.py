"""A typed query as a model would have filled it in: what the scripted, always right model of the benches replies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from semantic_layer import Filter, SemanticQuery


def filled_of(query: SemanticQuery) -> dict[str, Any]:
    """The plan with all that its form can say; shares, ranks and scopes of entities have no place in it."""
    period = query.time_range
    return {
        "metrics": list(query.metrics),
        "group_by": [{"field": one.field, "grain": one.grain or "none"} for one in query.group_by],
        "filters": [_filled(one) for one in query.filters],
        "first_day": period.start.isoformat() if period and period.start else "",
        "last_day": (period.end - timedelta(days=1)).isoformat() if period and period.end else "",
        "compare": query.compare.kind if query.compare and query.compare.kind != "range" else "none",
        "list_of": query.entity,
        "order_by": [{"by": one.by, "descending": one.descending} for one in query.order_by],
        "limit": query.limit or 0,
        "unplaced": [],
    }


def _filled(one: Filter) -> dict[str, Any]:
    return {"field": one.field, "op": one.op, "values": [str(value) for value in one.values]}
