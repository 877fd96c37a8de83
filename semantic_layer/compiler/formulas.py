"""Ratios and derived metrics on top of what they are computed from."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Frame, Scope
from semantic_layer.compiler.stitch import parts, settled, stitched
from semantic_layer.expressions import bind, parse_expression
from semantic_layer.metric_types import DerivedMetric, RatioMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.resolution import bases


def value_of(layer: SemanticLayer, name: str, leaves: Mapping[str, exp.Expr]) -> exp.Expr:
    """SQL of a metric over the metrics it is made of, unless it is there itself; a division by nothing is NULL."""
    if name in leaves:
        return leaves[name].copy()
    metric = layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return sql.divided(value_of(layer, metric.numerator, leaves), value_of(layer, metric.denominator, leaves))
    if isinstance(metric, DerivedMetric):
        return formula(layer, metric.expression, leaves)
    raise KeyError(name)


def formula(layer: SemanticLayer, text: str, leaves: Mapping[str, exp.Expr]) -> exp.Expr:
    """SQL of an expression over metrics by name; a division by nothing is NULL."""
    return bind(parse_expression(text), lambda node: sql.bracketed(value_of(layer, node.name, leaves)))


def evaluated(draft: Draft, scope: Scope, metrics: tuple[str, ...], name: str) -> Frame:
    """The metrics of any kind at one scope, as a frame over one relation."""
    frame = stitched(parts(draft, scope, bases(draft.layer, metrics)))
    values = {one: value_of(draft.layer, one, frame.leaves) for one in metrics}
    plain = all(isinstance(tree, exp.Column) and tree.name == one for one, tree in values.items())
    found = Frame(frame.source, frame.keys, values, zero=frame.zero & frozenset(metrics))
    if plain:
        return settled(draft, name, found)
    select = frame.source.copy()
    columns = {**frame.keys, **values}
    select.set("expressions", [sql.named(tree.copy(), key) for key, tree in columns.items()])
    clause = draft.add(name, select)
    own: dict[str, exp.Expr] = {key: sql.column(key, clause) for key in frame.keys}
    own_values: dict[str, exp.Expr] = {one: sql.column(one, clause) for one in metrics}
    return Frame(sql.selected([], sql.table(clause)), own, own_values, zero=found.zero)
