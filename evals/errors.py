"""What can go wrong while judging answers, sorted by who mends it.

* EvalError
  x SuiteError      the author of a suite: every fault of the file at once, each with file, line and remedy
  x RunError     whoever started the run: no database, no system, no base line; the command leaves with status 2
  x RunStoppedError the run cannot go on; what was answered is kept, and `--resume` goes on from there
    x BudgetSpentError       whoever pays: the run used up its calls or its money
    x ModelUnavailableError  whoever started the run: the model's server does not answer, or refuses the key
  x GoldError       the author of a suite: an expected query does not run; the case cannot be judged
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class EvalError(Exception):
    """Something the evals can explain; every error of this package derives from it."""


@dataclass(frozen=True)
class SuiteFault:
    """One thing wrong in one suite file, and what to do about it."""

    file: str
    line: int
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} {self.remedy}".strip()


class SuiteError(EvalError):
    """Suite files are wrong; lists all faults, in file and line order."""

    def __init__(self, faults: Iterable[SuiteFault]):
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RunError(EvalError):
    """Nothing could be judged; says what is missing and how to get it."""


class GoldError(EvalError):
    """An expected query of a case does not run, so the case cannot be judged."""


class RunStoppedError(EvalError):
    """The run cannot go on now; the rest is asked when it is resumed."""


class BudgetSpentError(RunStoppedError):
    """The run used up its budget."""


class ModelUnavailableError(RunStoppedError):
    """The model's server cannot be reached, is overloaded, or refuses the key or the model's name."""
