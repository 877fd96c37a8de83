"""Conditions of groups on some of their rows: cities with an open shop and a closed one."""

from __future__ import annotations

from dataclasses import replace

from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.conditions import condition
from semantic_layer.compiler.draft import Draft, Scope
from semantic_layer.compiler.formulas import value_of
from semantic_layer.compiler.stitch import parts, settled, stitched
from semantic_layer.query import Filter
from semantic_layer.resolution import bases, is_apart, is_metric_filter


def of_some_rows(draft: Draft, scope: Scope) -> None:
    """Join what each such condition computes to the groups; a group without any of its rows counts 0."""
    if not draft.query.entity:
        for one in draft.query.filters:
            if is_metric_filter(draft.layer, one) and is_apart(one):
                _joined(draft, replace(scope, filters=(*scope.filters, *one.where)), one)


def _joined(draft: Draft, scope: Scope, one: Filter) -> None:
    frame, metrics = draft.frame, bases(draft.layer, (one.field,))
    found = settled(draft, "by_group", stitched(parts(draft, scope, metrics)))
    on = sql.both(sql.same(frame.keys[key.name].copy(), found.keys[key.name].copy()) for key in scope.keys)
    sql.joined(frame.source, found.relation(), on, "LEFT")
    leaves = {name: sql.or_zero(tree) if name in found.zero else tree for name, tree in found.leaves.items()}
    value = value_of(draft.layer, one.field, leaves)
    draft.conditions.append(condition(value, one, "number", draft.as_of))
