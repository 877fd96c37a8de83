"""SemanticQuery to SQL: a checked query goes through `PASSES`, small functions that build one sqlglot tree.

One aggregate sub-query per fact at the query's grain, many-to-one LEFT JOIN outwards; facts FULL JOINed null-safe;
ratios and derived metrics on top; another period met through the calendar. The same query and model give the same
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from semantic_layer.check import check
from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.aggregate import simple_part
from semantic_layer.compiler.along_time import computed_first, filled, over_buckets, running_values
from semantic_layer.compiler.cases import case_parts
from semantic_layer.compiler.compare import compared
from semantic_layer.compiler.draft import Builder, Column, Draft, Frame, MemberSets, Scope
from semantic_layer.compiler.entities import per_entity_part
from semantic_layer.compiler.extras import keep_top, partial_flag, ranks, shares, top_set
from semantic_layer.compiler.finish import cut, restricted, sorted_rows
from semantic_layer.compiler.group_conditions import of_some_rows
from semantic_layer.compiler.groups import over_groups
from semantic_layer.compiler.journeys import conversion_part, retention_part
from semantic_layer.compiler.levels import level_part
from semantic_layer.compiler.members import (
    EntityList,
    entity_frame,
    entity_numbers,
    metric_members,
    row_members,
    segment_members,
)
from semantic_layer.compiler.metrics import projected, valued
from semantic_layer.compiler.pivot import pivoted
from semantic_layer.compiler.spine import spined
from semantic_layer.compiler.stitch import parts, stitched
from semantic_layer.compiler.titles import of_so_many
from semantic_layer.compiler.windows import cumulative_part, offset_part
from semantic_layer.model import SemanticLayer
from semantic_layer.query import SemanticQuery, TimeRange
from semantic_layer.resolution import Key, asked_metrics, bases, entity_keys, is_metric_filter, keys

__all__ = ["BUILDERS", "PASSES", "Column", "Compiled", "of_so_many", "to_sql"]

BUILDERS: Mapping[str, Builder] = {
    "simple": simple_part,
    "level": level_part,
    "cumulative": cumulative_part,
    "offset": offset_part,
    "conversion": conversion_part,
    "retention": retention_part,
    "per_entity": per_entity_part,
}


@dataclass(frozen=True)
class Compiled:
    """A query as SQL: the tree, its DuckDB text, what each column is, and the datasets whose rows are counted.

    `previous` is the span of a comparison, when it has one. `notes` are sentences on how the query was read where it
    could be read otherwise.
    """

    tree: exp.Expr
    sql: str
    columns: tuple[Column, ...]
    datasets: tuple[str, ...]
    previous: TimeRange | None = None
    notes: tuple[str, ...] = ()


def to_sql(layer: SemanticLayer, query: SemanticQuery, *, as_of: date) -> Compiled:
    """The SQL that answers `query`; `as_of` is the last complete day of the data.

    Raises `QueryError` or `UnsafeQuery` as `check` does.
    """
    check(layer, query)
    sets = MemberSets(segment_members, metric_members, row_members, entity_numbers)
    first = computed_first(query)
    draft = Draft(layer, first, as_of, BUILDERS, sets, _keys(layer, first), Frame(exp.Select()), asked=query)
    for run in PASSES:
        run(draft)
    return Compiled(
        draft.statement,
        draft.statement.sql(dialect=sql.DIALECT, pretty=True),
        tuple(draft.columns),
        tuple(draft.facts),
        draft.previous_span,
        tuple(draft.notes),
    )


def _keys(layer: SemanticLayer, query: SemanticQuery) -> tuple[Key, ...]:
    if not query.entity:
        return keys(query)
    own = entity_keys(layer, query.entity)
    attributes = [one for one in query.group_by if one.field not in {key.ref for key in own}]
    rest = query.model_copy(update={"group_by": tuple(attributes)})
    return (*own, *keys(rest, tuple(key.name for key in own)))


def _listed(draft: Draft) -> None:
    """A row for every entity, when the query lists entities."""
    query = draft.query
    if not query.entity:
        return
    own = {key.ref for key in entity_keys(draft.layer, query.entity)}
    attributes = tuple(key for key in draft.keys if key.ref not in own)
    listed = EntityList(query.entity, attributes, query.filters, query.metrics, query.time_range)
    draft.frame, draft.conditions = entity_frame(draft, listed)


def _aggregated(draft: Draft) -> None:
    """A row for every group, with the parts of the metrics."""
    query = draft.query
    if query.entity:
        return
    rows = tuple(one for one in query.filters if not is_metric_filter(draft.layer, one))
    spine = query.fill == "spine" or query.per_bucket is not None
    scope = draft.scope = Scope(draft.keys, rows, query.time_range, spine)
    top = top_set(draft, scope, query.top) if query.top else None
    if top and query.top and (query.top.others or top.together):
        scope = replace(scope, top=top)
    metrics = bases(draft.layer, asked_metrics(draft.layer, query))
    draft.frame = stitched((*parts(draft, scope, metrics), *case_parts(draft, scope)))
    if scope.spine:
        draft.frame = spined(draft, scope, draft.frame)
    if query.compare:
        draft.frame = compared(draft, scope, metrics, query.compare)
    valued(draft)
    of_some_rows(draft, scope)
    if top and query.top and not (query.top.others or top.together):
        keep_top(draft, top)


def _with_clauses(draft: Draft) -> None:
    clauses: list[exp.Expr] = [
        exp.CTE(this=select, alias=exp.TableAlias(this=sql.name_of(name))) for name, select in draft.ctes.items()
    ]
    draft.statement.set("with_", exp.With(expressions=clauses))


PASSES: tuple[Callable[[Draft], None], ...] = (
    _listed,
    _aggregated,
    filled,
    projected,
    shares,
    ranks,
    partial_flag,
    restricted,
    over_buckets,
    over_groups,
    running_values,
    pivoted,
    sorted_rows,
    cut,
    _with_clauses,
)
