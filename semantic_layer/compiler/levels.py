"""Semi-additive measures: levels such as balances, which add up over everything but time."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.aggregate import aggregated, measure_condition, measured, own_condition
from semantic_layer.compiler.draft import Draft, Part, Scope
from semantic_layer.compiler.rows import key_trees, row_conditions
from semantic_layer.compiler.source import Source
from semantic_layer.metric_types import Metric, SimpleMetric
from semantic_layer.model import NonAdditive
from semantic_layer.query import METRIC_TIME
from semantic_layer.resolution import Key, fact, full_name, time_of

_DAY = "counted_day"
_DAYS = "counted_days"


def level_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of one level: of each period only the rows of its last (or first) day, or the mean over its days.

    Which day that is depends on the period and on nothing else that is asked, so that groups add up to the whole and a
    filter shows what the group shows.
    """
    leaf = metrics[0]
    if not isinstance(leaf, SimpleMetric):
        raise TypeError(leaf.name)
    measure = draft.layer.measures[leaf.measure]
    level = measure.non_additive
    if level is None:
        raise ValueError(leaf.measure)
    draft.facts[fact(leaf)] = None
    chosen = draft.add(f"{fact(leaf)}_days", _chosen(draft, scope, leaf, level))
    source = Source(draft, fact(leaf))
    on = [sql.same(tree, sql.column(name, chosen)) for name, tree in _windows(source, scope, leaf, level).items()]
    if level.take != "average":
        on.append(exp.EQ(this=_day(source, leaf, level), expression=sql.column(_DAY, chosen)))
    keys = key_trees(source, scope, time_of(draft.layer, leaf))
    value = aggregated(measure, measured(source, measure))
    if level.take == "average":
        value = sql.divided(value, exp.Max(this=sql.column(_DAYS, chosen)))
    where = [
        *row_conditions(source, scope, time_of(draft.layer, leaf)),
        *own_condition(source, leaf),
        *measure_condition(source, measure),
        sql.is_known(sql.column(_DAYS if level.take == "average" else _DAY, chosen)),
    ]
    source.join(chosen, sql.both(on) or exp.Boolean(this=True))
    select = source.select([*keys, sql.named(value, leaf.name)])
    sql.filtered(select, where)
    sql.grouped(select, len(keys))
    return Part(draft.add(f"{leaf.name}_agg", select), scope.keys, (leaf.name,))


def _chosen(draft: Draft, scope: Scope, leaf: SimpleMetric, level: NonAdditive) -> exp.Select:
    """For each period (and each own window) the day that counts, or the number of days."""
    source = Source(draft, fact(leaf))
    windows = _windows(source, scope, leaf, level)
    day = _day(source, leaf, level)
    if level.take == "average":
        value = sql.named(exp.Count(this=exp.Distinct(expressions=[day]), big_int=True), _DAYS)
    else:
        value = sql.named((exp.Max if level.take == "last" else exp.Min)(this=day), _DAY)
    time = time_of(draft.layer, leaf)
    timed = tuple(one for one in scope.filters if one.field in (METRIC_TIME, _time_ref(leaf, level)))
    where = row_conditions(source, Scope((), timed, scope.span), time)
    select = source.select([*(sql.named(tree, name) for name, tree in windows.items()), value])
    sql.filtered(select, [*where, *measure_condition(source, draft.layer.measures[leaf.measure])])
    sql.grouped(select, len(windows))
    return select


def _windows(source: Source, scope: Scope, leaf: SimpleMetric, level: NonAdditive) -> dict[str, exp.Expr]:
    """What has a day of its own: the buckets of the level's time, and the columns it is kept per."""
    time = time_of(source.layer, leaf)
    trees = key_trees(source, Scope(_own_times(scope, leaf, level)), time)
    found = {f"window_{index}": tree.unalias() for index, tree in enumerate(trees)}
    found.update({f"per_{name}": source.field(f"{fact(leaf)}.{name}") for name in level.per})
    return found


def _own_times(scope: Scope, leaf: SimpleMetric, level: NonAdditive) -> tuple[Key, ...]:
    return tuple(key for key in scope.keys if key.is_metric_time or key.ref == _time_ref(leaf, level))


def _time_ref(leaf: SimpleMetric, level: NonAdditive) -> str:
    return full_name(fact(leaf), level.time)


def _day(source: Source, leaf: SimpleMetric, level: NonAdditive) -> exp.Expr:
    return sql.cast(source.time(_time_ref(leaf, level)), exp.DType.DATE)
