"""Series of a metric, read through the semantic layer: whole buckets only, missing told from zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.shape import next_bucket
from assistant.understanding import add_units, unit_start
from semantic_layer import Filter, GroupBy, RatioMetric, SemanticLayer, SemanticQuery, TimeRange

Floats = NDArray[np.float64]
Grain = Literal["hour", "day", "week", "month"]
Ask = Callable[[SemanticQuery], Sequence[Mapping[str, Any]]]
"""Rows of a query, each by column name."""

ONE_DAY = timedelta(days=1)
HOURS = 24


@dataclass(frozen=True)
class Wanted:
    """A metric to read: for which rows, split by which fields, at which grain, over how many buckets up to `last`."""

    metric: str
    last: date
    buckets: int
    grain: Grain = "day"
    filters: tuple[Filter, ...] = ()
    split: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeriesSet:
    """Series of one metric over the same buckets.

    `keys` name the slice of each (field to value; empty for the whole), `starts` the first day of each bucket (of hours
    the moment), `values` has shape (series, buckets) with NaN where nothing is known.
    """

    metric: str
    grain: Grain
    keys: tuple[Mapping[str, str], ...]
    starts: tuple[date, ...]
    values: Floats


def bucket_starts(last: date, buckets: int, grain: Grain, sunday: bool = False) -> tuple[date, ...]:
    """The first days of the last whole buckets that end on `last` or before, oldest first; hours as moments."""
    after = last + ONE_DAY
    if grain == "hour":
        midnight = datetime.combine(after, time())
        return tuple(midnight - timedelta(hours=back) for back in range(buckets, 0, -1))
    running = unit_start(after, grain)
    if sunday and grain == "week":
        running = after - timedelta(days=(after.weekday() + 1) % 7)
    return tuple(add_units(running, grain, -back) for back in range(buckets, 0, -1))


def load_series(layer: SemanticLayer, ask: Ask, wanted: Wanted) -> SeriesSet:
    """The series asked for, back-filled at once from all history; raises QueryError when the metric cannot be split so.

    A bucket in which the whole metric has no row at all is missing; an hour is so when its day has none, or no later
    hour has any. In any other, a slice without rows counts zero when it is a count or a sum, and is missing when it is
    a ratio or a mean.
    """
    starts = bucket_starts(wanted.last, wanted.buckets, wanted.grain, layer.definitions.week_start == "sunday")
    rows = ask(_query(wanted, starts))
    place = {start: number for number, start in enumerate(starts)}
    found: dict[tuple[str, ...], Floats] = {}
    for row in rows:
        *values, start, value = cells_of(row, len(wanted.split), (wanted.metric,), wanted.grain == "hour")
        at = place.get(start)
        if at is not None:
            series = found.setdefault(tuple(values), np.full(len(starts), np.nan))
            series[at] = np.nan if value is None else float(value)
    known = np.array(list(found.values())).reshape(len(found), len(starts))
    if counts(layer, wanted.metric) and len(known):
        known = np.where(np.isnan(known) & _covered(known, wanted.grain), 0.0, known)
    keys = tuple(dict(zip(wanted.split, key, strict=True)) for key in found)
    return SeriesSet(wanted.metric, wanted.grain, keys, starts, known)


def _covered(known: Floats, grain: Grain) -> NDArray[np.bool_]:
    """The buckets that the data covers."""
    some: NDArray[np.bool_] = np.isfinite(known).max(0)
    if grain != "hour":
        return some
    days = some.reshape(-1, HOURS).max(1).repeat(HOURS)
    last = np.flatnonzero(some)[-1] if some.any() else -1
    return days & (np.arange(len(some)) <= last)


def day_of(start: date) -> date:
    """The day of a bucket's start, which of an hour is a moment."""
    return start.date() if isinstance(start, datetime) else start


def _query(wanted: Wanted, starts: Sequence[date]) -> SemanticQuery:
    groups = tuple(GroupBy(field=field) for field in wanted.split)
    return SemanticQuery(
        metrics=(wanted.metric,),
        group_by=(*groups, GroupBy(field="metric_time", grain=wanted.grain)),
        filters=wanted.filters,
        time_range=TimeRange(start=day_of(starts[0]), end=next_bucket(starts[-1], wanted.grain)),
    )


def cells_of(row: Mapping[str, Any], split: int, names: Sequence[str], hours: bool = False) -> tuple[Any, ...]:
    """The slice's values as text, the bucket's first day (of `hours` the moment), the values of the metrics."""
    cells = list(row.values())
    start = cells[split]
    groups = ["" if cell is None else str(cell) for cell in cells[:split]]
    return (
        *groups,
        start.date() if isinstance(start, datetime) and not hours else start,
        *(row[name] for name in names),
    )


def counts(layer: SemanticLayer, name: str) -> bool:
    """Whether nothing of a metric is zero of it: a sum or a count, or arithmetic over such."""
    metric = layer.metrics[name]
    if metric.type == "simple":
        return layer.measures[metric.measure].agg in ("sum", "count", "count_distinct")
    return (
        not isinstance(metric, RatioMetric) and metric.type in ("derived", "conversion") and metric.format != "percent"
    )
