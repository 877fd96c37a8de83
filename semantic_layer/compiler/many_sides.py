"""Grouping by the many side, where the model says how: each distinct value once, or by weight through a bridge."""

from __future__ import annotations

from sqlglot import exp

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.source import Source
from semantic_layer.many_sides import ManySide, many_side
from semantic_layer.resolution import Key

_WEIGHT = "weight"


def many_sides(source: Source, keys: tuple[Key, ...]) -> dict[ManySide, tuple[Key, ...]]:
    """The keys of which a row can have several values, by the way they are met."""
    found: dict[ManySide, tuple[Key, ...]] = {}
    for key in keys:
        side = many_side(source.layer, source.fact, key.ref, key.via)
        if side:
            found[side] = (*found.get(side, ()), key)
    return found


def meet(source: Source, inner: Source, side: ManySide, trees: dict[str, exp.Expr]) -> dict[str, exp.Expr]:
    """Join the values of a many side to the source: every combination of them once for each row of `side.of`.

    `trees` are the grouping columns as SQL over `inner`, a source of `side.dataset`. Returns the columns to group by
    instead; the weight of a bridge goes into the source. A row without any value stays, with NULL and its whole weight.
    """
    draft = source.draft
    names = [f"of_{name}" for name in draft.layer.datasets[side.of].primary_key]
    keys = [sql.named(tree, name) for tree, name in zip(inner.entity_key(side.of), names, strict=True)]
    values = [sql.named(tree, name) for name, tree in trees.items()]
    columns = [*keys, *values]
    if side.weight:
        columns.append(sql.named(exp.Sum(this=inner.expression(side.weight)), _WEIGHT))
    select = inner.select(columns)
    sql.filtered(select, [sql.is_known(tree.copy()) for tree in inner.entity_key(side.of)])
    sql.grouped(select, len(keys) + len(values))
    clause = draft.add(f"{side.dataset}_values", select)
    on = sql.both(
        exp.EQ(this=here, expression=sql.column(name, clause))
        for here, name in zip(source.entity_key(side.of), names, strict=True)
    )
    source.join(clause, on)
    _tell(source, side, clause)
    return {name: sql.column(name, clause) for name in trees}


def _tell(source: Source, side: ManySide, clause: str) -> None:
    datasets = source.layer.datasets
    what, by = datasets[side.of].title.lower(), datasets[side.dataset].title.lower()
    if side.weight:
        source.weigh(exp.Coalesce(this=sql.column(_WEIGHT, clause), expressions=[sql.integer(1)]))
        note = f"Each row of {what} is divided by weight among its rows of {by}."
    else:
        note = f"A row of {what} counts once for each different value in its rows of {by}, so groups overlap."
    source.draft.notes[note] = None
