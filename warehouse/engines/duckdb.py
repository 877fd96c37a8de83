"""The embedded engine: validated SQL on the published DuckDB snapshot, run in worker processes that can be killed."""

from __future__ import annotations

import json
import os
import re
import time
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from warehouse.engine import Limits, Result, Schema
from warehouse.engines.pool import Launch, Pool, Worker
from warehouse.errors import QueryFailed, QueryTimeout, QueryTooLarge, SnapshotMissing
from warehouse.estimate import Estimate, estimate_of
from warehouse.guard import ValidatedSQL, require_genuine
from warehouse.worker import Reply, fingerprint

_FAILURES: dict[str, type[QueryFailed]] = {
    "failed": QueryFailed,
    "timeout": QueryTimeout,
    "too_large": QueryTooLarge,
}
_AFTERWORD = re.compile(r"\s+(LINE \d+|Candidate|Did you mean|Possible solutions|You might need|\* ).*", re.DOTALL)
_PATH = re.compile(r"""(?<![\w.])(?:/[^\s/"':,;()]+){2,}/?|[^\s"'/]+\.duckdb\b""")


class DuckDBEngine:
    """Runs validated SQL on a snapshot file; notices when another is published in its place.

    `limits` hold for statements that bring none of their own; its `memory_mb` is the most any statement may use. At
    most `workers` statements run at once, further callers wait in the order in which they came. May be shared by
    threads.
    """

    def __init__(self, path: Path | str, limits: Limits | None = None, workers: int = 2):
        self.path = Path(path).absolute()
        self.limits = limits or Limits()
        self._pool = Pool(max(1, workers))
        self._threads = max(1, (os.cpu_count() or 1) // self._pool.size)
        self._schema: tuple[tuple[int, int, int], Schema] | None = None
        self._finalizer = weakref.finalize(self, self._pool.close)
        if self.path.exists():
            self._pool.start(self._launch())

    def __enter__(self) -> DuckDBEngine:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def schema(self) -> Schema:
        """Tables and columns of main, core, mart and meta (the first wins) in the present snapshot.

        Raises SnapshotMissing, or SnapshotUnreadable when the file cannot be opened.
        """
        launch = self._launch()
        if self._schema is None or self._schema[0] != launch.fingerprint:
            with self._worker():
                pass
        assert self._schema
        return self._schema[1]

    def run(self, sql: ValidatedSQL, limits: Limits | None = None) -> Result:
        """Rows of the statement; waiting for a free worker does not count against its time.

        Raises TypeError for anything but a statement made by guard.validate; SnapshotMissing, QueryFailed,
        QueryTimeout, QueryTooLarge.
        """
        require_genuine(sql)
        limits = limits or self.limits
        try:
            with self._worker() as worker:
                started = time.perf_counter()
                reply = worker.ask(_request(sql, limits), limits.seconds)
                seconds = time.perf_counter() - started
        except QueryFailed as error:
            error.sql = sql.sql
            raise
        return _result(reply, sql.sql, seconds)

    def estimate(self, sql: ValidatedSQL) -> Estimate:
        """What the statement would read, by the planner's estimate; raises what `run` raises."""
        require_genuine(sql)
        with self._worker() as worker:
            reply = worker.ask(_request(sql, self.limits, plan_only=True), self.limits.seconds)
        return estimate_of(str(_result(reply, sql.sql, 0.0).rows[0][1]))

    def close(self) -> None:
        """Nothing; every worker is ended. Further runs raise QueryFailed."""
        self._finalizer()

    def _launch(self) -> Launch:
        try:
            present = fingerprint(self.path)
        except FileNotFoundError as error:
            raise SnapshotMissing(
                f"There is no data yet: {self.path} does not exist. Load files or build the demo first."
            ) from error
        return Launch(self.path, present, self.limits.memory_mb, self._threads)

    @contextmanager
    def _worker(self) -> Generator[Worker]:
        """A worker that is ready; its schema is remembered. Raises QueryFailed when the engine is closed meanwhile."""
        try:
            with self._pool.worker(self._launch()) as worker:
                schema = worker.schema
                self._schema = (worker.fingerprint, schema)
                yield worker
        except QueryFailed as error:
            if self._pool.closed:
                raise QueryFailed("The engine was closed.") from error
            raise


def _request(sql: ValidatedSQL, limits: Limits, plan_only: bool = False) -> bytes:
    content = {
        "sql": sql.sql,
        "plan_only": plan_only,
        "tables": sorted(sql.tables),
        "rows": limits.rows,
        "memory_mb": limits.memory_mb,
        "result_mb": limits.result_mb,
    }
    return json.dumps(content).encode()


def _result(reply: Reply, sql: str, seconds: float) -> Result:
    if reply[0] == "rows":
        _, columns, types, rows, truncated = reply
        return Result(columns, types, tuple(rows), truncated, seconds)
    raise _FAILURES[reply[0]](cleaned(reply[1]), sql)


def cleaned(message: str) -> str:
    """The message without what its reader must not see: file paths, the SQL as rewritten, names of other columns."""
    return _PATH.sub("<file>", _AFTERWORD.sub("", message)).strip()
