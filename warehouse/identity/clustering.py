"""Records put together into people, without chains: a record joins a group by what it has in common with all of it.

Connected components would make one customer of a whole village: A looks like B, B like C, and so on. Here groups are
joined from the surest pair on, and only while the records of both sides agree on average (average linkage, UPGMA:
Sokal and Michener 1958), at least one pair of them is sure by itself, no decision of a person forbids it, and the
group stays within its cap.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Pair = tuple[int, int]  # two record numbers, the smaller first


@dataclass(frozen=True)
class Evidence:
    """What is known of pairs: weights in log2 odds, which are sure, which a person joined or parted.

    `unknown` is the weight of a pair that was never compared. Records in `nameless` say so little that only what
    speaks for them counts: an address of its own joins one to its owner, whatever addresses the owner has besides.
    """

    weights: Mapping[Pair, float]
    sure: frozenset[Pair] | set[Pair]
    joined: frozenset[Pair] = frozenset()
    parted: frozenset[Pair] = frozenset()
    nameless: frozenset[int] = frozenset()
    unknown: float = -10.0


@dataclass(frozen=True)
class Rules:
    """When groups may join: the least average weight (log2 odds), and how many records a customer may have."""

    least_average: float = -1.0
    cap: int = 60


def components(pairs: Iterable[Pair]) -> list[list[int]]:
    """Records that hang together by the pairs, each group sorted, groups in order of their first record."""
    parent: dict[int, int] = {}

    def root(record: int) -> int:
        parent.setdefault(record, record)
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for left, right in pairs:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for record in sorted(parent):
        groups[root(record)].append(record)
    return [groups[first] for first in sorted(groups)]


def cohesive_groups(records: list[int], evidence: Evidence, rules: Rules) -> list[list[int]]:
    """The records of one component parted into groups that hang together, in order of their first record."""
    state = _Grouping(records, evidence, rules)
    state.join_by_decision()
    state.join_by_weight()
    return sorted(sorted(group) for group in state.groups.values())


@dataclass
class _Link:
    """All that two groups have in common: sum of the weights of all cross pairs, how many of them are sure."""

    total: float = 0.0
    pairs: int = 0
    sure: int = 0
    parted: bool = False

    def add(self, other: _Link) -> None:
        self.total += other.total
        self.pairs += other.pairs
        self.sure += other.sure
        self.parted = self.parted or other.parted


@dataclass
class _Grouping:
    records: list[int]
    evidence: Evidence
    rules: Rules
    groups: dict[int, list[int]] = field(init=False)
    links: dict[int, dict[int, _Link]] = field(init=False)

    def __post_init__(self) -> None:
        self.groups = {record: [record] for record in self.records}
        self.links = defaultdict(dict)
        for at, left in enumerate(self.records):
            for right in self.records[at + 1 :]:
                link = self._first_link((left, right))
                self.links[left][right] = self.links[right][left] = link

    def _first_link(self, pair: Pair) -> _Link:
        sure, parted = pair in self.evidence.sure, pair in self.evidence.parted
        if not sure and not self.evidence.nameless.isdisjoint(pair):
            return _Link(parted=parted)
        return _Link(self.evidence.weights.get(pair, self.evidence.unknown), 1, int(sure), parted)

    def join_by_decision(self) -> None:
        """Join what a person joined, whatever the weights say."""
        home = {record: record for record in self.records}
        for left, right in sorted(self.evidence.joined):
            if left in home and right in home and home[left] != home[right]:
                kept, gone = sorted((home[left], home[right]))
                for record in self.groups[gone]:
                    home[record] = kept
                self._join(kept, gone)

    def join_by_weight(self) -> None:
        """Join the two groups that agree most, again and again, until none agree enough."""
        heap = [entry for left in self.groups for right in self.links[left] if (entry := self._entry(left, right))]
        heapq.heapify(heap)
        while heap:
            average, left, right = heapq.heappop(heap)
            if (
                left not in self.groups
                or right not in self.groups
                or self._entry(left, right) != (average, left, right)
            ):
                continue  # one of the two has grown or gone since
            self._join(left, right)
            for other in self.links[left]:
                if entry := self._entry(*sorted((left, other))):
                    heapq.heappush(heap, entry)

    def _entry(self, left: int, right: int) -> tuple[float, int, int] | None:
        link = self.links[left][right]
        fits = len(self.groups[left]) + len(self.groups[right]) <= self.rules.cap
        average = link.total / max(link.pairs, 1)
        if left > right or link.parted or not link.sure or not fits or average < self.rules.least_average:
            return None
        return (-average, left, right)

    def _join(self, kept: int, gone: int) -> None:
        self.groups[kept] += self.groups.pop(gone)
        for other, link in self.links.pop(gone).items():
            del self.links[other][gone]
            if other != kept:
                merged = self.links[kept][other]
                merged.add(link)
