"""Sub-queries of several facts side by side, row for row, without losing a group of any of them."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Frame, Part, Scope, read
from semantic_layer.metric_types import Metric, OffsetMetric, SimpleMetric
from semantic_layer.resolution import Key, bases, fact, time_of


def parts(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> tuple[Part, ...]:
    """The sub-queries that hold `metrics`, added to the draft's WITH; simple ones over the same rows share one."""
    groups: dict[tuple[str, ...], list[Metric]] = {}
    for metric in _with_own_buckets(draft, scope, metrics):
        groups.setdefault(_rows(draft, metric), []).append(metric)
    return tuple(draft.builders[rows[0]](draft, scope, tuple(group)) for rows, group in groups.items())


def _with_own_buckets(draft: Draft, scope: Scope, metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The metrics, and for each offset what it looks back at: it has the same buckets, whatever else is asked."""
    found = {metric.name: metric for metric in metrics}
    for metric in metrics:
        if scope.time and isinstance(metric, OffsetMetric):
            inner = _with_own_buckets(draft, scope, bases(draft.layer, (metric.metric,)))
            found.update((one.name, one) for one in inner if one.name not in found)
    return tuple(found.values())


def _rows(draft: Draft, metric: Metric) -> tuple[str, ...]:
    """The builder of a metric, and what tells its rows apart from those of others."""
    if not isinstance(metric, SimpleMetric):
        return metric.type, metric.name
    if draft.layer.measures[metric.measure].non_additive:
        return "level", metric.name
    return "simple", fact(metric), metric.filter, time_of(draft.layer, metric)


def stitched(found: tuple[Part, ...]) -> Frame:
    """The parts FULL JOINed on `IS NOT DISTINCT FROM` of every grouping column; crossed when there is none.

    What is met through the calendar is LEFT JOINed last, so it adds no rows. A count over no rows is 0, and so is a
    metric that asks for `fill_zero`; everything else stays NULL.
    """
    giving = [part for part in found if part.earlier is None]
    first = giving[0]
    names = [key.name for key in first.keys]
    frame = read(first.name, names, ())
    known = {name: [frame.keys[name]] for name in names}
    for part in giving[1:]:
        sql.joined(frame.source, sql.table(part.name), _meet(_columns(known), part), "FULL" if names else "CROSS")
        for name in names:
            known[name].append(sql.column(name, part.name))
    frame.keys = _columns(known)
    for part in found:
        if part.earlier:
            sql.joined(frame.source, sql.table(part.name), _meet(frame.keys, part), "LEFT")
    frame.leaves = {name: _value(name, part, len(found) == 1) for part in found for name in part.metrics}
    frame.zero = frozenset().union(*(part.zero for part in found))
    return frame


def _columns(known: dict[str, list[exp.Expr]]) -> dict[str, exp.Expr]:
    return {name: sql.first_known([tree.copy() for tree in trees]) for name, trees in known.items()}


def _meet(known: dict[str, exp.Expr], part: Part) -> exp.Expr | None:
    return sql.both(
        sql.same(_as_met(known[key.name].copy(), key, part), sql.column(key.name, part.name)) for key in part.keys
    )


def _as_met(tree: exp.Expr, key: Key, part: Part) -> exp.Expr:
    return sql.earlier(tree, part.earlier, key.grain) if part.earlier and key.is_metric_time else tree


def _value(name: str, part: Part, alone: bool) -> exp.Expr:
    """The metric's column; 0 instead of NULL where it says so, which a count needs only beside others."""
    value = sql.column(name, part.name)
    return sql.or_zero(value) if name in part.zero and not (alone and name in part.never_null) else value


def settled(draft: Draft, name: str, frame: Frame) -> Frame:
    """The frame over one relation: as it is when it has no joins, else as a clause of its own in the WITH."""
    if not frame.source.args.get("joins"):
        return frame
    select = frame.source.copy()
    columns = {**frame.keys, **frame.leaves}
    select.set("expressions", [sql.named(tree.copy(), key) for key, tree in columns.items()])
    return read(draft.add(name, select), frame.keys, frame.leaves, frame.zero)
