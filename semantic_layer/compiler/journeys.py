"""Conversion and retention: what entities do after what they did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.aggregate import measure_condition, measured, own_condition
from semantic_layer.compiler.conditions import condition
from semantic_layer.compiler.draft import Draft, Part, Scope
from semantic_layer.compiler.rows import key_trees, population_condition, row_conditions
from semantic_layer.compiler.source import Source
from semantic_layer.metric_types import ConversionMetric, Metric, RetentionMetric, SimpleMetric
from semantic_layer.nodes import interval
from semantic_layer.query import COHORT_AGE
from semantic_layer.resolution import entity_keys, fact, full_name, simple, time_of
from semantic_layer.spans import period_start, shift_of

_UNIT, _CONVERTED = "event", "is_converted"
_COHORT, _PERIOD = "cohort_period", "active_period"
_ACTIVE = "active_members"


def conversion_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of one conversion: base events, each with whether the other event followed in time."""
    metric = metrics[0]
    if not isinstance(metric, ConversionMetric):
        raise TypeError(metric.name)
    rows = draft.add(f"{metric.name}_events", _base_events(draft, scope, metric))
    keys = [sql.column(key.name, rows) for key in scope.keys]
    select = sql.selected([*keys, sql.named(_converted(draft, metric, rows), metric.name)], sql.table(rows))
    sql.grouped(select, len(keys))
    zero = frozenset({metric.name}) if metric.value == "count" else frozenset[str]()
    return Part(draft.add(f"{metric.name}_agg", select), scope.keys, (metric.name,), zero, zero)


def _base_events(draft: Draft, scope: Scope, metric: ConversionMetric) -> exp.Select:
    base = simple(draft.layer, metric.base)
    source = Source(draft, fact(base))
    draft.facts[fact(base)] = None
    measure = draft.layer.measures[base.measure]
    time = time_of(draft.layer, base)
    keys = key_trees(source, scope, time)
    unit = measured(source, measure) if measure.expression else sql.integer(1)
    followed = exp.Exists(this=_followers(draft, metric, source.entity_key(metric.entity), source.field(time)))
    where = [*row_conditions(source, scope, time), *own_condition(source, base), *measure_condition(source, measure)]
    select = source.select([*keys, sql.named(unit, _UNIT), sql.named(followed, _CONVERTED)])
    sql.filtered(select, where)
    return select


def _followers(draft: Draft, metric: ConversionMetric, entity: list[exp.Expr], start: exp.Expr) -> exp.Select:
    """The other events of the same entity, from the base event until the window closes."""
    after = simple(draft.layer, metric.conversion)
    source = Source(draft, fact(after), suffix="_after")
    draft.facts[fact(after)] = None
    time = source.field(time_of(draft.layer, after))
    length = shift_of(interval(metric.window))
    end = sql.moved(start.copy(), length.count, length.unit)
    pairs = zip(entity, source.entity_key(metric.entity), strict=True)
    where = [
        *(exp.EQ(this=there, expression=here.copy()) for here, there in pairs),
        exp.GTE(this=time, expression=start.copy()),
        (exp.LTE if metric.closed else exp.LT)(this=time.copy(), expression=end),
        *own_condition(source, after),
        *measure_condition(source, draft.layer.measures[after.measure]),
    ]
    select = source.select([sql.integer(1)])
    sql.filtered(select, where)
    return select


def _converted(draft: Draft, metric: ConversionMetric, rows: str) -> exp.Expr:
    """Converted events, or their part of all; events are told apart as the base metric counts them."""
    base = draft.layer.measures[simple(draft.layer, metric.base).measure]
    unit = sql.column(_UNIT, rows)
    of = exp.Distinct(expressions=[unit]) if base.agg == "count_distinct" else unit
    every = exp.Count(this=of, big_int=True)
    where = exp.Where(this=sql.column(_CONVERTED, rows))
    found = exp.Filter(this=every.copy(), expression=where)
    return found if metric.value == "count" else sql.divided(found, every)


def retention_part(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> Part:
    """The sub-query of one retention: members of each cohort active so many periods after the cohort's own."""
    metric = metrics[0]
    if not isinstance(metric, RetentionMetric):
        raise TypeError(metric.name)
    cohorts = draft.add(f"{metric.name}_cohorts", _cohorts(draft, scope, metric))
    active = draft.add(f"{metric.name}_activity", _activity(draft, metric))
    found = draft.add(f"{metric.name}_found", _by_age(draft, scope, metric, cohorts, active))
    value: exp.Expr = sql.column(_ACTIVE, found)
    select = sql.selected([], sql.table(found))
    keys = [sql.column(key.name, found) for key in scope.keys]
    if metric.value == "rate":
        sql.joined(select, sql.table(cohorts), _old_enough(draft, scope, metric, found, cohorts), "LEFT")
        value = sql.divided(exp.Max(this=value), sql.rows())
        sql.grouped(select, len(keys))
    select.set("expressions", [*keys, sql.named(value, metric.name)])
    return Part(draft.add(f"{metric.name}_agg", select), scope.keys, (metric.name,))


def _old_enough(draft: Draft, scope: Scope, metric: RetentionMetric, found: str, cohorts: str) -> exp.Expr | None:
    """Members of the same group whose period of that age is over: the others cannot be known to be active or not."""
    on = [
        sql.same(sql.column(key.name, found), sql.column(key.name, cohorts))
        for key in scope.keys
        if key.ref != COHORT_AGE
    ]
    age = next(key.name for key in scope.keys if key.ref == COHORT_AGE)
    lived = _age(sql.moment(_open_period(draft, metric)), sql.column(_COHORT, cohorts), metric)
    return sql.both([*on, exp.GT(this=lived, expression=sql.column(age, found))])


def _open_period(draft: Draft, metric: RetentionMetric) -> date:
    """First day of the period that is not over yet."""
    return period_start(draft.data_end, metric.grain, draft.rules)


def _age(period: exp.Expr, start: exp.Expr, metric: RetentionMetric) -> exp.Expr:
    unit = exp.Var(this=metric.grain.upper())
    return exp.DateDiff(this=period, expression=start, unit=unit, date_part_boundary=True)


def _entity_names(draft: Draft, entity: str) -> list[str]:
    return [f"entity_{key.name}" for key in entity_keys(draft.layer, entity)]


def _cohorts(draft: Draft, scope: Scope, metric: RetentionMetric) -> exp.Select:
    """Every member with its grouping columns and the period of its cohort."""
    source = Source(draft, metric.entity)
    draft.facts[metric.entity] = None
    time = full_name(metric.entity, metric.cohort)
    keys = key_trees(source, replace(scope, keys=tuple(key for key in scope.keys if key.ref != COHORT_AGE)), time)
    names = zip(source.entity_key(metric.entity), _entity_names(draft, metric.entity), strict=True)
    period = sql.truncated(source.time(time), metric.grain, draft.rules)
    about = tuple(one for one in scope.filters if one.field != COHORT_AGE)
    where = row_conditions(source, Scope((), about, scope.span), time)
    select = source.select([*keys, *(sql.named(tree, name) for tree, name in names), sql.named(period, _COHORT)])
    sql.filtered(select, [sql.is_known(source.time(time)), *population_condition(source), *where])
    return select


def _activity(draft: Draft, metric: RetentionMetric) -> exp.Select:
    """In which periods each entity was active."""
    leaf: SimpleMetric = simple(draft.layer, metric.activity)
    source = Source(draft, fact(leaf))
    draft.facts[fact(leaf)] = None
    names = zip(source.entity_key(metric.entity), _entity_names(draft, metric.entity), strict=True)
    period = sql.truncated(source.time(time_of(draft.layer, leaf)), metric.grain, draft.rules)
    where = [*own_condition(source, leaf), *measure_condition(source, draft.layer.measures[leaf.measure])]
    select = source.select([*(sql.named(tree, name) for tree, name in names), sql.named(period, _PERIOD)])
    sql.filtered(select, where)
    select.set("distinct", exp.Distinct())
    return select


def _by_age(draft: Draft, scope: Scope, metric: RetentionMetric, cohorts: str, active: str) -> exp.Select:
    """Members counted once per grouping and age."""
    names = _entity_names(draft, metric.entity)
    period, start = sql.column(_PERIOD, active), sql.column(_COHORT, cohorts)
    age = _age(period, start, metric)
    keys = [
        sql.named(age.copy() if key.ref == COHORT_AGE else sql.column(key.name, cohorts), key.name)
        for key in scope.keys
    ]
    members: list[exp.Expr] = [sql.column(name, cohorts) for name in names]
    counted = members if len(members) == 1 else [exp.Tuple(expressions=members)]
    count = exp.Count(this=exp.Distinct(expressions=counted), big_int=True)
    select = sql.selected([*keys, sql.named(count, _ACTIVE)], sql.table(cohorts))
    on = [exp.EQ(this=sql.column(name, cohorts), expression=sql.column(name, active)) for name in names]
    later = exp.GTE(this=period.copy(), expression=start.copy())
    sql.joined(select, sql.table(active), sql.both([*on, later]), "INNER")
    over = exp.LT(this=period.copy(), expression=sql.moment(_open_period(draft, metric)))
    ages = [one for one in scope.filters if one.field == COHORT_AGE]
    sql.filtered(select, [over, *(condition(age.copy(), one, "number", draft.as_of) for one in ages)])
    sql.grouped(select, len(keys))
    return select
