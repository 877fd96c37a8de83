"""A metric answered by its stand-in at a finer grain when a breakdown is out of its own reach."""

from __future__ import annotations

from itertools import product

from semantic_layer.check import check, stands
from semantic_layer.errors import QueryError
from semantic_layer.model import SemanticLayer
from semantic_layer.query import SemanticQuery


def substitute(layer: SemanticLayer, query: SemanticQuery) -> SemanticQuery:
    """The query itself when it can be answered, or with as few metrics as possible replaced by declared stand-ins.

    Raises the QueryError of the query as asked when no replacement makes it answerable.
    """
    try:
        check(layer, query)
    except QueryError:
        for candidate in _replacements(layer, query):
            if stands(layer, candidate):
                return candidate
        raise
    return query


def _replacements(layer: SemanticLayer, query: SemanticQuery) -> list[SemanticQuery]:
    choices = [(name, *(layer.metrics[name].stand_ins if name in layer.metrics else ())) for name in query.metrics]
    combinations = [names for names in product(*choices) if names != query.metrics]
    combinations.sort(key=lambda names: sum(new != old for new, old in zip(names, query.metrics, strict=True)))
    return [_renamed(query, dict(zip(query.metrics, names, strict=True))) for names in combinations]


def _renamed(query: SemanticQuery, names: dict[str, str]) -> SemanticQuery:
    order = tuple(item.model_copy(update={"by": names.get(item.by, item.by)}) for item in query.order_by)
    filters = tuple(item.model_copy(update={"field": names.get(item.field, item.field)}) for item in query.filters)
    metrics = tuple(names[name] for name in query.metrics)
    shares = tuple(
        item.model_copy(update={"metric": names.get(item.metric, item.metric), "of": names.get(item.of, item.of)})
        for item in query.shares
    )
    ranks = tuple(item.model_copy(update={"metric": names.get(item.metric, item.metric)}) for item in query.ranks)
    top = query.top and query.top.model_copy(update={"by": names.get(query.top.by, query.top.by)})
    cases = tuple(one.model_copy(update={"metric": names.get(one.metric, one.metric)}) for one in query.cases)
    measured = {"metrics": metrics, "cases": cases}
    spoken = {**measured, "order_by": order, "filters": filters, "shares": shares, "ranks": ranks, "top": top}
    return query.model_copy(update=spoken)
