"""The same for another span, met through the calendar, never by row order."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Frame, Scope
from semantic_layer.compiler.stitch import parts, settled, stitched
from semantic_layer.metric_types import Metric
from semantic_layer.query import Comparison, SemanticQuery, TimeGrain, TimeRange
from semantic_layer.resolution import Key
from semantic_layer.spans import Shift, between_starts, previous_bucket, previous_period, previous_year


def compared(draft: Draft, scope: Scope, metrics: tuple[Metric, ...], comparison: Comparison) -> Frame:
    """The draft's frame with the other span's values beside it.

    Grouped by time, each bucket keeps its row and finds the one before through the calendar (a gap stays a gap). Not
    grouped by time, groups that only one of the spans has are kept too; a span that runs past the end of the data is
    then compared with as many days of the other.
    """
    time = scope.time
    shift = _shift(draft.query, comparison, time.grain if time else None)
    draft.previous_span = _other_span(draft, scope, comparison, shift)
    other = replace(scope, span=draft.previous_span, spine=False)
    here = settled(draft, "this_period", draft.frame)
    there = settled(draft, "other_period", stitched(parts(draft, other, metrics)))
    return _met(here, there, time, shift) if time else _beside(here, there)


def _shift(query: SemanticQuery, comparison: Comparison, grain: TimeGrain | None) -> Shift:
    span = query.time_range or TimeRange()
    if comparison.kind == "previous_year":
        return previous_year(grain)
    if comparison.kind == "range" and comparison.range and comparison.range.start and span.start:
        return between_starts(grain, span.start, comparison.range.start)
    return previous_bucket(grain) if grain else previous_period(span)


def _other_span(draft: Draft, scope: Scope, comparison: Comparison, shift: Shift) -> TimeRange | None:
    span = scope.span
    if comparison.kind == "range":
        return comparison.range
    if span is None:
        return None
    runs_on = span.end is not None and span.end > draft.data_end and span.start is not None
    if runs_on and span.start and span.start < draft.data_end and not scope.time:
        span = TimeRange(start=span.start, end=draft.data_end)
    return shift.span(span)


def _met(here: Frame, there: Frame, time: Key, shift: Shift) -> Frame:
    """Every bucket here, beside the bucket that lies one shift earlier."""
    conditions: list[exp.Expr] = []
    for name, tree in here.keys.items():
        bucket = sql.earlier(tree.copy(), shift, time.grain) if name == time.name else tree.copy()
        conditions.append(sql.same(bucket, there.keys[name].copy()))
    found = Frame(here.source, here.keys, here.leaves, there.leaves)
    sql.joined(found.source, there.relation(), sql.both(conditions), "LEFT")
    return found


def _beside(here: Frame, there: Frame) -> Frame:
    """Every group of either span."""
    conditions = [sql.same(tree.copy(), there.keys[name].copy()) for name, tree in here.keys.items()]
    sql.joined(here.source, there.relation(), sql.both(conditions), "FULL" if conditions else "CROSS")
    keys = {name: sql.first_known([tree, there.keys[name]]) for name, tree in here.keys.items()}
    zero = here.zero if conditions else frozenset[str]()
    return Frame(here.source, keys, _filled(here.leaves, zero), _filled(there.leaves, zero))


def _filled(leaves: dict[str, exp.Expr], zero: frozenset[str]) -> dict[str, exp.Expr]:
    return {name: sql.or_zero(tree) if name in zero else tree for name, tree in leaves.items()}
