"""One published snapshot of the company's data: build it aside, replace it whole, read what it is.

The directory holds `live.duckdb`, the snapshot that answers, `builder.lock`, and while a build runs one directory
`building-<pid>/`. A builder writes `building-<pid>/live.duckdb` and moves it onto `live.duckdb` in one step
(`os.replace`), so a reader sees the old snapshot or the new one, never a part; readers that hold the old file keep
it. A build that stops for any reason, `kill -9` included, leaves the old snapshot as it was; what it left behind is
removed by the next builder. The building file carries the live file's name so that the database has the same name
before and after.

Times in `meta` are UTC.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import duckdb

from warehouse.errors import BuildError, SnapshotMissing, SnapshotUnreadable

LIVE_NAME = "live.duckdb"
SCHEMAS = ("raw", "core", "mart", "meta")
READ_SCHEMAS = ("main", "core", "mart", "meta")  # where a table's bare name is looked up, first wins
STORAGE = "v2.0.0"  # the oldest DuckDB that the project allows must be able to read what a newer one wrote

_META_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta.source_freshness"
    " (source VARCHAR, last_loaded_at TIMESTAMP, max_event_at TIMESTAMP, rows BIGINT)",
    "CREATE TABLE IF NOT EXISTS meta.snapshot (as_of DATE, built_at TIMESTAMP, kind VARCHAR)",
)


@dataclass(frozen=True)
class SnapshotInfo:
    """What the published snapshot is.

    `as_of` is the day that counts as today, or None when the calendar's today counts; `built_at` is in UTC;
    `kind` says what built it ("demo", "files", ...); `size` is in bytes.
    """

    path: Path
    as_of: date | None
    built_at: datetime
    kind: str
    size: int


def live_path(directory: Path) -> Path:
    """Path of the published snapshot in a warehouse directory, whether or not it is there yet."""
    return Path(directory) / LIVE_NAME


@contextmanager
def publish(directory: Path, *, start: Literal["copy", "empty"] = "copy") -> Generator[duckdb.DuckDBPyConnection]:
    """A read-write connection whose contents become the snapshot when the block ends without an exception.

    `start="copy"` begins with the live snapshot's contents (with nothing, if there is none), `start="empty"` with
    nothing. The schemas raw, core, mart and meta, and the two tables of meta, are there from the start. On any
    exception the building file is removed and the live snapshot stays as it was.
    Raises BuildError when another builder is at work, when the disk refuses, or for an error of the database.
    """
    directory = Path(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _builder_lock(directory), _building_file(directory, start) as building:
            yield from _build(building, fresh=start == "empty")
            _verify(building)
            _replace(building, live_path(directory))
    except duckdb.Error as error:
        raise BuildError(f"The build stopped: {first_line(error)}. The previous snapshot still answers.") from error
    except OSError as error:
        raise BuildError(f"The build stopped in {directory}: {error}. The previous snapshot still answers.") from error


def set_snapshot(con: duckdb.DuckDBPyConnection, kind: str, as_of: date | None = None) -> None:
    """Write the one row of meta.snapshot on a building connection; `publish` sets `built_at` when it publishes."""
    con.execute("DELETE FROM meta.snapshot")
    con.execute("INSERT INTO meta.snapshot VALUES (?, ?, ?)", [as_of, _now(), kind])


def snapshot_info(directory: Path) -> SnapshotInfo:
    """What the live snapshot is; read from the file itself and remembered until another file takes its place.

    Holds nothing open. Raises SnapshotMissing when nothing was published, SnapshotUnreadable for a broken file.
    """
    path = live_path(directory)
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise SnapshotMissing(
            f"There is no data yet in {directory}. Load files or build the demo company first."
        ) from error
    return _snapshot_info(path, found.st_ino, found.st_mtime_ns, found.st_size)


@contextmanager
def read_snapshot(path: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """A read-only connection in this process to a snapshot file, for the product's own trusted SQL.

    Never for SQL that a user or a model wrote: that runs in a worker. The file is attached to a private in-memory
    database: a plain `connect` would hand back the process's older handle on a file that has been replaced since,
    and refuse one that was opened with other settings. Unqualified names resolve in main, core, mart, meta (those
    that the file has). Raises SnapshotMissing when the file is not there.
    """
    if not Path(path).is_file():
        raise SnapshotMissing(f"{path} is not there. Load files or build the demo company first.")
    con = duckdb.connect(":memory:", config=_settings())
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH {literal(str(path))} AS live (READ_ONLY)")
        con.execute(f"SET search_path = '{_search_path(con)}'")
        yield con
    finally:
        con.close()


def identifier(name: str) -> str:
    """The name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as a string literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """First line of a DuckDB message without its class prefix, its full stop left off."""
    line = str(error).strip().partition("\n")[0]
    _, mark, rest = line.partition("Error: ")
    return (rest if mark else line).rstrip(". ")


def _search_path(con: duckdb.DuckDBPyConnection) -> str:
    rows = con.execute("SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'live'").fetchall()
    found = {row[0] for row in rows}
    return ",".join(f"live.{schema}" for schema in READ_SCHEMAS if schema in found)


def _settings() -> dict[str, str | bool | int | float | list[str]]:
    """DuckDB settings of builders and trusted readers: never fetch extensions, leave memory to the rest."""
    return {
        "memory_limit": "50%",
        # the processors that this process may use, where the system tells
        "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def _builder_lock(directory: Path) -> Generator[None]:
    """Hold the directory's one builder lock; the operating system frees it when the process dies."""
    # opened without truncation: another builder's pid must stay readable when the lock is refused
    with (directory / "builder.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise BuildError(
                f"Another build is at work in {directory} (process {lock.read().strip() or 'unknown'})."
                " Wait until it ends, or stop that process, then try again."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            # a child forked meanwhile shares the descriptor; unlocking frees it for everyone, closing would not
            fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def _building_file(directory: Path, start: Literal["copy", "empty"]) -> Generator[Path]:
    """Path of a private file to build in, a copy of the live one if asked; its directory is gone afterwards."""
    for stale in directory.glob("building-*"):  # the lock is ours: whoever made these is dead
        shutil.rmtree(stale)
    room = directory / f"building-{os.getpid()}"
    room.mkdir()
    try:
        building = room / LIVE_NAME
        if start == "copy" and live_path(directory).exists():
            shutil.copyfile(live_path(directory), building)
        yield building
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _build(building: Path, fresh: bool) -> Generator[duckdb.DuckDBPyConnection]:
    """Yield the open building database once, then leave it complete on disk and closed."""
    con = _open(building)
    try:
        con.execute("SET TimeZone = 'UTC'")
        if fresh:  # there is nothing old to compact; what was just written would be written a second time
            con.execute("SET max_vacuum_tasks = 0")
        _create_schemas(con)
        yield con
        con.execute("UPDATE meta.snapshot SET built_at = ?", [_now()])
        con.execute("CHECKPOINT")
    finally:
        with suppress(duckdb.Error):  # closing what is broken must not hide why it broke
            con.close()


def _open(building: Path) -> duckdb.DuckDBPyConnection:
    copied = building.exists()
    try:
        return duckdb.connect(str(building), config=_settings() | {"storage_compatibility_version": STORAGE})
    except duckdb.Error as error:
        if not copied:
            raise
        raise BuildError(
            f"The live snapshot cannot be opened to build upon ({first_line(error)})."
            " Build a new one from nothing instead of adding to it."
        ) from error


def _create_schemas(con: duckdb.DuckDBPyConnection) -> None:
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for statement in _META_TABLES:
        con.execute(statement)
    if con.execute("SELECT count(*) FROM meta.snapshot").fetchone() == (0,):
        set_snapshot(con, "custom")


def _verify(building: Path) -> None:
    """Open the finished file as a reader would; raises BuildError when it is not a whole snapshot."""
    if building.with_name(f"{LIVE_NAME}.wal").exists():
        raise BuildError("The build left a connection open, so its file is not complete. Close every cursor of it.")
    with read_snapshot(building) as con:
        found = con.execute("SELECT count(*) FROM live.meta.snapshot").fetchone()
        con.execute("SELECT source, last_loaded_at, max_event_at, rows FROM live.meta.source_freshness LIMIT 0")
        schemas = con.execute("SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'live'").fetchall()
    missing = [schema for schema in SCHEMAS if (schema,) not in schemas]
    if found != (1,) or missing:
        reason = f"schemas are missing: {', '.join(missing)}" if missing else "meta.snapshot must have one row"
        raise BuildError(f"The build is not a whole snapshot ({reason}). The previous snapshot still answers.")


def _replace(building: Path, live: Path) -> None:
    """Move the finished file onto the live name so that power loss leaves the old or the new one, whole."""
    _sync(building)
    # a log beside the live file can only stem from someone who wrote to it by hand; the new file must not replay it
    live.with_name(f"{LIVE_NAME}.wal").unlink(missing_ok=True)
    os.replace(building, live)
    _sync(live.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=16)
def _snapshot_info(path: Path, inode: int, mtime: int, size: int) -> SnapshotInfo:
    del inode, mtime  # they only tell this file from the next one under the same name
    try:
        with read_snapshot(path) as con:
            row = con.execute("SELECT as_of, built_at, kind FROM live.meta.snapshot").fetchone()
    except duckdb.Error as error:
        raise SnapshotUnreadable(f"{path} cannot be read ({first_line(error)}). Build the data anew.") from error
    if row is None:
        raise SnapshotUnreadable(f"{path} says nothing about itself: meta.snapshot is empty. Build the data anew.")
    return SnapshotInfo(path, row[0], row[1].replace(tzinfo=UTC), row[2], size)
