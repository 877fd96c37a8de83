"""Alerts held against what is planted: hits, false alerts, delays, with bootstrap intervals over series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.monitoring.generator import REACH, SCORED_FROM, Planted, Suite

Bools = NDArray[np.bool_]
COOL_DOWN = 7
BASE_RATE = 2.0  # anomalies per series and year at which precision is stated


@dataclass(frozen=True)
class Found:
    """One planted anomaly: its kind, the metric, and the delay in days until the first alert, or None."""

    kind: str
    metric: str
    delay: int | None


@dataclass(frozen=True)
class Tally:
    """One series: what was found of what is planted, false alerts, those of them on special days, years scored."""

    found: tuple[Found, ...]
    false: int
    on_special: int
    years: float


def tallies(suite: Suite, alerts: Bools, gate: bool) -> list[Tally]:
    """One tally per series; `gate` drops alerts on special days. Alerts within seven days of the last do not count."""
    return [
        _tally(suite, alerts[row], suite.planted[row], (suite.metrics[row], gate)) for row in range(len(suite.values))
    ]


def _tally(suite: Suite, alerts: Bools, planted: Sequence[Planted], how: tuple[str, bool]) -> Tally:
    metric, gate = how
    delays: dict[int, int] = {}
    false = on_special = 0
    for day in _spaced(np.flatnonzero(alerts & ~suite.days.special if gate else alerts).tolist()):
        inside = [n for n, one in enumerate(planted) if one.day <= day < one.day + REACH[one.kind][0]]
        for number in inside:
            delays.setdefault(number, day - planted[number].day)
        if not inside and not any(one.day <= day <= one.day + REACH[one.kind][1] for one in planted):
            false += 1
            on_special += int(suite.days.special[day])
    found = tuple(Found(one.kind, metric, delays.get(n)) for n, one in enumerate(planted))
    return Tally(found, false, on_special, (len(alerts) - SCORED_FROM) / 365)


def _spaced(days: Sequence[int]) -> list[int]:
    kept: list[int] = []
    for day in days:
        if day >= SCORED_FROM and (not kept or day - kept[-1] >= COOL_DOWN):
            kept.append(int(day))
    return kept


def recall(rows: Sequence[Tally], without: str = "") -> float:
    """Share of planted anomalies that were found; `without` leaves a metric out. NaN when nothing is planted."""
    found = [one.delay is not None for row in rows for one in row.found if one.metric != without]
    return float(np.mean(found)) if found else float("nan")


def false_rate(rows: Sequence[Tally]) -> float:
    """False alerts per series and year."""
    return sum(row.false for row in rows) / sum(row.years for row in rows)


def precision(rows: Sequence[Tally]) -> float:
    """Share of alerts that are hits where two anomalies come per series and year, from recall and false rate."""
    hits = recall(rows) * BASE_RATE
    return hits / (hits + false_rate(rows)) if hits else 0.0


def raw_precision(rows: Sequence[Tally]) -> float:
    """Share of alerts that are hits in this very suite, whatever its share of disturbed series."""
    hits = sum(one.delay is not None for row in rows for one in row.found)
    return hits / max(hits + sum(row.false for row in rows), 1)


def delay(rows: Sequence[Tally]) -> float:
    """Mean days until what was found was found."""
    days = [one.delay for row in rows for one in row.found if one.delay is not None]
    return float(np.mean(days)) if days else float("nan")


def interval(
    rows: Sequence[Tally], figure: Callable[[Sequence[Tally]], float], draws: int = 400
) -> tuple[float, float]:
    """The middle 95% of a figure over series drawn anew with replacement."""
    rng = np.random.default_rng(0)
    drawn = [figure([rows[int(n)] for n in rng.integers(0, len(rows), len(rows))]) for _ in range(draws)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def threshold_at(suite: Suite, scores: NDArray[np.float64], rate: float, gate: bool) -> float:
    """The threshold at which this detector raises `rate` false alerts per series and year on this suite."""
    low, high = 1.0, 30.0
    for _ in range(14):
        middle = (low + high) / 2
        too_many = false_rate(tallies(suite, scores > middle, gate)) > rate
        low, high = (middle, high) if too_many else (low, middle)
    return high
