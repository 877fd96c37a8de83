"""The rivals' table: recall at the same rate of false alerts, with and without the calendar, and seconds per point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.monitoring.daily import Judged, own_scores
from evals.monitoring.gates import Gate, Report
from evals.monitoring.generator import SCORED_FROM, Suite
from evals.monitoring.judging import false_rate, recall, tallies, threshold_at
from evals.monitoring.rivals import QUICK, SLOW, score_by_rivals

Floats = NDArray[np.float64]
OURS = "ours"
TIMES_FASTER = 20.0
NOMINAL = 3.0
ROLLING_RECALL, ROLLING_FALSE = (0.5, 0.7), 4.0
ETS_RECALL = (0.45, 0.69)  # about 0.57, by the width of its interval


@dataclass(frozen=True)
class Row:
    """One method: recall at one false alert a year with and without the calendar, and what its nominal 3 comes to."""

    name: str
    series: int
    gated: float
    ungated: float
    at_three: tuple[float, float, float, float]  # recall and false alerts gated, then ungated
    ms: float


def judge_rivals(report: Report, suites: Sequence[Suite], ours: Judged, how: tuple[Path, int]) -> None:
    """The table, whether the suite is as hard as it must be, and how much quicker the product is."""
    python, slow = how
    few = [_first(suite, slow) for suite in suites]
    quick = _scores(python, suites, (*QUICK, SLOW[0]))
    slower = _scores(python, few, SLOW[1:])
    whole = _joined(suites)
    rows = [_row(OURS, whole, _stacked([own_scores(suite) for suite in suites]), ours.seconds_a_point)]
    rows += [_row(name, whole, *found) for name, found in quick.items()]
    rows += [_row(name, _joined(few), *found) for name, found in slower.items()]
    report.lines += _table(rows)
    named = {row.name: row for row in rows}
    rolling, ets = named["rolling z"], named["AutoETS"]
    report.gate(Gate("control: rolling z recall at 3, at least", rolling.at_three[2], ROLLING_RECALL[0]))
    report.gate(Gate("control: rolling z recall at 3, at most", rolling.at_three[2], ROLLING_RECALL[1], at_least=False))
    report.gate(Gate("control: rolling z false alerts at 3", rolling.at_three[3], ROLLING_FALSE))
    report.gate(Gate("control: AutoETS recall at 1 a year, at least", ets.gated, ETS_RECALL[0]))
    report.gate(Gate("control: AutoETS recall at 1 a year, at most", ets.gated, ETS_RECALL[1], at_least=False))
    report.gate(Gate("times AutoETS's speed", ets.ms / named[OURS].ms, TIMES_FASTER))


def _first(suite: Suite, count: int) -> Suite:
    """A quarter of clean series, the rest disturbed, of every metric alike."""
    disturbed = [number for number, planted in enumerate(suite.planted) if planted]
    clean = [number for number, planted in enumerate(suite.planted) if not planted]
    rows = [*clean[: count // 4], *disturbed[: count - count // 4]]
    return Suite(suite.values[rows], [suite.metrics[n] for n in rows], [suite.planted[n] for n in rows], suite.days)


def _joined(suites: Sequence[Suite]) -> Suite:
    metrics = [metric for suite in suites for metric in suite.metrics]
    planted = [one for suite in suites for one in suite.planted]
    return Suite(_stacked([suite.values for suite in suites]), metrics, planted, suites[0].days)


def _stacked(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(list(parts))


def _scores(python: Path, suites: Sequence[Suite], methods: Sequence[str]) -> dict[str, tuple[Floats, float]]:
    """Scores of all suites together, and seconds of the processor per scored point."""
    found = [score_by_rivals(python, suite, methods) for suite in suites]
    points = sum(len(suite.values) * (suite.values.shape[1] - SCORED_FROM) for suite in suites)
    return {
        name: (_stacked([one[name].scores for one in found]), sum(one[name].seconds for one in found) / points)
        for name in methods
    }


def _row(name: str, suite: Suite, scores: Floats, seconds: float) -> Row:
    scores = np.nan_to_num(scores)
    recalls = [recall(tallies(suite, scores > threshold_at(suite, scores, 1.0, gate), gate)) for gate in (True, False)]
    at_three: list[float] = []
    for gate in (True, False):
        rows = tallies(suite, scores > NOMINAL, gate)
        at_three += [recall(rows), false_rate(rows)]
    return Row(name, len(suite.values), *recalls, tuple(at_three), seconds * 1000)  # type: ignore[arg-type]  # four figures


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["Rivals: recall at 1 false alert per series-year, and recall / false alerts at threshold 3"]
    lines.append(
        f"  {'':20}{'series':>7}{'calendar':>10}{'without':>9}{'at 3, calendar':>18}{'without':>15}{'ms/point':>11}"
    )
    for row in rows:
        three = row.at_three
        lines.append(
            f"  {row.name:20}{row.series:>7}{row.gated:>10.2f}{row.ungated:>9.2f}"
            f"{three[0]:>11.2f} / {three[1]:4.1f}{three[2]:>8.2f} / {three[3]:4.1f}{row.ms:>11.4f}"
        )
    return lines
