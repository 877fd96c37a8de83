"""Gates: what a run must hold for a build to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.records import Record
from evals.results import Summary


@dataclass(frozen=True)
class Gates:
    """The limits asked for; None asks for nothing. `min_accuracy` is a share from 0 to 1."""

    min_accuracy: float | None = None
    max_silent_wrong: int | None = None
    max_errors: int | None = None
    base: Sequence[Record] | None = None
    quarantine: frozenset[str] = frozenset()


def failures(gates: Gates, summary: Summary, records: Sequence[Record]) -> tuple[str, ...]:
    """A sentence for every gate that does not hold; quarantined questions count for none."""
    counted = [record for record in records if not _quarantined(record, gates)]
    found = [*_accuracy(gates, summary), *_silent(gates, counted), *_errors(gates, counted)]
    return tuple(found)


def _quarantined(record: Record, gates: Gates) -> bool:
    return bool({record.case, record.name, f"{record.suite}/{record.case}"} & gates.quarantine)


def _accuracy(gates: Gates, summary: Summary) -> list[str]:
    accuracy = summary.overall.accuracy
    if gates.min_accuracy is None or (accuracy is not None and accuracy >= gates.min_accuracy):
        return []
    return [f"accuracy is {accuracy or 0:.1%}, at least {gates.min_accuracy:.1%} is asked for"]


def _silent(gates: Gates, records: Sequence[Record]) -> list[str]:
    wrong = [record for record in records if record.verdict == "silently_wrong"]
    if gates.max_silent_wrong is None or len(wrong) <= gates.max_silent_wrong:
        return []
    return [f"{len(wrong)} silently wrong, at most {gates.max_silent_wrong} allowed: {_names(wrong)}"]


def _errors(gates: Gates, records: Sequence[Record]) -> list[str]:
    failed = [record for record in records if record.verdict == "error"]
    if gates.max_errors is None or len(failed) <= gates.max_errors:
        return []
    return [f"{len(failed)} errors, at most {gates.max_errors} allowed: {_names(failed)}"]


def _names(records: Sequence[Record], limit: int = 12) -> str:
    """Names of cases, the rest counted."""
    names = list(dict.fromkeys(record.name for record in records))
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
