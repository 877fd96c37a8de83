"""Reads of a database file with SQL that we wrote ourselves: expected queries of evals, checks of a build.

The statement runs in this process, unguarded. Never hand it anything that a user or a model wrote: that goes through
`guard.validate` and an engine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import duckdb

from warehouse.build import first_line, literal, read_snapshot
from warehouse.engine import Result
from warehouse.errors import QueryFailed, QueryTimeout, SnapshotMissing

Read = Callable[[str], Result]
"""Rows of one trusted statement."""


def query_trusted(path: Path, sql: str, *, seconds: float = 30.0, max_rows: int = 200_000) -> Result:
    """Rows of one trusted statement, unqualified names looked up in main, core, mart and meta.

    Raises SnapshotMissing when there is no file, QueryTimeout after `seconds`, QueryFailed for anything else.
    """
    with trusted_reader(path, seconds=seconds, max_rows=max_rows) as read:
        return read(sql)


@contextmanager
def trusted_reader(path: Path, *, seconds: float = 30.0, max_rows: int = 200_000) -> Generator[Read]:
    """A function that runs trusted statements one after another over one open file; see `query_trusted`."""
    busy = threading.Lock()
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(read_snapshot(path))
        except duckdb.Error as error:
            raise QueryFailed(f"{path} cannot be read: {first_line(error)}.") from error

        def read(sql: str) -> Result:
            with busy:
                return _read(connection, sql, seconds, max_rows)

        yield read


def _read(connection: duckdb.DuckDBPyConnection, sql: str, seconds: float, max_rows: int) -> Result:
    started = time.perf_counter()
    expired = threading.Event()
    try:
        with _interrupted_after(connection, seconds, expired):
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


def derive_database(source: Path, target: Path, statements: Sequence[str]) -> None:
    """A new database file at `target` made by trusted statements; there whole or not at all.

    The statements run in order on an empty database in which the source is attached, read-only, as `source`.
    Raises SnapshotMissing when there is no source, QueryFailed naming the statement that stopped.
    """
    if not source.is_file():
        raise SnapshotMissing(f"There is no database at {source}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=".derive-", dir=target.parent))
    try:
        _derive(source, room / target.name, statements)
        os.replace(room / target.name, target)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _derive(source: Path, building: Path, statements: Sequence[str]) -> None:
    running = ""
    try:
        with closing(duckdb.connect(str(building))) as connection:
            connection.execute(f"ATTACH {literal(str(source))} AS source (READ_ONLY)")
            for running in statements:
                connection.execute(running)
            connection.execute("DETACH source")
            connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise QueryFailed(first_line(error), running) from error
