"""Slices that part from the rest over some weeks: too slow or too small to be seen on any one day.

The last days of a slice are held beside as many weeks before them, and what the rest of the metric did meanwhile is
taken off: seasons and campaigns that touch all move nothing. A log ratio of rates over its standard error is the score
(Kulldorff 1997 for the two-sample scan; Woolf 1955 for the error); how unusual a score is, its family's past says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.calibration import CAUTIOUS, fit_tail
from assistant.monitor.slicing import SliceTable

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

SPANS = (7, 14, 42)  # days that are held beside what was before
BEFORE = 3  # times as many days before them
LEAST = 25.0  # counts that a slice holds, now or before
_MOST = 0.6  # of all: a larger slice is nearly the metric itself
_STEP = 7  # days between the past windows that a family is judged by
_PAST = 52  # such windows at most
_OWN = 8.0  # past windows of its own that weigh as much as the whole family in what is usual for a slice
_BLOCK, _BLOCKS, _ALIVE = 14, 26, 0.9  # a slice that was empty in more of its past blocks comes and goes by itself


@dataclass(frozen=True)
class Parting:
    """How far each slice has moved apart from the rest by the end of some days; arrays are (slices, ends).

    `ends` numbers the days. `score` is in standard errors of a count, `change` the relative change against what the
    rest would have made of it. `floor` is the least scale that a score can have: what is counted varies at least as
    counts do. NaN where a slice holds too little.
    """

    span: int
    ends: Ints
    score: Floats
    change: Floats
    floor: Floats

    def at(self, day: int) -> int:
        """The place of a day among the ends."""
        return int(np.searchsorted(self.ends, day))


def ends_for(days: Sequence[int], span: int) -> Ints:
    """The days whose windows are needed to judge some days: they themselves, and the past weeks before them."""
    wanted = {end for day in days for end in (day, *past_ends(day, span))}
    return np.array(sorted(wanted), np.int64)


def past_ends(day: int, span: int) -> list[int]:
    """The ends of past windows that lie before the one that ends on a day, week by week."""
    return list(range(day - span, -1, -_STEP))[:_PAST]


@dataclass(frozen=True)
class View:
    """One way to look at slices: over how many days, and whether beside their own past only."""

    span: int
    alone: bool = False


def parting(table: SliceTable, usable: Bools, view: View, ends: Ints) -> Parting:
    """The partings of all slices of a table by some days; `usable` (days,) are those that count (no holidays).

    With `alone` a slice is held beside its own past only: the better view where the rest comes and goes.
    """
    values, total = table.values * usable, (table.total * usable)[:, None, :]
    now, before = _windows(values, view.span, ends)
    all_now, all_before = _windows(total, view.span, ends)
    counts = [part / table.unit[:, None, None] for part in (now, before)]
    if len(table.unit) == 1:
        own = np.ones(1), np.full(1, float(BEFORE))
        rest = own if view.alone else ((all_now - now)[0], (all_before - before)[0])
        ratio = _log(now[0], before[0]) - _log(*rest)
        score = _likelihood_root(counts[0][0], counts[1][0], rest[0] / np.maximum(rest[0] + rest[1], 1e-9))
        floor = np.full_like(ratio, float(table.unit[0] == 1.0))
    else:
        ratio = _rates(now, before) - (0.0 if view.alone else _rates(all_now - now, all_before - before))
        error = _rate_error(counts[0], counts[1], table.is_share)
        score, floor = ratio / error, _count_part(counts[0], counts[1], table) / error
    every = (all_now + all_before)[-1]
    share = np.divide((now + before)[-1], every, where=every > 0, out=np.ones_like(now[-1]))
    size = np.maximum(counts[0].min(0), counts[1].min(0) / BEFORE)
    known = np.isfinite(ratio) & _enough(usable, view.span)[ends] & _alive(table.values[-1], ends)
    fit = known & (size >= LEAST) & (view.alone | (share <= _MOST))
    told = (np.where(fit, one, np.nan).astype(np.float32) for one in (score, np.expm1(np.clip(ratio, -20, 20)), floor))
    return Parting(view.span, ends, *told)  # type: ignore[arg-type]  # three of them


def _windows(values: Floats, span: int, ends: Ints) -> tuple[Floats, Floats]:
    """Sums of the last `span` days and of those before, by last day; NaN where history is too short for both."""
    sums = np.cumsum(np.pad(values, ((0, 0), (0, 0), (1, 0))), axis=2)
    after, known = ends + 1, ends + 1 >= (BEFORE + 1) * span
    middle, begin = np.maximum(after - span, 0), np.maximum(after - (BEFORE + 1) * span, 0)
    now, before = sums[:, :, after] - sums[:, :, middle], sums[:, :, middle] - sums[:, :, begin]
    return np.where(known, now, np.nan), np.where(known, before, np.nan)


def _alive(values: Floats, ends: Ints) -> Bools:
    """By which of the days a slice has had something in nearly all of its past fortnights."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    alive, blocks = np.zeros((len(values), len(ends))), np.zeros(len(ends))
    for back in range(0, _BLOCKS * _BLOCK, _BLOCK):
        last = ends - back
        known = last >= _BLOCK - 1
        some = sums[:, np.maximum(last + 1, 0)] > sums[:, np.maximum(last + 1 - _BLOCK, 0)]
        alive += some & known
        blocks += known
    return alive >= _ALIVE * np.maximum(blocks, 1)


def _enough(usable: Bools, span: int) -> Bools:
    """Days by which at least half of the window counts."""
    sums = np.cumsum(np.pad(usable.astype(float), (1, 0)))
    known = np.zeros(len(usable), bool)
    known[span - 1 :] = sums[span:] - sums[:-span] >= span / 2
    return known


def _log(now: Floats, before: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(np.maximum(now, 1e-9) / np.maximum(before, 1e-9))


def _rates(now: Floats, before: Floats) -> Floats:
    return _log(now[0], now[1]) - _log(before[0], before[1])


def _error(now: Floats, before: Floats) -> Floats:
    return np.sqrt(1 / np.maximum(now, 1.0) + 1 / np.maximum(before, 1.0))


def _likelihood_root(now: Floats, before: Floats, share: Floats) -> Floats:
    """Signed root of twice the log-likelihood that a slice had a share of its own now, and not that of the rest.

    It meets the ratio over its error where much is counted, and holds where little was before.
    """
    every = np.maximum(now + before, 1e-9)
    expected = np.clip(share, 1e-9, 1 - 1e-9)
    gain = _times_log(now, now / every / expected) + _times_log(before, before / every / (1 - expected))
    return np.sign(now - every * expected) * np.sqrt(2 * np.maximum(gain, 0))


def _times_log(counted: Floats, ratio: Floats) -> Floats:
    return np.where(counted > 0, counted * np.log(np.where(ratio > 0, ratio, 1.0)), 0.0)


def _count_part(now: Floats, before: Floats, table: SliceTable) -> Floats:
    """The part of a ratio's error that comes of what is counted, not summed."""
    if table.is_share:
        return _rate_error(now, before, True)
    parts = [_error(now[n], before[n]) ** 2 * float(table.unit[n] == 1.0) for n in (0, 1)]
    return np.sqrt(parts[0] + parts[1])


def _rate_error(now: Floats, before: Floats, is_share: bool) -> Floats:
    above, below = (_error(now[part], before[part]) ** 2 for part in (0, 1))
    return np.sqrt(np.maximum(above - below if is_share else above + below, 1e-6))


@dataclass(frozen=True)
class Usual:
    """What is usual for each slice by its past windows: its own scale, and the degrees of freedom of its family."""

    scale: Floats
    freedom: Floats


def usual_of(table: SliceTable, found: Parting, last: int) -> Usual:
    """How wide the scores of each slice went by windows that ended before the present one, week by week.

    `last` is the day (by number) that is judged. A family (the dimensions of a slice) that is too small to tell is
    judged by all slices together, one of two dimensions with caution; a slice by its family and, the more of it is
    known, by itself. NaN where nothing can be said.
    """
    past = found.score[:, [found.at(end) for end in past_ends(last, found.span)]].astype(np.float64)
    scale, freedom = np.full(len(past), np.nan), np.full(len(past), np.nan)
    every = fit_tail(past)
    if every is None:
        return Usual(scale, freedom)
    kinds = _rows_by_family(table.families)
    alone: dict[str, float] = {}
    for family, rows in sorted(kinds.items(), key=lambda one: len(one[0])):
        heaviest = min((alone.get(name, every.freedom) for name in family), default=every.freedom)
        tail = fit_tail(past[rows], heaviest if len(family) == 1 else min(heaviest, CAUTIOUS))
        scale[rows], freedom[rows] = (tail or every).scale, (tail or every).freedom
        if len(family) == 1:
            alone[family[0]] = (tail or every).freedom
    known = np.isfinite(past).sum(1) * _STEP / found.span
    seen = np.isfinite(past)
    own = np.sqrt((np.where(seen, past, 0.0) ** 2).sum(1) / np.maximum(seen.sum(1), 1))
    mixed = np.sqrt((known * own**2 + _OWN * scale**2) / (known + _OWN))
    return Usual(np.maximum(mixed, np.nan_to_num(found.floor[:, found.at(last)])), freedom)


def p_of(found: Parting, day: int, usual: Usual) -> Floats:
    """The p-value of each slice on a day; NaN where nothing can be said."""
    from scipy.special import stdtr  # scipy.stats takes a second to import

    with np.errstate(invalid="ignore", divide="ignore"):
        return 2 * stdtr(usual.freedom, -np.abs(found.score[:, found.at(day)].astype(np.float64)) / usual.scale)


def _rows_by_family(families: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], list[int]]:
    rows: dict[tuple[str, ...], list[int]] = {}
    for number, family in enumerate(families):
        rows.setdefault(family, []).append(number)
    return rows
