"""The result of a run as a versioned JSON file, and what stands in it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from evals.errors import RunError
from evals.files import write_whole
from evals.loader import LoadedSuite
from evals.records import Part, Record
from evals.scoring import Paraphrases, Score, agreement, by_suite, by_tag, headline, paraphrases, reasons, score

SCHEMA = 1


class SuiteInfo(Part):
    """Which suite was run: its version, the SHA-256 of its file, its database and its today."""

    suite: str
    version: int
    file: str
    sha256: str
    database: str
    as_of: str = ""
    author: str = ""
    verified_by: str = ""
    cases: int = 0


class Head(Part):
    """What was run, when, and with which versions; times are UTC in ISO form."""

    run: str
    system: str
    started: str
    finished: str = ""
    stopped: str = ""
    product: str = ""
    engine: str = ""
    python: str = ""
    machine: str = ""
    command: str = ""
    suites: tuple[SuiteInfo, ...] = ()
    databases: dict[str, str] = Field(default_factory=dict)


class Totals(Part):
    """Model calls, tokens and US dollars of the whole run; cached answers cost nothing."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0


class Summary(Part):
    """The numbers of a run, in the order in which they are printed."""

    overall: Score
    suites: dict[str, Score]
    tags: dict[str, Score]
    paraphrases: Paraphrases | None = None
    agreement: float | None = None
    totals: Totals = Totals()
    lucky: int = 0
    fragile: int = 0
    perturbed: int = 0
    plan_differs: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)
    silently_wrong: int = 0


class Results(Part):
    """A whole run: head, summary, and every judged question."""

    schema_version: Literal[1] = SCHEMA
    head: Head
    summary: Summary
    records: tuple[Record, ...]


def summarise(records: Sequence[Record]) -> Summary:
    """The numbers of a run; `silently_wrong` counts paraphrases and repeats, too, unlike the headline."""
    first = headline(records)
    return Summary(
        overall=score(first),
        suites=by_suite(first),
        tags=by_tag(first),
        paraphrases=paraphrases(records),
        agreement=agreement(records),
        totals=_totals(records),
        lucky=sum(record.is_lucky for record in records),
        fragile=sum(record.is_fragile for record in records),
        perturbed=sum(record.rechecked for record in records),
        plan_differs=sum(record.verdict == "right" and record.plan_matches is False for record in first),
        reasons=reasons(records),
        silently_wrong=sum(record.verdict == "silently_wrong" for record in records),
    )


def _totals(records: Iterable[Record]) -> Totals:
    paid = [record for record in records if not record.cached]
    return Totals(
        calls=sum(record.calls for record in paid),
        tokens_in=sum(record.tokens_in for record in paid),
        tokens_out=sum(record.tokens_out for record in paid),
        dollars=round(sum(record.dollars for record in paid), 6),
    )


def head_of(suites: Iterable[LoadedSuite], run: str, system: str, command: str = "") -> Head:
    """The head of a run that starts now."""
    return Head(
        run=run,
        system=system,
        started=now(),
        product=_version("tellwise"),
        engine=f"duckdb {_version('duckdb')}",
        python=platform.python_version(),
        machine=platform.machine(),
        command=command,
        suites=tuple(_info(loaded) for loaded in suites),
    )


def _info(loaded: LoadedSuite) -> SuiteInfo:
    suite = loaded.suite
    return SuiteInfo(
        suite=suite.suite,
        version=suite.version,
        file=loaded.file.name,
        sha256=loaded.sha256,
        database=Path(suite.database).name,
        as_of=suite.as_of.isoformat() if suite.as_of else "",
        author=suite.author,
        verified_by=suite.verified_by,
        cases=len(suite.cases),
    )


def now() -> str:
    """This moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def shareable(results: Results, *, reveal_test: bool = False) -> Results:
    """The results with the content of test-split questions left out, unless it is asked for."""
    if reveal_test:
        return results
    shown = tuple(record.without_content if record.split == "test" else record for record in results.records)
    return results.model_copy(update={"records": shown})


def write_results(results: Results, path: Path) -> None:
    """The results as JSON; raises RunError when the file cannot be written."""
    write_whole(path, results.model_dump_json(indent=1) + "\n")


def read_results(path: Path) -> Results:
    """Results of an earlier run; raises RunError when the file is missing or is not one."""
    try:
        return Results.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RunError(f"There are no results at {path}: {error.strerror}.") from error
    except ValidationError as error:
        raise RunError(f"{path} is not a result file of schema {SCHEMA}: {error.errors()[0]['msg']}.") from error
