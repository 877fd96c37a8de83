"""Every slice of every metric, looked over on a day: what moved apart, at a rate of false discoveries that is known.

Each slice is held beside the rest of its metric over one, two and six weeks, and beside its own past over six. Slices
of one field and of two are two families of tests with half of the rate each. What is known already is taken out first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.calibration import FALSE_DISCOVERIES, discoveries
from assistant.monitor.causes import Candidate, Cause, apart_without, surest_cause
from assistant.monitor.slicing import SliceTable, Where, table_of, without
from assistant.monitor.windows import SPANS, Parting, Usual, View, ends_for, p_of, parting, usual_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

VIEWS = (*(View(span) for span in SPANS), View(SPANS[-1], alone=True))
LEAST_CHANGE = 0.10
MOST_CAUSES = 5
TOLD_RATE = FALSE_DISCOVERIES / 2  # what is tested every day is told more sparingly than what is asked once
_WEEK = 7


@dataclass
class Board:
    """The slices of one metric as they are watched now, with what was computed of them; `gone` was taken out.

    `days` are those that will be judged; `factors` widen what is usual for some slices (for all, where the slice is
    empty) by what people said of them.
    """

    whole: SliceTable
    usable: Bools
    table: SliceTable
    days: Sequence[int]
    gone: tuple[Where, ...] = ()
    factors: tuple[tuple[Where, float], ...] = ()
    partings: dict[View, Parting] = field(default_factory=dict[View, Parting])
    usual: dict[tuple[View, int], Usual] = field(default_factory=dict[tuple[View, int], Usual])

    @classmethod
    def of(cls, table: SliceTable, usable: Bools, days: Sequence[int]) -> Board:
        """A board over all rows of a table, cut by one and by two fields."""
        return cls(table, usable, table_of(table.metric, table.leaves, 2), days)

    def take_out(self, wheres: Sequence[Where]) -> None:
        """Leave the rows of these slices out from now on, as far as the metric has their fields."""
        known = tuple(one for one in wheres if set(one) <= set(self.whole.leaves.fields))
        if sorted(map(str, known)) == sorted(map(str, self.gone)):
            return
        self.gone, self.partings, self.usual = known, {}, {}
        left = without(self.whole, known).leaves if known else self.whole.leaves
        self.table = table_of(self.whole.metric, left, 2)

    def parting(self, view: View) -> Parting:
        """The partings of a view, computed once."""
        if view not in self.partings:
            ends = ends_for(self.days, view.span)
            self.partings[view] = parting(self.table, self.usable, view, ends)
        return self.partings[view]

    def p(self, view: View, day: int) -> Floats:
        """The p-value of each slice; what is usual is read anew every week."""
        key = (view, day // _WEEK)
        if key not in self.usual:
            usual = usual_of(self.table, self.parting(view), day)
            self.usual[key] = Usual(usual.scale * self._widened(), usual.freedom)
        return p_of(self.parting(view), day, self.usual[key])

    def _widened(self) -> Floats:
        factor = np.ones(len(self.table.where))
        for where, by in self.factors:
            factor *= [by if not where or dict(one) == dict(where) else 1.0 for one in self.table.where]
        return factor


@dataclass(frozen=True)
class Test:
    """One slice of one metric in one view: where it stands on its board, and how unlikely it is."""

    metric: str
    view: View
    row: int
    depth: int
    p: float


def screen(
    boards: Mapping[str, Board],
    days: Mapping[str, int],
    known: Sequence[Where] = (),
    rate: float = TOLD_RATE,
) -> Mapping[str, tuple[Cause, ...]]:
    """The causes found on a day by metric, the surest first; `days` numbers the day in the series of each metric.

    What does not stand apart without the rows of `known` slices is no news. After each cause its rows are left out and
    all is tested again: among many slices of one cause a chance would pass. The boards keep that state until they are
    told otherwise.
    """
    found: dict[str, tuple[Cause, ...]] = {}
    for _ in range(MOST_CAUSES):
        hits, news = _hits(boards, days, rate), False
        for metric, every in hits.items():
            board = boards[metric]
            some = apart_without(board.table, board.usable, days[metric], every, known) if known else every
            if not some:
                continue
            news = True
            cause = replace(surest_cause(board.table, board.usable, days[metric], some), gone=board.gone)
            found[metric] = (*found.get(metric, ()), cause)
            board.take_out([*board.gone, cause.head.where])
        if not news:
            break
    return found


def _hits(boards: Mapping[str, Board], days: Mapping[str, int], rate: float) -> Mapping[str, list[Candidate]]:
    tests = [test for metric, day in days.items() for test in _tests(metric, boards[metric], day)]
    found: dict[str, list[Candidate]] = {}
    for depth in (1, 2):
        some = [test for test in tests if test.depth == depth]
        hits = discoveries(np.array([test.p for test in some]), rate / 2)
        for test in (test for test, hit in zip(some, hits, strict=True) if hit):
            one = _candidate(boards[test.metric], test, days[test.metric])
            if abs(one.change) >= LEAST_CHANGE:
                found.setdefault(test.metric, []).append(one)
    return found


def _tests(metric: str, board: Board, day: int) -> list[Test]:
    tests: list[Test] = []
    for view in VIEWS:
        p = board.p(view, day)
        rows = np.flatnonzero(np.isfinite(p))
        tests += [Test(metric, view, int(row), len(board.table.where[row]), float(p[row])) for row in rows]
    return tests


def _candidate(board: Board, test: Test, day: int) -> Candidate:
    found, view = board.parting(test.view), test.view
    score, change = (float(one[test.row, found.at(day)]) for one in (found.score, found.change))
    return Candidate(board.table.where[test.row], view.span, score, change, test.p, view.alone)


def still_apart(board: Board, day: int, head: Candidate, gone: Sequence[Where]) -> bool:
    """Whether a slice still stands apart on a day when the rows of some other slices are left out."""
    return bool(apart_without(board.whole, board.usable, day, [head], gone))
