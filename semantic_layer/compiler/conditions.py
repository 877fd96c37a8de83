"""Filters of a query as SQL conditions.

What is left out by `ne`, `not_in` and `not_like` is only what was named: a row without a value stays. A day means the
whole day, also for a moment in time: `le 31 March` includes the evening of the 31st.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.nodes import interval
from semantic_layer.query import Filter, Scalar, TimeRange
from semantic_layer.resolution import as_moment
from semantic_layer.spans import shift_of

_COMPARISONS: dict[str, type[exp.Binary]] = {"gt": exp.GT, "ge": exp.GTE, "lt": exp.LT, "le": exp.LTE}
_OF_FIELDS: dict[str, type[exp.Binary]] = {**_COMPARISONS, "eq": exp.EQ, "ne": exp.NEQ}


def within(tree: exp.Expr, span: TimeRange | None) -> list[exp.Expr]:
    """Conditions that keep `[start, end)` of a time."""
    found: list[exp.Expr] = []
    if span and span.start:
        found.append(exp.GTE(this=tree.copy(), expression=sql.moment(span.start)))
    if span and span.end:
        found.append(exp.LT(this=tree.copy(), expression=sql.moment(span.end)))
    return found


def condition(tree: exp.Expr, one: Filter, kind: str, as_of: date) -> exp.Expr:
    """The condition of one filter on a field of `kind`; `as_of` is the last complete day, which ends `last`."""
    tree = sql.bracketed(tree)
    if one.op in ("is_null", "not_null"):
        empty = exp.Is(this=tree, expression=exp.Null())
        return empty if one.op == "is_null" else exp.Not(this=empty)
    if one.op in ("last", "not_last"):
        return _recent(tree, one, as_of)
    if kind == "time":
        return _on_time(tree, one)
    values = [str(value) if kind == "categorical" else value for value in one.values]
    if one.op in ("eq", "ne", "in", "not_in"):
        return _membership(tree, one.op, [sql.literal(value) for value in values])
    return _compared(tree, one.op, values)


def compared(op: str, tree: exp.Expr, other: exp.Expr) -> exp.Expr:
    """Two values of a row against each other; a row in which one of them is not known is not kept."""
    return _OF_FIELDS[op](this=sql.bracketed(tree), expression=sql.bracketed(other))


def _membership(tree: exp.Expr, op: str, values: Sequence[exp.Expr]) -> exp.Expr:
    """`= value` or `IN (...)`; the negations keep NULL."""
    if len(values) == 1:
        kind = exp.EQ if op in ("eq", "in") else exp.NullSafeNEQ
        return kind(this=tree, expression=values[0])
    found = exp.In(this=tree, expressions=list(values))
    if op == "in":
        return found
    return exp.Or(this=exp.Is(this=tree.copy(), expression=exp.Null()), expression=exp.Not(this=found))


def _compared(tree: exp.Expr, op: str, values: Sequence[Scalar]) -> exp.Expr:
    if op == "between":
        return exp.Between(this=tree, low=sql.literal(values[0]), high=sql.literal(values[1]))
    if op == "like":
        return _like(tree, values)
    if op == "not_like":
        like = _like(tree, values)
        return exp.Or(this=exp.Is(this=tree.copy(), expression=exp.Null()), expression=exp.Not(this=like))
    return _COMPARISONS[op](this=tree, expression=sql.literal(values[0]))


def _like(tree: exp.Expr, patterns: Sequence[Scalar]) -> exp.Expr:
    """Whether a text is like one of the patterns, capitals apart."""
    alike = [exp.ILike(this=tree.copy(), expression=sql.literal(one)) for one in patterns]
    return alike[0] if len(alike) == 1 else exp.Paren(this=exp.or_(*alike))


def _on_time(tree: exp.Expr, one: Filter) -> exp.Expr:
    values = [_moment(value) for value in one.values]
    if one.op in ("eq", "ne", "in", "not_in"):
        if not any(isinstance(value, datetime) for value in values):
            tree = sql.cast(tree, exp.DType.DATE)
        return _membership(tree, one.op, [sql.moment(value) for value in values])
    if one.op == "between":
        low, high = (_bound(tree.copy(), op, value) for op, value in zip(("ge", "le"), values, strict=True))
        return exp.And(this=low, expression=high)
    return _bound(tree, one.op, values[0])


def _recent(tree: exp.Expr, one: Filter, as_of: date) -> exp.Expr:
    """Within the last so many days up to and with `as_of`; its negation keeps NULL."""
    end = as_of + timedelta(days=1)
    start = shift_of(interval(str(one.values[0]))).before(end)
    if one.op == "last":
        after, before = (
            _COMPARISONS[op](this=tree.copy(), expression=sql.moment(day)) for op, day in (("ge", start), ("lt", end))
        )
        return exp.And(this=after, expression=before)
    outside = [exp.LT(this=tree, expression=sql.moment(start)), exp.GTE(this=tree.copy(), expression=sql.moment(end))]
    return sql.any_of([exp.Is(this=tree.copy(), expression=exp.Null()), *outside])


def _bound(tree: exp.Expr, op: str, value: date) -> exp.Expr:
    """One side of a span; after and up to a day mean after and up to its end."""
    if op in ("gt", "le") and not isinstance(value, datetime):
        kind = exp.GTE if op == "gt" else exp.LT
        return kind(this=tree, expression=sql.moment(value + timedelta(days=1)))
    return _COMPARISONS[op](this=tree, expression=sql.moment(value))


def _moment(value: Scalar) -> date:
    found = value if isinstance(value, date) else as_moment(str(value))
    if found is None:
        raise ValueError(f"{value!r} is not a day")
    return found
