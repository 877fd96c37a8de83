"""Rule 12: an answer that is right on the data at hand is asked again on changed copies; a lucky one falls apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.comparison import CompareRules, Table, compare
from evals.errors import GoldError
from evals.golds import GoldSource, run_gold
from warehouse import WarehouseError


@dataclass(frozen=True)
class Recheck:
    """Where right answers are asked again: the copies, how a gold and how an answer is run on one."""

    source: GoldSource
    copies: tuple[Path, ...]
    run: Callable[[Path, str], Table]

    def falls_apart(self, gold_sql: Sequence[str], answer_sql: str, rules: CompareRules) -> str:
        """The kind of the first copy on which the answer agrees with none of the golds; empty when it holds on all."""
        for copy in self.copies:
            try:
                table = self.run(copy, answer_sql)
            except WarehouseError:
                continue  # a statement that cannot run on a copy says nothing about luck
            if not any(_agrees(sql, table, self.source.on(copy), rules) for sql in gold_sql):
                return copy.stem.rpartition("-")[0]
        return ""


def _agrees(gold_sql: str, table: Table, source: GoldSource, rules: CompareRules) -> bool:
    """Whether the answer is right on the copy: nothing agrees with nothing, and a gold that fails with anything."""
    try:
        expected = run_gold(gold_sql, source)
    except GoldError:
        return True
    if not expected.shown:
        return not table.rows
    return compare(expected, table, rules).matches
