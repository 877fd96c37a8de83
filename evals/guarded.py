"""Statements of a system under test run on changed copies of the data."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from evals.comparison import Table
from evals.recheck import Copy
from warehouse import DuckDBEngine, Limits, Result, trusted_reader, validate


def opened(copies: Iterable[Path], *, compiled: bool) -> Generator[tuple[str, Copy]]:
    """The copies by their kind and number, each open until the next is asked for.

    SQL that the product `compiled` itself is read like a gold; SQL that a model or a person wrote runs in a worker.
    """
    for path in copies:
        with ExitStack() as stack:
            yield path.stem.rpartition("-")[0], _opened(path, stack, compiled)


def _opened(path: Path, stack: ExitStack, compiled: bool) -> Copy:
    read = stack.enter_context(trusted_reader(path))
    if compiled:
        return Copy(read, lambda sql: _table(read(sql)))
    engine = stack.enter_context(closing(DuckDBEngine(path, Limits(), 1)))
    return Copy(read, lambda sql: _table(engine.run(validate(sql, engine.schema))))


def _table(result: Result) -> Table:
    return Table(result.columns, result.rows, result.truncated)
