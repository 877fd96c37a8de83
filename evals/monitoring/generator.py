"""Daily series as a customer business has them, with anomalies whose place and kind are known.

Four kinds of metric, a weekly and a yearly season, a trend, autocorrelated noise, holidays that move most series;
five kinds of anomaly, spread evenly over the metrics, two per series, at least 80 days apart. The same seed gives the
same series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.calendar import Calendar, days_of
from assistant.monitor.detection import Days

Floats = NDArray[np.float64]
START = date(2024, 1, 1)
ZONE = ZoneInfo("America/New_York")
HOLIDAYS = Calendar(countries=("US",))
METRICS = ("counts", "low counts", "revenue", "conversion")
KINDS = ("spike", "level shift", "trend change", "partial data", "variance")
REACH = {
    "spike": (1, 1),
    "level shift": (14, 35),
    "trend change": (30, 60),
    "partial data": (1, 3),
    "variance": (21, 28),
}
"""Days in which an alert counts as a hit, and days in which a further one is no false alert."""
SCORED_FROM = 120


@dataclass(frozen=True)
class Planted:
    """One anomaly: its kind and the day it begins."""

    kind: str
    day: int


@dataclass(frozen=True)
class Suite:
    """Series (series, days), the metric of each, what is planted in each, and what is known of the days."""

    values: Floats
    metrics: Sequence[str]
    planted: Sequence[Sequence[Planted]]
    days: Days


@dataclass(frozen=True)
class Size:
    """How many series without and with anomalies, how long, and whether days of the calendar move them, too.

    `months` adds month ends, paydays, and the days of 23 and 25 hours on which the clock changes.
    """

    clean: int = 40
    disturbed: int = 75
    days: int = 400
    months: bool = False


SECOND_YEAR = Size(clean=20, disturbed=40, days=765, months=True)
NULL = Size(clean=200, disturbed=0, days=3 * 365, months=True)


def make_suite(seed: int, size: Size = Size()) -> Suite:
    """The series of a seed."""
    rng = np.random.default_rng(seed)
    days = days_of(HOLIDAYS, START, size.days)
    hours = hours_of_days(START, size.days)
    kinds = _spread_kinds(rng, size.disturbed)
    values, metrics, planted = [], [], []
    for number in range(size.clean + size.disturbed):
        metric = METRICS[number % len(METRICS)]
        mean = _mean(rng, days, size.months)
        found = [] if number < size.clean else _places(rng, days, kinds[number - size.clean])
        if size.months and metric != "conversion":
            mean = mean * hours / 24
        for anomaly in found:
            mean = mean * _effect(rng, anomaly, size.days)
        values.append(_observed(rng, metric, mean))
        metrics.append(metric)
        planted.append(found)
    return Suite(np.array(values), metrics, planted, days)


def hours_of_days(first: date, count: int, zone: ZoneInfo = ZONE) -> Floats:
    """How many hours each local day has: 24, except where the clock changes."""
    midnights = [datetime.combine(first + timedelta(days=number), time(), zone) for number in range(count + 1)]
    seconds = np.array([midnight.timestamp() for midnight in midnights])
    return np.diff(seconds) / 3600


def _spread_kinds(rng: np.random.Generator, disturbed: int) -> list[tuple[str, str]]:
    """Two kinds for each disturbed series, so that every metric gets all kinds equally often, near enough."""
    turn = {metric: _shuffled(rng) for metric in METRICS}
    kinds: list[tuple[str, str]] = []
    for number in range(disturbed):
        own = turn[METRICS[number % len(METRICS)]]
        if len(own) < 2:
            own += _shuffled(rng)
        kinds.append((own.pop(0), own.pop(0)))
    return kinds


def _shuffled(rng: np.random.Generator) -> list[str]:
    return [str(kind) for kind in rng.permutation(KINDS)]


def _mean(rng: np.random.Generator, days: Days, months: bool) -> Floats:
    """The mean of each day relative to the series' level, noise of the day included."""
    count = len(days.special)
    elapsed = np.arange(count)
    week = rng.normal(size=7)
    week -= week.mean()
    season = 1 + rng.uniform(0.05, 0.35) * week / np.ptp(week)
    year = 1 + rng.uniform(0, 0.20) * np.sin(2 * np.pi * (elapsed / 365.25 + rng.uniform()))
    trend = np.exp(rng.normal(0, 0.15) * elapsed / 365)
    mean = season[elapsed % 7] * year * trend * np.exp(_autocorrelated(rng, count))
    if rng.uniform() < 0.7:
        mean[days.special] *= rng.uniform(0.35, 0.75) if rng.uniform() < 0.5 else rng.uniform(1.25, 2.0)
    return mean * _within_months(rng, days) if months else mean


def _autocorrelated(rng: np.random.Generator, count: int) -> Floats:
    phi, spread = rng.uniform(0, 0.4), rng.uniform(0.02, 0.06)
    steps = rng.normal(0, spread * np.sqrt(1 - phi**2), count)
    noise, last = np.empty(count), rng.normal(0, spread)
    for day in range(count):
        last = phi * last + steps[day]
        noise[day] = last
    return noise


def _within_months(rng: np.random.Generator, days: Days) -> Floats:
    """Month ends and paydays move some series by a tenth or two."""
    ends, _, *paydays = days.recurring
    factor = np.ones(len(ends))
    if rng.uniform() < 0.4:
        factor[ends] *= rng.uniform(1.05, 1.40) if rng.uniform() < 0.7 else rng.uniform(0.70, 0.95)
    if rng.uniform() < 0.4:
        factor[np.any(paydays, axis=0)] *= rng.uniform(1.05, 1.30)
    return factor


def _places(rng: np.random.Generator, days: Days, kinds: tuple[str, str]) -> list[Planted]:
    """Where two anomalies begin: at least 80 days apart, none within a day of a holiday."""
    special = days.special
    near = special | np.roll(special, 1) | np.roll(special, -1)
    while True:
        first = int(rng.integers(SCORED_FROM + 1, len(special) - 170))
        second = int(rng.integers(first + 80, len(special) - 60))
        if not near[first] and not near[second]:
            return [Planted(kinds[0], first), Planted(kinds[1], second)]


def _effect(rng: np.random.Generator, anomaly: Planted, count: int) -> Floats:
    """What the anomaly multiplies each day by."""
    factor, day, up = np.ones(count), anomaly.day, rng.uniform() < 0.5
    if anomaly.kind == "spike":
        factor[day] = 1 + rng.uniform(0.30, 0.80) if up else 1 - rng.uniform(0.22, 0.60)
    elif anomaly.kind == "level shift":
        factor[day:] = 1 + rng.uniform(0.15, 0.45) if up else 1 - rng.uniform(0.11, 0.34)
    elif anomaly.kind == "trend change":
        daily = rng.uniform(0.006, 0.015) * (1 if up else -1)
        factor = np.power(1 + daily, np.clip(np.arange(count) - day + 1, 0, 60))
    elif anomaly.kind == "partial data":
        factor[day : day + int(rng.integers(1, 3))] = rng.uniform(0, 0.6)
    else:
        factor[day : day + 21] = np.exp(rng.normal(0, 0.045 * rng.uniform(3, 5), 21))
    return factor


def _observed(rng: np.random.Generator, metric: str, mean: Floats) -> Floats:
    """What is counted: the mean with the noise of counting that such a metric has."""
    if metric == "counts":
        return rng.poisson(rng.uniform(500, 20_000) * mean).astype(float)
    if metric == "low counts":
        return rng.poisson(rng.uniform(3, 30) * mean * rng.gamma(20, 1 / 20, len(mean))).astype(float)
    if metric == "revenue":
        orders = rng.poisson(rng.uniform(100, 2_000) * mean)
        return np.array([rng.lognormal(3.5, 0.9, number).sum() for number in orders])
    visits = rng.poisson(rng.uniform(800, 6_000) * np.clip(1 + 0.1 * rng.normal(size=len(mean)), 0.5, None))
    rate = np.clip(rng.uniform(0.02, 0.25) * mean, 0, 0.95)
    return rng.binomial(visits, rate) / np.maximum(visits, 1)
