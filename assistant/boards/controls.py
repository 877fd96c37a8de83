"""A period and filters for a whole board: what each tile's query becomes under them, and what a tile cannot take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from semantic_layer import Filter, QueryError, SemanticLayer, SemanticQuery, TimeRange, substitute, to_sql

MOST_VALUES = 200
"""A field with more values than this is no control for a board."""


@dataclass(frozen=True)
class Controls:
    """What a reader chose for all tiles; nothing means that each tile stays as it was pinned."""

    period: TimeRange | None = None
    filters: tuple[Filter, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether nothing was chosen."""
        return self.period is None and not self.filters


@dataclass(frozen=True)
class Steered:
    """A tile's query under the controls, and the names of the controls that it could not take.

    `kept` holds "period" or the full name of a field; `dropped` says that a comparison with a fixed period had to go.
    """

    query: SemanticQuery
    kept: tuple[str, ...] = ()
    dropped: bool = False


def steer(layer: SemanticLayer, query: SemanticQuery, controls: Controls, as_of: date) -> Steered:
    """The query with the controls in the place of its own period and of its own filters on the same fields.

    A control that would make the query unanswerable or unsafe is left out and named in `kept`.
    """
    kept: list[str] = []
    dropped = False
    if controls.period is not None:
        timed = _with_period(query, controls.period)
        if answerable(layer, timed, as_of):
            dropped, query = query.compare is not None and timed.compare is None, timed
        else:
            kept.append("period")
    for condition in controls.filters:
        narrowed = _with_filter(query, condition)
        if answerable(layer, narrowed, as_of):
            query = narrowed
        else:
            kept.append(condition.field)
    return Steered(query, tuple(kept), dropped)


def answerable(layer: SemanticLayer, query: SemanticQuery, as_of: date) -> bool:
    """Whether the query compiles for this layer."""
    try:
        to_sql(layer, substitute(layer, query), as_of=as_of)
    except QueryError:
        return False
    return True


def _with_period(query: SemanticQuery, period: TimeRange) -> SemanticQuery:
    fixed = query.compare is not None and query.compare.kind == "range"
    return query.model_copy(update={"time_range": period} | ({"compare": None} if fixed else {}))


def _with_filter(query: SemanticQuery, condition: Filter) -> SemanticQuery:
    others = tuple(one for one in query.filters if one.field != condition.field or one.entity or one.none)
    return query.model_copy(update={"filters": (*others, condition)})


def fields_for(
    layer: SemanticLayer, queries: Sequence[SemanticQuery], values: Mapping[str, Sequence[object]], as_of: date
) -> tuple[str, ...]:
    """Fields that a board can be filtered by: those that most of its queries can take first, by their titles then."""
    usable = (name for name, found in values.items() if 1 < len(found) <= MOST_VALUES and name in layer.fields)
    counted = {name: _takers(layer, queries, name, str(_first(values[name])), as_of) for name in usable}
    least = max(1, (len(queries) + 1) // 2)
    ranked = sorted(counted, key=lambda name: (-counted[name], layer.fields[name].title))
    return tuple(name for name in ranked if counted[name] >= least)


def _first(values: Sequence[object]) -> object:
    first = values[0]
    return first[0] if isinstance(first, tuple) else first


def _takers(layer: SemanticLayer, queries: Iterable[SemanticQuery], name: str, value: str, as_of: date) -> int:
    condition = Filter(field=name, op="in", values=(value,))
    return sum(answerable(layer, _with_filter(query, condition), as_of) for query in queries)
