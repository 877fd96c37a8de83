"""What a query may say of cases: columns of a metric with conditions of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from semantic_layer.errors import QueryFault
from semantic_layer.model import SemanticLayer
from semantic_layer.query import Case, SemanticQuery
from semantic_layer.resolution import is_metric_filter, keys


def of_case(query: SemanticQuery, case: Case) -> SemanticQuery:
    """What one case tells, asked for alone: the metric by the same groups, under both sorts of conditions."""
    kept = {"group_by": query.group_by, "time_range": query.time_range, "time_zone": query.time_zone}
    return SemanticQuery(
        metrics=(case.metric,), filters=tuple(dict.fromkeys((*query.filters, *case.filters)))
    ).model_copy(update=kept)


def case_names(query: SemanticQuery) -> tuple[str, ...]:
    """The column of each case: its metric and its place among the cases of that metric, from 1 on."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for case in query.cases:
        seen[case.metric] += 1
        found.append(f"{case.metric}_{seen[case.metric]}")
    return tuple(found)


def cases(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of asking for a metric by cases; whether each one can be told is checked for it alone."""
    if not query.cases:
        return
    shown = {
        "entity": query.entity, "compare": query.compare, "shares": query.shares, "ranks": query.ranks,
        "top": query.top, "pivot": query.pivot, "per_bucket": query.per_bucket, "per_group": query.per_group,
        "running": query.running, "fill": query.fill != "none", "mark_partial": query.mark_partial,
    }  # fmt: skip
    for name in (name for name, asked in shown.items() if asked):
        yield QueryFault("E_CASES", f"Columns with conditions of their own take no `{name}`.")
    taken = {*query.metrics, *(key.name for key in keys(query))}
    for case, name in zip(query.cases, case_names(query), strict=True):
        if case.metric not in query.metrics:
            yield QueryFault("E_CASES", f"`{case.metric}` has cases but is not asked for.")
        if name in taken:
            yield QueryFault("E_NAME_COLLISION", f"`{name}` is asked for more than once.")
    conditions = (*query.filters, *(one for case in query.cases for one in case.filters))
    if any(is_metric_filter(layer, one) for one in conditions):
        yield QueryFault("E_CASES", "Beside columns with conditions of their own no condition on a metric can stand.")
