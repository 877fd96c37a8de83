"""Rule 12: an answer that is right on the data at hand is asked again on changed copies; a lucky one falls apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from evals.comparison import CompareRules, Cut, Expected, Table, compare
from evals.errors import GoldError
from evals.golds import open_gold
from warehouse import Read, WarehouseError

RunAnswer = Callable[[str], Table]
ZEROS = "zeros on "


@dataclass(frozen=True)
class Copy:
    """One changed copy, open: how golds of ours and how statements of the system under test are run on it."""

    read: Read
    run: RunAnswer


@dataclass(frozen=True)
class Pass:
    """A right answer to be asked again: its statement, those of the golds, and how their rows are compared."""

    gold_sql: tuple[str, ...]
    answer_sql: str
    rules: CompareRules


def fallen(passes: Iterable[Pass], copies: Iterable[tuple[str, Copy]]) -> dict[Pass, str]:
    """For each that does not hold on all copies the name of the first on which its rows are none of the golds'.

    A copy on which they only part over groups that show as zero or not at all counts after all others, and is named
    with `ZEROS` before it.
    """
    found: dict[Pass, str] = {}
    waiting = list(dict.fromkeys(passes))
    for name, copy in copies:
        for one in waiting:
            if _parts_on(copy, one):
                found[one] = name if _parts_on(copy, one, zeros=False) else found.get(one, ZEROS + name)
        waiting = [one for one in waiting if found.get(one, ZEROS).startswith(ZEROS)]
    return found


def _parts_on(copy: Copy, one: Pass, *, zeros: bool = True) -> bool:
    """Whether the answer agrees with none of the golds; one that cannot run on the copy says nothing about luck."""
    try:
        table = copy.run(one.answer_sql)
    except WarehouseError:
        return False
    return not any(holds_on(sql, table, copy.read, one.rules, zeros=zeros) for sql in one.gold_sql)


def holds_on(gold_sql: str, table: Table, read: Read, rules: CompareRules, *, zeros: bool = True) -> bool:
    """Whether an answer is right on a copy: nothing agrees with nothing, and a gold that fails there with anything.

    Without `zeros`, rows whose figures are all zero count as not being there.
    """
    try:
        expected = open_gold(gold_sql, read)
    except GoldError:
        return True
    gold, answer = _meaningful(expected, zeros), _without_empty(table, zeros)
    if not any(cell is not None for row in gold.shown for cell in gold.table.rows[row]) and not answer.rows:
        return True
    if not gold.shown:
        return False
    return compare(gold, answer, rules).matches


def _meaningful(expected: Expected, zeros: bool) -> Expected:
    """The expected rows without empty ones; where a cut counts rows, all of them stay."""
    if expected.cut != Cut():
        return replace(expected, table=_undefined_as_null(expected.table))
    return replace(expected, table=_without_empty(expected.table, zeros), ranks=(), ordered=False)


def _without_empty(table: Table, zeros: bool) -> Table:
    """The table without rows in which no figure is defined, or none but zero.

    On small copies whole groups are empty. Whether such a group shows as a row without a figure or not at all, and
    whether nothing divided by nothing is NULL or not a number, tells nothing about the query.
    """
    table = _undefined_as_null(table)
    figures = _figures(table)
    if not figures or len(figures) == len(table.columns):
        return table
    kept = tuple(row for row in table.rows if any(row[at] is not None and (zeros or row[at]) for at in figures))
    return replace(table, rows=kept)


def _figures(table: Table) -> list[int]:
    """The columns that hold figures; when none does, those that are NULL all through."""
    places = range(len(table.columns))
    found = [at for at in places if any(_is_figure(row[at]) for row in table.rows)]
    return found or [at for at in places if table.rows and all(row[at] is None for row in table.rows)]


def _undefined_as_null(table: Table) -> Table:
    rows = tuple(tuple(None if _is_undefined(cell) else cell for cell in row) for row in table.rows)
    return Table(table.columns, rows, table.truncated)


def _is_undefined(cell: object) -> bool:
    return isinstance(cell, float) and not math.isfinite(cell)


def _is_figure(cell: object) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
