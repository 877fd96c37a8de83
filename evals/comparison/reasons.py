"""Why an answer is wrong, told from the rows alone: one or more stable codes, and the rows that differ.

The first eight codes are those of Databricks Genie's benchmarks; `evals.causes` adds what the query tells.
"""

from __future__ import annotations

from collections import Counter

from evals.comparison.bags import Row, pair_rows
from evals.comparison.cells import Canonical
from evals.comparison.columns import Alignment, Mapping_, agree, likeliest, same_as_text
from evals.comparison.tables import Comparison

EMPTY_RESULT = "EMPTY_RESULT"
RESULT_MISSING_ROWS = "RESULT_MISSING_ROWS"
EXTRA_ROWS = "EXTRA_ROWS"
MISSING_COLUMNS = "MISSING_COLUMNS"
EXTRA_COLUMNS = "EXTRA_COLUMNS"
SINGLE_CELL_DIFFERENCE = "SINGLE_CELL_DIFFERENCE"
EMPTY_GOOD_SQL = "EMPTY_GOOD_SQL"
COLUMN_TYPE_DIFFERENCE = "COLUMN_TYPE_DIFFERENCE"
WRONG_ORDER = "WRONG_ORDER"
CELLS_DIFFER = "CELLS_DIFFER"
LIMIT_TRUNCATION = "limit_truncation"
JOIN_FANOUT = "join_fanout"
WRONG_FILTER = "wrong_filter"
WRONG_METRIC = "wrong_metric"
WRONG_GRAIN = "wrong_grain"
WRONG_PERIOD = "wrong_period"


def explain(alignment: Alignment) -> Comparison:
    """The reasons why the answer is wrong, the likeliest pairing of columns, and the rows without a partner."""
    if not alignment.answer.rows:
        return Comparison(False, reasons=(EMPTY_RESULT,), missing=alignment.expected.shown)
    mapping = likeliest(alignment)
    missing_columns = _column_reasons(alignment, mapping)
    missing, extra = _differing(alignment, mapping)
    reasons = missing_columns or _row_reasons(alignment, mapping, missing, extra)
    used = {answer_at for _, answer_at in mapping}
    surplus = tuple(at for at in range(len(alignment.answer.columns)) if at not in used)
    return Comparison(False, False, reasons, mapping, surplus, missing, extra)


def _column_reasons(alignment: Alignment, mapping: Mapping_) -> tuple[str, ...]:
    """Codes for columns that are missing or of another type; empty when every required column has a partner."""
    mapped = dict(mapping)
    lost = [at for at in alignment.expected.required if at not in mapped]
    free = [at for at in range(len(alignment.answer.columns)) if at not in mapped.values()]
    if not lost:
        return ()
    typed = all(any(same_as_text(alignment, gold_at, at) for at in free) for gold_at in lost)
    return (COLUMN_TYPE_DIFFERENCE,) if typed else (MISSING_COLUMNS,)


def _differing(alignment: Alignment, mapping: Mapping_) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows of the gold (as shown) and rows of the answer that find no partner over the mapped columns."""
    gold, answer = alignment.rows(mapping)
    shown = alignment.expected.shown
    pairs = pair_rows([gold[row] for row in shown], answer, alignment.rules.tolerance)
    ours, theirs = {at for at, _ in pairs}, {row for _, row in pairs}
    missing = tuple(row for at, row in enumerate(shown) if at not in ours)
    return missing, tuple(row for row in range(len(answer)) if row not in theirs)


def _row_reasons(
    alignment: Alignment, mapping: Mapping_, missing: tuple[int, ...], extra: tuple[int, ...]
) -> tuple[str, ...]:
    """Codes for rows that are missing, too many, or differ in some cells."""
    gold, answer = alignment.rows(mapping)
    lost, found = [gold[row] for row in missing], [answer[row] for row in extra]
    if lost and not found:
        return (RESULT_MISSING_ROWS, *([LIMIT_TRUNCATION] if _truncated(alignment) else []))
    if found and not lost:
        shown = {gold[row] for row in alignment.expected.shown}
        repeated = all(row in shown for row in found)
        return (EXTRA_ROWS, *([JOIN_FANOUT] if repeated else []))
    if not lost:
        return (WRONG_ORDER,)
    return _cell_reasons(alignment, mapping, lost, found)


def _truncated(alignment: Alignment) -> bool:
    """Whether the answer stops short of the expected rows as a limit would make it stop."""
    size = len(alignment.answer.rows)
    return alignment.answer.truncated or (size >= 5 and size % 5 == 0 and size < len(alignment.expected.shown))


def _cell_reasons(alignment: Alignment, mapping: Mapping_, lost: list[Row], found: list[Row]) -> tuple[str, ...]:
    """Codes when rows are lost on one side and surplus on the other: how much of them differs?"""
    width = len(mapping)
    if len(alignment.expected.shown) != len(alignment.answer.rows):
        codes = [RESULT_MISSING_ROWS] if len(alignment.expected.shown) > len(alignment.answer.rows) else [EXTRA_ROWS]
        return (*codes, CELLS_DIFFER)
    if len(lost) == 1 and agree(lost[0], found[0], alignment.rules) == width - 1:
        return (SINGLE_CELL_DIFFERENCE,)
    if _same_labels(lost, found):
        return (CELLS_DIFFER, WRONG_METRIC)
    return (RESULT_MISSING_ROWS, EXTRA_ROWS)


def _same_labels(lost: list[Row], found: list[Row]) -> bool:
    """Whether the rows agree in everything but their numbers."""
    return Counter(map(_label, lost)) == Counter(map(_label, found)) and any(_label(row) for row in lost)


def _label(row: Row) -> tuple[Canonical, ...]:
    return tuple(cell for cell in row if cell[0] != "number")
