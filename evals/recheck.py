"""Rule 12: an answer that is right on the data at hand is asked again on changed copies; a lucky one falls apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.comparison import CompareRules, Table, compare
from evals.errors import GoldError
from evals.golds import open_gold
from warehouse import Read, WarehouseError

RunAnswer = Callable[[str], Table]


@dataclass(frozen=True)
class Copy:
    """One changed copy, open: how golds of ours and how statements of the system under test are run on it."""

    read: Read
    run: RunAnswer


@dataclass(frozen=True)
class Recheck:
    """The copies by name on which right answers are asked again."""

    copies: Mapping[str, Copy]

    def falls_apart(self, gold_sql: Sequence[str], answer_sql: str, rules: CompareRules) -> str:
        """The name of the first copy on which the answer agrees with none of the golds; empty when it holds on all."""
        for name, copy in self.copies.items():
            try:
                table = copy.run(answer_sql)
            except WarehouseError:
                continue  # a statement that cannot run on a copy says nothing about luck
            if not any(holds_on(sql, table, copy.read, rules) for sql in gold_sql):
                return name
        return ""


def holds_on(gold_sql: str, table: Table, read: Read, rules: CompareRules) -> bool:
    """Whether an answer is right on a copy: nothing agrees with nothing, and a gold that fails there with anything."""
    try:
        expected = open_gold(gold_sql, read)
    except GoldError:
        return True
    if not expected.shown:
        return not table.rows
    return compare(expected, table, rules).matches
