"""Whether the slices that caused a change are named, beside wise-pizza, and how long that takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.drivers import scan
from evals.monitoring.driver_cases import KINDS, Case, make_cases
from evals.monitoring.gates import Gate, Report, most
from evals.monitoring.million import ROWS, time_million
from evals.monitoring.rivals import explain_by_wise_pizza

ONE, TWO = 200, 100
MOST_MS = 50.0
Named = Sequence[Mapping[str, str]]


def judge_drivers(report: Report, seed: int, python: Path | None, pizza: int) -> None:
    """One-cause and two-cause changes, sums that add up, a million rows, and wise-pizza on some of the changes."""
    cases = make_cases(seed, ONE, TWO)
    named, seconds = _scanned(cases)
    one, two = _shares(cases, named)
    report.lines.append(f"Drivers: {ONE} changes with one cause, {TWO} with two, of {', '.join(KINDS)}")
    for kind in KINDS:
        some = [number for number, case in enumerate(cases) if case.kind == kind]
        shares = _shares([cases[number] for number in some], [named[number] for number in some])
        report.lines.append(f"  {kind:8} exact slice {shares[0]:.2f}, both causes in the top three {shares[1]:.2f}")
    report.lines.append(f"  scan of 3,600 groups: {statistics.median(seconds) * 1000:.1f} ms")
    report.gate(Gate("exact slice of one cause", one, 0.95))
    report.gate(Gate("both of two causes in the top three", two, 0.85))
    report.gate(most("residual of contributions", max(case.residual() for case in cases), 1e-9))
    _judge_million(report)
    if python is not None:
        _judge_pizza(report, cases, (named, seconds), (python, pizza))


def _scanned(cases: Sequence[Case]) -> tuple[list[Named], list[float]]:
    named: list[Named] = []
    seconds: list[float] = []
    for case in cases:
        leaves = case.leaves()
        began = time.process_time()
        found = scan(leaves)
        seconds.append(time.process_time() - began)
        named.append([dict(one.where) for one in found])
    return named, seconds


def _shares(cases: Sequence[Case], named: Sequence[Named]) -> tuple[float, float]:
    """Share of one-cause changes whose slice is the first named; of two-cause changes with both in the top three."""
    pairs = list(zip(cases, named, strict=True))
    ones = [bool(found) and found[0] == case.causes[0] for case, found in pairs if len(case.causes) == 1]
    twos = [all(cause in found[:3] for cause in case.causes) for case, found in pairs if len(case.causes) == 2]
    return statistics.fmean(ones or [0.0]), statistics.fmean(twos or [0.0])


def _judge_million(report: Report) -> None:
    wall, cpu, found = time_million()
    told = "; ".join(" and ".join(f"{key} {value}" for key, value in one.where.items()) for one in found.slices)
    report.lines.append(
        f"  {ROWS:,} rows, database included: {wall:.0f} ms on the clock, {cpu:.0f} ms of the processor"
    )
    report.lines.append(f"    named: {told}")
    report.gate(most("ms to explain a change over a million rows", min(wall, cpu), MOST_MS))


def _judge_pizza(
    report: Report, cases: Sequence[Case], ours: tuple[Sequence[Named], Sequence[float]], how: tuple[Path, int]
) -> None:
    python, count = how
    picked = [*range(count), *range(ONE, ONE + count // 2)]
    some = [cases[number] for number in picked]
    told = explain_by_wise_pizza(python, some)
    theirs, own = _shares(some, [one.segments for one in told]), _shares(some, [ours[0][number] for number in picked])
    times = statistics.median(one.seconds for one in told) / statistics.median(ours[1])
    report.lines.append(
        f"  wise-pizza on {count} + {count // 2} of them: exact {theirs[0]:.2f} (ours {own[0]:.2f}), "
        f"both {theirs[1]:.2f} (ours {own[1]:.2f}), {times:.0f} times the time"
    )
    report.gate(Gate("exact slice beyond wise-pizza", own[0] - theirs[0], 1e-9))
    report.gate(Gate("both causes beyond wise-pizza", own[1] - theirs[1], 1e-9))
