"""Every bucket of a period, also those in which nothing happened."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Frame, Scope, read
from semantic_layer.compiler.stitch import settled
from semantic_layer.query import TimeGrain, TimeRange
from semantic_layer.spans import period_start, previous_bucket


def buckets(draft: Draft, scope: Scope, groups: exp.Select | None, earliest: exp.Expr | None = None) -> exp.Select:
    """Every bucket of the scope's span up to the end of the data, for every group when there are any.

    A span without a start begins with the bucket `earliest`. Raises ValueError when the scope has no time, or neither
    is known; a query is checked for both.
    """
    key, span = scope.time, scope.span
    if key is None or key.grain is None:
        raise ValueError("a spine needs a grain")
    end = min(span.end, draft.data_end) if span and span.end else draft.data_end
    first = _first(draft, key.grain, span) or earliest
    if first is None:
        raise ValueError("a spine needs a start")
    one = previous_bucket(key.grain)
    last = sql.shifted(sql.moment(end), -1, "hour" if key.grain == "hour" else "day")
    length = exp.Interval(this=sql.text(str(one.count)), unit=exp.Var(this=one.unit.upper()))
    start = sql.cast(first, exp.DType.TIMESTAMP)
    series = exp.GenerateSeries(start=start, end=sql.cast(last, exp.DType.TIMESTAMP), step=length)
    moments = exp.Explode(this=series)
    bucket = moments if key.grain == "hour" else sql.cast(moments, exp.DType.DATE)
    spine = draft.add("spine", exp.Select(expressions=[sql.named(bucket, key.name)]))
    select = sql.selected([sql.column(key.name, spine)], sql.table(spine))
    if groups is not None:
        name = draft.add("spine_groups", groups)
        select.set("expressions", [_of(scope, one.name, spine, name) for one in scope.keys])
        sql.joined(select, sql.table(name), None, "CROSS")
    return select


def _first(draft: Draft, grain: TimeGrain, span: TimeRange | None) -> exp.Expr | None:
    if span is None or span.start is None:
        return None
    return sql.moment(period_start(span.start, "day" if grain == "hour" else grain, draft.rules))


def _of(scope: Scope, name: str, spine: str, groups: str) -> exp.Expr:
    return sql.column(name, spine if scope.time and name == scope.time.name else groups)


def spined(draft: Draft, scope: Scope, frame: Frame) -> Frame:
    """The frame with a row for every bucket of the span, for every group that has any."""
    inner = settled(draft, "known_buckets", frame)
    relation = inner.relation()
    others = [sql.named(tree.copy(), name) for name, tree in inner.keys.items() if not _is_time(scope, name)]
    groups = exp.Select(expressions=others, from_=exp.From(this=relation.copy())) if others else None
    if groups is not None:
        groups.set("distinct", exp.Distinct())
    every = read(draft.add("every_bucket", buckets(draft, scope, groups, _earliest(scope, inner))), inner.keys, ())
    on = sql.both(sql.same(tree.copy(), inner.keys[name].copy()) for name, tree in every.keys.items())
    sql.joined(every.source, relation, on, "LEFT")
    leaves = {name: sql.or_zero(tree) if name in frame.zero else tree for name, tree in inner.leaves.items()}
    return Frame(every.source, every.keys, leaves, zero=frame.zero)


def _earliest(scope: Scope, inner: Frame) -> exp.Expr | None:
    """The first bucket that has a row."""
    if scope.time is None:
        return None
    select = exp.Select(expressions=[exp.Min(this=inner.keys[scope.time.name].copy())])
    select.set("from_", exp.From(this=inner.relation()))
    return exp.Subquery(this=select)


def _is_time(scope: Scope, name: str) -> bool:
    return scope.time is not None and name == scope.time.name
