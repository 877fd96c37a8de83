"""Numbers put in bands: the SQL that gives each number the lower edge of its band."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.source import Source
from semantic_layer.query import Bands, Number
from semantic_layer.resolution import Key

_KEPT = 6  # digits after the point that tell two numbers apart


def number_of_entity(source: Source, key: Key) -> exp.Expr:
    """The metric of the entity that a row belongs to; NULL for a row of none."""
    clause = source.draft.sets.number(source.draft, key)
    return source.of_entity(clause, key.entity, "number", key.via)


def banded(tree: exp.Expr, bands: Bands) -> exp.Expr:
    """The lower edge of the band that a number falls in, NULL for none; half-open, so that each is in just one."""
    if bands.width is None:
        return _among_edges(tree, bands)
    step = _stepped(tree, bands.width, bands.start)
    if bands.top is None:
        return step
    return sql.when(_from(tree, bands.top), sql.literal(bands.top), step)


def _from(tree: exp.Expr, edge: Number) -> exp.Expr:
    return exp.GTE(this=sql.bracketed(tree.copy()), expression=sql.literal(edge))


def _among_edges(tree: exp.Expr, bands: Bands) -> exp.Expr:
    """From the highest edge down; below the first of them the number that stands for it."""
    ifs = [exp.If(this=_from(tree, edge), true=sql.literal(edge)) for edge in reversed(bands.edges)]
    below = exp.LT(this=sql.bracketed(tree.copy()), expression=sql.literal(bands.edges[0]))
    return exp.Case(ifs=[*ifs, exp.If(this=below, true=sql.literal(bands.lowest))])


def _stepped(tree: exp.Expr, width: Number, start: Number) -> exp.Expr:
    """Whole steps below the number. Parts of steps are counted as whole numbers: 0.3 is three times 0.1 exactly."""
    scale = 10 ** max(0, *(-int(Decimal(str(one)).normalize().as_tuple().exponent) for one in (width, start)))
    steps, first = (round(one * scale) for one in (width, start))
    moved: exp.Expr = sql.bracketed(tree.copy())
    if scale > 1:
        scaled = exp.Mul(this=moved, expression=sql.integer(scale))
        moved = exp.Round(this=scaled, decimals=sql.integer(_KEPT))
    if first:
        moved = exp.Paren(this=exp.Sub(this=moved, expression=sql.integer(first)))
    count = exp.Floor(this=exp.Div(this=moved, expression=sql.integer(steps), typed=False, safe=False))
    lower: exp.Expr = exp.Mul(this=count, expression=sql.integer(steps))
    if first:
        lower = exp.Add(this=lower, expression=sql.integer(first))
    whole = sql.cast(lower, exp.DType.BIGINT)
    return whole if scale == 1 else exp.Div(this=whole, expression=sql.integer(scale), typed=False, safe=False)
