"""Third pass: the same for another span, met through the calendar, never by row order."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.aggregate import parts
from semantic_layer.compiler.calendar import Shift, between_starts, previous_bucket, previous_period, previous_year
from semantic_layer.compiler.draft import Draft, Frame, Scope
from semantic_layer.compiler.stitch import is_zero_filled, settled, stitched
from semantic_layer.model import SimpleMetric
from semantic_layer.query import Comparison, SemanticQuery, TimeGrain, TimeRange
from semantic_layer.resolution import Key


def compared(draft: Draft, scope: Scope, leaves: tuple[SimpleMetric, ...], comparison: Comparison) -> Frame:
    """The draft's frame with the other span's values beside it.

    Grouped by time, each bucket keeps its row and finds the one before through the calendar (a gap stays a gap). Not
    grouped by time, groups that only one of the spans has are kept too.
    """
    time = next((key for key in scope.keys if key.is_metric_time), None)
    shift = _shift(draft.query, comparison, time.grain if time else None)
    draft.previous_span = _other_span(scope.span, comparison, shift)
    other = Scope(scope.keys, scope.filters, draft.previous_span)
    here = settled(draft, "this_period", draft.frame)
    there = settled(draft, "other_period", stitched(draft, parts(draft, other, leaves)))
    return _met(here, there, time, shift) if time else _beside(draft, here, there, leaves)


def _shift(query: SemanticQuery, comparison: Comparison, grain: TimeGrain | None) -> Shift:
    span = query.time_range or TimeRange()
    if comparison.kind == "previous_year":
        return previous_year(grain)
    if comparison.kind == "range" and comparison.range and comparison.range.start and span.start:
        return between_starts(grain, span.start, comparison.range.start)
    return previous_bucket(grain) if grain else previous_period(span)


def _other_span(span: TimeRange | None, comparison: Comparison, shift: Shift) -> TimeRange | None:
    if comparison.kind == "range":
        return comparison.range
    return shift.span(span) if span else None


def _met(here: Frame, there: Frame, time: Key, shift: Shift) -> Frame:
    """Every bucket here, beside the bucket that lies one shift earlier."""
    conditions: list[exp.Expr] = []
    for name, tree in here.keys.items():
        bucket = _earlier(tree.copy(), time.grain, shift) if name == time.name else tree.copy()
        conditions.append(sql.same(bucket, there.keys[name].copy()))
    found = Frame(here.source, here.keys, here.leaves, there.leaves)
    sql.joined(found.source, _table(there), sql.both(conditions), "LEFT")
    return found


def _earlier(tree: exp.Expr, grain: TimeGrain | None, shift: Shift) -> exp.Expr:
    if grain != "hour":
        return sql.shifted(tree, -shift.count, shift.unit)
    moved = sql.shifted(tree, -shift.count, shift.unit)
    return moved.this


def _beside(draft: Draft, here: Frame, there: Frame, leaves: tuple[SimpleMetric, ...]) -> Frame:
    """Every group of either span."""
    conditions = [sql.same(tree.copy(), there.keys[name].copy()) for name, tree in here.keys.items()]
    sql.joined(here.source, _table(there), sql.both(conditions), "FULL" if conditions else "CROSS")
    keys = {name: sql.first_known([tree, there.keys[name]]) for name, tree in here.keys.items()}
    zero = {leaf.name for leaf in leaves if is_zero_filled(draft.layer, leaf)} if conditions else set[str]()
    return Frame(here.source, keys, _filled(here.leaves, zero), _filled(there.leaves, zero))


def _filled(leaves: dict[str, exp.Expr], zero: set[str]) -> dict[str, exp.Expr]:
    return {name: sql.or_zero(tree) if name in zero else tree for name, tree in leaves.items()}


def _table(frame: Frame) -> exp.Expr:
    return frame.source.args["from_"].this.copy()
