"""Values of a dimension as columns."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Column, Draft
from semantic_layer.compiler.extras import key_named
from semantic_layer.compiler.metrics import append
from semantic_layer.query import Scalar


def pivoted(draft: Draft) -> None:
    """Replace the statement by one with a row for each group of the other dimensions.

    A metric has at most one value for a group and a value of the pivot, so picking it is no second aggregation.
    """
    pivot = draft.query.pivot
    if pivot is None:
        return
    field = key_named(draft.keys, pivot.field)
    long = draft.add("long", draft.statement)
    columns = {column.name: column for column in draft.columns}
    draft.keys = tuple(key for key in draft.keys if key != field)
    draft.statement, draft.columns, draft.conditions = sql.selected([], sql.table(long)), [], []
    append(draft, [(columns[key.name], sql.column(key.name, long)) for key in draft.keys])
    for name in draft.query.metrics:
        for index, value in enumerate(pivot.values, start=1):
            tree = exp.Max(this=sql.when(_is(sql.column(field.name, long), value), sql.column(name, long), exp.Null()))
            append(draft, [(_named(columns[name], index, value), tree)])
    sql.grouped(draft.statement, len(draft.keys))


def _is(tree: exp.Expr, value: Scalar) -> exp.Expr:
    return exp.EQ(this=sql.cast(tree, exp.DType.VARCHAR), expression=sql.text(_as_text(value)))


def _as_text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(metric: Column, index: int, value: Scalar) -> Column:
    return replace(metric, name=f"{metric.name}_{index}", label=f"{metric.label}: {_as_text(value)}")
