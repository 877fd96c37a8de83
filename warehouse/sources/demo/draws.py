"""Random choices over whole arrays at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from warehouse.sources.demo.frame import Bools, Floats, Ints

GOLDEN = (5**0.5 - 1) / 2


def pick(rng: Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Positions 0..len(weights)-1 drawn in proportion to the weights."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(np.searchsorted(steps, rng.random(size) * steps[-1], side="right"), dtype=np.int64)


def pick_evenly(rng: Generator, weights: Floats, size: int) -> Ints:
    """Like `pick`, but every stretch of the result holds each position close to its share.

    Golden-ratio points fill the unit interval evenly; neighbours are mixed so that no rhythm remains.
    """
    steps = np.cumsum(weights)
    points = (rng.random() + np.arange(size) * GOLDEN) % 1.0
    mixed = points[np.argsort(np.arange(size) + rng.uniform(0, 60, size))]
    return np.asarray(np.searchsorted(steps, mixed * steps[-1], side="right"), dtype=np.int64)


def pick_by_row(rng: Generator, table: Floats, rows: NDArray[Any]) -> Ints:
    """One position for each entry of `rows`, drawn with the weights in that row of the table."""
    steps = np.cumsum(table, axis=1)
    point = rng.random(len(rows)) * steps[rows, -1]
    return (point[:, None] >= steps[rows]).sum(axis=1).astype(np.int64)


def chance(rng: Generator, odds: float | Floats, size: int) -> Bools:
    """True with the given probability, one for all or one each."""
    return rng.random(size) < odds


def numbered(sizes: Ints) -> tuple[Ints, Ints]:
    """For groups of the given sizes: the group of every member, and its number within the group from 0 on."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    before = np.cumsum(sizes) - sizes
    return group, np.arange(len(group)) - before[group]


def rank_within(group: Ints) -> Ints:
    """1, 2, 3 ... within each run of equal values; equal values must stand together."""
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    fresh = np.r_[True, group[1:] != group[:-1]]
    starts = np.flatnonzero(fresh)
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.r_[starts, len(group)])) + 1


def lognormal(rng: Generator, median: float | Floats, spread: float, size: int) -> Floats:
    """Skewed positive values with the given median; `spread` is the standard deviation of the logarithm."""
    return np.exp(rng.normal(0.0, spread, size)) * median
