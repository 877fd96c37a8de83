"""One run from its request to its results: suites loaded, questions asked, numbers counted, gates held."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from assistant.config import Settings
from evals.databases import Prepared
from evals.gates import failures
from evals.history import History, PastRun, same_questions
from evals.loader import LoadedSuite, load_suites
from evals.questions import Choice, questions
from evals.records import Record
from evals.replies import Remembering, Till
from evals.requests import Request, budget_of, choice_of, gates_of, settings_of
from evals.results import Head, Results, head_of, now, summarise
from evals.runner import Listener, Manner, Opened, Outcome, Target, run
from evals.system import Usage
from evals.systems import SYSTEMS, SystemKind


class Watcher(Protocol):
    """Who follows a run."""

    def start(self, total: int) -> None:
        """The number of questions to come."""

    def phase(self, text: str) -> None:
        """What is being done besides asking."""

    def record(self, record: Record) -> None:
        """One more question was judged."""


@dataclass(frozen=True)
class Session:
    """A request with all that carrying it out takes."""

    request: Request
    suites: tuple[LoadedSuite, ...]
    settings: Settings
    kind: SystemKind
    history: History
    watcher: Watcher


def carry_out(request: Request, watcher: Watcher) -> tuple[Results, tuple[str, ...]]:
    """The results of a run, and a sentence for every gate that does not hold."""
    gates = gates_of(request.options)
    suites, settings, kind = load_suites(request.suites), settings_of(request), SYSTEMS[request.options["system"]]
    with closing(History(settings.home)) as history:
        results = _run(Session(request, suites, settings, kind, history, watcher))
    return results, failures(gates, results.summary, results.records)


def _run(session: Session) -> Results:
    """The run itself, kept in the history question by question."""
    request, history, watcher = session.request, session.history, session.watcher
    manner, choice = _manner(session), choice_of(request.options)
    head, earlier = _begun(session, choice)
    done = {record.key: record for record in history.records(head.run)}
    manner.till.add(spent(done.values()))
    if request.options["resume"]:
        watcher.phase(_resumed(earlier, len(done)))

    def keep(record: Record) -> None:
        history.add(head.run, record)
        watcher.record(record)

    listener = Listener(watcher.phase, keep, watcher.start, lambda record: history.add(head.run, record))
    asked, target = questions(session.suites, choice), Target(session.settings.home, request.database, request.as_of)
    return _closed(head, run(asked, target, replace(manner, done=done), listener), history)


def _manner(session: Session) -> Manner:
    options, settings, kind = session.request.options, session.settings, session.kind
    return Manner(
        opener=remembering(kind.door(settings), session.history),
        till=Till(budget_of(options, kind, settings)),
        jobs=options["jobs"],
        recheck=options["recheck"],
        compiled=kind.compiled,
    )


def _begun(session: Session, choice: Choice) -> tuple[Head, PastRun | None]:
    """The head of the run, now in the history, and the unfinished run that it goes on with, if it does."""
    request, kind, settings = session.request, session.kind, session.settings
    who = (kind.label(settings), kind.identity(settings))
    where = (request.database, str(request.as_of))
    same = same_questions([*(loaded.sha256 for loaded in session.suites), *who, str(choice), *where])
    earlier = session.history.unfinished(same) if request.options["resume"] else None
    head = head_of(session.suites, earlier.id if earlier else new_run_id(), kind.label(settings), request.command)
    session.history.begin(head, same)
    return head, earlier


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


def remembering(open_: Callable[[Prepared], Opened], history: History) -> Callable[[Prepared], Opened]:
    """How the system is opened over a database so that its paid answers are kept."""

    def open_remembering(prepared: Prepared) -> Opened:
        opened = open_(prepared)
        return Opened(Remembering(opened.system, history, prepared.fingerprint), opened.compile)

    return open_remembering


def new_run_id() -> str:
    """A name for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
