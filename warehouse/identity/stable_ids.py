"""Customer ids that stay: who was a customer yesterday has the same id today, whatever the build did in between.

A record remembers the customer it belonged to. Of an old customer's records one group has the most: that group
claims the id (when groups are even, the one whose first record the id was made of). A group with several claims is a
merge: the id given first is kept and the others are retired. A group without a claim gets a new id, made of its first
record, so that a build from nothing gives the same ids again.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

RecordKey = tuple[str, str]  # source_system, source_id


@dataclass(frozen=True, order=True)
class Issued:
    """A customer id and when it was first given out (UTC)."""

    customer_id: str
    at: datetime


@dataclass(frozen=True)
class Assignment:
    """The id of every group, in the order of the groups, and what became of ids that are no more: old -> new."""

    ids: tuple[Issued, ...]
    retired: Mapping[str, str]


def assign_ids(
    groups: Sequence[Sequence[RecordKey]], previous: Mapping[RecordKey, Issued], now: datetime
) -> Assignment:
    """Ids of the groups (every record in exactly one), given what the records were called before."""
    claims = _claims(groups, previous)
    taken = {issued.customer_id for issued in previous.values()}
    ids: list[Issued] = []
    retired: dict[str, str] = {}
    for at, group in enumerate(groups):
        own = _made_of(min(group))
        claimed = sorted(claims.get(at, ()), key=lambda issued: (issued.at, issued.customer_id != own, issued))
        kept = claimed[0] if claimed else Issued(_new_id(min(group), taken), now)
        taken.add(kept.customer_id)
        ids.append(kept)
        retired |= {issued.customer_id: kept.customer_id for issued in claimed[1:]}
    return Assignment(tuple(ids), retired)


def _claims(groups: Sequence[Sequence[RecordKey]], previous: Mapping[RecordKey, Issued]) -> dict[int, list[Issued]]:
    """The ids that each group may have, by its place; every old id goes to one group."""
    shares: dict[Issued, Counter[int]] = defaultdict(Counter)
    first: dict[tuple[Issued, int], RecordKey] = {}
    for at, group in enumerate(groups):
        for record in sorted(group):
            if (issued := previous.get(record)) is not None:
                shares[issued][at] += 1
                first.setdefault((issued, at), record)
    claims: dict[int, list[Issued]] = defaultdict(list)
    for issued, counts in shares.items():
        ranked = sorted(
            (-count, _made_of(min(groups[at])) != issued.customer_id, first[issued, at], at)
            for at, count in counts.items()
        )
        claims[ranked[0][-1]].append(issued)
    return claims


def _made_of(record: RecordKey, attempt: int = 0) -> str:
    text = "\0".join((*record, str(attempt)))
    return "c" + hashlib.sha256(text.encode()).hexdigest()[:15]


def _new_id(record: RecordKey, taken: set[str]) -> str:
    for attempt in range(1_000_000):
        found = _made_of(record, attempt)
        if found not in taken:
            return found
    raise AssertionError("a million ids of one record are taken")  # not reachable: ids are 60 bits wide
