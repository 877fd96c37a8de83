"""The product's own detector on planted changes, on clean years, and on the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.calendar import days_of
from assistant.monitor.detection import score
from assistant.monitor.recipes import DAILY
from evals.monitoring.gates import Gate, Report, most
from evals.monitoring.generator import HOLIDAYS, KINDS, METRICS, NULL, SECOND_YEAR, START, Suite, make_suite
from evals.monitoring.judging import (
    Tally,
    delay,
    false_rate,
    interval,
    precision,
    raw_precision,
    recall,
    tallies,
)

Floats = NDArray[np.float64]
LOW = "low counts"
MANY, DAYS, MOST_SECONDS = 10_000, 400, 60.0


@dataclass(frozen=True)
class Judged:
    """What the product's detector came to on the suites: its tallies, and seconds of the processor per point."""

    rows: Sequence[Tally]
    seconds_a_point: float


def suites_of(seeds: Sequence[int]) -> list[Suite]:
    """The suite of each seed."""
    return [make_suite(seed) for seed in seeds]


def own_scores(suite: Suite) -> Floats:
    """The product's scores of a suite, zero where nothing is judged."""
    return np.nan_to_num(score(suite.values, suite.days, DAILY).score)


def judge_daily(report: Report, suites: Sequence[Suite]) -> Judged:
    """The main suite: recall, precision, false alerts and delay against their gates."""
    began, rows = time.process_time(), []
    for suite in suites:
        rows += tallies(suite, own_scores(suite) > DAILY.threshold, gate=True)
    points = sum(suite.values.size for suite in suites)
    judged = Judged(rows, (time.process_time() - began) / points)
    planted = sum(len(row.found) for row in rows)
    report.lines.append(f"Daily: {len(rows)} series, {planted} planted changes, threshold {DAILY.threshold}")
    figures: tuple[tuple[str, Callable[[Sequence[Tally]], float]], ...] = (
        ("recall", recall),
        ("recall without low counts", lambda some: recall(some, LOW)),
        ("precision at 2 changes per series-year", precision),
        ("precision as planted", raw_precision),
        ("false alerts per series-year", false_rate),
        ("mean delay, days", delay),
    )
    report.lines += [_line(name, rows, figure) for name, figure in figures]
    report.lines += [_by("change", rows, KINDS), _by("metric", rows, METRICS)]
    report.gate(Gate("recall", recall(rows), 0.70))
    report.gate(Gate("recall without low counts", recall(rows, LOW), 0.86))
    report.gate(Gate("precision", precision(rows), 0.75))
    report.gate(most("false alerts per series-year", false_rate(rows), 0.5))
    report.gate(most("alerts on holidays", sum(row.on_special for row in rows), 0))
    report.gate(most("mean delay, days", delay(rows), 5))
    return judged


def judge_null(report: Report, seeds: Sequence[int]) -> None:
    """Clean years with month ends, paydays and changes of the clock; then changes over years that repeat holidays."""
    suite = make_suite(seeds[0], NULL)
    rows = tallies(suite, own_scores(suite) > DAILY.threshold, gate=True)
    report.lines.append(f"Clean: {len(rows)} series over three years, month ends, paydays and changes of the clock")
    report.lines.append(_line("false alerts per series-year", rows, false_rate))
    report.gate(most("false alerts per clean series-year", false_rate(rows), 0.5))
    report.gate(most("alerts on holidays of clean years", sum(row.on_special for row in rows), 0))
    later: list[Tally] = []
    for second in (make_suite(seed, SECOND_YEAR) for seed in seeds):
        later += tallies(second, own_scores(second) > DAILY.threshold, gate=True)
    report.lines.append(f"Two years, the same holidays twice: {len(later)} series with month ends and paydays")
    report.lines += [_line("recall", later, recall), _line("false alerts per series-year", later, false_rate)]


def judge_speed(report: Report) -> None:
    """Ten thousand series of four hundred days scored at once."""
    rng = np.random.default_rng(0)
    week = np.tile([1.0, 1.05, 1.0, 0.95, 1.1, 1.3, 0.7], DAYS // 7 + 1)[:DAYS]
    values = rng.uniform(100, 5_000, (MANY, 1)) * week * rng.lognormal(0, 0.05, (MANY, DAYS))
    days = days_of(HOLIDAYS, START, DAYS)
    clock, processor = time.perf_counter(), time.process_time()
    score(values, days, DAILY)
    wall, cpu = time.perf_counter() - clock, time.process_time() - processor
    report.lines.append(f"{MANY:,} series x {DAYS} days: {wall:.1f} s on the clock, {cpu:.1f} s of the processor")
    report.gate(most(f"seconds for {MANY:,} series", min(wall, cpu), MOST_SECONDS))


def _line(name: str, rows: Sequence[Tally], figure: Callable[[Sequence[Tally]], float]) -> str:
    low, high = interval(rows, figure)
    return f"  {name:40} {figure(rows):6.3f}   (95%: {low:.3f} to {high:.3f})"


def _by(what: str, rows: Sequence[Tally], names: Sequence[str]) -> str:
    every = [one for row in rows for one in row.found]
    kept = {name: [one for one in every if name in (one.kind, one.metric)] for name in names}
    parts = [f"{name} {np.mean([one.delay is not None for one in some]):.2f}" for name, some in kept.items() if some]
    return f"  recall by {what}: " + ", ".join(parts)
