"""Statements of a system under test run on a copy of the data: through the guard, in a worker, like everything."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from evals.comparison import Table
from evals.recheck import Copy, Recheck
from warehouse import DuckDBEngine, Limits, trusted_reader, validate


@contextmanager
def opened(copies: Iterable[Path]) -> Generator[Recheck]:
    """The copies open for re-checking, by their kind and number."""
    with ExitStack() as stack:
        found = {path.stem.rpartition("-")[0]: _opened(path, stack) for path in copies}
        yield Recheck(found)


def _opened(path: Path, stack: ExitStack) -> Copy:
    engine = stack.enter_context(closing(DuckDBEngine(path, Limits(), 1)))

    def run(sql: str) -> Table:
        result = engine.run(validate(sql, engine.schema))
        return Table(result.columns, result.rows, result.truncated)

    return Copy(stack.enter_context(trusted_reader(path)), run)
