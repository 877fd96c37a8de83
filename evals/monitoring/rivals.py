"""Rivals run in their own environment on the same series and the same changes, in the same run."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.transform import scale_of
from evals.errors import RunError
from evals.monitoring.driver_cases import DIMENSIONS, Case
from evals.monitoring.generator import SCORED_FROM, START, Suite

Floats = NDArray[np.float64]
HERE = Path(__file__).parent
QUICK = ("rolling z", "weekday median/MAD")
SLOW = ("AutoETS", "MSTL", "Prophet")


@dataclass(frozen=True)
class RivalScores:
    """A rival's scores (series, days) and the seconds of the processor it took."""

    scores: Floats
    seconds: float


@dataclass(frozen=True)
class Explained:
    """Segments that a rival names for one change, the strongest first, and the seconds of the processor."""

    segments: tuple[Mapping[str, str], ...]
    seconds: float


def score_by_rivals(python: Path, suite: Suite, methods: Sequence[str]) -> dict[str, RivalScores]:
    """The rivals' scores of a suite; raises RunError when they cannot run."""
    x = np.array([scale_of(row).to(row) for row in suite.values])
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(given, x=x, first=SCORED_FROM, start=START.toordinal())
        _run(python, "rival_detectors.py", str(given), str(found), *methods)
        with np.load(found) as told:
            return {name: RivalScores(told[name], float(told[f"seconds {name}"])) for name in methods}


def explain_by_wise_pizza(python: Path, cases: Sequence[Case]) -> list[Explained]:
    """What wise-pizza names for each change; raises RunError when it cannot run."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "in.npz"
        np.savez(given, allow_pickle=False, **_arrays(cases))
        lines = _run(python, "rival_drivers.py", str(given)).splitlines()
    told = [json.loads(line) for line in lines]
    return [Explained(tuple(one["segments"]), one["seconds"]) for one in told]


def _arrays(cases: Sequence[Case]) -> dict[str, Any]:
    arrays: dict[str, Any] = {"cases": len(cases), "codes": cases[0].codes, "dimensions": np.array(DIMENSIONS)}
    for number, case in enumerate(cases):
        told = case.counted
        arrays |= {f"now_{number}": told.now, f"then_{number}": told.then}
        if told.now_of is not None and told.then_of is not None:
            arrays |= {f"now_of_{number}": told.now_of, f"then_of_{number}": told.then_of}
    return arrays


def _run(python: Path, script: str, *arguments: str) -> str:
    if not python.is_file():
        raise RunError(f"There is no environment for the rivals ({python} is missing). `make bench-monitor` makes it.")
    done = subprocess.run([str(python), str(HERE / script), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RunError(f"{script} stopped: {last}. Make the rivals' environment anew: rm -rf {python.parent.parent}")
    return done.stdout
