"""Every kind of clause, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.entities import (
    amounts,
    averages,
    beside,
    columns,
    conditions,
    dated,
    favourites,
    holding,
    ranks,
    superlatives,
    told_first,
    told_rows,
    years,
)
from assistant.understanding.entities.found import Found
from assistant.understanding.entities.words import Words

Clause = Callable[[Words, Found], Iterator[Found]]
CLAUSES: tuple[Clause, ...] = (
    ranks.and_count,
    ranks.of_group,
    ranks.most,
    ranks.spent,
    ranks.most_often,
    favourites.done_often,
    favourites.of_favourite,
    ranks.in_period,
    averages.group_beside_average,
    averages.beside_average,
    amounts.worth,
    amounts.spent_over,
    amounts.aged,
    amounts.lasting,
    amounts.in_span,
    dated.dated,
    years.in_year,
    told_rows.with_told_rows,
    dated.done_first,
    conditions.having,
    conditions.with_both,
    conditions.with_value,
    conditions.with_number,
    told_first.bound_first,
    told_first.degree_last,
    told_first.not_above,
    told_first.of_age,
    told_first.numbered_alike,
    beside.of_described,
    conditions.paid_by,
    holding.numbered,
    holding.filled,
    holding.flagged,
    holding.belonging,
    holding.spelt,
    holding.happened,
    ranks.newest,
    superlatives.with_the_most,
    superlatives.are_most,
    ranks.in_order,
    ranks.cut_by,
    columns.with_columns,
    columns.shown_too,
)
