"""Values brought to a scale on which noise is alike at every level, and back.

Which scale a series has is settled by its first buckets alone, so that no later value changes an earlier score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FIRST = 100  # buckets that settle the scale
_MANY = 50  # from this median on, counts are watched in logarithms
_LEAST_RATE = 0.001


@dataclass(frozen=True)
class Scale:
    """A change of scale and its inverse, both for arrays."""

    name: str
    to: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


def _log(values: Floats) -> Floats:
    return np.log1p(np.maximum(values, 0))


def _root(values: Floats) -> Floats:
    """Anscombe's transform of counts."""
    return 2 * np.sqrt(np.maximum(values, 0) + 3 / 8)


def _unroot(values: Floats) -> Floats:
    return np.maximum((np.maximum(values, 0) / 2) ** 2 - 3 / 8, 0)


def _log_rate(values: Floats) -> Floats:
    return np.log(np.maximum(values, _LEAST_RATE))


PLAIN = Scale("plain", lambda values: values, lambda values: values)
LOG = Scale("log", _log, lambda values: np.expm1(np.minimum(values, 700)))
ROOT = Scale("root", _root, _unroot)
RATE = Scale("rate", _log_rate, np.exp)


def scale_of(values: Floats) -> Scale:
    """The scale of one series (NaN where missing): by its sign, its size, and whether it is a rate of 0 to 1."""
    known = values[:FIRST][np.isfinite(values[:FIRST])]
    if not known.size or known.min() < 0:
        return PLAIN
    if known.max() <= 1 and np.any((known > 0) & (known < 1)):
        return RATE
    return LOG if np.median(known) >= _MANY else ROOT
