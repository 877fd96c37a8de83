"""SemanticQuery to SQL: a checked query goes through `PASSES`, small functions that build one sqlglot tree.

One aggregate sub-query per fact at the query's grain, many-to-one LEFT JOIN outwards; facts FULL JOINed null-safe;
ratios and derived metrics on top; another period met through the calendar. The same query and model give the same
bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from semantic_layer.check import check
from semantic_layer.compiler import sqltree as sql
from semantic_layer.compiler.aggregate import parts
from semantic_layer.compiler.compare import compared
from semantic_layer.compiler.draft import Column, Draft, Frame, Scope
from semantic_layer.compiler.finish import cut, restricted, sorted_rows
from semantic_layer.compiler.metrics import projected, valued
from semantic_layer.compiler.stitch import stitched
from semantic_layer.model import SemanticLayer
from semantic_layer.query import SemanticQuery, TimeRange
from semantic_layer.resolution import asked_metrics, is_metric_filter, keys, leaves

__all__ = ["PASSES", "Column", "Compiled", "to_sql"]


@dataclass(frozen=True)
class Compiled:
    """A query as SQL: the tree, its DuckDB text, what each column is, and the datasets whose rows are counted.

    `previous` is the span of a comparison, when it has one.
    """

    tree: exp.Expr
    sql: str
    columns: tuple[Column, ...]
    datasets: tuple[str, ...]
    previous: TimeRange | None = None


def to_sql(layer: SemanticLayer, query: SemanticQuery, *, as_of: date) -> Compiled:
    """The SQL that answers `query`; `as_of` is the last complete day of the data.

    Raises `QueryError` or `UnsafeQuery` as `check` does.
    """
    check(layer, query)
    draft = Draft(layer, query, as_of, keys(query), Frame(exp.Select()))
    for run in PASSES:
        run(draft)
    return Compiled(
        draft.statement,
        draft.statement.sql(dialect=sql.DIALECT, pretty=True),
        tuple(draft.columns),
        tuple(draft.facts),
        draft.previous_span,
    )


def _aggregate(draft: Draft) -> None:
    rows = tuple(one for one in draft.query.filters if not is_metric_filter(draft.layer, one))
    scope = Scope(draft.keys, rows, draft.query.time_range)
    simple = leaves(draft.layer, asked_metrics(draft.layer, draft.query))
    draft.frame = stitched(draft, parts(draft, scope, simple))
    if draft.query.compare:
        draft.frame = compared(draft, scope, simple, draft.query.compare)


def _with_clauses(draft: Draft) -> None:
    clauses: list[exp.Expr] = [
        exp.CTE(this=select, alias=exp.TableAlias(this=sql.name_of(name))) for name, select in draft.ctes.items()
    ]
    draft.statement.set("with_", exp.With(expressions=clauses))


PASSES: tuple[Callable[[Draft], None], ...] = (
    _aggregate,
    valued,
    projected,
    restricted,
    sorted_rows,
    cut,
    _with_clauses,
)
