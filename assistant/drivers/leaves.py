"""The finest groups of a metric, then and now: what every explanation starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Key = tuple[str, ...]
_PRIOR = 20.0  # units of a denominator


@dataclass(frozen=True)
class Leaves:
    """Groups by every dimension at once, with what was counted in each.

    `codes` (leaves, dimensions) number the values of each dimension, `names[d][code]` says them; `now` is what is
    counted now and `then` what would be expected from before, both (leaves,), in the unit of the metric. For a ratio
    `now` is the numerator now and `then` the numerator that the old rates would give on the new denominators. `then` is
    the mean of so many `periods`: the more, the surer it is.
    """

    dimensions: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    now: Floats
    then: Floats
    periods: float = 1.0


def leaves_of(dimensions: Sequence[str], now: Mapping[Key, float], then: Mapping[Key, float]) -> Leaves:
    """Leaves of two tables of groups; a group that is missing in one counts nothing there."""
    keys = list(dict.fromkeys([*now, *then]))
    names: list[tuple[str, ...]] = []
    codes = np.zeros((len(keys), len(dimensions)), np.int64)
    for place, column in enumerate(zip(*keys, strict=True) if keys else [()] * len(dimensions)):
        values = {value: number for number, value in enumerate(dict.fromkeys(column))}
        codes[:, place] = [values[value] for value in column]
        names.append(tuple(values))
    count = [np.array([table.get(key, 0.0) for key in keys], float) for table in (now, then)]
    return Leaves(tuple(dimensions), tuple(names), codes, count[0], count[1])


def leaves_of_ratio(
    dimensions: Sequence[str],
    now: Mapping[Key, tuple[float, float]],
    then: Mapping[Key, tuple[float, float]],
    periods: float = 1.0,
) -> Leaves:
    """Leaves of a ratio, from (numerator, denominator) of each group now and then.

    The old rate of a group with few rows is drawn towards the old rate of all, as if some units of the denominator had
    been seen at that rate. The old side covers so many `periods`.
    """
    total = np.array(list(then.values()), float).reshape(-1, 2).sum(0)
    overall = total[0] / total[1] if total[1] else 0.0
    expected: dict[Key, float] = {}
    for key, (_, denominator) in now.items():
        numerator, before = then.get(key, (0.0, 0.0))
        expected[key] = denominator * (numerator + _PRIOR * overall) / (before + _PRIOR)
    leaves = leaves_of(dimensions, {key: pair[0] for key, pair in now.items()}, expected)
    return replace(leaves, periods=periods)
