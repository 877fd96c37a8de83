"""How well the monitor notices and explains, beside rivals, on planted changes and on real labelled hours.

`python -m evals.bench_monitor 1 2 3` makes the series of those seeds, scores them with the product's own recipe and
thresholds, and prints recall, precision, false alerts per series and year, delays, each with a bootstrap interval; the
same of clean series over three years; the same of rivals, with and without the calendar; whether the slices that caused
a change are named; and speed. Real hourly series are judged when TELLWISE_MONITOR_DATA names their folder. Times are of
the processor; quote the ratios.

Exit status: 0 every aim is met, 1 one is missed, 2 it could not run.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from evals.errors import RunError
from evals.monitoring.daily import Judged, judge_daily, judge_null, judge_speed, suites_of
from evals.monitoring.drivers import judge_drivers
from evals.monitoring.gates import Report
from evals.monitoring.hourly import judge_hourly
from evals.monitoring.rival_table import judge_rivals

PYTHON = Path(".venv-bench/bin/python")


@click.command()
@click.argument("seeds", nargs=-1, type=int)
@click.option("--python", default=PYTHON, type=click.Path(path_type=Path), help="The rivals' Python.")
@click.option(
    "--slow-series", default=24, show_default=True, help="Series per seed for MSTL and Prophet, which are slow."
)
@click.option("--pizza", default=30, show_default=True, help="Changes with one cause that wise-pizza explains, too.")
@click.option("--rivals/--no-rivals", default=True, help="Whether the rivals run.")
def main(seeds: tuple[int, ...], python: Path, slow_series: int, pizza: int, rivals: bool) -> None:
    """Print how well changes are noticed and explained, for the SEEDS given (1 2 3 when none is)."""
    report = Report()
    try:
        _fill(report, seeds or (1, 2, 3), python if rivals else None, (slow_series, pizza))
    except RunError as error:
        click.echo(f"tellwise: {error}", err=True)
        sys.exit(2)
    for gate in report.gates:
        click.echo(str(gate))
    click.echo(" | ".join(f"{gate.name} {gate.value:.3g}" for gate in report.gates))
    sys.exit(0 if report.met else 1)


def _fill(report: Report, seeds: tuple[int, ...], python: Path | None, sizes: tuple[int, int]) -> None:
    started = time.monotonic()

    def told() -> None:
        while report.lines:
            click.echo(report.lines.pop(0))
        click.echo(f"({time.monotonic() - started:.0f} s)", err=True)

    suites = suites_of(seeds)
    ours: Judged = judge_daily(report, suites)
    told()
    judge_null(report, seeds)
    told()
    judge_speed(report)
    told()
    judge_hourly(report)
    told()
    judge_drivers(report, seeds[0], python, sizes[1])
    told()
    if python is not None:
        judge_rivals(report, suites, ours, (python, sizes[0]))
        told()


if __name__ == "__main__":
    main()
