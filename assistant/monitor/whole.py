"""Whole metrics (and slices that were named): what each monitor says of its series on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from assistant.monitor.calendar import days_of
from assistant.monitor.calibration import surprises
from assistant.monitor.detection import Days, Scores, score
from assistant.monitor.feedback import factor_of
from assistant.monitor.monitors import Monitor
from assistant.monitor.recipes import DAILY, SENSITIVITY, WEEKLY, Recipe
from assistant.monitor.records import Adjustment, Finding, Track
from assistant.monitor.series import SeriesSet, Wanted, counts, load_series
from assistant.monitor.watching import Watch

HISTORY = {"day": 540, "week": 156, "month": 48}
NORMAL = 0.7
"""Share of the threshold under which a bucket counts as normal again."""
_LEAST_EXPECTED = 20.0  # counts per bucket under which a single bucket says nothing
_TRACK = 90
_MANY = 8  # series of one monitor from which on chance among them is reckoned with
_RECORD_OVER = 1.05
_RECORD_AFTER = 12  # months


@dataclass(frozen=True)
class Watched:
    """The series of one monitor, scored; `last` is the day up to which buckets count."""

    monitor: Monitor
    series: SeriesSet
    scores: Scores
    recipe: Recipe
    is_count: bool

    def place(self, day: date) -> int:
        """The number of the last bucket that is whole and settled on a day, -1 when there is none."""
        limit = day - timedelta(days=self.monitor.delay_days)
        ends = [*self.series.starts[1:], _after(self.series)]
        return sum(end <= limit + timedelta(days=1) for end in ends) - 1


def watch_whole(watch: Watch, monitor: Monitor, steps: Sequence[Adjustment], last: date) -> Watched:
    """A monitor's series up to a day, back-filled and scored at once; raises QueryError when it cannot be read."""
    split = monitor.slices if isinstance(monitor.slices, tuple) else ()
    wanted = Wanted(
        monitor.metric, last - timedelta(days=monitor.delay_days), HISTORY[monitor.grain], monitor.grain,
        monitor.filters, split,
    )  # fmt: skip
    series = load_series(watch.layer, watch.ask, wanted)
    recipe = DAILY if monitor.grain == "day" else WEEKLY
    days = Days(np.zeros(len(series.starts), bool))
    if monitor.grain == "day":
        days = days_of(watch.calendar(monitor.metric, steps), series.starts[0], len(series.starts))
    scores = score(series.values, days, recipe)
    return Watched(monitor, series, scores, recipe, counts(watch.layer, monitor.metric))


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
    at = watched.place(day)
    if at < 0:
        return []
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
    at, row = watched.place(day), _row_of(watched, found.where)
    if at < 0 or row is None or not np.isfinite(watched.series.values[row, at]):
        return True  # what is not known is not well again
    if watched.monitor.has_limit:
        return _limit(watched, row, at) is not None
    score_now = watched.scores.score[row, at]
    same = watched.scores.direction[row, at] == (1 if found.direction == "up" else -1)
    return bool(np.isfinite(score_now) and same and score_now >= NORMAL * threshold_of(watched, row, steps))


def was_off(watched: Watched, found: Finding, steps: Sequence[Adjustment]) -> bool | None:
    """Whether the bucket that was told of is still off with the data of now; None when it cannot be said."""
    row = _row_of(watched, found.where)
    if row is None or found.last not in watched.series.starts:
        return None
    at = watched.series.starts.index(found.last)
    if watched.monitor.has_limit:
        return _limit(watched, row, at) is not None
    score_now = watched.scores.score[row, at]
    return bool(score_now >= NORMAL * threshold_of(watched, row, steps)) if np.isfinite(score_now) else None


def _row_of(watched: Watched, where: Mapping[str, str]) -> int | None:
    rows = range(len(watched.series.keys))
    return next((row for row in rows if dict(where_of(watched, row)) == dict(where)), None)


def _surprise(watched: Watched, row: int, at: int, steps: Sequence[Adjustment]) -> Finding | None:
    monitor, scores = watched.monitor, watched.scores
    value, expected = (float(one[row, at]) for one in (watched.series.values, scores.expected))
    told = scores.score[row, at]
    limit = threshold_of(watched, row, steps)
    if not np.isfinite(told) or told < limit or not np.isfinite(value):
        return None
    drifting, direction = bool(scores.drifting[row, at]), "up" if scores.direction[row, at] > 0 else "down"
    value, expected = _week_of(watched, row, at) if drifting else (value, expected)
    effect = value - expected
    if watched.is_count and expected < _LEAST_EXPECTED and not drifting:
        return None
    if abs(effect) < max(monitor.minimum_effect * abs(expected), monitor.minimum_amount, 1e-12):
        return None
    if monitor.direction not in ("either", direction) or (effect > 0) != (direction == "up"):
        return None
    starts = watched.series.starts
    first = starts[max(0, at - watched.recipe.recent + 1)] if drifting else starts[_begin(watched, row, at, limit)]
    band = (None, None) if drifting else (float(scores.lower[row, at]), float(scores.upper[row, at]))
    return Finding(
        monitor.name, monitor.metric, "drift" if drifting else "spike", direction, first, starts[at],
        where_of(watched, row), float(told), confidence_of(float(told), limit), value, expected, *band,
        owner=monitor.owner, channel=monitor.channel,
    )  # fmt: skip


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
        "down" if direction == "down" else "up", starts[begin], starts[at], where_of(watched, row), 0.0, 1.0, value,
        limit, owner=monitor.owner, channel=monitor.channel,
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
    """The last buckets of a series with what was expected, for a chart."""
    part = slice(max(0, at - length + 1), at + 1)
    lines = (watched.series.values, watched.scores.expected, watched.scores.lower, watched.scores.upper)
    return Track(watched.series.starts[part], *(_known(line[row, part].tolist()) for line in lines))


def row_of(watched: Watched, found: Finding) -> int | None:
    """The number of the series that a finding is about."""
    return _row_of(watched, found.where)


def _known(values: Sequence[float]) -> tuple[float | None, ...]:
    return tuple(None if not np.isfinite(one) else float(one) for one in values)


def _after(series: SeriesSet) -> date:
    from assistant.shape import next_bucket

    return next_bucket(series.starts[-1], series.grain)
