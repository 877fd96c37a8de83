"""Metrics computed for each entity on its own and then aggregated over the entities."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Frame, Part, Scope
from semantic_layer.compiler.formulas import evaluated, formula
from semantic_layer.compiler.rows import key_trees, population_condition, row_conditions
from semantic_layer.compiler.source import Source
from semantic_layer.metric_types import Metric, PerEntityMetric
from semantic_layer.references import inputs
from semantic_layer.resolution import Key, entity_keys

_OVER: dict[str, type[exp.AggFunc]] = {
    "average": exp.Avg,
    "median": exp.Median,
    "min": exp.Min,
    "max": exp.Max,
    "sum": exp.Sum,
}


def per_entity_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of one metric per entity: first a row for each entity of each group, then over the entities."""
    metric = metrics[0]
    if not isinstance(metric, PerEntityMetric):
        raise TypeError(metric.name)
    own = tuple(Key(f"entity_{key.name}", key.ref) for key in entity_keys(draft.layer, metric.entity))
    inner = replace(scope, keys=(*scope.keys, *own), spine=False)
    frame = evaluated(draft, inner, inputs(metric), f"{metric.name}_by_{metric.entity}")
    if metric.population == "all":
        frame = _with_everyone(draft, inner, metric, frame)
    select = frame.source.copy()
    keys = [sql.named(frame.keys[key.name].copy(), key.name) for key in scope.keys]
    met = sql.bracketed(formula(draft.layer, metric.condition, frame.leaves)) if metric.condition else None
    select.set("expressions", [*keys, sql.named(_value(metric, frame, met), metric.name)])
    known = [sql.is_known(frame.keys[key.name].copy()) for key in own]
    sql.filtered(select, [*known, met.copy()] if met is not None and metric.agg not in ("count", "share") else known)
    sql.grouped(select, len(keys))
    zero = frozenset({metric.name}) if metric.agg == "count" else frozenset[str]()
    return Part(draft.add(f"{metric.name}_agg", select), scope.keys, (metric.name,), zero, zero)


def _value(metric: PerEntityMetric, frame: Frame, met: exp.Expr | None) -> exp.Expr:
    if metric.agg in ("count", "share") and met is not None:
        meeting = exp.Filter(this=sql.rows(), expression=exp.Where(this=met.copy()))
        return meeting if metric.agg == "count" else sql.divided(meeting, sql.rows())
    tree = frame.leaves[metric.metric or ""].copy()
    if metric.agg == "percentile":
        return exp.PercentileCont(this=tree, expression=sql.literal(metric.percentile or 0.5))
    return _OVER[metric.agg](this=tree)


def _with_everyone(draft: Draft, scope: Scope, metric: PerEntityMetric, frame: Frame) -> Frame:
    """The frame with a row for every entity, also those without a row of any metric."""
    source = Source(draft, metric.entity)
    draft.facts[metric.entity] = None
    keys = key_trees(source, scope, "")
    select = source.select(keys)
    sql.filtered(select, [*population_condition(source), *row_conditions(source, replace(scope, span=None), "")])
    everyone = draft.add(f"{metric.entity}_all", select)
    own: dict[str, exp.Expr] = {key.name: sql.column(key.name, everyone) for key in scope.keys}
    base = sql.selected([], sql.table(everyone))
    on = sql.both(sql.same(tree.copy(), frame.keys[name].copy()) for name, tree in own.items())
    sql.joined(base, frame.relation(), on, "LEFT")
    leaves = {name: sql.or_zero(tree) if name in frame.zero else tree for name, tree in frame.leaves.items()}
    return Frame(base, own, leaves, zero=frame.zero)
