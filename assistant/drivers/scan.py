"""Which slice of one or two dimensions explains a change best: a two-rate scan with a price on searching.

For a slice S with A counted and B expected inside, and TA and TB in all, the gain in log-likelihood of giving S a rate
of its own is A ln(A/B) + (TA - A) ln((TA - A)/(TB - B)) - TA ln(TA/TB) (Kulldorff 1997, A spatial scan statistic).
Amounts that vary more than counts do are judged by their own dispersion. After the best slice its leaves are set
aside, and the rest is searched again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assistant.drivers.leaves import Floats, Leaves

Ints = NDArray[np.int64]
_SURE = 4.0  # log-likelihood above the price of searching that a further slice must gain
_DEPTH_PRICE = 2.0


@dataclass(frozen=True)
class Slice:
    """A slice and what it holds: counted now, expected, their difference; `gain` ranks it above the price of search."""

    where: Mapping[str, str]
    now: float
    then: float
    gain: float

    @property
    def change(self) -> float:
        """How far the slice is from what was expected of it."""
        return self.now - self.then


@dataclass(frozen=True)
class _Candidate:
    places: tuple[int, ...]
    code: int
    gain: float


def scan(leaves: Leaves, most: int = 3) -> tuple[Slice, ...]:
    """At most `most` slices that explain the change, the strongest first; none when nothing stands out."""
    open_leaves = np.ones(len(leaves.now), bool)
    spread = _dispersion(leaves)
    found: list[Slice] = []
    while len(found) < most:
        best = _best(leaves, open_leaves, spread)
        if best is None or best.gain < _SURE:
            break
        inside = open_leaves & (_combined(leaves, best.places)[0] == best.code)
        found.append(_slice(leaves, best, inside))
        open_leaves &= ~inside
    return tuple(found)


def _dispersion(leaves: Leaves) -> float:
    """How much more a group varies than a count would: the middle of squared Pearson residuals, at least 1.

    Groups of a few rows are left out; the change of the whole is taken off first. 0.455 is the median of a chi-square
    with one degree of freedom.
    """
    ratio = leaves.now.sum() / leaves.then.sum() if leaves.then.sum() > 0 else 1.0
    expected = leaves.then * ratio
    large = expected > max(1.0, float(np.median(expected)) if len(expected) else 1.0)
    if large.sum() < 8:
        return 1.0
    squares = (leaves.now[large] - expected[large]) ** 2 / expected[large]
    return max(1.0, float(np.median(squares)) / 0.455)


def _best(leaves: Leaves, open_leaves: NDArray[np.bool_], spread: float) -> _Candidate | None:
    every = range(len(leaves.dimensions))
    ones, twos = [(place,) for place in every], list(combinations(every, 2))
    sizes = [len(names) for names in leaves.names]
    price_one = np.log(max(sum(sizes), 1))
    price_two = np.log(max(sum(sizes[a] * sizes[b] for a, b in twos), 1)) + _DEPTH_PRICE
    candidates = [_best_of(leaves, places, open_leaves, (spread, price_one)) for places in ones]
    candidates += [_best_of(leaves, places, open_leaves, (spread, price_two)) for places in twos]
    known = [one for one in candidates if one is not None]
    return max(known, key=lambda one: one.gain, default=None)


def _best_of(
    leaves: Leaves, places: tuple[int, ...], open_leaves: NDArray[np.bool_], terms: tuple[float, float]
) -> _Candidate | None:
    spread, price = terms
    codes, size = _combined(leaves, places)
    now, then = (
        np.bincount(codes[open_leaves], side[open_leaves], size).astype(np.float64)
        for side in (leaves.now, leaves.then)
    )
    gains = _gains(now, then) / spread - price
    whole = (now >= now.sum()) & (then >= then.sum())  # a slice that is everything explains nothing
    gains[whole | ((now == 0) & (then == 0))] = -np.inf
    at = int(np.argmax(gains)) if size else 0
    return _Candidate(places, at, float(gains[at])) if size and np.isfinite(gains[at]) else None


def _combined(leaves: Leaves, places: tuple[int, ...]) -> tuple[Ints, int]:
    """One number per leaf for its values of the given dimensions, and how many there can be."""
    codes, size = leaves.codes[:, places[0]], len(leaves.names[places[0]])
    for place in places[1:]:
        codes = codes * len(leaves.names[place]) + leaves.codes[:, place]
        size *= len(leaves.names[place])
    return codes, size


def _gains(now: Floats, then: Floats) -> Floats:
    inside, outside = np.maximum(now, 0), np.maximum(now.sum() - now, 0)
    expected_inside, expected_outside = np.maximum(then, 1e-9), np.maximum(then.sum() - then, 1e-9)
    total, expected = max(float(now.sum()), 1e-9), max(float(then.sum()), 1e-9)
    return (
        _times_log(inside, expected_inside) + _times_log(outside, expected_outside) - total * np.log(total / expected)
    )


def _times_log(counted: Floats, expected: Floats) -> Floats:
    safe = np.where(counted > 0, counted, 1.0)
    return np.where(counted > 0, counted * np.log(safe / expected), 0.0)


def _slice(leaves: Leaves, best: _Candidate, inside: NDArray[np.bool_]) -> Slice:
    number, codes = best.code, []
    for place in reversed(best.places):
        number, code = divmod(number, len(leaves.names[place]))
        codes.append((place, code))
    where = {leaves.dimensions[place]: leaves.names[place][code] for place, code in reversed(codes)}
    return Slice(where, float(leaves.now[inside].sum()), float(leaves.then[inside].sum()), best.gain)
