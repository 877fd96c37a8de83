"""Statements of a system under test run on changed copies of the data."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from evals.comparison import Table
from evals.recheck import Copy, Recheck
from warehouse import DuckDBEngine, Limits, Result, trusted_reader, validate


@contextmanager
def opened(copies: Iterable[Path], *, compiled: bool) -> Generator[Recheck]:
    """The copies open for re-checking, by their kind and number.

    SQL that the product `compiled` itself is read like a gold; SQL that a model or a person wrote runs in a worker.
    """
    with ExitStack() as stack:
        found = {path.stem.rpartition("-")[0]: _opened(path, stack, compiled) for path in copies}
        yield Recheck(found)


def _opened(path: Path, stack: ExitStack, compiled: bool) -> Copy:
    read = stack.enter_context(trusted_reader(path))
    if compiled:
        return Copy(read, lambda sql: _table(read(sql)))
    engine = stack.enter_context(closing(DuckDBEngine(path, Limits(), 1)))
    return Copy(read, lambda sql: _table(engine.run(validate(sql, engine.schema))))


def _table(result: Result) -> Table:
    return Table(result.columns, result.rows, result.truncated)
