"""Simple metrics: one aggregate sub-query per fact, filter and time, at the grain of the query."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Part, Scope
from semantic_layer.compiler.rows import key_trees, row_conditions
from semantic_layer.compiler.source import Source
from semantic_layer.metric_types import Metric, SimpleMetric
from semantic_layer.model import Measure, SemanticLayer
from semantic_layer.resolution import fact, time_of

_COUNTS = ("count", "count_distinct")
_AGGREGATES: dict[str, Callable[[exp.Expr, Measure], exp.Expr]] = {
    "sum": lambda tree, _: exp.Sum(this=tree),
    "count": lambda tree, _: exp.Count(this=tree, big_int=True),
    "count_distinct": lambda tree, _: exp.Count(this=exp.Distinct(expressions=[tree]), big_int=True),
    "average": lambda tree, _: exp.Avg(this=tree),
    "min": lambda tree, _: exp.Min(this=tree),
    "max": lambda tree, _: exp.Max(this=tree),
    "median": lambda tree, _: exp.Median(this=tree),
    "percentile": lambda tree, one: exp.PercentileCont(this=tree, expression=sql.literal(one.percentile or 0.5)),
}


def aggregated(measure: Measure, tree: exp.Expr) -> exp.Expr:
    """The measure's aggregate over the values `tree`."""
    return _AGGREGATES[measure.agg](tree, measure)


def is_zero_filled(layer: SemanticLayer, leaf: SimpleMetric) -> bool:
    """True when no rows mean 0 for this metric rather than "not known"."""
    return leaf.fill_zero or layer.measures[leaf.measure].agg in _COUNTS


def simple_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of simple metrics that read the same rows."""
    leaves = tuple(one for one in metrics if isinstance(one, SimpleMetric))
    first = leaves[0]
    source = Source(draft, fact(first))
    draft.facts[fact(first)] = None
    time = time_of(draft.layer, first)
    keys = key_trees(source, scope, time)
    filters = _filters(source, leaves)
    values = [sql.named(_value(source, leaf, len(filters) == 1), leaf.name) for leaf in leaves]
    where = [*row_conditions(source, scope, time), *own_condition(source, first), *_counted_rows(source, filters)]
    select = source.select([*keys, *values])
    sql.filtered(select, where)
    sql.grouped(select, len(keys))
    zero = frozenset(leaf.name for leaf in leaves if is_zero_filled(draft.layer, leaf))
    counts = frozenset(leaf.name for leaf in leaves if draft.layer.measures[leaf.measure].agg in _COUNTS)
    names = tuple(leaf.name for leaf in leaves)
    return Part(draft.add(f"{fact(first)}_agg", select), scope.keys, names, zero, counts)


def own_condition(source: Source, leaf: SimpleMetric) -> list[exp.Expr]:
    """The filter of the metric itself."""
    return [source.expression(leaf.filter)] if leaf.filter else []


def measure_condition(source: Source, measure: Measure) -> list[exp.Expr]:
    """The filter of the measure."""
    return [source.expression(measure.filter)] if measure.filter else []


def measured(source: Source, measure: Measure) -> exp.Expr:
    """What the measure aggregates; a star for a count of rows."""
    return source.expression(measure.expression) if measure.expression else exp.Star()


def _filters(source: Source, leaves: tuple[SimpleMetric, ...]) -> list[str]:
    """The different filters of the measures, each once; `""` for a measure that counts every row."""
    return list(dict.fromkeys(source.layer.measures[leaf.measure].filter for leaf in leaves))


def _value(source: Source, leaf: SimpleMetric, common: bool) -> exp.Expr:
    """The aggregate, with the measure's filter unless the WHERE has it for all."""
    measure = source.layer.measures[leaf.measure]
    found = _weighted(source, measure) if source.weight else aggregated(measure, measured(source, measure))
    if common or not measure.filter:
        return found
    return exp.Filter(this=found, expression=exp.Where(this=source.expression(measure.filter)))


def _weighted(source: Source, measure: Measure) -> exp.Expr:
    """A sum or count of rows that stand for a part of themselves; a distinct count is as ever."""
    tree = measured(source, measure)
    weight = source.weight.copy() if source.weight else sql.integer(1)
    if measure.agg == "sum":
        return exp.Sum(this=exp.Mul(this=sql.bracketed(tree), expression=weight))
    if measure.agg == "count":
        return exp.Sum(this=weight if isinstance(tree, exp.Star) else sql.when(sql.is_known(tree), weight, exp.Null()))
    return aggregated(measure, tree)


def _counted_rows(source: Source, filters: list[str]) -> list[exp.Expr]:
    """Keeps rows that some measure counts, so that a group without any does not appear."""
    return [] if "" in filters else [sql.any_of([source.expression(one) for one in filters])]
