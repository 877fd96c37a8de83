"""The metrics asked for and the columns people see."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.case_rules import case_names
from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.cases import case_columns
from semantic_layer.compiler.draft import Column, Draft, Frame
from semantic_layer.compiler.formulas import value_of
from semantic_layer.compiler.stitch import settled
from semantic_layer.compiler.titles import of_so_many, plural, thing
from semantic_layer.metric_types import RetentionMetric, SimpleMetric
from semantic_layer.query import COHORT_AGE
from semantic_layer.query_rules import holds_whole_numbers
from semantic_layer.resolution import Key, asked_metrics, is_together

Shown = tuple[Column, exp.Expr]


def valued(draft: Draft) -> None:
    """Replace the parts in the frame by the metrics asked for, with the other span's values beside them."""
    frame, layer = draft.frame, draft.layer
    names = asked_metrics(layer, draft.query)
    values = {name: value_of(layer, name, frame.leaves) for name in names}
    if not draft.query.compare:
        cases = {name: frame.leaves[name] for name in case_names(draft.query)}
        draft.frame = Frame(frame.source, frame.keys, {**values, **cases})
        return
    before = {before_name(name): value_of(layer, name, frame.previous) for name in names}
    draft.frame = settled(draft, "both_periods", Frame(frame.source, frame.keys, {**values, **before}))


def before_name(metric: str) -> str:
    """Name of the column that holds a metric's value in the other span."""
    return f"{metric}_previous"


def projected(draft: Draft) -> None:
    """Fill the draft's columns and its statement: grouping columns, then each metric with its comparison."""
    shown = [(_key_column(draft, key), draft.frame.keys[key.name].copy()) for key in draft.keys]
    for name in draft.query.metrics:
        cases = case_columns(draft, name)
        shown.extend((column, draft.frame.leaves[own].copy()) for column, own in cases)
        shown.extend(() if cases else _metric_columns(draft, name))
    draft.statement = draft.frame.source.copy()
    append(draft, shown)


def append(draft: Draft, shown: list[Shown]) -> None:
    """Add columns to the statement."""
    for column, tree in shown:
        draft.columns.append(column)
        draft.statement.append("expressions", sql.named(tree, column.name))


def _key_column(draft: Draft, key: Key) -> Column:
    layer, grain = draft.layer, str(key.grain or "")
    if key.is_metric_time:
        return Column(key.name, "time", key.ref, grain.replace("_", " ").capitalize(), grain=grain)
    if key.ref == COHORT_AGE:
        return _age_column(draft, key)
    if key.ref in layer.segments:
        return Column(key.name, "dimension", key.ref, layer.segments[key.ref].title)
    if key.entity:
        return _number_column(draft, key)
    one = layer.fields.get(key.ref)
    if one is None:
        return Column(key.name, "dimension", key.ref, key.name.replace("_", " ").capitalize())
    role = "time" if one.kind == "time" else "dimension"
    label = f"{one.title} ({grain})" if grain else one.title
    shown = Column(key.name, role, key.ref, label, one.unit, one.format or "", grain)
    return replace(shown, bands=key.bands, whole=holds_whole_numbers(layer, key.ref)) if key.bands else shown


def _number_column(draft: Draft, key: Key) -> Column:
    """The bands of a metric of each entity."""
    metric = draft.layer.metrics[key.ref]
    label = f"{metric.title} per {of_so_many(draft.layer.datasets[key.entity].title, 1)}"
    agg = draft.layer.measures[metric.measure].agg if isinstance(metric, SimpleMetric) else ""
    whole = agg.startswith("count") or metric.format == "integer"
    return Column(key.name, "dimension", key.ref, label, metric.unit, metric.format, bands=key.bands, whole=whole)


def _age_column(draft: Draft, key: Key) -> Column:
    """The age of the cohorts, in the periods by which retention is told."""
    metrics = (draft.layer.metrics[name] for name in draft.query.metrics)
    grain = next(str(one.grain) for one in metrics if isinstance(one, RetentionMetric))
    return Column(key.name, "dimension", key.ref, f"{grain.capitalize()}s later", format="integer", grain=grain)


def titled(draft: Draft, name: str) -> str:
    """A metric's title; with whose it is, when only what the top values have is taken together."""
    title, top = draft.layer.metrics[name].title, draft.query.top
    if top is None or not is_together(draft.query):
        return title
    which, sign = "top" if top.descending else "bottom", "%" if top.percent else ""
    return f"{title} of the {which} {top.n}{sign} {plural(thing(draft.layer, (top.field,)))}"


def _metric_columns(draft: Draft, name: str) -> list[Shown]:
    metric = draft.layer.metrics[name]
    value = draft.frame.leaves[name].copy()
    own = Column(name, "metric", name, titled(draft, name), metric.unit, metric.format, decimals=metric.decimals)
    if draft.query.compare is None:
        return [(own, value)]
    before = draft.frame.leaves[before_name(name)]
    change = exp.Sub(this=value.copy(), expression=before.copy())
    relative = sql.divided(change.copy(), exp.Abs(this=before.copy()))
    title = metric.title
    return [
        (own, value),
        (replace(own, name=before_name(name), role="previous", label=f"{title} (before)"), before.copy()),
        (replace(own, name=f"{name}_change", role="change", label=f"{title} (change)"), change),
        (Column(f"{name}_change_ratio", "change_ratio", name, f"{title} (change in %)", "%", "percent"), relative),
    ]
