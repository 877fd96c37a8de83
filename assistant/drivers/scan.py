"""Which slice of one or two dimensions explains a change best: a two-sample scan with a price on searching.

Of everything counted in a slice, now and then, the share that was counted now is compared with that share outside: the
gain in log-likelihood of giving the slice a share of its own (Kulldorff 1997, A spatial scan statistic, with the
expectation itself a sample). Amounts that vary more than counts do are judged by their own dispersion. After the best
slice its leaves are set aside, and the rest is searched again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from assistant.drivers.leaves import Floats, Leaves

Ints = NDArray[np.int64]
_SURE = 6.0  # log-likelihood above the price of searching that a further slice must gain
_DEPTH_PRICE = 2.0
_ENOUGH = 8  # groups that a dispersion is read from
_MOST = 0.6  # of all: the largest slice that is named
_LEAST_PART = 0.05  # of all movement: a smaller slice is not worth a sentence


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
    least = _LEAST_PART * max(
        abs(leaves.now.sum() - leaves.then.sum()), max((abs(one.change) for one in found), default=0)
    )
    return tuple(one for one in found if abs(one.change) >= least)


def gains_by_dimension(leaves: Leaves) -> Mapping[str, float]:
    """How well the best value of each dimension alone explains the change, with the price of searching taken off."""
    spread, every = _dispersion(leaves), np.ones(len(leaves.now), bool)
    gains: dict[str, float] = {}
    for place, name in enumerate(leaves.dimensions):
        best = _best_of(leaves, (place,), every, (spread, float(np.log(len(leaves.names[place])))))
        gains[name] = best.gain if best else -np.inf
    return gains


def _dispersion(leaves: Leaves) -> float:
    """How much more a group varies than a count would: the mean of squared Pearson residuals, at least 1.

    Groups of little weight are left out, and so is the most extreme hundredth, which may be what is looked for; the
    change of the whole is taken off first.
    """
    ratio = leaves.now.sum() / leaves.then.sum() if leaves.then.sum() > 0 else 1.0
    expected = leaves.then * ratio
    large = expected > (float(np.median(expected[expected > 0])) if (expected > 0).any() else 0.0)
    if large.sum() < _ENOUGH:
        return 1.0
    noise = expected[large] * (1 + ratio / leaves.periods)  # of what is counted now, and of what is expected
    squares = np.sort((leaves.now[large] - expected[large]) ** 2 / noise)
    return max(1.0, float(np.mean(squares[: max(_ENOUGH, int(0.99 * len(squares)))])))


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
    gains = _gains(now, then * leaves.periods) / spread - price
    most = _MOST * (now.sum() + then.sum())  # a slice that is nearly everything explains nothing
    gains[(now + then > most) | ((now == 0) & (then == 0))] = -np.inf
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
    inside = _likelihood(np.maximum(now, 0), np.maximum(then, 0))
    outside = _likelihood(np.maximum(now.sum() - now, 0), np.maximum(then.sum() - then, 0))
    return inside + outside - _likelihood(now.sum(keepdims=True), then.sum(keepdims=True))


def _likelihood(now: Floats, then: Floats) -> Floats:
    """Log-likelihood of what was counted now among all, at its own share."""
    every = np.maximum(now + then, 1e-12)
    return _times_log(now, now / every) + _times_log(then, then / every)


def _times_log(counted: Floats, share: Floats) -> Floats:
    return np.where(counted > 0, counted * np.log(np.where(counted > 0, share, 1.0)), 0.0)


def _slice(leaves: Leaves, best: _Candidate, inside: NDArray[np.bool_]) -> Slice:
    number, codes = best.code, []
    for place in reversed(best.places):
        number, code = divmod(number, len(leaves.names[place]))
        codes.append((place, code))
    where = {leaves.dimensions[place]: leaves.names[place][code] for place, code in reversed(codes)}
    return Slice(where, float(leaves.now[inside].sum()), float(leaves.then[inside].sum()), best.gain)
