"""Statements of a system under test run on a copy of the data: through the guard, in a worker, like everything."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from evals.comparison import Table
from warehouse import DuckDBEngine, Limits, validate


class GuardedReads:
    """Engines over copies, opened when first used and closed together."""

    def __init__(self) -> None:
        self._engines: dict[Path, DuckDBEngine] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._engines.values():
            engine.close()

    def run(self, database: Path, sql: str) -> Table:
        """Rows of the statement on the copy; raises SQLRejected or QueryFailed."""
        engine = self._engines.get(database)
        if engine is None:
            engine = self._engines[database] = DuckDBEngine(database, Limits(), 1)
        result = engine.run(validate(sql, engine.schema))
        return Table(result.columns, result.rows, result.truncated)
