"""How unlikely a score is by its family's own past, and which of many are discoveries.

Tails of business series are heavier than normal ones: a Student t distribution is fitted to the past scores of a
family (one metric, one kind of slice), so that a family that always moves has to move more to be news.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FREEDOMS = (2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 30.0, 100.0)
FALSE_DISCOVERIES = 0.10
_BODY, _TAIL = 0.90, 0.995
_ENOUGH = 200  # past scores from which on the tail is fitted
_FEW = 30
CAUTIOUS = 5.0
"""Degrees of freedom where nothing is known: a fairly heavy tail."""


@dataclass(frozen=True)
class Tail:
    """A Student t distribution of scores: its degrees of freedom and its scale."""

    freedom: float
    scale: float


def fit_tail(past: Floats, freedom: float = CAUTIOUS) -> Tail | None:
    """The tail of a family's past scores (any shape, NaN left out), or None when there are too few to say.

    Of some degrees of freedom, each with the scale that meets the 90th percentile of |score|, the one that comes
    nearest to the 99.5th. Where there are too few for that, they are taken to be `freedom`.
    """
    size = np.abs(past[np.isfinite(past)])
    if size.size < _FEW:
        return None
    body, tail = np.quantile(size, [_BODY, _TAIL])
    if size.size < _ENOUGH or not tail or not body:
        return Tail(freedom, float(body) / _quantile(freedom, (1 + _BODY) / 2))
    scales = {df: float(body) / _quantile(df, (1 + _BODY) / 2) for df in FREEDOMS}
    best = min(FREEDOMS, key=lambda df: abs(np.log(tail / (scales[df] * _quantile(df, (1 + _TAIL) / 2)))))
    return Tail(best, scales[best])


def p_values(scores: Floats, tail: Tail) -> Floats:
    """Two-sided p-values of scores; NaN stays NaN."""
    from scipy.special import stdtr  # the distribution function itself; scipy.stats takes a second to import

    if not tail.scale:
        return np.where(np.isfinite(scores), 1.0, np.nan)
    return 2 * stdtr(tail.freedom, -np.abs(scores) / tail.scale)


def discoveries(p: Floats, rate: float = FALSE_DISCOVERIES, tests: int | None = None) -> Bools:
    """Which p-values are discoveries at that false-discovery rate (Benjamini and Hochberg 1995); NaN never are.

    `tests` is how many tests there were in all, when `p` holds only the smallest of them.
    """
    known = np.sort(p[np.isfinite(p)])
    count = tests or len(known)
    passed = np.flatnonzero(known <= rate * np.arange(1, len(known) + 1) / max(count, 1))
    limit = known[passed[-1]] if passed.size else -1.0
    return np.where(np.isfinite(p), p, np.inf) <= limit


@cache
def _quantile(freedom: float, share: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))


def surprises(scores: Floats, families: Sequence[str], at: int, rate: float = FALSE_DISCOVERIES) -> Bools:
    """Which of many series (series, buckets) surprise in one bucket, by their families' scores before it.

    The tail of each family is read from all buckets before `at`; p-values of all families are judged together.
    """
    p = np.full(len(scores), np.nan)
    for family in dict.fromkeys(families):
        rows = np.array([number for number, one in enumerate(families) if one == family])
        tail = fit_tail(scores[rows, :at])
        if tail is not None:
            p[rows] = p_values(scores[rows, at], tail)
    return discoveries(p, rate)
