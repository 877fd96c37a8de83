"""Reads of a database file with SQL that we wrote ourselves: expected queries of evals, checks of a build.

The statement runs in this process, unguarded. Never hand it anything that a user or a model wrote: that goes through
`guard.validate` and an engine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.build import first_line, read_snapshot
from warehouse.engine import Result
from warehouse.errors import QueryFailed, QueryTimeout


def query_trusted(path: Path, sql: str, *, seconds: float = 30.0, max_rows: int = 200_000) -> Result:
    """Rows of one trusted statement, unqualified names looked up in main, core, mart and meta.

    Raises SnapshotMissing when there is no file, QueryTimeout after `seconds`, QueryFailed for anything else.
    """
    started = time.perf_counter()
    expired = threading.Event()
    try:
        with read_snapshot(path) as connection, _interrupted_after(connection, seconds, expired):
            cursor = connection.execute(sql)
            rows = cursor.fetchmany(max_rows + 1)
            described = cursor.description or []
    except duckdb.Error as error:
        if expired.is_set():
            raise QueryTimeout(f"The statement ran longer than {seconds:g} s.", sql) from error
        raise QueryFailed(first_line(error), sql) from error
    return Result(
        columns=tuple(str(item[0]) for item in described),
        types=tuple(str(item[1]) for item in described),
        rows=tuple(tuple(row) for row in rows[:max_rows]),
        truncated=len(rows) > max_rows,
        seconds=time.perf_counter() - started,
    )


@contextmanager
def _interrupted_after(
    connection: duckdb.DuckDBPyConnection, seconds: float, expired: threading.Event
) -> Generator[None]:
    """Interrupt whatever the connection runs once the time is up, and say so by the event."""

    def stop() -> None:
        expired.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
