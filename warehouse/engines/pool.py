"""Warm worker processes, lent in the order of asking; a worker belongs to the one snapshot it has opened."""

from __future__ import annotations

import importlib.util
import io
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import worker
from warehouse.errors import QueryFailed, QueryTimeout, QueryTooLarge, SnapshotUnreadable
from warehouse.policy import Schema
from warehouse.worker import HEADER, Reply, write_frame

START_SECONDS = 30.0
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
_MAX_FRAME = 1 << 32
_HARMLESS = {
    ("datetime", "date"), ("datetime", "datetime"), ("datetime", "time"), ("datetime", "timedelta"),
    ("datetime", "timezone"), ("decimal", "Decimal"), ("uuid", "UUID"),
}  # fmt: skip

Fingerprint = tuple[int, int, int]


@dataclass(frozen=True)
class Launch:
    """How a worker is started: its snapshot, and the memory and threads it may use at most."""

    path: Path
    fingerprint: Fingerprint
    memory_mb: int
    threads: int


class _HarmlessUnpickler(pickle.Unpickler):
    """Reads plain values only: what comes out of a process that ran strange SQL is not trusted to make objects."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"{module}.{name} is not a plain value")
        return super().find_class(module, name)


def read_reply(payload: bytes) -> Reply:
    """The reply in a frame; raises UnpicklingError for anything but plain values."""
    return _HarmlessUnpickler(io.BytesIO(payload)).load()


class Worker:
    """One child process; it starts in the background, and `schema` waits for it."""

    def __init__(self, launch: Launch):
        self.fingerprint = launch.fingerprint
        self.spent = False
        self._schema: Schema | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-P", worker.__file__, str(launch.path), str(launch.memory_mb), str(launch.threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is the parent's to handle
        )
        assert self._process.stdin
        assert self._process.stdout
        self._requests, self._replies = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs; the system may have ended it while it waited."""
        return self._process.poll() is None

    @property
    def schema(self) -> Schema:
        """Tables and columns of the opened snapshot; waits for the start. Raises SnapshotUnreadable."""
        if self._schema is None:
            self._schema = self._greeting()
        return self._schema

    def _greeting(self) -> Schema:
        self.spent = True
        try:
            reply = self._receive(time.monotonic() + START_SECONDS)
        except (EOFError, OSError, TimeoutError, pickle.UnpicklingError) as error:
            raise QueryFailed("The process that reads the data could not be started.") from error
        if reply[0] != "ready":
            raise SnapshotUnreadable(f"The published data cannot be opened: {reply[1]} Build or load it again.")
        self.fingerprint = reply[1]
        self.spent = False
        return reply[2]

    def ask(self, request: bytes, seconds: float) -> Reply:
        """The reply; raises QueryTimeout after `seconds`, QueryTooLarge or QueryFailed when the process is gone.

        Whenever no reply comes out, the worker is spent.
        """
        self.spent = True
        try:
            write_frame(self._requests, request)
            reply = self._receive(time.monotonic() + seconds)
        except TimeoutError as error:
            self.kill()
            raise QueryTimeout(f"The query ran longer than {seconds:g} s and was stopped.") from error
        except (EOFError, OSError) as error:
            raise self._gone() from error
        except pickle.UnpicklingError as error:
            raise QueryFailed("The query's process gave an unreadable answer and was stopped.") from error
        self.spent = reply[0] != "rows" and bool(reply[2])
        return reply

    def _gone(self) -> QueryFailed:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # how it ended by itself tells more than that we ended it
        status = self._process.returncode
        self.kill()
        if status is not None and status < 0:
            return QueryTooLarge("The query's process ended; it most likely needed more memory than its limit.")
        return QueryFailed("The query's process ended unexpectedly.")

    def _receive(self, deadline: float) -> Reply:
        (length,) = HEADER.unpack(self._read(HEADER.size, deadline))
        if length > _MAX_FRAME:
            raise EOFError
        return read_reply(self._read(length, deadline))

    def _read(self, count: int, deadline: float) -> bytes:
        chunks: list[bytes] = []
        while count:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not self._poll.poll(remaining * 1000):
                raise TimeoutError
            chunk = os.read(self._replies, min(count, 1 << 20))
            if not chunk:
                raise EOFError
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)

    def stop(self) -> None:
        """Nothing; the process is told to end. Its pipes stay open for the thread that may be reading them."""
        if self._process.returncode is None:
            self._process.kill()

    def kill(self) -> None:
        """Nothing; the process is ended and its pipes are closed. May be called again."""
        self.stop()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


def _environment() -> Mapping[str, str]:
    """As little as the child needs: no keys or passwords of the parent, one way to find the database library."""
    library = importlib.util.find_spec("duckdb")
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    home = str(Path(library.origin).parent.parent) if library and library.origin else ""
    return {**kept, "PYTHONPATH": home, "MALLOC_ARENA_MAX": "2", "TZ": "UTC"}


class Pool:
    """Up to `size` workers on the present snapshot; those on an earlier one finish what they run and are ended."""

    def __init__(self, size: int):
        self.size = size
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._lent: list[Worker] = []
        self._waiting: deque[object] = deque()
        self.closed = False

    def start(self, launch: Launch) -> None:
        """Nothing; a worker starts in the background if there is none yet."""
        with self._changed:
            if not self.closed and not self._idle and not self._lent:
                self._idle.append(Worker(launch))

    @contextmanager
    def worker(self, launch: Launch) -> Generator[Worker]:
        """A worker on the snapshot, lent to this thread alone; raises QueryFailed once the pool is closed."""
        lent = self._take(launch)
        try:
            yield lent
        finally:
            self._give_back(lent, launch)

    def _take(self, launch: Launch) -> Worker:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while not self.closed and (self._waiting[0] is not ticket or self._busy(launch) >= self.size):
                    self._changed.wait()
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            if self.closed:
                raise QueryFailed("The engine is closed.")
            lent = self._idle_on(launch) or Worker(launch)
            self._lent.append(lent)
            return lent

    def _busy(self, launch: Launch) -> int:
        return sum(lent.fingerprint == launch.fingerprint for lent in self._lent)

    def _idle_on(self, launch: Launch) -> Worker | None:
        """An idle worker on the snapshot; those on another one are ended, and those that have died forgotten."""
        found = None
        while self._idle and found is None:
            idle = self._idle.pop()
            if idle.alive and idle.fingerprint == launch.fingerprint:
                found = idle
            else:
                idle.kill()
        return found

    def _give_back(self, lent: Worker, launch: Launch) -> None:
        if self.closed or lent.spent:
            lent.kill()
        with self._changed:
            self._lent.remove(lent)
            if not self.closed and not lent.spent:
                self._idle.append(lent)
            if not self.closed and not self._idle:
                self._idle.append(Worker(launch))  # instead of the spent one: the next question finds it warm
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing; every process is ended, running statements fail, waiting ones too."""
        with self._changed:
            self.closed = True
            for lent in self._lent:
                lent.stop()
            while self._idle:
                self._idle.pop().kill()
            self._changed.notify_all()
