"""The product's hourly recipe on real labelled series, beside a rolling z."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.monitor.recipes import HOURLY
from evals.monitoring.gates import Gate, Report
from evals.monitoring.real import (
    VARIABLE,
    Counts,
    Labelled,
    cross_fold,
    data_folder,
    fixed,
    microsoft,
    numenta,
    own_scores,
    rolling_scores,
)

LEAST_F1, MAY_LOSE = 0.48, 0.02


def judge_hourly(report: Report) -> None:
    """Both real sets against their gates; a line that says so where they are not to be had."""
    folder = data_folder()
    if folder is None:
        report.lines.append(f"Hourly, real series: skipped; {VARIABLE} names no folder that holds them")
        return
    ours, _ = _judge(report, "Microsoft cloud", microsoft(folder))
    report.gate(Gate("F1 on Microsoft's hours", ours.f1, LEAST_F1))
    ours, rolling = _judge(report, "NAB", numenta(folder))
    report.gate(Gate("F1 on NAB's hours beyond rolling z", ours.f1 - rolling.f1, -MAY_LOSE))


def _judge(report: Report, name: str, series: Sequence[Labelled]) -> tuple[Counts, Counts]:
    scores = {"ours": own_scores(series, HOURLY), "rolling z": rolling_scores(series)}
    found = {who: cross_fold(series, some) for who, some in scores.items()}
    total = found["ours"].events
    report.lines.append(
        f"Hourly, {name}: {len(series)} series, {total} events; threshold of the other fold at 0.5 false a week"
    )
    for who, counts in found.items():
        at_fixed = fixed(series, scores[who], HOURLY.threshold)
        report.lines.append(
            f"  {who:12} F1 {counts.f1:.2f} (recall {counts.recall:.2f}, precision {counts.precision:.2f}, "
            f"false a week {counts.false_a_week:.2f}); F1 at {HOURLY.threshold:g}: {at_fixed.f1:.2f}"
        )
    return found["ours"], found["rolling z"]
