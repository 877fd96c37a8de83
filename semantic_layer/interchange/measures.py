"""One aggregate call of another model as a measure of ours: which dataset, which aggregation, which rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from semantic_layer.interchange.draft import Draft
from semantic_layer.interchange.items import Plain
from semantic_layer.interchange.naming import NotCarried
from semantic_layer.interchange.sqltext import to_duckdb

_PLAIN: dict[type[exp.Expr], str] = {
    exp.Sum: "sum",
    exp.Count: "count",
    exp.Avg: "average",
    exp.Min: "min",
    exp.Max: "max",
    exp.Median: "median",
    exp.ApproxDistinct: "count_distinct",
    exp.CountIf: "count",
}
_AT_MOST = 24  # characters of a column in a made-up name


@dataclass(frozen=True)
class Call:
    """An aggregate call taken apart: what it aggregates (None: rows), how, and of which rows."""

    agg: str
    argument: exp.Expr | None = None
    condition: exp.Expr | None = None
    percentile: float | None = None

    @property
    def trees(self) -> tuple[exp.Expr, ...]:
        """The SQL in it."""
        return tuple(one for one in (self.argument, self.condition) if one is not None)

    @property
    def hint(self) -> str:
        """What a made-up name may be made of."""
        column = next((one.name for tree in self.trees for one in tree.find_all(exp.Column)), "rows")
        return f"{self.agg}_{column[:_AT_MOST]}"


def taken_apart(tree: exp.Expr) -> Call:
    """The parts of an aggregate call; raises NotCarried for what a measure cannot say."""
    _check(tree)
    if isinstance(tree, exp.Filter):
        inner = taken_apart(tree.this)
        return Call(inner.agg, inner.argument, _both(inner.condition, tree.expression.this), inner.percentile)
    if isinstance(tree, exp.WithinGroup):
        return _percentile(tree)
    if isinstance(tree, exp.Quantile | exp.ApproxQuantile):
        return Call("percentile", tree.this, percentile=_share(tree.args.get("quantile")))
    if isinstance(tree, exp.CountIf):
        return Call("count", condition=tree.this)
    agg = _PLAIN.get(type(tree))
    if agg is None:
        raise NotCarried(f"the aggregate `{tree.sql('duckdb')}` is not one that Tellwise computes.", "aggregate")
    return _plain(tree, agg)


def _plain(tree: exp.Expr, agg: str) -> Call:
    argument = tree.this
    if isinstance(argument, exp.Distinct):
        if agg not in ("count", "min", "max") or len(argument.expressions) != 1:
            raise NotCarried(f"`{tree.sql('duckdb')}`: only one expression can be counted distinct.", "aggregate")
        return Call("count_distinct" if agg == "count" else agg, argument.expressions[0])
    if tree.args.get("expressions"):
        raise NotCarried(f"`{tree.sql('duckdb')}` has more than one argument.", "aggregate")
    rows = agg == "count" and (argument is None or isinstance(argument, exp.Star | exp.Literal))
    return Call(agg, None if rows else argument)


def _percentile(tree: exp.WithinGroup) -> Call:
    ordered = tree.expression.expressions if isinstance(tree.expression, exp.Order) else []
    if not isinstance(tree.this, exp.PercentileCont) or len(ordered) != 1:
        raise NotCarried(f"`{tree.sql('duckdb')}`: only PERCENTILE_CONT over one expression is known.", "aggregate")
    share = _share(tree.this.this)
    if ordered[0].args.get("desc"):
        share = round(1 - share, 9)
    return Call("percentile", ordered[0].this, percentile=share)


def _share(tree: exp.Expr | None) -> float:
    try:
        share = float(tree.name) if isinstance(tree, exp.Literal) else 0.0
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise NotCarried("the percentile must be a number between 0 and 1.", "aggregate")
    return share


def _check(tree: exp.Expr) -> None:
    inner = [one for child in tree.iter_expressions() for one in child.walk()]
    inner = [one for one in inner if isinstance(one, exp.AggFunc) and not isinstance(one, exp.PercentileCont)]
    wrapper = isinstance(tree, exp.Filter | exp.WithinGroup)
    if len(inner) > (1 if wrapper else 0):
        raise NotCarried(f"`{tree.sql('duckdb')}` aggregates an aggregate; say for which entity.", "nested_aggregate")
    if any(isinstance(one, exp.Query) for one in tree.walk()):
        raise NotCarried(f"`{tree.sql('duckdb')}` holds a sub-query.", "sub_query")


def _both(one: exp.Expr | None, other: exp.Expr) -> exp.Expr:
    return other if one is None else exp.and_(one, other)


def home_of(draft: Draft, trees: Iterable[exp.Expr], owner: str = "") -> str:
    """The dataset on whose rows the SQL stands: the one from which all others are many to one.

    `owner` is the dataset that the SQL belongs to, where it belongs to one; it must be that dataset, even if the SQL
    names columns of others only. Raises NotCarried when there is no such dataset.
    """
    named = [column.table or owner for tree in trees for column in tree.find_all(exp.Column)]
    used = [one for one in dict.fromkeys([owner, *named]) if one]
    if not used:
        raise NotCarried("it names no column, so it is not known which rows it counts.", "no_dataset")
    if len(used) == 1:
        return used[0]
    graph = draft.graph()
    roots = [one for one in used if all(other == one or graph.reaches(one, other) for other in used)]
    if len(roots) != 1 or owner not in ("", roots[0]):
        raise NotCarried(f"{_listed(used)} are not linked many to one, so rows would repeat.", "finer_grain")
    return roots[0]


def measure_entry(call: Call, home: str) -> Plain:
    """The keys of a measure of the dataset `home`."""
    entry: dict[str, Any] = {"agg": call.agg}
    if call.argument is not None:
        entry["expression"] = to_duckdb(local(call.argument, home))
    if call.condition is not None:
        entry["filter"] = to_duckdb(local(call.condition, home))
    if call.percentile is not None:
        entry["percentile"] = call.percentile
    return entry


def local(tree: exp.Expr, home: str) -> exp.Expr:
    """The tree with the columns of `home` unqualified."""
    found = tree.copy()
    for column in found.find_all(exp.Column):
        if column.table == home:
            column.set("table", None)
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in names[:-1]) + f" and `{names[-1]}`"
