"""Slices that moved, sorted by cause: of many that overlap the one that tells it best, and the rest folded in.

After the best slice its rows are taken out of everything, and what still stands apart is a cause of its own, as in the
scan for the drivers of a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.slicing import SliceTable, Where, table_of_slices
from assistant.monitor.windows import View, parting

Bools = NDArray[np.bool_]

_LEFT = 0.6  # of its score: what a slice must keep without the rows of a cause to be another one
_DEPTH_PRICE = 2.0
_ALIKE = 1.0  # standard errors by which a slice must be surer than one that is named by nearer fields


@dataclass(frozen=True)
class Candidate:
    """A slice that moved by the end of a window, with its score in standard errors and its relative change.

    `alone` says that it is held beside its own past, not beside the rest.
    """

    where: Where
    span: int
    score: float
    change: float
    p: float = 1.0
    alone: bool = False

    @property
    def direction(self) -> str:
        """Which way it went."""
        return "up" if self.change > 0 else "down"


@dataclass(frozen=True)
class Cause:
    """The slice that tells a cause best, the others that moved with it, and the slices that had been taken out."""

    head: Candidate
    folded: tuple[Candidate, ...]
    gone: tuple[Where, ...] = ()


def surest_cause(table: SliceTable, usable: Bools, day: int, candidates: Sequence[Candidate]) -> Cause:
    """The surest cause behind some slices of one metric, with those that do not stand apart without its rows."""
    head = best_of(table, candidates)
    others = [one for one in candidates if one != head]
    kept = apart_without(table, usable, day, others, [head.where])
    return Cause(head, tuple(one for one in others if one not in kept))


def best_of(table: SliceTable, candidates: Sequence[Candidate]) -> Candidate:
    """The slice that tells a move best: the surest after the price of searching, named by the nearest fields."""
    singles = max(sum(len(names) for names in table.leaves.names), 2)
    prices = {1: float(np.log(singles)), 2: 2 * float(np.log(singles)) + _DEPTH_PRICE}

    def rank(one: Candidate) -> float:
        return -float(np.log(max(one.p, 1e-300))) - prices[min(len(one.where), 2)]

    first = max(candidates, key=rank)
    alike = [one for one in candidates if len(one.where) == len(first.where) and one.direction == first.direction
             and abs(one.score) > abs(first.score) - _ALIKE]  # fmt: skip
    rows = [one for one in alike if one.p == first.p and one.score == first.score]
    if len(rows) > 1:  # the same rows under several names: the plainest is told
        return min(rows, key=lambda one: sum(len(value) for value in one.where.values()))
    order = table.leaves.fields
    return min(alike, key=lambda one: (sum(order.index(name) for name in one.where), -abs(one.score)))


def apart_without(
    table: SliceTable, usable: Bools, day: int, candidates: Sequence[Candidate], gone: Sequence[Where]
) -> list[Candidate]:
    """The candidates that still move in the same way, nearly as surely, without the rows of some slices."""
    kept: list[Candidate] = []
    for span, alone in dict.fromkeys((one.span, one.alone) for one in candidates):
        here = [one for one in candidates if (one.span, one.alone) == (span, alone)]
        rest = table_of_slices(table, [one.where for one in here], gone)
        score = parting(rest, usable, View(span, alone), np.array([day])).score[:, 0]
        for one, now in zip(here, score, strict=True):
            if np.isfinite(now) and now * one.score > 0 and abs(now) >= _LEFT * abs(one.score):
                kept.append(one)
    return kept


def touches(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two slices tell of the same rows: one lies in the other, by what their fields and values are called."""
    first, second = _plain(one), _plain(other)
    return bool(first and second) and (first <= second or second <= first)


def _plain(where: Mapping[str, str]) -> frozenset[str]:
    """The values of a slice; fields of different tables that hold one value mean the same ("Paid Search")."""
    return frozenset(value.casefold() for value in where.values())
