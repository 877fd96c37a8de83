"""A formula over aggregates as metrics of ours: simple, ratio or derived, with hidden metrics for its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from semantic_layer.interchange.draft import Draft
from semantic_layer.interchange.items import Item, Plain
from semantic_layer.interchange.measures import Call, home_of, measure_entry, taken_apart
from semantic_layer.interchange.naming import NotCarried
from semantic_layer.interchange.sqltext import aggregates, to_duckdb


@dataclass(frozen=True)
class Formula:
    """A metric to make: its name in the other model, the formula over our names, and what it says about itself.

    `home` is the dataset of unqualified columns. A column that is qualified with a key of `metrics`, or bare and a
    metric, is that metric.
    """

    name: str
    tree: exp.Expr
    home: str = ""
    about: Plain = field(default_factory=dict[str, object])


def add_formula(draft: Draft, item: Item, formula: Formula) -> str:
    """Take in the metric, and hidden ones for its parts; raises NotCarried with the reason when it cannot be."""
    _check_windows(formula.tree)
    if formula.tree.find(exp.ApproxDistinct, exp.ApproxQuantile):
        item.changed(f"metric {formula.name}", "is exact here, not approximate.", "exact")
    calls = {id(one): taken_apart(one) for one in aggregates(formula.tree)}
    homes = {key: home_of(draft, call.trees, _only(draft, formula.home)) for key, call in calls.items()}
    whole = formula.tree.unnest()
    if id(whole) in calls:
        entry = simple_entry(draft, item, formula.name, calls[id(whole)], homes[id(whole)])
        return draft.add_metric(item, formula.name, {**entry, **formula.about})
    _check_levels(draft, formula.tree, calls)
    tree = _over_metrics(draft, item, formula, calls, homes)
    return draft.add_metric(item, formula.name, {**combined(tree), **formula.about})


def simple_entry(draft: Draft, item: Item, name: str, call: Call, home: str) -> Plain:
    """The keys of a simple metric over such a measure."""
    return {"measure": draft.add_measure(item, home, name, measure_entry(call, home))}


def combined(tree: exp.Expr) -> Plain:
    """The keys of a ratio when the formula is one metric by another, otherwise of a derived metric."""
    tree = tree.unnest()
    if isinstance(tree, exp.Div):
        below = tree.expression.unnest()
        if isinstance(below, exp.Nullif) and below.expression.sql() == "0":
            below = below.this.unnest()
        above = tree.this.unnest()
        if isinstance(above, exp.Column) and isinstance(below, exp.Column):
            return {"type": "ratio", "numerator": above.name, "denominator": below.name}
    return {"type": "derived", "expression": to_duckdb(tree)}


def _over_metrics(
    draft: Draft, item: Item, formula: Formula, calls: Mapping[int, Call], homes: Mapping[int, str]
) -> exp.Expr:
    """The formula with a metric in the place of every aggregate."""

    def metric(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            return exp.column(draft.names.metrics.get(node.name.lower(), node.name))
        if id(node) not in calls:
            children = [(child, metric(child)) for child in list(node.iter_expressions())]
            for child, new in children:
                if new is not child:
                    child.replace(new)
            return node
        call, home = calls[id(node)], homes[id(node)]
        wanted = f"{formula.name}_{call.hint}"
        return exp.column(draft.add_part(item, wanted, simple_entry(draft, item, wanted, call, home)))

    return metric(formula.tree)


def _check_levels(draft: Draft, tree: exp.Expr, calls: Mapping[int, Call]) -> None:
    """What stands outside of aggregates must be metrics."""
    if id(tree) in calls:
        return
    if isinstance(tree, exp.Query):
        raise NotCarried("it holds a sub-query.", "sub_query")
    if isinstance(tree, exp.Column) and tree.name.lower() not in draft.names.metrics:
        raise NotCarried(f"`{tree.sql('duckdb')}` is neither aggregated nor a metric that was carried over.", "level")
    for child in tree.iter_expressions():
        if not isinstance(tree, exp.Column):
            _check_levels(draft, child, calls)


def _check_windows(tree: exp.Expr) -> None:
    windows = list(tree.find_all(exp.Window))
    if windows:
        check_window(windows)
        raise NotCarried("a window function over rows is no aggregate; ask for it as a cumulative metric.", "window")


def check_window(windows: list[exp.Window]) -> None:
    """Raises NotCarried for a window within a window, and for frames beyond ROWS and RANGE with fixed bounds."""
    for one in windows:
        if any(other is not one for other in one.find_all(exp.Window)):
            raise NotCarried("a window function inside a window function.", "nested_window")
        frame = one.args.get("spec")
        if frame is not None and (str(frame.args.get("kind")).upper() == "GROUPS" or _has_parameter(frame)):
            raise NotCarried("the frame of the window must be ROWS or RANGE with fixed bounds.", "frame")


def _has_parameter(frame: exp.Expr) -> bool:
    return any(isinstance(one, exp.Placeholder | exp.Parameter) for one in frame.walk())


def _only(draft: Draft, home: str) -> str:
    """The dataset of unqualified columns; where nobody says one, the only one there is."""
    return home or (next(iter(draft.datasets)) if len(draft.datasets) == 1 else "")
