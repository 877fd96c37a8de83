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

from assistant.monitor.calibration import fit_tail
from assistant.monitor.slicing import SliceTable

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

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
    """How far each slice has moved apart from the rest by the end of each day; arrays are (slices, days).

    `score` is in standard errors of a count, `change` the relative change against what the rest would have made of it.
    `floor` is the least scale that a score can have: what is counted varies at least as counts do. NaN where a slice
    holds too little.
    """

    span: int
    score: Floats
    change: Floats
    floor: Floats


def parting(table: SliceTable, usable: Bools, span: int, alone: bool = False) -> Parting:
    """The partings of all slices of a table for one span; `usable` (days,) are those that count (no holidays).

    With `alone` a slice is held beside its own past only: the better view where the rest comes and goes.
    """
    values, total = table.values * usable, (table.total * usable)[:, None, :]
    now, before = _windows(values, span)
    all_now, all_before = _windows(total, span)
    enough = _enough(usable, span)
    counts = [part / table.unit[:, None, None] for part in (now, before)]
    if len(table.unit) == 1:
        rest = (np.ones(1), np.full(1, float(BEFORE))) if alone else ((all_now - now)[0], (all_before - before)[0])
        ratio = _log(now[0], before[0]) - _log(*rest)
        score = _likelihood_root(counts[0][0], counts[1][0], rest[0] / np.maximum(rest[0] + rest[1], 1e-9))
        floor = np.full_like(ratio, float(table.unit[0] == 1.0))
    else:
        ratio = _rates(now, before) - (0.0 if alone else _rates(all_now - now, all_before - before))
        error = _rate_error(counts[0], counts[1], table.is_share)
        score, floor = ratio / error, _count_part(counts[0], counts[1], table) / error
    size = np.maximum(counts[0].min(0), counts[1].min(0) / BEFORE)
    share = np.divide(now[-1] + before[-1], (all_now + all_before)[-1], where=(all_now + all_before)[-1] > 0,
                      out=np.ones_like(now[-1]))  # fmt: skip
    fit = enough & (size >= LEAST) & (alone | (share <= _MOST)) & np.isfinite(ratio) & _alive(table.values[-1])
    change = np.expm1(np.clip(ratio, -20, 20))
    return Parting(span, np.where(fit, score, np.nan), np.where(fit, change, np.nan), np.where(fit, floor, np.nan))


def _windows(values: Floats, span: int) -> tuple[Floats, Floats]:
    """Sums of the last `span` days and of those before, by last day; the first days have nothing before them."""
    sums = np.cumsum(np.pad(values, ((0, 0), (0, 0), (1, 0))), axis=2)
    days, back = values.shape[2], (BEFORE + 1) * span
    now, before = np.full_like(values, np.nan), np.full_like(values, np.nan)
    if days >= back:
        ends = np.arange(back, days + 1)
        now[:, :, back - 1 :] = sums[:, :, ends] - sums[:, :, ends - span]
        before[:, :, back - 1 :] = sums[:, :, ends - span] - sums[:, :, ends - back]
    return now, before


def _alive(values: Floats) -> Bools:
    """By the end of which days a slice has had something in nearly all of its past fortnights."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    some = np.zeros(values.shape)
    some[:, _BLOCK - 1 :] = sums[:, _BLOCK:] - sums[:, :-_BLOCK] > 0
    alive, blocks = np.zeros(values.shape), np.zeros(values.shape[1])
    for back in range(0, min(_BLOCKS * _BLOCK, values.shape[1]), _BLOCK):
        alive[:, back:] += some[:, : values.shape[1] - back]
        blocks[back + _BLOCK - 1 :] += 1
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
    judged by all slices together; a slice by its family and, the more of it is known, by itself. NaN where nothing can
    be said.
    """
    ends = np.arange(last - found.span, -1, -_STEP)[:_PAST]
    past = found.score[:, ends]
    scale, freedom = np.full(len(past), np.nan), np.full(len(past), np.nan)
    every = fit_tail(past)
    if every is None:
        return Usual(scale, freedom)
    for rows in _rows_by_family(table.families).values():
        tail = fit_tail(past[rows]) or every
        scale[rows], freedom[rows] = tail.scale, tail.freedom
    known = np.isfinite(past).sum(1) * _STEP / found.span
    own = np.sqrt(np.nanmean(np.where(np.isfinite(past), past, 0.0) ** 2, axis=1) * past.shape[1]
                  / np.maximum(np.isfinite(past).sum(1), 1))  # fmt: skip
    mixed = np.sqrt((known * own**2 + _OWN * scale**2) / (known + _OWN))
    return Usual(np.maximum(mixed, np.nan_to_num(found.floor[:, last])), freedom)


def p_of(found: Parting, day: int, usual: Usual) -> Floats:
    """The p-value of each slice on a day; NaN where nothing can be said."""
    from scipy.special import stdtr  # scipy.stats takes a second to import

    with np.errstate(invalid="ignore", divide="ignore"):
        return 2 * stdtr(usual.freedom, -np.abs(found.score[:, day]) / usual.scale)


def _rows_by_family(families: Sequence[tuple[str, ...]]) -> Mapping[tuple[str, ...], list[int]]:
    rows: dict[tuple[str, ...], list[int]] = {}
    for number, family in enumerate(families):
        rows.setdefault(family, []).append(number)
    return rows
