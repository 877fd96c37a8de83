"""What must not get worse: a small file, kept with the code, of what passed and how much was silently wrong.

A whole result file can stand in for it: `--no-regressions` takes both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from evals.errors import RunError
from evals.files import write_whole
from evals.records import Part, Record
from evals.results import Results


class SuiteBaseline(Part):
    """One suite: the questions that passed, and how many were silently wrong, paraphrases included."""

    silently_wrong: int = 0
    passed: tuple[str, ...] = ()


class Baseline(Part):
    """All suites of a baseline by name."""

    baseline_version: Literal[1] = 1
    written: str = ""
    suites: dict[str, SuiteBaseline] = Field(default_factory=dict)


def label(record: Record) -> str:
    """The question's name inside its suite: the case, and the number of the rewording."""
    return record.case + (f"#{record.variant}" if record.variant else "")


def baseline_of(records: Sequence[Record], written: str) -> Baseline:
    """The baseline that a run sets; repeats are left out."""
    suites: dict[str, SuiteBaseline] = {}
    for name in dict.fromkeys(record.suite for record in records):
        own = [record for record in records if record.suite == name and record.repeat == 0]
        wrong = sum(record.verdict == "silently_wrong" for record in own)
        passed = tuple(sorted(label(record) for record in own if record.passed))
        suites[name] = SuiteBaseline(silently_wrong=wrong, passed=passed)
    return Baseline(written=written, suites=suites)


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file, or of a whole result file; raises RunError when it is neither."""
    try:
        data = json.loads(path.read_bytes())
        if isinstance(data, dict) and "baseline_version" in data:
            return Baseline.model_validate(data)
        results = Results.model_validate(data)
    except OSError as error:
        raise RunError(f"There is no baseline at {path}. Write one with --write-baseline {path}.") from error
    except (json.JSONDecodeError, ValidationError) as error:
        raise RunError(f"{path} is neither a baseline nor a result file of the evals.") from error
    return baseline_of(results.records, results.head.started)


def write_baseline(baseline: Baseline, path: Path) -> None:
    """The baseline as JSON with one question a line, so that a change reads well in a review."""
    write_whole(path, json.dumps(baseline.model_dump(mode="json"), indent=1, sort_keys=True) + "\n")


def merged(old: Baseline, new: Baseline) -> Baseline:
    """The new baseline, suites that were not run kept as they were."""
    return Baseline(written=new.written, suites={**old.suites, **new.suites})


def regressions(baseline: Baseline, records: Sequence[Record]) -> tuple[Record, ...]:
    """Questions that passed in the baseline and do not pass now."""
    passed = {(suite, name) for suite, found in baseline.suites.items() for name in found.passed}
    first = [record for record in records if record.repeat == 0]
    return tuple(record for record in first if not record.passed and (record.suite, label(record)) in passed)


def wrong_beyond(baseline: Baseline, records: Sequence[Record]) -> dict[str, tuple[int, int]]:
    """Suites with more silently wrong answers than the baseline has: (now, allowed)."""
    found: dict[str, tuple[int, int]] = {}
    for name, known in baseline.suites.items():
        now = sum(r.suite == name and r.repeat == 0 and r.verdict == "silently_wrong" for r in records)
        if now > known.silently_wrong:
            found[name] = (now, known.silently_wrong)
    return found
