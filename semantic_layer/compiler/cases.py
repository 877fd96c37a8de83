"""Columns of a metric with conditions of their own: an aggregate for each over the same groups, side by side."""

from __future__ import annotations

from dataclasses import replace

from semantic_layer.case_rules import case_names
from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.draft import Column, Draft, Part, Scope
from semantic_layer.compiler.formulas import evaluated
from semantic_layer.query import Case


def case_parts(draft: Draft, scope: Scope) -> tuple[Part, ...]:
    """A sub-query for each case, met on all groups like those of other metrics."""
    named = zip(draft.query.cases, case_names(draft.query), strict=True)
    return tuple(_part(draft, scope, case, name) for case, name in named)


def _part(draft: Draft, scope: Scope, case: Case, name: str) -> Part:
    rows = replace(scope, filters=tuple(dict.fromkeys((*scope.filters, *case.filters))))
    frame = evaluated(draft, rows, (case.metric,), f"{name}_rows")
    select = frame.source.copy()
    columns = {**frame.keys, name: frame.leaves[case.metric]}
    select.set("expressions", [sql.named(tree.copy(), key) for key, tree in columns.items()])
    zero = frozenset({name}) if case.metric in frame.zero else frozenset[str]()
    return Part(draft.add(f"{name}_case", select), scope.keys, (name,), zero)


def case_columns(draft: Draft, metric: str) -> list[tuple[Column, str]]:
    """The columns of the cases of a metric, each with the name of its value."""
    one = draft.layer.metrics[metric]
    named = zip(draft.query.cases, case_names(draft.query), strict=True)
    return [
        (
            Column(name, "metric", metric, f"{one.title} ({case.label})", one.unit, one.format, decimals=one.decimals),
            name,
        )
        for case, name in named
        if case.metric == metric
    ]
