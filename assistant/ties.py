"""Rankings whose cut falls between equals: what comes to the same as the last row shown, and is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.lists import format_list

from assistant.answer import Caveat
from assistant.formatting import cell, style_of
from assistant.wording import answers
from semantic_layer import Column, SemanticQuery
from warehouse import Result

MOST_LOOKED_AT = 25
MOST_NAMED = 3
COLUMNS = {"value": "metric", "change": "change", "change_ratio": "change_ratio", "share": "share"}

Row = tuple[Any, ...]


def looking_further(query: SemanticQuery, result: Result) -> SemanticQuery | None:
    """The query with a few rows more than its cut; None where nothing was cut, or not by the size of a number."""
    full = query.limit is not None and len(result.rows) == query.limit
    order = query.order_by[0] if len(query.order_by) == 1 else None
    if not full or query.limit is None or order is None or order.by not in query.metrics:
        return None
    return query.model_copy(update={"limit": query.limit + MOST_LOOKED_AT}) if order.column in COLUMNS else None


def of_ties(query: SemanticQuery, columns: Sequence[Column], further: Result, locale: str) -> tuple[Caveat, ...]:
    """A caveat where rows behind the cut of a query have the very number of the last one before it."""
    at, limit = _ranked(query, columns), query.limit or 0
    if at is None or len(further.rows) <= limit or further.rows[limit - 1][at] is None:
        return ()
    last = further.rows[limit - 1][at]
    tied = [row for row in further.rows[limit:] if row[at] == last]
    if not tied:
        return ()
    words = answers(locale)
    names = [_name(row, columns, locale) for row in tied[:MOST_NAMED]]
    names += [words.say("others")] if len(tied) > MOST_NAMED else []
    told = {"names": format_list(names, locale=locale)}
    return (Caveat("TIED", words.say("caveats.tied" if limit == 1 else "caveats.tied_last", told)),)


def _ranked(query: SemanticQuery, columns: Sequence[Column]) -> int | None:
    """The place of the number that the rows are ordered by."""
    order = query.order_by[0]
    role = COLUMNS[order.column]
    return next((at for at, one in enumerate(columns) if (one.role, one.ref) == (role, order.by)), None)


def _name(row: Row, columns: Sequence[Column], locale: str) -> str:
    """What a row is of: the name that stands behind its key, or all that it is grouped by."""
    groups = [at for at, column in enumerate(columns) if column.role in ("dimension", "time")]
    of_one_thing = len({columns[at].ref.partition(".")[0] for at in groups}) == 1
    shown = [at for at in groups[-1:] if row[at] is not None] if of_one_thing else groups
    return " / ".join(cell(row[at], columns[at], style_of(columns[at], locale)) for at in shown or groups)
