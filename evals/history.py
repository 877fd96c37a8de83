"""Every run of a workspace, in one SQLite file: what was asked is there after a kill, and is not paid for twice."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.errors import RunError
from evals.records import Record
from evals.results import Head, Results, Summary, now

FILE = "history.db"
VERSION = 1
Status = Literal["running", "finished", "stopped"]
_TABLES = """
CREATE TABLE IF NOT EXISTS run (
  id TEXT PRIMARY KEY, started TEXT NOT NULL, finished TEXT NOT NULL DEFAULT '', status TEXT NOT NULL,
  same TEXT NOT NULL, head TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS record (
  run TEXT NOT NULL REFERENCES run (id), suite TEXT NOT NULL, "case" TEXT NOT NULL, variant INTEGER NOT NULL,
  repeat INTEGER NOT NULL, verdict TEXT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (run, suite, "case", variant, repeat));
CREATE TABLE IF NOT EXISTS reply (
  prompt TEXT PRIMARY KEY, system TEXT NOT NULL, written TEXT NOT NULL, content TEXT NOT NULL);
"""


@dataclass(frozen=True)
class PastRun:
    """One line of the history."""

    id: str
    started: str
    status: Status
    head: Head
    summary: Summary | None


class History:
    """The runs of one workspace; safe to be used from several threads."""

    def __init__(self, home: Path):
        self.path = home / "evals" / FILE
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise RunError(f"The history of the evals at {self.path} cannot be opened: {error}.") from error

    def _prepare(self) -> None:
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise RunError(f"{self.path} was written by a newer version of the evals. Update, or move the file away.")
        self._connection.executescript(_TABLES)
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def begin(self, head: Head, same: str) -> None:
        """A run starts, or goes on; `same` identifies what is asked of whom, so that a killed run can be found."""
        self._write(
            "INSERT INTO run (id, started, status, same, head) VALUES (?, ?, 'running', ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET status = 'running', head = excluded.head",
            (head.run, head.started, same, head.model_dump_json()),
        )

    def add(self, run: str, record: Record) -> None:
        """One more question was judged, or judged again."""
        self._write(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "verdict = excluded.verdict, content = excluded.content",
            (run, *record.key, record.verdict, record.model_dump_json()),
        )

    def end(self, results: Results, status: Status) -> None:
        """The run is over, or was stopped before its end."""
        summary = results.summary.model_dump_json()
        self._write(
            "UPDATE run SET status = ?, finished = ?, head = ?, summary = ? WHERE id = ?",
            (status, now(), results.head.model_dump_json(), summary, results.head.run),
        )

    def unfinished(self, same: str) -> PastRun | None:
        """The newest run of the same questions that did not come to its end."""
        runs = self.runs("WHERE same = ? AND status <> 'finished' ORDER BY started DESC LIMIT 1", (same,))
        return runs[0] if runs else None

    def newest(self, limit: int = 20) -> tuple[PastRun, ...]:
        """The latest runs, newest first."""
        return self.runs("ORDER BY started DESC, id DESC LIMIT ?", (limit,))

    def last(self) -> PastRun:
        """The newest finished run; raises RunError when there is none."""
        found = self.runs("WHERE summary <> '' ORDER BY started DESC, id DESC LIMIT 1", ())
        if not found:
            raise RunError("No run has been finished in this workspace yet. Start one with `python -m evals run`.")
        return found[0]

    def runs(self, condition: str, values: tuple[object, ...]) -> tuple[PastRun, ...]:
        """Runs under a condition of ours."""
        rows = self._read(f"SELECT id, started, status, head, summary FROM run {condition}", values)
        return tuple(
            PastRun(row[0], row[1], _status(row[2]), Head.model_validate_json(row[3]), _summary(row[4])) for row in rows
        )

    def records(self, run: str) -> tuple[Record, ...]:
        """The judged questions of a run, in the order in which they were first written."""
        rows = self._read("SELECT content FROM record WHERE run = ? ORDER BY rowid", (run,))
        return tuple(Record.model_validate_json(row[0]) for row in rows)

    def results(self, run: str) -> Results:
        """A finished run as a whole; raises RunError for an unknown or an unfinished one."""
        found = self.runs("WHERE id = ?", (run,))
        if not found or found[0].summary is None:
            known = ", ".join(item.id for item in self.newest(5)) or "none yet"
            raise RunError(f"There is no finished run {run!r}. The latest runs: {known}.")
        return Results(head=found[0].head, summary=found[0].summary, records=self.records(run))

    def reply(self, prompt: str) -> str | None:
        """What a model said to a prompt before, by the prompt's hash."""
        rows = self._read("SELECT content FROM reply WHERE prompt = ?", (prompt,))
        return rows[0][0] if rows else None

    def keep_reply(self, prompt: str, system: str, content: str) -> None:
        """Remember what a model said to a prompt."""
        self._write("INSERT OR REPLACE INTO reply VALUES (?, ?, ?, ?)", (prompt, system, now(), content))

    def _write(self, sql: str, values: tuple[object, ...]) -> None:
        with self._lock:
            try:
                self._connection.execute(sql, values)
            except sqlite3.Error as error:
                raise RunError(f"The history of the evals at {self.path} cannot be written: {error}.") from error

    def _read(self, sql: str, values: tuple[object, ...]) -> list[tuple[str, ...]]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise RunError(f"The history of the evals at {self.path} cannot be read: {error}.") from error


def _status(text: str) -> Status:
    return "finished" if text == "finished" else "stopped" if text == "stopped" else "running"


def _summary(text: str) -> Summary | None:
    return Summary.model_validate_json(text) if text else None


def same_questions(parts: Iterable[str]) -> str:
    """A fingerprint of what is asked of whom: suites' hashes, system, choice."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
