"""One run from its request to its results: suites loaded, questions asked, numbers counted, gates held."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from assistant.config import read_settings
from evals.databases import Prepared
from evals.embedded import Embedded
from evals.gates import Gates, failures
from evals.loader import load_suites
from evals.records import Record
from evals.results import Results, head_of, now, summarise
from evals.runner import Choice, Listener, Opened, Target, questions, run


class Watcher(Protocol):
    """Who follows a run."""

    def start(self, total: int) -> None:
        """The number of questions to come."""

    def phase(self, text: str) -> None:
        """What is being done besides asking."""

    def record(self, record: Record) -> None:
        """One more question was judged."""


@dataclass(frozen=True)
class Request:
    """What the command line asked for; `options` holds the options of `run` by name."""

    suites: tuple[Path, ...]
    home: Path | None
    database: str
    as_of: date | None
    options: Mapping[str, Any]
    command: str = ""


def carry_out(request: Request, watcher: Watcher) -> tuple[Results, tuple[str, ...]]:
    """The results of a run, and a sentence for every gate that does not hold."""
    suites = load_suites(request.suites)
    choice = choice_of(request.options)
    home = read_settings(home=request.home).home
    head = head_of(suites, new_run_id(), "embedded", request.command)
    listener = Listener(watcher.phase, watcher.record, watcher.start)
    target = Target(home, request.database, request.as_of)
    records = run(questions(suites, choice), open_embedded, target, choice, listener)
    summary = summarise(records)
    results = Results(head=head.model_copy(update={"finished": now()}), summary=summary, records=tuple(records))
    return results, failures(gates_of(request.options), summary, records)


def open_embedded(prepared: Prepared) -> Opened:
    """The embedded engine over a workspace."""
    system = Embedded(prepared)
    return Opened(system, system.compiler)


def choice_of(options: Mapping[str, Any]) -> Choice:
    """Which questions the options choose."""
    return Choice(
        repeats=options["repeats"],
        paraphrases=options["paraphrases"],
        jobs=options["jobs"],
        splits=options["splits"],
        tags=options["tags"],
        cases=options["cases"],
    )


def gates_of(options: Mapping[str, Any]) -> Gates:
    """Which gates the options ask for."""
    return Gates(options["min_accuracy"], options["max_silent_wrong"], options["max_errors"])


def new_run_id() -> str:
    """A name for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
