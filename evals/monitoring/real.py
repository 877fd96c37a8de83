"""Real hourly series with labels: read from two public data sets, and alerts held against their labels.

Microsoft's cloud monitoring data set (github.com/microsoft/cloud-monitoring-dataset, MIT) and the Numenta Anomaly
Benchmark (github.com/numenta/NAB, MIT). Neither is shipped: TELLWISE_MONITOR_DATA names a folder that holds them as
`ms_cloud_monitoring` and `nab`.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.detection import Days, score
from assistant.monitor.recipes import Recipe

Floats = NDArray[np.float64]
VARIABLE = "TELLWISE_MONITOR_DATA"
WARM_UP = 14 * 24
WEEK = 7 * 24
COOL_DOWN = 12
BUDGET = 0.5  # false alerts per series and week
_AROUND, _APART = 3, 12  # hours by which labelled points are widened, and from which apart they are two events
_NAB_FOLDERS = ("realKnownCause", "realAdExchange", "realTraffic", "realTweets")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Labelled:
    """One hourly series, NaN where nothing is known, and its events as hours [first, after)."""

    name: str
    values: Floats
    events: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Counts:
    """What alerts on some series came to: events found, events in all, false alerts, weeks scored."""

    found: int = 0
    events: int = 0
    false: int = 0
    weeks: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            self.found + other.found,
            self.events + other.events,
            self.false + other.false,
            self.weeks + other.weeks,
        )

    @property
    def recall(self) -> float:
        """Share of events that were found."""
        return self.found / max(self.events, 1)

    @property
    def precision(self) -> float:
        """Share of alerts that found an event, each event counted once."""
        return self.found / max(self.found + self.false, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.recall * self.precision / max(self.recall + self.precision, 1e-9)

    @property
    def false_a_week(self) -> float:
        """False alerts per series and week."""
        return self.false / max(self.weeks, 1e-9)


def data_folder() -> Path | None:
    """The folder with the real series, where there is one."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named and Path(named).is_dir() else None


def microsoft(folder: Path) -> list[Labelled]:
    """The hourly series of Microsoft's data set, events widened by three hours and merged when near."""
    paths = sorted((folder / "ms_cloud_monitoring").glob("*/*.csv"))
    return [_microsoft(path) for path in paths]


def _microsoft(path: Path) -> Labelled:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(_time(row["TimeStamp"]), row["Value"], row["Label"]) for row in csv.DictReader(file)]
    values, first = _hourly([(at, float(value)) for at, value, _ in rows if value])
    marked = [_hours(at, first) for at, _, label in rows if label and float(label) > 0]
    return Labelled(f"{path.parent.name}/{path.stem}", values, _merged([(at, at + 1) for at in marked]))


def numenta(folder: Path) -> list[Labelled]:
    """The business-like series of NAB by the hour, with its windows as events."""
    windows = json.loads((folder / "nab" / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    paths = [path for name in _NAB_FOLDERS for path in sorted((folder / "nab" / "data" / name).glob("*.csv"))]
    return [_numenta(path, windows[f"{path.parent.name}/{path.name}"]) for path in paths]


def _numenta(path: Path, windows: Sequence[tuple[str, str]]) -> Labelled:
    with path.open(encoding="utf-8", newline="") as file:
        values, first = _hourly([(_time(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)])
    events = tuple((_hours(_time(begin), first), _hours(_time(end), first) + 1) for begin, end in windows)
    return Labelled(f"{path.parent.name}/{path.stem}", values, events)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _hours(at: datetime, first: datetime) -> int:
    return int((at - first) // _HOUR)


def _hourly(rows: Sequence[tuple[datetime, float]]) -> tuple[Floats, datetime]:
    """Means by the hour, and the first hour."""
    first = min(at for at, _ in rows).replace(minute=0, second=0, microsecond=0)
    places = np.array([_hours(at, first) for at, _ in rows])
    sums, counts = np.bincount(places, [value for _, value in rows]), np.bincount(places)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan), first


def _merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted((max(0, begin - _AROUND), end + _AROUND) for begin, end in spans):
        if merged and begin - merged[-1][1] < _APART:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)


def own_scores(series: Sequence[Labelled], recipe: Recipe) -> list[Floats]:
    """The product's scores, all series in one batch."""
    longest = max(len(one.values) for one in series)
    batch = np.array([np.pad(one.values, (0, longest - len(one.values)), constant_values=np.nan) for one in series])
    found = np.nan_to_num(score(batch, Days(np.zeros(longest, bool)), recipe).score)
    return [found[row, : len(one.values)] for row, one in enumerate(series)]


def rolling_scores(series: Sequence[Labelled]) -> list[Floats]:
    """Distance from the mean of the 14 days before, in their standard deviations: the plain rival."""
    return [_rolling(one.values) for one in series]


def _rolling(values: Floats) -> Floats:
    score_ = np.zeros(len(values))
    for hour in range(WARM_UP, len(values)):
        past = values[hour - WARM_UP : hour]
        known = past[np.isfinite(past)]
        if len(known) > 1 and np.isfinite(values[hour]):
            score_[hour] = abs(values[hour] - known.mean()) / max(known.std(ddof=1), 1e-9)
    return score_


def counted(one: Labelled, scores: Floats, threshold: float) -> Counts:
    """What alerts above a threshold come to on one series, twelve hours of quiet after each."""
    events = [span for span in one.events if span[1] > WARM_UP]
    hit: set[int] = set()
    false = 0
    last = -COOL_DOWN
    for hour in np.flatnonzero(scores > threshold):
        if hour < WARM_UP or hour - last < COOL_DOWN:
            continue
        last = int(hour)
        inside = [number for number, (begin, end) in enumerate(events) if begin <= hour < end]
        hit.update(inside)
        false += not inside
    return Counts(len(hit), len(events), false, max(len(one.values) - WARM_UP, 0) / WEEK)


def cross_fold(series: Sequence[Labelled], scores: Sequence[Floats]) -> Counts:
    """Both folds together, each judged by the threshold at which the other stays within the budget."""
    pairs = list(zip(series, scores, strict=True))
    folds = (pairs[::2], pairs[1::2])
    thresholds = [_threshold(fold) for fold in folds]
    return _sum(counted(*pair, thresholds[1 - number]) for number, fold in enumerate(folds) for pair in fold)


def _threshold(fold: Sequence[tuple[Labelled, Floats]]) -> float:
    low, high = 1.0, 60.0
    for _ in range(16):
        middle = (low + high) / 2
        too_many = _sum(counted(*pair, middle) for pair in fold).false_a_week > BUDGET
        low, high = (middle, high) if too_many else (low, middle)
    return high


def _sum(counts: object) -> Counts:
    total = Counts()
    for one in counts:  # type: ignore[attr-defined]  # any iterable of counts
        total += one
    return total


def fixed(series: Sequence[Labelled], scores: Sequence[Floats], threshold: float) -> Counts:
    """All series at one threshold."""
    return _sum(counted(*pair, threshold) for pair in zip(series, scores, strict=True))
