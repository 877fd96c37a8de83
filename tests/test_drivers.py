"""Drivers: planted causes are found, contributions add up exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.drivers import Leaves, leaves_of, leaves_of_ratio, mix_and_rate, scan, split_product, split_sum

amounts = st.floats(0.01, 1e6)
signed = st.floats(-1e6, 1e6)


def planted(where: dict[int, int], factor: float, seed: int = 3) -> Leaves:
    """A table of 5 x 4 x 3 x 6 groups, about 20,000 a day, with one slice multiplied."""
    rng = np.random.default_rng(seed)
    sizes = (5, 4, 3, 6)
    codes = np.indices(sizes).reshape(4, -1).T.astype(np.int64)
    mean = 20_000 / len(codes) * rng.gamma(10, 0.1, len(codes))
    inside = np.all([codes[:, place] == value for place, value in where.items()], axis=0)
    now = rng.poisson(mean * np.where(inside, factor, 1.0)).astype(float)
    names = tuple(tuple(f"{place}{value}" for value in range(size)) for place, size in enumerate(sizes))
    return Leaves(("region", "channel", "device", "plan"), names, codes, now, mean)


@pytest.mark.parametrize(
    ("where", "factor", "named"),
    [
        ({0: 2}, 0.6, {"region": "02"}),
        ({1: 3, 3: 4}, 1.7, {"channel": "13", "plan": "34"}),
        ({0: 1, 2: 2}, 0.4, {"region": "01", "device": "22"}),
    ],
)
def test_the_planted_slice_is_the_only_one_named(where: dict[int, int], factor: float, named: dict[str, str]) -> None:
    found = scan(planted(where, factor))
    assert [dict(one.where) for one in found] == [named]


def test_nothing_stands_out_of_noise() -> None:
    assert not scan(planted({0: 0}, 1.0))


def test_two_causes_are_told_apart() -> None:
    leaves = planted({0: 2}, 0.6)
    other = (leaves.codes[:, 1] == 0) & (leaves.codes[:, 3] == 5)
    leaves.now[other] *= 1.8
    assert {tuple(sorted(one.where.items())) for one in scan(leaves)} == {
        (("region", "02"),),
        (("channel", "10"), ("plan", "35")),
    }


def test_a_rate_that_falls_in_one_group_is_found_though_the_mix_moves() -> None:
    then = {(region, device): (1000.0, 10_000.0) for region in "NSEW" for device in "md"}
    now = {key: (pair[0] * 2, pair[1] * 2) if key[0] == "S" else pair for key, pair in then.items()}
    now["N", "m"] = (400.0, 10_000.0)
    (found,) = scan(leaves_of_ratio(("region", "device"), now, then))
    assert found.where == {"region": "N", "device": "m"}


def test_a_group_that_appears_counts_from_nothing() -> None:
    leaves = leaves_of(("region",), {("N",): 5.0, ("S",): 7.0}, {("N",): 4.0})
    assert leaves.then.tolist() == [4.0, 0.0]
    assert leaves.now.tolist() == [5.0, 7.0]


def test_simpson_is_split_into_rate_up_and_mix_down() -> None:
    then, now = {"a": (50.0, 500.0), "b": (10.0, 500.0)}, {"a": (22.0, 200.0), "b": (17.6, 800.0)}
    split = mix_and_rate(then, now)
    assert math.isclose(sum(one.rate for one in split.values()), 0.0048, abs_tol=1e-12)
    assert math.isclose(sum(one.mix for one in split.values()), -0.0252, abs_tol=1e-12)


pairs = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.floats(0, 1e4), st.floats(0.1, 1e4)), min_size=1)


@given(pairs, pairs)
def test_mix_and_rate_add_up(then: dict[str, tuple[float, float]], now: dict[str, tuple[float, float]]) -> None:
    split = mix_and_rate(then, now)
    before, after = (
        math.fsum(pair[0] for pair in side.values()) / math.fsum(pair[1] for pair in side.values())
        for side in (then, now)
    )
    given_ = math.fsum(part for one in split.values() for part in (one.rate, one.mix))
    assert math.isclose(given_, after - before, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, before, after))


@given(st.lists(st.tuples(st.just("f"), amounts, amounts), min_size=1, max_size=3))
def test_positive_factors_add_up(factors: list[tuple[str, float, float]]) -> None:
    change = math.prod(one[2] for one in factors) - math.prod(one[1] for one in factors)
    size = max(math.prod(one[2] for one in factors), math.prod(one[1] for one in factors))
    assert math.isclose(math.fsum(one.contribution for one in split_product(factors)), change, abs_tol=1e-9 * size)


@example([("f", 1.1e-308, 2.0)])
@given(st.lists(st.tuples(st.just("f"), signed, signed), min_size=1, max_size=3))
def test_any_factors_add_up(factors: list[tuple[str, float, float]]) -> None:
    change = math.prod(one[2] for one in factors) - math.prod(one[1] for one in factors)
    size = math.prod(max(abs(one[1]), abs(one[2]), 1.0) for one in factors)
    assert math.isclose(math.fsum(one.contribution for one in split_product(factors)), change, abs_tol=1e-9 * size)


@given(st.dictionaries(st.text(), signed), st.dictionaries(st.text(), signed))
def test_sums_add_up(then: dict[str, float], now: dict[str, float]) -> None:
    change = math.fsum(now.values()) - math.fsum(then.values())
    assert math.isclose(math.fsum(split_sum(then, now).values()), change, abs_tol=1e-6)
