"""One run from its request to its results: suites loaded, questions asked, numbers counted, gates held."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from assistant.config import read_settings
from evals.baseline import read_baseline
from evals.databases import Prepared
from evals.embedded import Embedded
from evals.errors import RunError
from evals.gates import Gates, failures, read_quarantine
from evals.history import History, PastRun, same_questions
from evals.loader import LoadedSuite, load_suites
from evals.questions import Choice, questions
from evals.records import Record
from evals.replies import Budget, Remembering, Till
from evals.results import Head, Results, head_of, now, summarise
from evals.runner import Listener, Manner, Opened, Outcome, Target, run
from evals.system import Usage

SHIPPED_BASELINE = Path(__file__).parent / "baseline.json"


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
    gates = gates_of(request.options)
    suites = load_suites(request.suites)
    home = read_settings(home=request.home).home
    with closing(History(home)) as history:
        results = _run(request, suites, Target(home, request.database, request.as_of), (history, watcher))
    return results, failures(gates, results.summary, results.records)


def _run(request: Request, suites: tuple[LoadedSuite, ...], target: Target, around: tuple[History, Watcher]) -> Results:
    """The run itself, kept in the history question by question."""
    history, watcher = around
    choice, name = choice_of(request.options), request.options["system"]
    kind = SYSTEMS[name]
    same = same_questions([*(s.sha256 for s in suites), name, str(choice), target.database, str(target.as_of)])
    earlier = history.unfinished(same) if request.options["resume"] else None
    head = head_of(suites, earlier.id if earlier else new_run_id(), name, request.command)
    history.begin(head, same)
    done = {record.key: record for record in history.records(head.run)}
    if request.options["resume"]:
        watcher.phase(_resumed(earlier, len(done)))

    def keep(record: Record) -> None:
        history.add(head.run, record)
        watcher.record(record)

    listener = Listener(watcher.phase, keep, watcher.start, lambda record: history.add(head.run, record))
    manner = Manner(
        opener=opener_of(kind, history),
        till=Till(Budget(request.options["max_calls"], request.options["max_dollars"]), spent(done.values())),
        jobs=request.options["jobs"],
        recheck=request.options["recheck"],
        compiled=kind.compiled,
        done=done,
    )
    return _closed(head, run(questions(suites, choice), target, manner, listener), history)


def _resumed(earlier: PastRun | None, done: int) -> str:
    if earlier is None:
        return "No unfinished run of these questions: starting a new one"
    return f"Going on with run {earlier.id}: {done} questions are already answered"


def _closed(head: Head, outcome: Outcome, history: History) -> Results:
    """The results, with the end of the run written down."""
    ended = head.model_copy(update={"finished": now(), "stopped": outcome.stopped})
    results = Results(head=ended, summary=summarise(outcome.records), records=outcome.records)
    history.end(results, "stopped" if outcome.stopped else "finished")
    return results


def spent(records: Iterable[Record]) -> Usage:
    """What the records cost."""
    paid = [record for record in records if not record.cached]
    return Usage(
        sum(record.calls for record in paid),
        sum(record.tokens_in for record in paid),
        sum(record.tokens_out for record in paid),
        sum(record.dollars for record in paid),
    )


def open_embedded(prepared: Prepared) -> Opened:
    """The embedded engine over a workspace."""
    system = Embedded(prepared)
    return Opened(system, system.compiler)


@dataclass(frozen=True)
class SystemKind:
    """How a kind of system is opened, and whether its SQL is compiled by the product or written by a model."""

    open: Callable[[Prepared], Opened]
    compiled: bool


SYSTEMS: dict[str, SystemKind] = {"embedded": SystemKind(open_embedded, compiled=True)}


def opener_of(kind: SystemKind, history: History) -> Callable[[Prepared], Opened]:
    """How the system is opened over a database so that its paid answers are kept."""

    def open_remembering(prepared: Prepared) -> Opened:
        opened = kind.open(prepared)
        return Opened(Remembering(opened.system, history, prepared.fingerprint), opened.compile)

    return open_remembering


def choice_of(options: Mapping[str, Any]) -> Choice:
    """Which questions the options choose."""
    return Choice(
        repeats=options["repeats"],
        paraphrases=options["paraphrases"],
        splits=options["splits"],
        tags=options["tags"],
        cases=options["cases"],
    )


def gates_of(options: Mapping[str, Any]) -> Gates:
    """Which gates the options ask for; `--gate` stands for the baseline that comes with the suites."""
    base = SHIPPED_BASELINE if options["gate"] else options["no_regressions"]
    quarantine = options["quarantine"]
    if options["gate"] and not SHIPPED_BASELINE.is_file():
        raise RunError(f"There is no baseline yet. Write one with --write-baseline {SHIPPED_BASELINE}.")
    return Gates(
        options["min_accuracy"],
        options["max_silent_wrong"],
        options["max_errors"],
        read_baseline(base) if base else None,
        read_quarantine(quarantine) if quarantine else frozenset(),
    )


def new_run_id() -> str:
    """A name for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
