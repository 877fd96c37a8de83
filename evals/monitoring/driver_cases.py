"""Changes whose causes are known: a table of 3,600 groups by five dimensions, with one or two slices multiplied.

After the set-up of the measurements behind the scan: about 20,000 a day in all, groups overdispersed (CV 0.3), a common
noise of 3%, the baseline the mean of seven like days; a slice of one or two dimensions holds 2-30% of all and is
multiplied by 0.3-0.7 or 1.4-1.9. Counts, revenue (each order a lognormal basket) and ratios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.drivers import Leaves, leaves_of_ratio, mix_and_rate, split_sum

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Kind = Literal["count", "revenue", "ratio"]
KINDS: tuple[Kind, ...] = ("count", "revenue", "ratio")
DIMENSIONS = ("region", "channel", "device", "plan", "category")
SIZES = (5, 4, 3, 6, 10)
NAMES = tuple(tuple(str(code) for code in range(size)) for size in SIZES)
BASE_DAYS = 7
_TOTAL, _RATE, _VISITS = 20_000, 0.1, 5


@dataclass(frozen=True)
class Counted:
    """What was counted in each group on the day and on a mean day before; for a ratio with its denominators."""

    now: Floats
    then: Floats
    now_of: Floats | None = None
    then_of: Floats | None = None


@dataclass(frozen=True)
class Case:
    """One change: its kind, the groups' codes, what was counted, and the slices that caused it."""

    kind: Kind
    codes: Codes
    counted: Counted
    causes: tuple[Mapping[str, str], ...]

    def leaves(self) -> Leaves:
        """The groups as the scan takes them."""
        told = self.counted
        if told.now_of is None or told.then_of is None:
            return Leaves(DIMENSIONS, NAMES, self.codes, told.now, told.then, float(BASE_DAYS))
        keys = [tuple(str(code) for code in row) for row in self.codes]
        now = dict(zip(keys, zip(told.now, told.now_of, strict=True), strict=True))
        then = dict(zip(keys, zip(told.then, told.then_of, strict=True), strict=True))
        return leaves_of_ratio(DIMENSIONS, now, then, float(BASE_DAYS))

    def residual(self) -> float:
        """How far the contributions by any dimension are from adding up to the change, as a share of the metric."""
        return max(self._residual_of(place) for place in range(len(DIMENSIONS)))

    def _residual_of(self, place: int) -> float:
        told, codes = self.counted, self.codes[:, place]
        now, then = (_by_code(codes, side, place) for side in (told.now, told.then))
        if told.now_of is None or told.then_of is None:
            change = told.now.sum() - told.then.sum()
            return abs(sum(split_sum(then, now).values()) - change) / told.then.sum()
        now_of, then_of = (_by_code(codes, side, place) for side in (told.now_of, told.then_of))
        parts = mix_and_rate({k: (then[k], then_of[k]) for k in then}, {k: (now[k], now_of[k]) for k in now})
        change = told.now.sum() / told.now_of.sum() - told.then.sum() / told.then_of.sum()
        return abs(sum(one.rate + one.mix for one in parts.values()) - change)


def make_cases(seed: int, one_cause: int, two_causes: int) -> list[Case]:
    """So many changes with one cause, then so many with two, their kinds in turn."""
    rng = np.random.default_rng(seed)
    counts = [1] * one_cause + [2] * two_causes
    return [_case(rng, KINDS[number % len(KINDS)], count) for number, count in enumerate(counts)]


def _by_code(codes: Codes, values: Floats, place: int) -> dict[int, float]:
    return dict(enumerate(np.bincount(codes, values, SIZES[place]).tolist()))


def _case(rng: np.random.Generator, kind: Kind, causes: int) -> Case:
    codes = np.indices(SIZES).reshape(len(SIZES), -1).T.astype(np.int64)
    weights = [rng.dirichlet(np.full(size, 5.0)) for size in SIZES]
    share = np.prod([weight[codes[:, place]] for place, weight in enumerate(weights)], axis=0)
    mean = _TOTAL * share * rng.gamma(1 / 0.09, 0.09, len(share))
    factor = np.full(len(mean), np.exp(rng.normal(0, 0.03)))
    planted: list[dict[int, int]] = []
    while len(planted) < causes:
        slice_ = _slice(rng)
        inside = np.all([codes[:, place] == code for place, code in slice_.items()], axis=0)
        apart = all(not set(slice_.items()) & set(other.items()) for other in planted)
        if apart and 0.02 <= mean[inside].sum() / mean.sum() <= 0.3:
            factor[inside] *= rng.uniform(0.3, 0.7) if rng.uniform() < 0.5 else rng.uniform(1.4, 1.9)
            planted.append(slice_)
    told = tuple({DIMENSIONS[place]: str(code) for place, code in one.items()} for one in planted)
    return Case(kind, codes, _counted(rng, kind, mean, factor), told)


def _slice(rng: np.random.Generator) -> dict[int, int]:
    places: Sequence[int] = sorted(rng.choice(len(SIZES), int(rng.integers(1, 3)), replace=False).tolist())
    return {place: int(rng.integers(0, SIZES[place])) for place in places}


def _counted(rng: np.random.Generator, kind: Kind, mean: Floats, factor: Floats) -> Counted:
    if kind == "ratio":
        now_of, then_of = (rng.poisson(mean * _VISITS * days).astype(float) for days in (1, BASE_DAYS))
        now = rng.binomial(now_of.astype(int), np.clip(_RATE * factor, 0, 0.9)).astype(float)
        return Counted(now, rng.binomial(then_of.astype(int), _RATE).astype(float), now_of, then_of)
    draw = _orders if kind == "count" else _revenue
    return Counted(draw(rng, mean * factor), np.mean([draw(rng, mean) for _ in range(BASE_DAYS)], axis=0))


def _orders(rng: np.random.Generator, mean: Floats) -> Floats:
    return rng.poisson(mean).astype(float)


def _revenue(rng: np.random.Generator, mean: Floats) -> Floats:
    orders = rng.poisson(mean)
    baskets = rng.lognormal(3.5, 0.9, int(orders.sum()))
    return np.bincount(np.repeat(np.arange(len(orders)), orders), baskets, len(orders)).astype(float)
