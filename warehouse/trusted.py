"""Reads of a database file with SQL that we wrote ourselves: expected queries of evals, checks of a build.

The statement runs in this process, unguarded. Never hand it anything that a user or a model wrote: that goes through
`guard.validate` and an engine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.engine import Result
from warehouse.errors import QueryFailed, QueryTimeout, SnapshotMissing

_SCHEMAS = ("main", "core", "mart", "meta")


def query_trusted(path: Path, sql: str, *, seconds: float = 30.0, max_rows: int = 200_000) -> Result:
    """Rows of one trusted statement, unqualified names looked up in main, core, mart and meta.

    Raises SnapshotMissing when there is no file, QueryTimeout after `seconds`, QueryFailed for anything else.
    """
    started = time.perf_counter()
    with _reading(path) as connection, _interrupted_after(connection, seconds) as expired:
        try:
            cursor = connection.execute(sql)
            rows = cursor.fetchmany(max_rows + 1)
        except duckdb.Error as error:
            if expired.is_set():
                raise QueryTimeout(f"The statement ran longer than {seconds:g} s.", sql) from error
            raise QueryFailed(str(error), sql) from error
        described = cursor.description or []
    return Result(
        columns=tuple(str(item[0]) for item in described),
        types=tuple(str(item[1]) for item in described),
        rows=tuple(tuple(row) for row in rows[:max_rows]),
        truncated=len(rows) > max_rows,
        seconds=time.perf_counter() - started,
    )


@contextmanager
def _reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection of its own, with the search path of a snapshot."""
    if not path.is_file():
        raise SnapshotMissing(f"There is no database at {path}.")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise QueryFailed(f"{path} cannot be read as a DuckDB file: {error}") from error
    try:
        found = {row[0] for row in connection.execute("SELECT schema_name FROM information_schema.schemata").fetchall()}
        connection.execute(f"SET search_path = '{','.join(name for name in _SCHEMAS if name in found)}'")
        yield connection
    finally:
        connection.close()


@contextmanager
def _interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[threading.Event]:
    """An event that is set when the time was up and the running statement was interrupted."""
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
