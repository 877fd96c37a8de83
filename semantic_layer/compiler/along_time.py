"""Buckets of time taken together: one number over all of them, or each with those before it."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.conditions import condition
from semantic_layer.compiler.draft import Column, Draft
from semantic_layer.compiler.formulas import evaluated
from semantic_layer.compiler.metrics import append
from semantic_layer.compiler.titles import inside
from semantic_layer.implied import weekday_name
from semantic_layer.metric_types import SimpleMetric
from semantic_layer.query import METRIC_TIME, GroupBy, PerBucket, Running, SemanticQuery, TimeGrain
from semantic_layer.resolution import Key, bases, keys, of_each_group, time_of
from semantic_layer.spans import buckets_before

_SLACK = {"month": 2, "quarter": 6, "half": 12, "year": 24, "fiscal_quarter": 6, "fiscal_year": 24}
"""How many days into a bucket data may begin for it to count as whole: the first days may have been quiet."""
_SAID = {"average": "Average", "median": "Median"}
_MET = "is_met"
_DAYS_IN_WEEK = 7


def computed_first(query: SemanticQuery) -> SemanticQuery:
    """The query for each bucket or group, when these are taken together afterwards; otherwise the query itself."""
    if query.per_group is not None:
        return of_each_group(query)
    if query.per_bucket is not None:
        others = tuple(one for one in query.group_by if one.field != METRIC_TIME)
        bucket = GroupBy(field=METRIC_TIME, grain=_computed_by(query.per_bucket))
        return query.model_copy(update={"group_by": (bucket, *others), "fill": "none"})
    span, running = query.time_range, query.running
    if running is None or running.last is None or span is None or span.start is None:
        return query
    grain: TimeGrain = next(one.grain for one in query.group_by if one.field == METRIC_TIME and one.grain)
    earlier = span.model_copy(update={"start": buckets_before(span.start, grain, running.last - 1)})
    return query.model_copy(update={"time_range": earlier})


def _computed_by(per: PerBucket) -> TimeGrain:
    """An average week is seven average days: no period has to consist of whole weeks."""
    return "day" if per.agg == "average" and per.grain == "week" else per.grain


def filled(draft: Draft) -> None:
    """A bucket in which nothing happened is 0, where one number is taken over all of them."""
    if draft.query.per_bucket is not None:
        draft.frame.leaves = {name: sql.or_zero(tree) for name, tree in draft.frame.leaves.items()}


def over_buckets(draft: Draft) -> None:
    """Replace the statement, a row for every bucket, by one that takes the buckets of each group together."""
    asked, per = draft.asked, draft.query.per_bucket
    if asked is None or per is None:
        return
    bucket = next(key for key in draft.keys if key.is_metric_time)
    sql.filtered(draft.statement, _whole_only(draft, bucket, per))
    met = sql.both(draft.conditions)
    if met is not None:
        draft.statement.append("expressions", sql.named(met, _MET))
    values = draft.add("bucket_values", draft.statement)
    columns = {column.name: column for column in draft.columns}
    inner = {(key.ref, key.via): key for key in draft.keys}
    draft.keys = keys(asked)
    draft.statement, draft.columns, draft.conditions = sql.selected([], sql.table(values)), [], []
    for key in draft.keys:
        own = columns[inner[key.ref, key.via].name]
        tree = sql.column(own.name, values)
        if key.is_metric_time and key.grain:
            tree = sql.truncated(tree, key.grain, draft.rules)
            own = replace(own, label=key.grain.replace("_", " ").capitalize(), grain=str(key.grain))
        append(draft, [(replace(own, name=key.name), tree)])
    _append_values(draft, per, values, [columns[name] for name in draft.query.metrics])
    sql.grouped(draft.statement, len(draft.keys))


def _append_values(draft: Draft, per: PerBucket, values: str, metrics: list[Column]) -> None:
    """How many buckets there are, or each metric's average or median over them."""
    if per.agg == "count":
        label = f"{per.grain.replace('_', ' ').capitalize()}s"
        append(draft, [(Column(f"{per.grain}s", "metric", metrics[0].ref, label, "", "integer"), _met(values))])
        return
    combine = exp.Avg if per.agg == "average" else exp.Median
    days = sql.integer(_DAYS_IN_WEEK) if _computed_by(per) != per.grain else None
    for column in metrics:
        tree: exp.Expr = combine(this=sql.column(column.name, values))
        tree = exp.Mul(this=tree, expression=days.copy()) if days else tree
        append(draft, [(_averaged(column, f"{_SAID[per.agg]} {inside(column.label)} per {per.grain}"), tree)])


def _met(values: str) -> exp.Expr:
    """How many buckets meet the conditions; 0 for a group of which none does."""
    return exp.CountIf(this=sql.column(_MET, values))


def _averaged(column: Column, label: str) -> Column:
    """A whole number is no longer one on average."""
    if column.format == "integer":
        return replace(column, label=label, format="decimal", decimals=1)
    return replace(column, label=label)


def _whole_only(draft: Draft, key: Key, per: PerBucket) -> list[exp.Expr]:
    """Conditions that keep the buckets which lie whole in the period and in the data."""
    span, tree = draft.query.time_range, draft.frame.keys[key.name]
    end = min(span.end, draft.data_end) if span and span.end else draft.data_end
    grain = _computed_by(per)
    found: list[exp.Expr] = [exp.LTE(this=sql.bucket_end(tree.copy(), grain), expression=sql.moment(end))]
    if span and span.start:
        found.append(exp.GTE(this=tree.copy(), expression=sql.moment(span.start)))
    elif grain not in ("hour", "day"):
        found.append(exp.GTE(this=tree.copy(), expression=_first_day(draft, _SLACK.get(grain, 0))))
    return [*found, *(_on_weekdays(draft, tree, per.grain))]


def _on_weekdays(draft: Draft, tree: exp.Expr, grain: TimeGrain) -> list[exp.Expr]:
    """A condition on the weekday leaves days out of the average: the others are no days of 0."""
    leaves = [one for one in bases(draft.layer, draft.query.metrics) if isinstance(one, SimpleMetric)]
    places = [time_of(draft.layer, one).rpartition(".") for one in leaves]
    names = {f"{dataset}.{weekday_name(time)}" for dataset, _, time in places}
    day = exp.Anonymous(this="dayname", expressions=[tree])
    wanted = [one for one in draft.query.filters if {one.field} == names and not one.entity]
    return [condition(day.copy(), one, "categorical", draft.as_of) for one in wanted if grain == "day"]


def _first_day(draft: Draft, slack: int) -> exp.Expr:
    """The day on which the data begins, so many days earlier."""
    day = Key("day", METRIC_TIME, "day")
    scope = replace(draft.scope, keys=(day,), spine=False, top=None)
    frame = evaluated(draft, scope, draft.query.metrics, "days_with_data")
    select = frame.source.copy()
    select.set("expressions", [sql.shifted(exp.Min(this=frame.keys[day.name].copy()), -slack, "day")])
    return exp.Subquery(this=select)


def running_values(draft: Draft) -> None:
    """Replace each metric by its running total, or its average over the last buckets."""
    running, asked = draft.query.running, draft.asked
    if running is None or asked is None:
        return
    time = next(key for key in draft.keys if key.is_metric_time)
    values = draft.add("bucket_values", draft.statement)
    columns, draft.columns = draft.columns, []
    draft.statement, draft.conditions = sql.selected([], sql.table(values)), []
    parts: list[exp.Expr] = [sql.column(key.name, values) for key in draft.keys if key != time]
    moment = sql.column(time.name, values)
    for column in columns:
        tree = sql.column(column.name, values)
        if column.role == "metric":
            append(
                draft,
                [
                    (
                        _renamed(column, running, str(time.grain)),
                        _window(tree, running, parts, moment),
                    )
                ],
            )
        else:
            append(draft, [(column, tree)])
    if running.last is not None:
        _keep_full(draft, asked, parts, moment)


def _renamed(column: Column, running: Running, grain: str) -> Column:
    if running.last is None:
        return replace(column, label=f"{column.label} (running total)")
    what = "average" if running.agg == "average" else "total"
    renamed = f"{column.label} ({running.last}-{grain.replace('_', ' ')} {what})"
    return _averaged(column, renamed) if running.agg == "average" else replace(column, label=renamed)


def _window(tree: exp.Expr, running: Running, parts: list[exp.Expr], time: exp.Expr) -> exp.Window:
    combine = exp.Avg if running.agg == "average" else exp.Sum
    order = exp.Order(expressions=[sql.ordered(time.copy(), False)])
    before: str | exp.Expr = "UNBOUNDED" if running.last is None else sql.integer(running.last - 1)
    frame = exp.WindowSpec(kind="ROWS", start=before, start_side="PRECEDING", end="CURRENT ROW")
    added = sql.or_zero(tree) if running.agg == "average" else tree
    return exp.Window(this=combine(this=added), partition_by=[part.copy() for part in parts], order=order, spec=frame)


def _keep_full(draft: Draft, asked: SemanticQuery, parts: list[exp.Expr], time: exp.Expr) -> None:
    """Leave out the buckets that are only there to be looked back at, and those with too few before them."""
    size = asked.running.last if asked.running else None
    count = _window(sql.integer(1), Running(last=size), parts, time)
    kept: list[exp.Expr] = [exp.GTE(this=count, expression=sql.integer(size or 1))]
    if asked.time_range and asked.time_range.start:
        kept.append(exp.GTE(this=time.copy(), expression=sql.moment(asked.time_range.start)))
    draft.statement.set("qualify", exp.Qualify(this=sql.both(kept)))
