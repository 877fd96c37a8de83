"""Exact splits of a change: over groups of a sum, over mix and rate of a ratio, over the factors of a product."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial, fsum, log, prod
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Factor:
    """One factor of a product: its value then and now, and how much of the product's change it gives."""

    name: str
    then: float
    now: float
    contribution: float


@dataclass(frozen=True)
class MixAndRate:
    """What one group gives to the change of a ratio: by its own rate, and by its weight among the groups."""

    rate: float
    mix: float


def split_sum(then: Mapping[K, float], now: Mapping[K, float]) -> Mapping[K, float]:
    """What each group of a sum gives to its change; they add up to the change."""
    return {key: now.get(key, 0.0) - then.get(key, 0.0) for key in dict.fromkeys([*now, *then])}


def mix_and_rate(then: Mapping[K, tuple[float, float]], now: Mapping[K, tuple[float, float]]) -> Mapping[K, MixAndRate]:
    """What each group gives to the change of a ratio of sums, from (numerator, denominator) then and now.

    rate_i = mean weight x change of rate; mix_i = (mean rate - mean total) x change of weight. All of them add up to
    the change of the ratio. A group that was not there before, or is not any more, moves the mix alone. Raises
    ZeroDivisionError when a denominator adds up to nothing.
    """
    total_then, total_now = _total(then), _total(now)
    middle = (total_then[0] / total_then[1] + total_now[0] / total_now[1]) / 2
    split: dict[K, MixAndRate] = {}
    for key in dict.fromkeys([*now, *then]):
        before, after = then.get(key, (0.0, 0.0)), now.get(key, (0.0, 0.0))
        weight_then, weight_now = before[1] / total_then[1], after[1] / total_now[1]
        rate_then, rate_now = _rates(before, after)
        by_rate = (weight_then + weight_now) / 2 * (rate_now - rate_then)
        by_mix = ((rate_then + rate_now) / 2 - middle) * (weight_now - weight_then)
        split[key] = MixAndRate(by_rate, by_mix)
    return split


def _total(groups: Mapping[K, tuple[float, float]]) -> tuple[float, float]:
    return sum(pair[0] for pair in groups.values()), sum(pair[1] for pair in groups.values())


def _rates(before: tuple[float, float], after: tuple[float, float]) -> tuple[float, float]:
    """Both rates; where one side has no denominator it takes the other's, so that only the weight changes."""
    then = before[0] / before[1] if before[1] else None
    now = after[0] / after[1] if after[1] else None
    return (
        then if then is not None else (now if now is not None else 0.0),
        now if now is not None else (then if then is not None else 0.0),
    )


def split_product(factors: Sequence[tuple[str, float, float]]) -> tuple[Factor, ...]:
    """What each factor (name, then, now) gives to the change of their product; they add up to the change.

    Positive factors share the change by their logarithms (Ang 2004, the LMDI method); otherwise each gives its mean
    effect over all orders of changing them (Shapley 1953).
    """
    then, now = prod(one[1] for one in factors), prod(one[2] for one in factors)
    if all(before > 0 and after > 0 for _, before, after in factors):
        shifts = [log(after) - log(before) for _, before, after in factors]  # a ratio may leave the range of numbers
        mean = (now - then) / fsum(shifts) if then != now and fsum(shifts) else then
        given = [mean * shift for shift in shifts]
    else:
        given = [_shapley(factors, place) for place in range(len(factors))]
    return tuple(Factor(*one, share) for one, share in zip(factors, given, strict=True))


def _shapley(factors: Sequence[tuple[str, float, float]], place: int) -> float:
    others = [number for number in range(len(factors)) if number != place]
    total = 0.0
    for size in range(len(factors)):
        weight = factorial(size) * factorial(len(factors) - size - 1) / factorial(len(factors))
        for changed in combinations(others, size):
            rest = prod(_value(factors[number], number in changed) for number in others)
            total += weight * rest * (factors[place][2] - factors[place][1])
    return total


def _value(factor: tuple[str, float, float], changed: bool) -> float:
    return factor[2] if changed else factor[1]
