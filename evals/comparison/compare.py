"""Is an answer right? The rules, in one place.

1 rows are a bag; 2 columns are matched by values with row pairing kept, names break ties; 3 extra columns are allowed
and counted, a missing one fails; 4 numbers within a tolerance; 5 NULL is NULL and not 0; 6 a date is its midnight, a
month its first day; 7 order only if asked, on the order keys; 8 rows tied at a cut stand for each other; 9 an empty
expectation never passes; 10 failures are outcomes of their own (see `outcomes`); 11 reasons; 12 see `perturb`.
"""

from __future__ import annotations

from collections.abc import Callable

from evals.comparison.bags import Pairs, Row, pair_rows
from evals.comparison.columns import Alignment, Mapping_, assignments
from evals.comparison.reasons import explain
from evals.comparison.tables import CompareRules, Comparison, Expected, Table


def compare(expected: Expected, answer: Table, rules: CompareRules | None = None) -> Comparison:
    """Whether the answer's rows are the expected ones, with reason codes when they are not."""
    alignment = Alignment(expected, answer, rules or CompareRules())
    if not expected.shown:
        return Comparison(False, reasons=("EMPTY_GOOD_SQL",))
    mapping = _matching(alignment)
    if mapping is None:
        return explain(alignment)
    extra = _extra_columns(alignment, mapping)
    if extra and not alignment.rules.allow_extra_columns:
        return Comparison(False, reasons=("EXTRA_COLUMNS",), mapping=mapping, extra_columns=extra)
    if expected.ordered and not in_order(alignment, mapping):
        return Comparison(False, reasons=("WRONG_ORDER",), mapping=mapping, extra_columns=extra)
    tied = bool(expected.tied_groups)
    return Comparison(True, exact=not extra, mapping=mapping, extra_columns=extra, tied=tied)


def _matching(alignment: Alignment) -> Mapping_ | None:
    """A mapping under which the rows agree: over all columns if possible, else over the required ones."""
    expected = alignment.expected

    def fits(mapping: Mapping_) -> bool:
        return rows_agree(alignment, mapping) is not None

    everything = range(len(expected.table.columns))
    for wanted in (everything, expected.required):
        for mapping in assignments(alignment, wanted, fits):
            if mapping and (not expected.ordered or in_order(alignment, mapping)):
                return mapping
        if not expected.optional:
            break
    return _first(alignment, fits) if expected.ordered else None


def _first(alignment: Alignment, fits: Callable[[Mapping_], bool]) -> Mapping_ | None:
    """Any mapping under which the rows agree, whatever their order."""
    return next(assignments(alignment, alignment.expected.required, fits), None)


def _extra_columns(alignment: Alignment, mapping: Mapping_) -> tuple[int, ...]:
    """Columns of the answer that nobody expected."""
    used = {answer_at for _, answer_at in mapping}
    return tuple(at for at in range(len(alignment.answer.columns)) if at not in used)


def rows_agree(alignment: Alignment, mapping: Mapping_) -> Pairs | None:
    """Pairs of expected and answered rows when the answer is right over the mapped columns, else None."""
    gold, answer = alignment.rows(mapping)
    expected = alignment.expected
    certain = [gold[row] for row in expected.certain]
    pairs = pair_rows(certain, answer, alignment.rules.tolerance)
    if len(pairs) < len(certain):
        return None
    placed = [(expected.certain[at], row) for at, row in pairs]
    rest = sorted(set(range(len(answer))) - {row for _, row in placed})
    return _place_tied(alignment, gold, answer, (placed, rest))


def _place_tied(
    alignment: Alignment, gold: list[Row], answer: list[Row], state: tuple[Pairs, list[int]]
) -> Pairs | None:
    """The remaining answer rows as members of the tied groups, in a number that the cut allows."""
    placed, rest = state
    for group in alignment.expected.tied_groups:
        pairs = pair_rows([gold[row] for row in group.rows], [answer[row] for row in rest], alignment.rules.tolerance)
        if len(pairs) not in (group.inside, len(group.rows)):
            return None
        placed = placed + [(group.rows[at], rest[row]) for at, row in pairs]
        used = {row for _, row in pairs}
        rest = [row for at, row in enumerate(rest) if at not in used]
    return None if rest else placed


def in_order(alignment: Alignment, mapping: Mapping_) -> bool:
    """Whether the answer's rows stand in the order of the expected keys; rows of one rank may stand in any order."""
    pairs = rows_agree(alignment, mapping)
    if pairs is None or not alignment.expected.ranks:
        return pairs is not None
    gold, _ = alignment.rows(mapping)
    by_row: dict[Row, list[int]] = {}
    for gold_row, _ in sorted(pairs):
        by_row.setdefault(gold[gold_row], []).append(alignment.expected.ranks[gold_row])
    sequence: list[int] = []
    for gold_row, _ in sorted(pairs, key=lambda pair: pair[1]):
        sequence.append(by_row[gold[gold_row]].pop(0))
    return sequence == sorted(sequence)
