"""Second pass: sub-queries of several facts side by side, row for row, without losing a group of any of them."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Draft, Frame, Part
from semantic_layer.model import SemanticLayer, SimpleMetric

_COUNTS = ("count", "count_distinct")


def stitched(draft: Draft, parts: tuple[Part, ...]) -> Frame:
    """The parts FULL JOINed on `IS NOT DISTINCT FROM` of every grouping column; crossed when there is none.

    A count over no rows is 0, and so is a metric that asks for `fill_zero`; everything else stays NULL.
    """
    first, *others = parts
    names = [key.name for key in first.keys]
    frame = draft.read(first.name, names, ())
    known = {name: [frame.keys[name]] for name in names}
    for part in others:
        sql.joined(frame.source, sql.table(part.name), _meet(known, part), "FULL" if names else "CROSS")
        for name in names:
            known[name].append(sql.column(name, part.name))
    frame.keys = {name: sql.first_known(trees) for name, trees in known.items()}
    frame.leaves = {
        leaf.name: _value(draft.layer, leaf, part, alone=not others) for part in parts for leaf in part.leaves
    }
    return frame


def _meet(known: dict[str, list[exp.Expr]], part: Part) -> exp.Expr | None:
    return sql.both(
        sql.same(sql.first_known([tree.copy() for tree in trees]), sql.column(name, part.name))
        for name, trees in known.items()
    )


def _value(layer: SemanticLayer, leaf: SimpleMetric, part: Part, alone: bool) -> exp.Expr:
    value = sql.column(leaf.name, part.name)
    counted = layer.measures[leaf.measure].agg in _COUNTS
    return sql.or_zero(value) if leaf.fill_zero or (counted and not alone) else value


def is_zero_filled(layer: SemanticLayer, leaf: SimpleMetric) -> bool:
    """True when no rows mean 0 for this metric rather than "not known"."""
    return leaf.fill_zero or layer.measures[leaf.measure].agg in _COUNTS


def settled(draft: Draft, name: str, frame: Frame) -> Frame:
    """The frame over one relation: as it is when it has no joins, else as a clause of its own in the WITH."""
    if not frame.source.args.get("joins"):
        return frame
    select = frame.source.copy()
    columns = {**frame.keys, **frame.leaves}
    select.set("expressions", [sql.named(tree.copy(), key) for key, tree in columns.items()])
    return draft.read(draft.add(name, select), frame.keys, frame.leaves)
