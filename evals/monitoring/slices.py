"""Many slices at once: how many of the discoveries are false, and how many messages one cause over 200 slices makes.

`python -m evals.monitoring.slices --seeds 1 2 3` prints both; exit status 1 when a gate is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.calibration import surprises
from assistant.monitor.causes import touches
from assistant.monitor.detection import score
from assistant.monitor.recipes import DAILY
from assistant.monitor.screening import Board, screen
from assistant.monitor.slicing import Leaves, table_of
from evals.monitoring.generator import REACH, SCORED_FROM, START, Size, Suite, make_suite

NOMINAL, MOST_FALSE = 0.10, 0.15
SLICES = Size(clean=618, disturbed=182)
FIT_DAYS = 60
COUNTRIES, CHANNELS, CATEGORIES = 10, 4, 20
DAYS, FALLS_FROM = 400, 380
A_DAY = 12.0  # counts of one of the 800 slices


@dataclass(frozen=True)
class Discovered:
    """What was discovered over the judged days: mean share of false ones by day, and over all days; recall."""

    daily: float
    pooled: float
    recall: float
    days: int


def false_discoveries(seed: int, size: Size = SLICES, rate: float = NOMINAL) -> Discovered:
    """How many discoveries among many slices are false; a planted anomaly counts until its reach is over."""
    suite = make_suite(seed, size)
    scores = score(suite.values, suite.days, DAILY).score
    true = _true(suite)
    shares, false, found, hit = [], 0, 0, np.zeros(len(scores), int)
    days = [day for day in range(SCORED_FROM + FIT_DAYS, scores.shape[1]) if not suite.days.special[day]]
    for day in days:
        told = surprises(scores, suite.metrics, day, rate)
        wrong = int((told & ~true[:, day]).sum())
        shares.append(wrong / max(int(told.sum()), 1))
        false, found = false + wrong, found + int(told.sum())
        hit += told & true[:, day]
    planted = true[:, days].any(1)
    return Discovered(float(np.mean(shares)), false / max(found, 1), float((hit[planted] > 0).mean()), len(days))


def _true(suite: Suite) -> NDArray[np.bool_]:
    true = np.zeros(suite.values.shape, bool)
    for row, planted in enumerate(suite.planted):
        for one in planted:
            true[row, one.day : one.day + REACH[one.kind][1] + 1] = True
    return true


def messages(seed: int, causes: int) -> list[dict[str, str]]:
    """The headline slices told within three weeks of one or two causes that hit 200 of 800 slices (or 40)."""
    board = Board.of(table_of("orders", planted_leaves(seed, causes)), np.ones(DAYS, bool), range(FALLS_FROM, DAYS))
    told: list[dict[str, str]] = []
    for day in range(FALLS_FROM, DAYS):
        found = [dict(one.head.where) for some in screen({"orders": board}, {"orders": day}).values() for one in some]
        new = [where for where in found if not any(touches(known, where) for known in told)]  # as incidents are merged
        told += new
        if new:
            board.take_out(told)
    return told


def planted_leaves(seed: int, causes: int) -> Leaves:
    """Counts of 800 slices by day: channel 1 falls by a third on one day, and category 3 grows by half when two do."""
    rng = np.random.default_rng(seed)
    shape = (COUNTRIES, CHANNELS, CATEGORIES)
    codes = np.indices(shape).reshape(3, -1).T
    week = np.tile([1.0, 1.05, 1.0, 0.95, 1.1, 1.3, 0.7], DAYS // 7 + 1)[:DAYS]
    mean = A_DAY * rng.lognormal(0, 0.5, len(codes))[:, None] * week * np.exp(rng.normal(0, 0.05, DAYS))
    mean[np.ix_(codes[:, 1] == 1, np.arange(DAYS) >= FALLS_FROM)] *= 0.67
    if causes == 2:
        mean[np.ix_((codes[:, 2] == 3) & (codes[:, 1] != 1), np.arange(DAYS) >= FALLS_FROM)] *= 1.5
    counted = rng.poisson(mean)
    names = tuple(tuple(f"{name} {n}" for n in range(size)) for name, size in zip(_FIELDS, shape, strict=True))
    starts = tuple(START + timedelta(days=n) for n in range(DAYS))
    return Leaves(
        tuple(f"orders.{name}" for name in _FIELDS), names, np.repeat(codes, DAYS, axis=0).astype(np.int64),
        np.tile(np.arange(DAYS), len(codes)), counted.reshape(1, -1).astype(float), np.ones(1), starts,
    )  # fmt: skip


_FIELDS = ("country", "channel", "category")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when false discoveries stay in their bound and each cause is one message."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    seeds: list[int] = parser.parse_args(arguments).seeds
    found = [false_discoveries(seed) for seed in seeds]
    daily, pooled = float(np.mean([one.daily for one in found])), float(np.mean([one.pooled for one in found]))
    recall = float(np.mean([one.recall for one in found]))
    told = {causes: [len(messages(seed, causes)) for seed in seeds] for causes in (1, 2)}
    sys.stdout.write(
        f"800 slices: mean daily FDP {daily:.3f} (at most {MOST_FALSE} at nominal {NOMINAL}), pooled {pooled:.3f}, "
        f"recall {recall:.2f}; messages for one cause over 200 slices {told[1]}, for two {told[2]}\n"
    )
    good = daily <= MOST_FALSE and set(told[1]) == {1} and set(told[2]) == {2}
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
