"""Whole metrics (and slices that were named): what each monitor says of its series on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from assistant.monitor.calendar import days_of
from assistant.monitor.calibration import surprises
from assistant.monitor.detection import Days, Floats, Scores, score
from assistant.monitor.feedback import factor_of
from assistant.monitor.monitors import Monitor
from assistant.monitor.recipes import DAILY, HOURLY, SENSITIVITY, WEEKLY, Recipe
from assistant.monitor.records import Adjustment, Finding, Track
from assistant.monitor.series import HOURS, SeriesSet, Wanted, counts, day_of, load_series
from assistant.monitor.watching import Watch
from assistant.shape import is_additive
from semantic_layer import RatioMetric

HISTORY = {"hour": 60 * HOURS, "day": 540, "week": 156, "month": 48}
RECIPES = {"hour": HOURLY, "day": DAILY, "week": WEEKLY, "month": WEEKLY}
_YOUNG = 14 * HOURS  # hours before any of them is told of
NORMAL = 0.7
"""Share of the threshold under which a bucket counts as normal again."""
_LEAST_EXPECTED = 20.0  # counts per bucket, or cases of a ratio, under which a single bucket says nothing
_TRACK = 90
_MANY = 8  # series of one monitor from which on chance among them is reckoned with
_RECORD_OVER = 1.05
_RECORD_AFTER = 12  # months


@dataclass(frozen=True)
class Watched:
    """The series of one monitor, scored; `counted` is what each bucket of them rests on.

    Of a count that is what is expected, of a ratio its denominator; NaN where nothing of that kind can be said.
    """

    monitor: Monitor
    series: SeriesSet
    scores: Scores
    recipe: Recipe
    is_count: bool
    counted: Floats

    @property
    def is_hourly(self) -> bool:
        """Whether its buckets are hours, all of a day being judged with the day."""
        return self.monitor.grain == "hour"

    def place(self, day: date) -> int:
        """The number of the last bucket that is whole and settled on a day, -1 when there is none."""
        limit = day - timedelta(days=self.monitor.delay_days)
        ends = [day_of(one) for one in (*self.series.starts[1:], _after(self.series))]
        return sum(end <= limit + timedelta(days=1) for end in ends) - 1

    def settled(self, day: date) -> range:
        """The numbers of the buckets that a day settles: its hours, or the last whole bucket."""
        last = self.place(day)
        if not self.is_hourly:
            return range(max(last, 0), last + 1)
        return self.of_day(day - timedelta(days=self.monitor.delay_days))

    def of_day(self, day: date) -> range:
        """The numbers of the buckets that begin on a day."""
        at = [number for number, start in enumerate(self.series.starts) if day_of(start) == day]
        return range(at[0], at[-1] + 1) if at else range(0)


def watch_whole(
    watch: Watch, monitor: Monitor, steps: Sequence[Adjustment], last: date, history: int | None = None
) -> Watched:
    """A monitor's series up to a day, back-filled and scored at once; raises QueryError when it cannot be read.

    `history` is how many buckets are read; without it, as many as a judgement of today needs.
    """
    split = monitor.slices if isinstance(monitor.slices, tuple) else ()
    wanted = Wanted(
        monitor.metric, last - timedelta(days=monitor.delay_days), history or HISTORY[monitor.grain], monitor.grain,
        monitor.filters, split,
    )  # fmt: skip
    series = load_series(watch.layer, watch.ask, wanted)
    recipe = RECIPES[monitor.grain]
    days = Days(np.zeros(len(series.starts), bool))
    if monitor.grain == "day":
        days = days_of(watch.calendar(monitor.metric, steps), series.starts[0], len(series.starts))
    elif monitor.grain == "hour":
        first = day_of(series.starts[0])
        special = days_of(watch.calendar(monitor.metric, steps), first, len(series.starts) // HOURS).special
        days = Days(special.repeat(HOURS))
    scores = score(series.values, days, recipe)
    is_count = counts(watch.layer, monitor.metric)
    counted = scores.expected if is_count else _denominators(watch, wanted, series)
    return Watched(monitor, series, scores, recipe, is_count, counted)


def _denominators(watch: Watch, wanted: Wanted, series: SeriesSet) -> Floats:
    """What a ratio's buckets are shares of; NaN for other metrics."""
    nothing, metric = np.full(series.values.shape, np.nan), watch.layer.metrics[wanted.metric]
    if not isinstance(metric, RatioMetric) or not is_additive(watch.layer, metric.denominator):
        return nothing
    below = load_series(watch.layer, watch.ask, replace(wanted, metric=metric.denominator))
    known = {tuple(key.items()): row for key, row in zip(below.keys, below.values, strict=True)}
    return np.array([known.get(tuple(key.items()), nothing[0]) for key in series.keys]).reshape(nothing.shape)


def threshold_of(watched: Watched, row: int, steps: Sequence[Adjustment]) -> float:
    """The score from which on a series is told of: by sensitivity, and what people said of it before."""
    factor = factor_of(steps, watched.monitor.metric, where_of(watched, row))
    return watched.recipe.threshold * SENSITIVITY[watched.monitor.sensitivity] * factor


def where_of(watched: Watched, row: int) -> Mapping[str, str]:
    """The slice of a series: what the monitor is narrowed to, and the values it is split by."""
    fixed = {
        one.field: str(one.values[0]) for one in watched.monitor.filters if one.op == "in" and len(one.values) == 1
    }
    return {**fixed, **watched.series.keys[row]}


def findings_on(watched: Watched, day: date, steps: Sequence[Adjustment]) -> list[Finding]:
    """What is worth telling of the last settled bucket of a day."""
    found: dict[str, Finding] = {}
    for at in watched.settled(day):
        for one in _findings_at(watched, at, steps):
            if one.key not in found or one.score >= found[one.key].score:  # of the hours of a day the oddest
                found[one.key] = one
    return list(found.values())


def _findings_at(watched: Watched, at: int, steps: Sequence[Adjustment]) -> list[Finding]:
    rows = range(len(watched.series.keys))
    if len(rows) >= _MANY and not watched.monitor.has_limit:
        sure = surprises(watched.scores.score, [watched.monitor.metric] * len(rows), at)
        rows = [row for row in rows if sure[row]]
    found = [finding_at(watched, row, at, steps) for row in rows]
    return [one for one in found if one is not None]


def finding_at(watched: Watched, row: int, at: int, steps: Sequence[Adjustment]) -> Finding | None:
    """What one bucket of one series tells, by what was known until then; None when it is nothing."""
    if watched.monitor.has_limit:
        return _limit(watched, row, at)
    return _surprise(watched, row, at, steps)


def is_off(watched: Watched, found: Finding, day: date, steps: Sequence[Adjustment]) -> bool:
    """Whether the last settled bucket of a day still shows what was found."""
    row = _row_of(watched, found.where)
    settled = [at for at in watched.settled(day) if row is not None and np.isfinite(watched.series.values[row, at])]
    if row is None or not settled:
        return True  # what is not known is not well again
    if watched.monitor.has_limit:
        return any(_limit(watched, row, at) is not None for at in settled)
    return any(_is_still_off(watched, row, at, (found, steps)) for at in settled)


def _is_still_off(watched: Watched, row: int, at: int, what: tuple[Finding, Sequence[Adjustment]]) -> bool:
    found, steps = what
    score_now, limit = watched.scores.score[row, at], threshold_of(watched, row, steps)
    same = watched.scores.direction[row, at] == (1 if found.direction == "up" else -1)
    normal = 1.0 if watched.is_hourly else NORMAL  # of 24 hours one is often somewhat off
    return bool(np.isfinite(score_now) and same and score_now >= normal * limit)


def was_off(watched: Watched, found: Finding, steps: Sequence[Adjustment]) -> bool | None:
    """Whether the bucket that was told of is still off with the data of now; None when it cannot be said."""
    row, at = _row_of(watched, found.where), bucket_of(watched, found)
    if row is None or at is None:
        return None
    if watched.monitor.has_limit:
        return _limit(watched, row, at) is not None
    score_now = watched.scores.score[row, at]
    return bool(score_now >= NORMAL * threshold_of(watched, row, steps)) if np.isfinite(score_now) else None


def bucket_of(watched: Watched, found: Finding) -> int | None:
    """The number of the bucket that a finding tells of; None when it is not among those that were read."""
    start = found.last if found.hour is None else datetime.combine(found.last, time(found.hour))
    return watched.series.starts.index(start) if start in watched.series.starts else None


def _row_of(watched: Watched, where: Mapping[str, str]) -> int | None:
    rows = range(len(watched.series.keys))
    return next((row for row in rows if dict(where_of(watched, row)) == dict(where)), None)


def _surprise(watched: Watched, row: int, at: int, steps: Sequence[Adjustment]) -> Finding | None:
    monitor, scores = watched.monitor, watched.scores
    value, expected = (float(one[row, at]) for one in (watched.series.values, scores.expected))
    told = scores.score[row, at]
    limit = threshold_of(watched, row, steps)
    if not np.isfinite(told) or told < limit or not np.isfinite(value) or _is_young(watched, row, at):
        return None
    drifting, direction = bool(scores.drifting[row, at]), "up" if scores.direction[row, at] > 0 else "down"
    value, expected = _week_of(watched, row, at) if drifting else (value, expected)
    effect = value - expected
    if watched.counted[row, at] < _LEAST_EXPECTED and not drifting:
        return None
    if abs(effect) < max(monitor.minimum_effect * abs(expected), monitor.minimum_amount, 1e-12):
        return None
    if monitor.direction not in ("either", direction) or (effect > 0) != (direction == "up"):
        return None
    starts = watched.series.starts
    first = starts[max(0, at - watched.recipe.recent + 1)] if drifting else starts[_begin(watched, row, at, limit)]
    least = 0.0 if not (watched.series.values[row] < 0).any() else -np.inf  # what never was negative is not expected so
    band = (None, None) if drifting else (max(float(scores.lower[row, at]), least), float(scores.upper[row, at]))
    return Finding(
        monitor.name, monitor.metric, "drift" if drifting else "spike", direction, day_of(first), day_of(starts[at]),
        where_of(watched, row), float(told), confidence_of(float(told), limit), value, expected, *band,
        owner=monitor.owner, channel=monitor.channel, hour=_hour(watched, at),
    )  # fmt: skip


def _is_young(watched: Watched, row: int, at: int) -> bool:
    """Whether too few hours are known yet: bursts of hours are learned over a fortnight."""
    return watched.is_hourly and np.isfinite(watched.series.values[row, :at]).sum() < _YOUNG


def _hour(watched: Watched, at: int) -> int | None:
    start = watched.series.starts[at]
    return start.hour if isinstance(start, datetime) else None


def _week_of(watched: Watched, row: int, at: int) -> tuple[float, float]:
    """Mean of the last buckets, and of those that a drift is held against."""
    recent, (far, near) = watched.recipe.recent, watched.recipe.reference
    values = watched.series.values[row]
    now, then = values[max(0, at - recent + 1) : at + 1], values[max(0, at - far) : max(1, at - near + 1)]
    known = [one[np.isfinite(one)] for one in (now, then)]
    return tuple(float(one.mean()) if one.size else float("nan") for one in known)  # type: ignore[return-value]  # two


def confidence_of(told: float, limit: float) -> float:
    """How sure a score is, from 0.9 at its limit towards 1."""
    return float(1 - 0.1 * np.exp(-max(told - limit, 0.0)))


def _begin(watched: Watched, row: int, at: int, limit: float) -> int:
    """The first of the buckets up to this one that were off in the same way without a break."""
    direction = watched.scores.direction[row]
    while at > 0 and watched.scores.score[row, at - 1] >= NORMAL * limit and direction[at - 1] == direction[at]:
        at -= 1
    return at


def _limit(watched: Watched, row: int, at: int) -> Finding | None:
    """A limit or goal that a whole bucket has passed."""
    monitor, value = watched.monitor, float(watched.series.values[row, at])
    if not np.isfinite(value):
        return None
    below = monitor.below if monitor.below is not None else monitor.goal
    if below is not None and value < below:
        return _passed(watched, row, at, ("down", below))
    if monitor.above is not None and value > monitor.above:
        return _passed(watched, row, at, ("up", monitor.above))
    return None


def _passed(watched: Watched, row: int, at: int, how: tuple[str, float]) -> Finding:
    monitor, value, starts = watched.monitor, float(watched.series.values[row, at]), watched.series.starts
    direction, limit = how
    begin = at
    while begin > 0 and (watched.series.values[row, begin - 1] < limit) == (direction == "down"):
        begin -= 1
    return Finding(
        monitor.name, monitor.metric, "goal" if monitor.goal is not None else "threshold",
        "down" if direction == "down" else "up", day_of(starts[begin]), day_of(starts[at]), where_of(watched, row),
        0.0, 1.0, value, limit, owner=monitor.owner, channel=monitor.channel, hour=_hour(watched, at),
    )  # fmt: skip


def record_on(watched: Watched, day: date) -> Finding | None:
    """A month that ended on this day and beat every month before it; only sums and counts of which more is better."""
    if (day + timedelta(days=1)).day != 1 or watched.monitor.grain != "day" or not watched.is_count:
        return None
    months: dict[tuple[int, int], float] = {}
    for start, value in zip(watched.series.starts, watched.series.values[0], strict=True):
        if start <= day and np.isfinite(value):
            months[start.year, start.month] = months.get((start.year, start.month), 0.0) + float(value)
    totals = list(months.values())
    if len(totals) <= _RECORD_AFTER or (day.year, day.month) not in months:
        return None
    now, best = months[day.year, day.month], max(totals[1:-1])  # the first month is rarely whole
    if now < _RECORD_OVER * best:
        return None
    monitor = watched.monitor
    return Finding(monitor.name, monitor.metric, "record", "up", day.replace(day=1), day, {}, 0.0, 1.0, now, best,
                   owner=monitor.owner, channel=monitor.channel)  # fmt: skip


def track_of(watched: Watched, row: int, at: int, length: int = _TRACK) -> Track:
    """The last buckets of a series with what was expected, for a chart; of hours the same hour of each day."""
    step = HOURS if watched.is_hourly else 1
    return _track(watched, row, list(range(at, max(-1, at - length * step), -step))[::-1])


def track_by_day(watched: Watched, row: int, begin: int) -> Track:
    """All buckets of a series from one on, for a chart; of hours the oddest of each day."""
    numbers = list(range(begin, len(watched.series.starts)))
    if watched.is_hourly:
        odd = np.nan_to_num(watched.scores.score[row])
        days = [numbers[first : first + HOURS] for first in range(0, len(numbers), HOURS)]
        numbers = [max(day, key=lambda at: odd[at]) for day in days]
    return _track(watched, row, numbers)


def _track(watched: Watched, row: int, numbers: Sequence[int]) -> Track:
    lines = (watched.series.values, watched.scores.expected, watched.scores.lower, watched.scores.upper)
    starts = tuple(day_of(watched.series.starts[at]) for at in numbers)
    return Track(starts, *(_known([float(line[row, at]) for at in numbers]) for line in lines))


def row_of(watched: Watched, found: Finding) -> int | None:
    """The number of the series that a finding is about."""
    return _row_of(watched, found.where)


def _known(values: Sequence[float]) -> tuple[float | None, ...]:
    return tuple(None if not np.isfinite(one) else float(one) for one in values)


def _after(series: SeriesSet) -> date:
    from assistant.shape import next_bucket

    return next_bucket(series.starts[-1], series.grain)
