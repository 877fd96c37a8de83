"""Two runs beside each other: what was fixed, what broke, and whether the difference is more than chance."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.records import Record

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Change:
    """A question whose verdict changed from one run to the other."""

    before: Record
    after: Record


@dataclass(frozen=True)
class Difference:
    """Paired changes over the questions that both runs asked; `p` is McNemar's exact two-sided probability.

    `changed` are questions whose verdict changed without passing more or less; `added` and `removed` were asked once.
    """

    common: int
    fixed: tuple[Change, ...]
    broken: tuple[Change, ...]
    changed: tuple[Change, ...]
    added: int
    removed: int
    p: float

    @property
    def newly_wrong(self) -> tuple[Change, ...]:
        """Questions that are silently wrong now and were not before."""
        both = (*self.broken, *self.changed)
        return tuple(item for item in both if item.after.verdict == "silently_wrong")


def difference(before: Iterable[Record], after: Iterable[Record]) -> Difference:
    """The paired difference of two runs, repeats left out."""
    old, new = _first(before), _first(after)
    pairs = [Change(old[key], new[key]) for key in old if key in new]
    fixed = tuple(item for item in pairs if item.after.passed and not item.before.passed)
    broken = tuple(item for item in pairs if item.before.passed and not item.after.passed)
    same = [item for item in pairs if item.before.passed == item.after.passed]
    return Difference(
        common=len(pairs),
        fixed=fixed,
        broken=broken,
        changed=tuple(item for item in same if item.before.verdict != item.after.verdict),
        added=len(new.keys() - old.keys()),
        removed=len(old.keys() - new.keys()),
        p=mcnemar(len(fixed), len(broken)),
    )


def _first(records: Iterable[Record]) -> dict[Key, Record]:
    """The records by question, asked for the first time."""
    return {(r.suite, r.case, r.variant): r for r in records if r.repeat == 0}


def mcnemar(fixed: int, broken: int) -> float:
    """The exact two-sided probability of a split at least as uneven under equal chances (McNemar, 1947)."""
    total = fixed + broken
    if not total:
        return 1.0
    tail = sum(math.comb(total, number) for number in range(min(fixed, broken) + 1)) / 2**total
    return min(1.0, 2 * tail)


def describe(found: Difference) -> str:
    """The difference as text; questions of a test split stay hidden."""
    lines = [
        f"{found.common} questions in both runs: {len(found.fixed)} fixed, {len(found.broken)} broken"
        f" (McNemar p = {found.p:.3g}: {_meaning(found)})",
        f"{len(found.newly_wrong)} newly silently wrong, {found.added} only in the second run,"
        f" {found.removed} only in the first",
    ]
    for title, changes in (("broken", found.broken), ("fixed", found.fixed), ("other verdict", found.changed)):
        lines += _listed(title, changes)
    return "\n".join(lines)


def _meaning(found: Difference) -> str:
    if not found.fixed and not found.broken:
        return "no change"
    return "more than chance" if found.p < 0.05 else "could be chance"


def _listed(title: str, changes: Sequence[Change]) -> list[str]:
    lines = [""] if changes else []
    for item in changes:
        question = f": {item.after.question}" if item.after.split == "dev" and item.after.question else ""
        verdicts = f"{item.before.verdict} -> {item.after.verdict}"
        lines.append(f"  {title:<14}{item.after.name} ({verdicts}){question}")
    return lines


def as_json(found: Difference) -> str:
    """The difference as JSON: numbers, and the names of the questions with both verdicts."""
    lists = {"fixed": found.fixed, "broken": found.broken, "changed": found.changed}
    changes = {
        title: [{"name": c.after.name, "before": c.before.verdict, "after": c.after.verdict} for c in items]
        for title, items in lists.items()
    }
    numbers = {"common": found.common, "added": found.added, "removed": found.removed, "p": found.p}
    return json.dumps({**numbers, **changes}, indent=1)
