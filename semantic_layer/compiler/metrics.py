"""Fourth pass: ratios and derived metrics on top of the simple ones, and the columns people see."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Column, Draft, Frame
from semantic_layer.compiler.stitch import settled
from semantic_layer.expressions import bind, parse_expression
from semantic_layer.model import DerivedMetric, RatioMetric, SemanticLayer
from semantic_layer.resolution import Key, asked_metrics


def value_of(layer: SemanticLayer, name: str, leaves: Mapping[str, exp.Expr]) -> exp.Expr:
    """SQL of a metric over the simple metrics it is made of; a division by nothing is NULL."""
    metric = layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return sql.divided(value_of(layer, metric.numerator, leaves), value_of(layer, metric.denominator, leaves))
    if isinstance(metric, DerivedMetric):
        return _derived(layer, metric, leaves)
    return leaves[name].copy()


def _derived(layer: SemanticLayer, metric: DerivedMetric, leaves: Mapping[str, exp.Expr]) -> exp.Expr:
    tree = parse_expression(metric.expression)
    bound = bind(tree, lambda node: sql.bracketed(value_of(layer, node.name, leaves)))
    for division in list(bound.find_all(exp.Div)):
        if not isinstance(division.expression, exp.Nullif | exp.Literal):
            below = division.expression.unnest()
            division.set("expression", exp.Nullif(this=below.copy(), expression=sql.integer(0)))
    return bound


def valued(draft: Draft) -> None:
    """Replace the simple metrics of the frame by the metrics asked for, with the other span's values beside them."""
    frame, layer = draft.frame, draft.layer
    names = asked_metrics(layer, draft.query)
    values = {name: value_of(layer, name, frame.leaves) for name in names}
    if not draft.query.compare:
        draft.frame = Frame(frame.source, frame.keys, values)
        return
    before = {before_name(name): value_of(layer, name, frame.previous) for name in names}
    draft.frame = settled(draft, "both_periods", Frame(frame.source, frame.keys, {**values, **before}))


def before_name(metric: str) -> str:
    """Name of the column that holds a metric's value in the other span."""
    return f"{metric}_previous"


def projected(draft: Draft) -> None:
    """Fill the draft's columns and its statement: grouping columns, then each metric with its comparison."""
    trees: list[exp.Expr] = []
    for key in draft.keys:
        trees.append(sql.named(draft.frame.keys[key.name].copy(), key.name))
        draft.columns.append(_key_column(draft.layer, key))
    for name in draft.query.metrics:
        for column, tree in _metric_columns(draft, name):
            trees.append(sql.named(tree, column.name))
            draft.columns.append(column)
    draft.statement = draft.frame.source.copy()
    draft.statement.set("expressions", trees)


def _key_column(layer: SemanticLayer, key: Key) -> Column:
    grain = str(key.grain or "")
    if key.is_metric_time:
        return Column(key.name, "time", key.ref, grain.capitalize(), grain=grain)
    one = layer.fields[key.ref]
    role = "time" if one.kind == "time" else "dimension"
    label = f"{one.title} ({grain})" if grain else one.title
    return Column(key.name, role, key.ref, label, one.unit, one.format or "", grain)


def _metric_columns(draft: Draft, name: str) -> list[tuple[Column, exp.Expr]]:
    metric = draft.layer.metrics[name]
    value = draft.frame.leaves[name].copy()
    own = Column(name, "metric", name, metric.title, metric.unit, metric.format)
    if draft.query.compare is None:
        return [(own, value)]
    before = draft.frame.leaves[before_name(name)]
    change = exp.Sub(this=value.copy(), expression=before.copy())
    relative = sql.divided(change.copy(), exp.Abs(this=before.copy()))
    title, unit, kind = metric.title, metric.unit, metric.format
    return [
        (own, value),
        (Column(before_name(name), "previous", name, f"{title} (before)", unit, kind), before.copy()),
        (Column(f"{name}_change", "change", name, f"{title} (change)", unit, kind), change),
        (Column(f"{name}_change_ratio", "change_ratio", name, f"{title} (change in %)", "%", "percent"), relative),
    ]
