"""Suites put to a system, database by database, each question judged as it comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event

from evals.asking import ask
from evals.copies import copies
from evals.databases import Prepared, Progress, Wanted, prepare
from evals.errors import RunStoppedError
from evals.golds import Compile, GoldSource, compare_rules
from evals.guarded import opened
from evals.needs import needs_of
from evals.questions import Question
from evals.recheck import Pass, fallen
from evals.records import Record
from evals.replies import Till
from evals.system import System, Usage
from warehouse import trusted_reader

Key = tuple[str, str, int, int]


@dataclass(frozen=True)
class Target:
    """Where questions go: the workspace, and a database and today that stand in for the suites' own."""

    home: Path
    database: str = ""
    as_of: date | None = None


@dataclass(frozen=True)
class Opened:
    """A system over one database, with the compiler for semantic golds if it has one."""

    system: System
    compile: Compile | None = None


@dataclass(frozen=True)
class Listener:
    """Who is told: of a phase, of every record (again when it changes), and of the number of questions to come."""

    progress: Progress = field(default=lambda _: None)
    record: Callable[[Record], None] = field(default=lambda _: None)
    total: Callable[[int], None] = field(default=lambda _: None)
    changed: Callable[[Record], None] = field(default=lambda _: None)


@dataclass(frozen=True)
class Manner:
    """How questions are asked: by which system, how many at a time, within which budget, re-checked or not.

    `compiled` tells that the system's SQL is compiled by the product, not written by a model. `done` are records of an
    earlier, unfinished run that are not asked again.
    """

    opener: Callable[[Prepared], Opened]
    till: Till
    jobs: int = 1
    recheck: bool = True
    compiled: bool = True
    done: Mapping[Key, Record] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a run gave: the records in order, and why it stopped early, if it did."""

    records: tuple[Record, ...]
    stopped: str = ""


@dataclass(frozen=True)
class Batch:
    """The questions of one database, with all that asking them takes."""

    questions: Sequence[Question]
    prepared: Prepared
    home: Path
    manner: Manner
    listener: Listener


def run(asked: Sequence[Question], target: Target, manner: Manner, listener: Listener) -> Outcome:
    """Every question judged; raises RunError when a database or the system cannot be had."""
    listener.total(sum(question.key not in manner.done for question in asked))
    found: dict[Key, Record] = {}
    stopped = ""
    for wanted, group in _by_database(asked, target):
        prepared = prepare(wanted, target.home, listener.progress)
        batch = Batch(group, prepared, target.home, manner, listener)
        judged, stopped = _judged(batch)
        found |= rechecked(batch, judged) if manner.recheck else judged
        if stopped:
            break
    return Outcome(tuple(found[question.key] for question in asked if question.key in found), stopped)


def _by_database(asked: Sequence[Question], target: Target) -> list[tuple[Wanted, list[Question]]]:
    """The questions of each database together, so that it is opened once."""
    groups: dict[Wanted, list[Question]] = {}
    for question in asked:
        wanted = question.loaded.wanted
        if target.database:
            wanted = Wanted(target.database, wanted.as_of)
        if target.as_of:
            wanted = replace(wanted, as_of=target.as_of)
        groups.setdefault(wanted, []).append(question)
    return list(groups.items())


def _judged(batch: Batch) -> tuple[dict[Key, Record], str]:
    """The records of a batch, those of an earlier run included, and why asking stopped before the end."""
    manner, prepared = batch.manner, batch.prepared
    found = {q.key: manner.done[q.key] for q in batch.questions if q.key in manner.done}
    rest = [question for question in batch.questions if question.key not in found]
    if not rest:
        return found, ""
    batch.listener.progress(f"Opening {prepared.name}")
    door = manner.opener(prepared)
    with closing(door.system), trusted_reader(prepared.database) as read:
        source = GoldSource(read, prepared.as_of, door.compile)

        def one(question: Question) -> None:
            manner.till.check()
            record = ask(question, door.system, source)
            manner.till.add(Usage(record.calls, record.tokens_in, record.tokens_out, record.dollars))
            found[question.key] = record
            batch.listener.record(record)

        try:
            _each(one, rest, manner.jobs)
        except RunStoppedError as error:
            return found, str(error)
    return found, ""


def _each(one: Callable[[Question], None], group: Sequence[Question], jobs: int) -> None:
    """Every question in turn, or several at a time; after the first that stops the run, none is begun."""
    if jobs <= 1:
        for question in group:
            one(question)
        return
    stopped = Event()

    def unless_stopped(question: Question) -> None:
        if stopped.is_set():
            return
        try:
            one(question)
        except RunStoppedError:
            stopped.set()  # before this worker takes the next question
            raise

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for done in [pool.submit(unless_stopped, question) for question in group]:
                done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def rechecked(batch: Batch, records: Mapping[Key, Record]) -> dict[Key, Record]:
    """The records with lucky passes marked: right answers that fall apart on changed copies of the data."""
    checked = dict(records)
    right = {key: r for key, r in records.items() if r.verdict == "right" and r.sql and r.gold_sql and not r.rechecked}
    if not right:
        return checked
    batch.listener.progress(f"Asking {len(right)} right answers again on changed copies of {batch.prepared.name}")
    asked = {question.key: question for question in batch.questions}
    passes = {
        key: Pass(r.gold_sql, r.sql, compare_rules(asked[key].loaded.suite.rules_of(asked[key].case)))
        for key, r in right.items()
    }
    found = fallen(passes.values(), opened(_copies(batch, right), compiled=batch.manner.compiled))
    for key, record in right.items():
        checked[key] = record.model_copy(update={"lucky": found.get(passes[key], ""), "rechecked": True})
        batch.listener.changed(checked[key])
    return checked


def _copies(batch: Batch, right: Mapping[Key, Record]) -> tuple[Path, ...]:
    """Copies of the batch's database with rows on both sides of every constant of the statements."""
    database = batch.prepared.database
    statements = sorted({sql for record in right.values() for sql in (*record.gold_sql, record.sql)})
    room = batch.home / "evals" / "copies" / batch.prepared.fingerprint[:12]
    needs = replace(needs_of(statements, database), until=batch.prepared.as_of)
    return copies(database, room, needs)
