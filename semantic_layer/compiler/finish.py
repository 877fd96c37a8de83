"""Last passes: conditions on metrics, order, and the cut."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.averages import beside_metric, beside_previous
from semantic_layer.compiler.conditions import condition
from semantic_layer.compiler.draft import Draft
from semantic_layer.compiler.metrics import before_name
from semantic_layer.implied import DAYS, is_weekday
from semantic_layer.query import Filter, OrderBy
from semantic_layer.resolution import is_apart, is_metric_filter


def restricted(draft: Draft) -> None:
    """Keep the rows whose metrics meet the filters on metrics."""
    if not draft.query.entity:
        plain = (one for one in draft.query.filters if is_metric_filter(draft.layer, one) and not is_apart(one))
        draft.conditions.extend(_met(draft, one) for one in plain)
    sql.filtered(draft.statement, draft.conditions)


def _met(draft: Draft, one: Filter) -> exp.Expr:
    tree = draft.frame.leaves[one.field].copy()
    if one.than == "previous":
        return beside_previous(draft, tree, one)
    if one.than:
        return beside_metric(draft, draft.scope, tree, one)
    return condition(tree, one, "number", draft.as_of)


def sorted_rows(draft: Draft) -> None:
    """Order by what was asked, then by the grouping columns, NULLs last: the same rows come in the same order.

    Weekdays come from Monday on, not by their letters.
    """
    wanted = [(_column(draft, one), one.descending) for one in draft.query.order_by]
    named = {name for name, _ in wanted}
    times = [key.name for key in draft.keys if key.grain]
    rest = [*times, *(key.name for key in draft.keys if not key.grain)]
    keys = [*wanted, *((name, False) for name in rest if name not in named)]
    if draft.keys:
        shown = {tree.alias_or_name: tree for tree in draft.statement.expressions}
        days = {key.name for key in draft.keys if is_weekday(draft.layer, key.ref)}
        trees = [
            sql.ordered(_in_order(shown[name], name) if name in days else _as_shown(shown[name], name), descending)
            for name, descending in keys
        ]
        draft.statement.set("order", exp.Order(expressions=trees))


def _as_shown(tree: exp.Expr, name: str) -> exp.Expr:
    """The column itself where the result shows a plain one, so that its table is told; else the result's name."""
    return tree.copy() if isinstance(tree, exp.Column) else sql.column(name)


def _in_order(tree: exp.Expr, name: str) -> exp.Expr:
    """Where the day stands in its week; of several facts told by their columns, which the name alone may mean."""
    whole = isinstance(tree, exp.Alias) and isinstance(tree.this, exp.Coalesce)
    day = tree.this.copy() if whole else _as_shown(tree, name)
    places = enumerate(DAYS, start=1)
    return exp.Case(this=day, ifs=[exp.If(this=sql.text(one), true=sql.integer(at)) for at, one in places])


def _column(draft: Draft, one: OrderBy) -> str:
    if one.by not in draft.query.metrics:
        return next(key.name for key in draft.keys if one.by in (key.name, key.ref))
    if one.column == "previous":
        return before_name(one.by)
    role = "metric" if one.column == "value" else one.column
    return next(column.name for column in draft.columns if column.ref == one.by and column.role == role)


def cut(draft: Draft) -> None:
    """Leave out the first `skip` rows, and keep the first `limit` of the others."""
    if draft.query.skip:
        draft.statement.set("offset", exp.Offset(expression=sql.integer(draft.query.skip)))
    if draft.query.limit is not None:
        draft.statement.set("limit", exp.Limit(expression=sql.integer(draft.query.limit)))
