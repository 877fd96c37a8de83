"""One judged question, as it is stored, counted and shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["right", "silently_wrong", "needlessly_refused", "rightly_refused", "error"]
VERDICTS: tuple[Verdict, ...] = ("right", "silently_wrong", "needlessly_refused", "rightly_refused", "error")
MENTION_MISSING = "MENTION_MISSING"
ROWS_KEPT = 200


class Part(BaseModel):
    """Base of everything that is written to a result file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoredTable(Part):
    """The first rows of a table, as JSON can hold them, and how many there were."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    total: int = 0


class Record(Part):
    """A question, what was expected, what came back, and the verdict.

    `variant` is 0 for the question itself and 1, 2 ... for its paraphrases; `repeat` counts from 0. `rechecked` tells
    that a right answer was asked again on changed copies of the data, `lucky` names the kind of copy on which it fell
    apart. Times are milliseconds, money is US dollars.
    """

    suite: str
    case: str
    variant: int = 0
    repeat: int = 0
    split: Literal["dev", "test"] = "dev"
    kind: Literal["rows", "abstain", "clarify", "defines"] = "rows"
    tags: tuple[str, ...] = ()
    question: str = ""
    after: str = ""
    history: tuple[str, ...] = ()
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    reaction: str = ""
    code: str = ""
    text: str = ""
    understood: str = ""
    plan: Mapping[str, Any] | None = None
    sql: str = ""
    answer: StoredTable | None = None
    gold_sql: tuple[str, ...] = ()
    gold: StoredTable | None = None
    expectation: str = ""
    missing: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    exact: bool | None = None
    plan_matches: bool | None = None
    rechecked: bool = False
    lucky: str = ""
    milliseconds: float = 0.0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    cached: bool = False

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What identifies the question among all runs of the same suites."""
        return (self.suite, self.case, self.variant, self.repeat)

    @property
    def name(self) -> str:
        """The question's name in reports: suite, case, and the paraphrase's number."""
        return f"{self.suite}/{self.case}" + (f"#{self.variant}" if self.variant else "")

    @property
    def is_fragile(self) -> bool:
        """Whether it falls apart only where links lead nowhere, NULL stands in unusual places, or groups are empty."""
        return self.lucky.startswith(("loose", "zeros"))

    @property
    def is_lucky(self) -> bool:
        """Whether the right answer falls apart on other data of the same kind."""
        return bool(self.lucky) and not self.is_fragile

    @property
    def is_vague(self) -> bool:
        """Whether it was right to refuse, but what is missing was not named: no error, and not a pass either."""
        return self.verdict == "rightly_refused" and MENTION_MISSING in self.reasons

    @property
    def passed(self) -> bool:
        """Whether the reaction was the right one, and said what it had to say."""
        return self.verdict in ("right", "rightly_refused") and not self.is_vague

    @property
    def without_content(self) -> Record:
        """The record as a test split may show it: verdict, reasons and counts, neither question nor rows."""
        hidden: dict[str, Any] = dict.fromkeys(("question", "text", "understood", "sql", "expectation", "after"), "")
        hidden |= {
            "plan": None,
            "answer": None,
            "gold": None,
            "gold_sql": (),
            "missing": (),
            "extra": (),
            "history": (),
        }
        return self.model_copy(update=hidden)


def plain(value: Any) -> Any:
    """The cell as JSON can hold it: dates and exact numbers as text a person can read."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return str(value)


def stored(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> StoredTable:
    """The first rows of a table for a result file."""
    kept = tuple(tuple(plain(cell) for cell in row) for row in rows[:ROWS_KEPT])
    return StoredTable(columns=columns, rows=kept, total=len(rows))
