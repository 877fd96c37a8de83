"""A slice that moved, as a finding: what it holds, what was expected of it, since when, and whether it still does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.causes import Candidate, Cause
from assistant.monitor.monitors import Monitor
from assistant.monitor.records import Finding, Track
from assistant.monitor.screening import Board
from assistant.monitor.slicing import SliceTable, table_of_slices
from assistant.monitor.windows import BEFORE

Floats = NDArray[np.float64]

_STILL = 0.5  # of its change: what a slice must keep to count as off
_RECENT = 14  # days by which that is judged
_LEAST_DAYS = 7
_SURE = 1.96
_WEEK = 7
_TRACK = 120


def finding_of(board: Board, monitor: Monitor, cause: Cause, day: int, good: str) -> Finding:
    """The finding of a cause; `good` is the metric's good direction, "up", "down" or "neutral"."""
    head, starts = cause.head, board.whole.leaves.starts
    here = table_of_slices(board.whole, [head.where], cause.gone)
    value = _held(here, day, head.span)
    expected = value / (1 + head.change) if head.change > -1 else value
    error = abs(float(np.log1p(max(head.change, -0.999)))) / max(abs(head.score), 1e-9)
    first = starts[onset(here, head, day)]
    return Finding(
        monitor.name, monitor.metric, "opportunity" if head.direction == good else "slice",
        "up" if head.change > 0 else "down", first, starts[day], dict(head.where), abs(head.score), 1 - head.p, value,
        expected, float(expected * np.exp(-_SURE * error)), float(expected * np.exp(_SURE * error)),
        owner=monitor.owner, channel=monitor.channel,
    )  # fmt: skip


def _held(here: SliceTable, day: int, span: int) -> float:
    """What a slice holds in the last days: a sum, or the ratio of the sums."""
    sums = here.values[:, 0, day - span + 1 : day + 1].sum(1)
    return float(sums[0] if len(sums) == 1 else sums[0] / max(sums[1], 1e-9))


def onset(here: SliceTable, head: Candidate, day: int) -> int:
    """The day from which on a slice has moved most surely: the largest excess since then over its standard error.

    `here` holds that slice alone.
    """
    begin = max(0, day - (BEFORE + 1) * head.span + 1)
    base = np.ones(day + 1) if head.alone and len(here.unit) == 1 else _base(here)[: day + 1]
    split = max(begin + 1, day - head.span + 1)
    usual = float(here.values[0, 0, begin:split].sum() / max(base[begin:split].sum(), 1e-9))
    off = (here.values[0, 0, begin : day + 1] - usual * base[begin:]) * (1 if head.change > 0 else -1)
    excess, noise = np.cumsum(off[::-1])[::-1], np.sqrt(np.maximum(np.cumsum(base[begin:][::-1])[::-1], 1e-9))
    latest = max(len(off) - _LEAST_DAYS + 1, 1)
    return begin + int(np.argmax((excess / noise)[:latest]))


def _base(table: SliceTable) -> Floats:
    """What a slice is a share of: the rest of a sum, the denominator of a ratio."""
    return table.values[1, 0] if len(table.unit) == 2 else table.total[0] - table.values[0, 0]


def _share(table: SliceTable, first: int, after: int) -> float:
    return float(table.values[0, 0, first:after].sum() / max(_base(table)[first:after].sum(), 1e-9))


def change_now(board: Board, found: Finding, day: int) -> float | None:
    """How far a slice is off now, relative to what it was before its incident began; None when it cannot be said."""
    here = table_of_slices(board.whole, [found.where], [one for one in board.gone if dict(one) != dict(found.where)])
    began = (found.first - board.whole.leaves.starts[0]).days
    recent = min(_RECENT, max(_LEAST_DAYS, day - began + 1))
    before = _share(here, max(0, began - BEFORE * 2 * _RECENT), max(began, 1))
    now = _share(here, max(0, day - recent + 1), day + 1)
    return now / before - 1 if before > 0 and 0 < began <= day else None


def still_moved(board: Board, found: Finding, day: int) -> bool:
    """Whether a slice is still off by at least half of what was found."""
    now = change_now(board, found, day)
    if now is None or not found.expected or found.value is None:
        return True
    was = found.value / found.expected - 1
    return now * was > 0 and abs(now) >= _STILL * abs(was)


def track_of_slice(board: Board, found: Finding, span: int, day: int) -> Track:
    """The last days of a slice as weekly means or weekly ratios, for a chart.

    Over the `span` days that were judged together lies what was expected of them: of a sum, the mean of a day.
    """
    where = found.where
    here = table_of_slices(board.whole, [where], [one for one in board.gone if dict(one) != dict(where)])
    sums = np.cumsum(np.pad(here.values[:, 0], ((0, 0), (1, 0))), axis=1)
    days = range(max(_WEEK - 1, day - _TRACK + 1), day + 1)
    weeks = [sums[:, n + 1] - sums[:, n + 1 - _WEEK] for n in days]
    values = [float(one[0] / _WEEK) if len(one) == 1 else _ratio(float(one[0]), float(one[1])) for one in weeks]
    starts = tuple(here.leaves.starts[n] for n in days)
    each = span if len(here.unit) == 1 else 1
    judged = [place >= len(starts) - span for place in range(len(starts))]
    expected, lower, upper = (
        tuple(level / each if is_judged and level is not None else None for is_judged in judged)
        for level in (found.expected, found.lower, found.upper)
    )
    return Track(starts, tuple(values), expected, lower, upper)


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None
