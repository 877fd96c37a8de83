"""Gates: what a run must hold for a build to go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.baseline import Baseline, regressions, wrong_beyond
from evals.errors import RunError
from evals.records import Record
from evals.results import Summary


@dataclass(frozen=True)
class Gates:
    """The limits asked for; None asks for nothing. `min_accuracy` is a share from 0 to 1.

    `quarantine` names questions, as `suite/case` or `case`, that count for no gate: flaky ones, until they are mended.
    """

    min_accuracy: float | None = None
    max_silent_wrong: int | None = None
    max_errors: int | None = None
    baseline: Baseline | None = None
    quarantine: frozenset[str] = frozenset()


def failures(gates: Gates, summary: Summary, records: Sequence[Record]) -> tuple[str, ...]:
    """A sentence for every gate that does not hold."""
    counted = [record for record in records if not quarantined(record, gates.quarantine)]
    return (
        *_accuracy(gates, summary),
        *_at_most(counted, "silently_wrong", "silently wrong", gates.max_silent_wrong),
        *_at_most(counted, "error", "errors", gates.max_errors),
        *_regressions(gates, counted),
    )


def quarantined(record: Record, names: frozenset[str]) -> bool:
    """Whether the question is on the quarantine list, in any wording."""
    return bool({record.case, record.name, f"{record.suite}/{record.case}"} & names)


def read_quarantine(path: Path) -> frozenset[str]:
    """The names in a quarantine file, one a line; text after # is a remark."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RunError(f"The quarantine list {path} cannot be read: {error.strerror}.") from error
    return frozenset(name for line in lines if (name := line.partition("#")[0].strip()))


def _accuracy(gates: Gates, summary: Summary) -> list[str]:
    accuracy = summary.overall.accuracy
    if gates.min_accuracy is None or (accuracy is not None and accuracy >= gates.min_accuracy):
        return []
    return [f"accuracy is {accuracy or 0:.1%}, at least {gates.min_accuracy:.1%} is asked for"]


def _at_most(records: Iterable[Record], verdict: str, words: str, limit: int | None) -> list[str]:
    found = [record for record in records if record.verdict == verdict]
    if limit is None or len(found) <= limit:
        return []
    return [f"{len(found)} {words}, at most {limit} allowed: {_names(found)}"]


def _regressions(gates: Gates, records: Sequence[Record]) -> list[str]:
    if gates.baseline is None:
        return []
    broken = regressions(gates.baseline, records)
    found = [f"{len(broken)} questions passed before and do not now: {_names(broken)}"] if broken else []
    beyond = wrong_beyond(gates.baseline, records)
    return found + [f"{suite}: {now} silently wrong, {was} in the baseline" for suite, (now, was) in beyond.items()]


def _names(records: Sequence[Record], limit: int = 20) -> str:
    """Names of questions with what they are now, the rest counted."""
    names = list(dict.fromkeys(f"{record.name} ({record.verdict})" for record in records))
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
