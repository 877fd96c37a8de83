"""Suites put to a system, question by question, each judged as it comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evals.databases import Prepared, Progress, Wanted, prepare
from evals.errors import GoldError
from evals.golds import Compile, Gold, GoldSource, golds_of
from evals.judging import TIMEOUT, Judgement, judge
from evals.loader import LoadedSuite
from evals.records import Record, stored
from evals.suite import Case
from evals.system import Ask, Reaction, System

GOLD_FAILED = "GOLD_FAILED"
CRASHED = "CRASHED"


@dataclass(frozen=True)
class Choice:
    """Which questions are asked, and how often; empty filters take everything."""

    repeats: int = 1
    paraphrases: bool = True
    jobs: int = 1
    splits: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


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


Opener = Callable[[Prepared], Opened]


@dataclass(frozen=True)
class Question:
    """One wording of one case, to be asked for the `repeat`-th time."""

    loaded: LoadedSuite
    case: Case
    text: str
    variant: int = 0
    repeat: int = 0
    history: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What identifies the question among all runs of the same suites."""
        return (self.loaded.suite.suite, self.case.id, self.variant, self.repeat)


@dataclass(frozen=True)
class Listener:
    """Who is told: of a phase, of every record, and of the number of questions still to be asked."""

    progress: Progress = field(default=lambda _: None)
    record: Callable[[Record], None] = field(default=lambda _: None)
    total: Callable[[int], None] = field(default=lambda _: None)


def questions(suites: Iterable[LoadedSuite], choice: Choice) -> tuple[Question, ...]:
    """Every question to be asked, in the order of the files; a follow-up carries the questions before it."""
    found: list[Question] = []
    for loaded in suites:
        by_id = {case.id: case for case in loaded.suite.cases}
        for case in loaded.suite.cases:
            if _wanted(loaded, case, choice):
                found += _wordings(loaded, case, _history(case, by_id), choice)
    return tuple(found)


def _wanted(loaded: LoadedSuite, case: Case, choice: Choice) -> bool:
    return (
        (not choice.splits or loaded.suite.split_of(case) in choice.splits)
        and (not choice.tags or bool(set(choice.tags) & set(case.tags)))
        and (not choice.cases or case.id in choice.cases)
    )


def _wordings(loaded: LoadedSuite, case: Case, history: tuple[str, ...], choice: Choice) -> Iterator[Question]:
    """The question and, if asked for, its paraphrases, each as often as there are repeats."""
    texts = (case.question, *(case.paraphrases if choice.paraphrases else ()))
    for repeat in range(choice.repeats):
        for variant, text in enumerate(texts):
            yield Question(loaded, case, text, variant, repeat, history)


def _history(case: Case, by_id: Mapping[str, Case]) -> tuple[str, ...]:
    """The questions before a follow-up, oldest first."""
    earlier: list[str] = []
    while case.after:
        case = by_id[case.after]
        earlier.insert(0, case.question)
    return tuple(earlier)


def run(asked: Sequence[Question], opener: Opener, target: Target, choice: Choice, listener: Listener) -> list[Record]:
    """Every question judged, in order; raises RunError when a database or the system cannot be had."""
    listener.total(len(asked))
    records: list[Record] = []
    for wanted, group in _by_database(asked, target):
        prepared = prepare(wanted, target.home, listener.progress)
        listener.progress(f"Opening {prepared.database}")
        opened = opener(prepared)
        try:
            records += _run_group(group, opened, prepared, choice, listener)
        finally:
            opened.system.close()
    return records


def _by_database(asked: Sequence[Question], target: Target) -> list[tuple[Wanted, list[Question]]]:
    """The questions of each database together, so that it is opened once."""
    groups: dict[Wanted, list[Question]] = {}
    for question in asked:
        suite = question.loaded.suite
        wanted = Wanted(target.database or question.loaded.database, target.as_of or suite.as_of)
        groups.setdefault(wanted, []).append(question)
    return list(groups.items())


def _run_group(
    group: Sequence[Question], opened: Opened, prepared: Prepared, choice: Choice, listener: Listener
) -> list[Record]:
    """The questions of one database, several at a time if so chosen."""
    source = GoldSource(prepared.database, prepared.as_of, opened.compile)

    def one(question: Question) -> Record:
        record = ask(question, opened.system, source)
        listener.record(record)
        return record

    if choice.jobs <= 1:
        return [one(question) for question in group]
    with ThreadPoolExecutor(choice.jobs) as pool:
        return list(pool.map(one, group))


def ask(question: Question, system: System, source: GoldSource) -> Record:
    """One question put to the system and judged."""
    case = question.case
    rules = question.loaded.suite.rules_of(case)
    try:
        golds = golds_of(case, rules, source)
    except GoldError as error:
        return _record(
            question, Reaction("failure", str(error), GOLD_FAILED), Judgement("error", (GOLD_FAILED,)), 0.0, ()
        )
    started = time.perf_counter()
    reaction = _react(system, Ask(question.text, question.history, case.context))
    seconds = time.perf_counter() - started
    if seconds > rules.timeout_s and reaction.kind == "answer":
        reaction = Reaction("failure", f"The answer took {seconds:.1f} s.", TIMEOUT, sql=reaction.sql)
    return _record(question, reaction, judge(case, rules, golds, reaction), seconds * 1000, golds)


def _react(system: System, ask: Ask) -> Reaction:
    """The system's reaction; whatever it raises counts against this question alone."""
    try:
        return system.answer(ask)
    except Exception as error:  # noqa: BLE001 - outermost frame of one question: one crash must not end the run
        return Reaction("failure", f"{type(error).__name__}: {error}", CRASHED)


def _record(
    question: Question, reaction: Reaction, judgement: Judgement, milliseconds: float, golds: Sequence[Gold]
) -> Record:
    """What is stored of one question."""
    loaded, case, comparison = question.loaded, question.case, judgement.comparison
    answer, gold = reaction.table, judgement.gold
    return Record(
        suite=loaded.suite.suite,
        case=case.id,
        variant=question.variant,
        repeat=question.repeat,
        split=loaded.suite.split_of(case),
        kind=case.expect.kind,
        tags=case.tags,
        question=question.text,
        after=case.after,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        reaction=reaction.kind,
        code=reaction.code,
        text=reaction.text,
        understood=reaction.understood,
        plan=reaction.plan,
        sql=reaction.sql,
        answer=stored(answer.columns, answer.rows) if answer else None,
        gold_sql=tuple(item.sql for item in golds if item.sql),
        gold=_stored_gold(gold) if gold else None,
        expectation=expectation(case),
        missing=comparison.missing,
        extra=comparison.extra,
        exact=comparison.exact if comparison.matches else None,
        plan_matches=judgement.plan_matches,
        milliseconds=round(milliseconds, 3),
        calls=reaction.usage.calls,
        tokens_in=reaction.usage.tokens_in,
        tokens_out=reaction.usage.tokens_out,
        dollars=reaction.usage.dollars,
    )


def _stored_gold(gold: Gold):
    expected = gold.expected
    return stored(expected.table.columns, tuple(expected.table.rows[row] for row in expected.shown))


def expectation(case: Case) -> str:
    """What was expected, in words."""
    expect = case.expect
    mentions = f" that mentions {', '.join(expect.mentions)}" if expect.mentions else ""
    if expect.kind == "abstain":
        return f"a refusal ({expect.abstain}){mentions}"
    if expect.kind == "clarify":
        return "a question back" + (" or one of the accepted readings" if expect.or_any_of else "")
    if expect.kind == "defines":
        return f"the definition of {', '.join(expect.defines)}{mentions}"
    return "these rows"
