"""First pass: one aggregate sub-query per fact, filter and time, at the grain of the query."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.conditions import condition, within
from semantic_layer.compiler.draft import Draft, Part, Scope
from semantic_layer.compiler.source import Source
from semantic_layer.model import Measure, SimpleMetric
from semantic_layer.query import METRIC_TIME, Filter
from semantic_layer.resolution import Key, fact, time_of

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


def parts(draft: Draft, scope: Scope, leaves: tuple[SimpleMetric, ...]) -> tuple[Part, ...]:
    """The sub-queries that hold `leaves`, added to the draft's WITH; simple metrics over the same rows share one."""
    groups: dict[tuple[str, str, str], list[SimpleMetric]] = {}
    for leaf in leaves:
        rows = (fact(leaf), leaf.filter, time_of(draft.layer, leaf) if _is_timed(scope) else "")
        groups.setdefault(rows, []).append(leaf)
    return tuple(_part(draft, scope, tuple(group)) for group in groups.values())


def _is_timed(scope: Scope) -> bool:
    named = (*(key.ref for key in scope.keys), *(one.field for one in scope.filters))
    return scope.span is not None or METRIC_TIME in named


def _part(draft: Draft, scope: Scope, leaves: tuple[SimpleMetric, ...]) -> Part:
    first = leaves[0]
    source = Source(draft.layer, fact(first))
    draft.facts[fact(first)] = None
    time = time_of(draft.layer, first)
    keys = [sql.named(_key(source, key, time), key.name) for key in scope.keys]
    filters = _filters(source, leaves)
    values = [sql.named(_aggregate(source, leaf, len(filters) == 1), leaf.name) for leaf in leaves]
    where = [*_conditions(source, scope, first, time), *_counted_rows(source, filters)]
    select = source.select([*keys, *values])
    sql.filtered(select, where)
    if keys:
        select.set("group", exp.Group(expressions=[sql.integer(index + 1) for index in range(len(keys))]))
    return Part(draft.add(f"{fact(first)}_agg", select), scope.keys, leaves)


def _key(source: Source, key: Key, time: str) -> exp.Expr:
    tree = source.field(time) if key.is_metric_time else source.field(key.ref, key.via)
    return sql.truncated(tree, key.grain) if key.grain else tree


def _filters(source: Source, leaves: tuple[SimpleMetric, ...]) -> list[str]:
    """The different filters of the measures, each once; `""` for a measure that counts every row."""
    return list(dict.fromkeys(source.layer.measures[leaf.measure].filter for leaf in leaves))


def _aggregate(source: Source, leaf: SimpleMetric, common: bool) -> exp.Expr:
    measure = source.layer.measures[leaf.measure]
    over = source.expression(measure.expression) if measure.expression else exp.Star()
    found = _AGGREGATES[measure.agg](over, measure)
    if common or not measure.filter:
        return found
    return exp.Filter(this=found, expression=exp.Where(this=source.expression(measure.filter)))


def _conditions(source: Source, scope: Scope, leaf: SimpleMetric, time: str) -> list[exp.Expr]:
    found = within(source.field(time), scope.span) if scope.span else []
    if leaf.filter:
        found.append(source.expression(leaf.filter))
    found.extend(_row_condition(source, one, time) for one in scope.filters)
    return found


def _counted_rows(source: Source, filters: list[str]) -> list[exp.Expr]:
    """Keeps rows that some measure counts, so that a group without any does not appear."""
    if "" in filters:
        return []
    return [sql.any_of([source.expression(one) for one in filters])]


def _row_condition(source: Source, one: Filter, time: str) -> exp.Expr:
    if one.field == METRIC_TIME:
        return condition(source.field(time), one, "time")
    return condition(source.field(one.field, one.via), one, source.layer.fields[one.field].kind)
