"""How surprising each bucket of many series is, from what was known before it.

A robust seasonal level foretells each bucket; its error in units of its own past errors is the point score. The mean
of the last buckets beside the median of some weeks before, in units of its own past, is the drift score. Calendar
days and missing buckets are neither scored nor learned from. Nothing that comes later changes a score.

Sources: seasonal medians and tail-aware scales after the usual robust decomposition (Cleveland et al. 1990, STL, made
causal); winsorised learning after Gelper, Fried and Croux 2010, Robust forecasting with exponential smoothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.monitor.recipes import Recipe
from assistant.monitor.transform import PLAIN, ROOT, Scale, scale_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_CLIP = 3.0  # an error enters the history at most this many scales wide
_SETTLED = 7  # errors from which on their own scale is used
_TAIL, _NORMAL_TAIL = 0.9, 1.645
_KEPT, _MEAN_TO_SD = 0.97, 1.2533 * 1.06  # mean |error| of the lower 97% to a standard deviation
_TRIMMED = 0.15  # of the buckets of a level, at either end
_LEAST = {"log": 0.01, "rate": 0.01, "root": 0.5, "plain": 0.0}
_RECURS = 3  # days of a kind before their effect can be believed
_SURE = 2.0  # standard errors at which it is
_DRIFT_CENTRE = 0.7  # how far a lasting drift counts as usual
_TOGETHER = 1.4  # by how much neighbouring days alike widen a mean of them: sqrt((1 + r) / (1 - r)) at r = 0.32


@dataclass(frozen=True)
class Days:
    """What is known of the buckets beforehand: which are special, and which recur within the month.

    `special` (buckets,) are neither scored nor learned from. Each of `recurring` (buckets,) is a kind of day such as
    month ends, whose effect is learned from its own past once it has come three times.
    """

    special: Bools
    recurring: Sequence[Bools] = ()


@dataclass(frozen=True)
class Scores:
    """Of each series and bucket, shape (series, buckets); NaN where nothing could be said.

    `score` is the larger of point and drift score, `direction` +1 above or -1 below what was expected, `drifting`
    whether the drift score is the larger; `expected`, `lower` and `upper` are in the unit of the values, the band
    being as wide as the recipe's threshold.
    """

    score: Floats
    direction: Floats
    drifting: Bools
    expected: Floats
    lower: Floats
    upper: Floats


def score(values: Floats, days: Days, recipe: Recipe) -> Scores:
    """How surprising each bucket is; `values` has shape (series, buckets) with NaN where a bucket is missing.

    Series may begin late (leading NaN). Raises ValueError when the lengths differ.
    """
    if values.ndim != 2 or days.special.shape != values.shape[1:]:
        raise ValueError("values must be (series, buckets) and days must have one entry per bucket")
    scores = _blank(values.shape)
    first = np.where(np.isfinite(values).any(1), np.isfinite(values).argmax(1), values.shape[1])
    for start in np.unique(first):
        rows = np.flatnonzero(first == start)
        part = _score_aligned(values[rows, start:], _from(days, int(start)), recipe)
        for name in ("score", "direction", "drifting", "expected", "lower", "upper"):
            getattr(scores, name)[rows, start:] = getattr(part, name)
    return scores


def _blank(shape: tuple[int, ...]) -> Scores:
    nothing = [np.full(shape, np.nan) for _ in range(5)]
    return Scores(nothing[0], nothing[1], np.zeros(shape, bool), *nothing[2:])


def _from(days: Days, start: int) -> Days:
    return Days(days.special[start:], [kind[start:] for kind in days.recurring])


def _score_aligned(values: Floats, days: Days, recipe: Recipe) -> Scores:
    if values.shape[1] <= recipe.warm_up:
        return _blank(values.shape)
    scales = [PLAIN if recipe.bursty else scale_of(row) for row in values]
    x = np.array([scale.to(row) for scale, row in zip(scales, values, strict=True)])
    model = _Model(x, days, recipe, np.array([_LEAST[scale.name] for scale in scales]))
    for bucket in range(recipe.warm_up, values.shape[1]):
        model.step(bucket)
    return _scores(model, _judged(model, scales, recipe), scales, recipe)


def _judged(model: _Model, scales: Sequence[Scale], recipe: Recipe) -> tuple[Floats, Floats, Floats]:
    """Point score, drift score and its direction; where counts are few, by the recipe for few."""
    point, (drift, lean) = np.abs(model.z), _drift(model.part(np.ones(len(model.x), bool)), recipe)
    drift = drift * recipe.drift_weight
    small = np.array([scale is ROOT for scale in scales])
    if recipe.few is None or not small.any():
        return point, drift, lean
    few = recipe.few
    wider = replace(recipe, recent=few.recent, reference=few.reference)
    slow, slow_lean = _drift(model.part(small), wider)
    below = model.expected[small] < ROOT.to(np.array(few.under))
    point[small] *= np.where(below, few.point_weight, 1.0)
    drift[small] = np.where(below, slow * few.drift_weight, drift[small])
    lean[small] = np.where(below, slow_lean, lean[small])
    return point, drift, lean


@dataclass(frozen=True)
class _Learned:
    """What the drift is read from: the winsorised history and the scale of one-step errors."""

    learned: Floats
    scale: Floats


class _Model:
    """The causal pass over one batch of series that begin together; `step` takes the next bucket."""

    def __init__(self, x: Floats, days: Days, recipe: Recipe, least: Floats):
        self.x, self.days, self.recipe, self.least = x, days, recipe, least
        self.learned = _filled(x, recipe.warm_up)
        self.errors = np.full(x.shape, np.nan)
        self.usual = np.zeros(x.shape[1], bool)
        self.expected, self.scale, self.z = (np.full(x.shape, np.nan) for _ in range(3))
        self._effects = [np.full(x.shape, np.nan) for _ in days.recurring]

    def part(self, rows: Bools) -> _Learned:
        """The history of some of the series."""
        return _Learned(self.learned[rows], self.scale[rows])

    def step(self, bucket: int) -> None:
        """Foretell a bucket, judge it, learn from it."""
        plain = _foretell(self.learned[:, :bucket], self.recipe)
        scale = self._scale(bucket)
        effect = self._effect(bucket, scale)
        error = self.x[:, bucket] - plain - effect
        usable = np.isfinite(error) & ~self.days.special[bucket]
        self.expected[:, bucket], self.scale[:, bucket] = plain + effect, scale
        settled = np.isfinite(self.errors[:, :bucket]).sum(1) >= self.recipe.settled
        self.z[:, bucket] = np.where(usable & settled, error / scale, np.nan)
        clipped = np.clip(np.where(usable, error, 0.0), -_CLIP * scale, _CLIP * scale)
        self.learned[:, bucket] = plain + clipped
        self.errors[:, bucket] = np.where(usable, error, np.nan)
        self.usual[bucket] = bool(usable.any())
        for kind, seen in zip(self.days.recurring, self._effects, strict=True):
            if kind[bucket]:
                seen[:, bucket] = np.where(usable, self.x[:, bucket] - plain, np.nan)

    def _scale(self, bucket: int) -> Floats:
        begin = max(0, bucket - self.recipe.errors)
        past = self.errors[:, begin:bucket][:, self.usual[begin:bucket]]
        spread_of = _root_mean_square if self.recipe.bursty else _spread_of
        own = spread_of(past) if past.shape[1] >= _SETTLED else np.full(len(past), np.nan)
        unknown = ~np.isfinite(own)
        if unknown.any():
            own[unknown] = _spread_at_first(self.learned[unknown, :bucket], self.recipe)
        return np.maximum(own, self._floor(bucket))

    def _floor(self, bucket: int) -> Floats:
        size = np.abs(_middle(self.learned[:, max(0, bucket - self.recipe.level) : bucket]))
        return np.maximum(self.least, 1e-9 + 1e-3 * size * (self.least == 0))

    def _effect(self, bucket: int, scale: Floats) -> Floats:
        """What days of this kind have added so far, where that is more than an accident."""
        total = np.zeros(len(self.x))
        for kind, seen in zip(self.days.recurring, self._effects, strict=True):
            past = seen[:, :bucket][:, kind[:bucket]][:, -12:]
            if kind[bucket] and past.shape[1] >= _RECURS:
                middle = _median(past)
                error = 1.25 * scale / np.sqrt(past.shape[1])  # standard error of a median
                total = np.where(np.abs(middle) > _SURE * error, middle, total)
        return total


def _filled(x: Floats, warm_up: int) -> Floats:
    """The values with what is missing during the warm-up put at the median; the rest is overwritten on the way."""
    learned = x.copy()
    early = learned[:, :warm_up]
    middle = _median(early)
    early[:] = np.where(np.isfinite(early), early, np.where(np.isfinite(middle), middle, 0.0)[:, None])
    return learned


def _foretell(past: Floats, recipe: Recipe) -> Floats:
    """The next bucket by season, level and a damped slope."""
    window, _, index = _season(past, recipe)
    level, level_only = recipe.level, window - np.tile(index, (1, window.shape[1] // recipe.season))
    now, before = _trimmed(level_only[:, -level:]), _middle(level_only[:, -2 * level : -level])
    cap = 0.5 * _mad(level_only[:, -2 * level :]) / level
    slope = np.clip((now - before) / level, -cap, cap)
    return now + slope * level / 2 + index[:, 0]


def _spread_at_first(past: Floats, recipe: Recipe) -> Floats:
    """The spread of what season and level leave, for the first days, which have no errors of their own yet."""
    window, smooth, index = _season(past, recipe)
    return _mad(window - smooth - np.tile(index, (1, window.shape[1] // recipe.season)))


def _season(past: Floats, recipe: Recipe) -> tuple[Floats, Floats, Floats]:
    """The whole seasons within memory, their moving mean, and by how much each phase of the season lies off it."""
    length = min(recipe.memory, past.shape[1]) // recipe.season * recipe.season
    window = past[:, -length:]
    smooth = _centred_mean(window, recipe.season)
    phases = (window - smooth).reshape(len(past), -1, recipe.season)
    index = _middle(np.swapaxes(phases, 1, 2))
    return window, smooth, index - index.mean(1, keepdims=True)


def _centred_mean(window: Floats, width: int) -> Floats:
    """Centred moving mean, its ends held at the first and last full window."""
    sums = np.cumsum(np.pad(window, ((0, 0), (1, 0))), axis=1)
    full = (sums[:, width:] - sums[:, :-width]) / width
    before = (width - 1) // 2
    return np.pad(full, ((0, 0), (before, width - 1 - before)), mode="edge")


def _mad(values: Floats) -> Floats:
    return 1.4826 * _middle(np.abs(values - _middle(values)[:, None]))


def _middle(values: Floats) -> Floats:
    """Medians over the last axis of what is all there; sorting rows as short as these beats partial orders."""
    ranked, count = np.sort(values, axis=-1), values.shape[-1]
    return (ranked[..., (count - 1) // 2] + ranked[..., count // 2]) / 2


def _trimmed(values: Floats) -> Floats:
    """Means by row without the lowest and highest few: steadier than medians, and as deaf to one wild bucket."""
    ranked, cut = np.sort(values, axis=1), int(_TRIMMED * values.shape[1])
    return ranked[:, cut : values.shape[1] - cut].mean(1)


def _median(values: Floats) -> Floats:
    """Medians by row over what is there; NaN for rows without anything."""
    ranked, count = np.sort(values, axis=1), np.isfinite(values).sum(1)  # NaN go last
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    rows = np.arange(len(values))
    return (ranked[rows, np.maximum(count - 1, 0) // 2] + ranked[rows, np.minimum(count // 2, values.shape[1] - 1)]) / 2


def _spread_of(errors: Floats) -> Floats:
    """A standard deviation that heavy tails raise and single outliers do not; NaN for rows with too few errors."""
    size = np.sort(np.abs(errors), axis=1)  # NaN go last
    count = np.isfinite(size).sum(1)
    kept = np.maximum((_KEPT * count).astype(int), 1)
    sums = np.cumsum(np.where(np.isfinite(size), size, 0.0), axis=1)
    rows = np.arange(len(size))
    body = _MEAN_TO_SD * sums[rows, kept - 1] / kept
    tail = size[rows, np.maximum((_TAIL * (count - 1)).astype(int), 0)] / _NORMAL_TAIL
    return np.where(count >= _SETTLED, np.maximum(body, tail), np.nan)


def _root_mean_square(errors: Floats) -> Floats:
    """The standard deviation that outliers raise as they are; NaN for rows with too few errors."""
    count = np.isfinite(errors).sum(1)
    squares = np.nansum(errors**2, axis=1) / np.maximum(count, 1)
    return np.where(count >= _SETTLED, np.sqrt(squares), np.nan)


def _drift(model: _Learned, recipe: Recipe) -> tuple[Floats, Floats]:
    """Size of the drift in units of its own past, and its direction."""
    shape, far, near = model.learned.shape, *recipe.reference
    means = np.full(shape, np.nan)
    sums = np.cumsum(np.pad(model.learned, ((0, 0), (1, 0))), axis=1)
    means[:, recipe.recent - 1 :] = (sums[:, recipe.recent :] - sums[:, : -recipe.recent]) / recipe.recent
    moved, size, lean = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    start = far + recipe.recent
    for bucket in range(start, shape[1]):
        moved[:, bucket] = means[:, bucket] - _middle(means[:, bucket - far : bucket - near + 1])
        begin = max(start, bucket - recipe.drifts - recipe.recent)
        past = moved[:, begin : bucket - recipe.recent]
        if past.shape[1] >= 20 and bucket >= recipe.warm_up:
            centre = _DRIFT_CENTRE * _middle(past)
            usual = _usual_drift(past - centre[:, None], model.scale[:, bucket] / np.sqrt(recipe.recent))
            size[:, bucket] = np.abs(moved[:, bucket] - centre) / usual
            lean[:, bucket] = np.sign(moved[:, bucket] - centre)
    return size, lean


def _usual_drift(away: Floats, noise: Floats) -> Floats:
    """How far drifts went so far, at the least what noise alone moves a mean."""
    ranked = np.sort(np.abs(away), axis=1)
    count = ranked.shape[1]
    middle = (ranked[:, (count - 1) // 2] + ranked[:, count // 2]) / 2
    tail = ranked[:, int(_TAIL * (count - 1))] / _NORMAL_TAIL
    return np.maximum.reduce([1.4826 * middle, tail, _TOGETHER * noise])


def _scores(model: _Model, judged_by: tuple[Floats, Floats, Floats], scales: Sequence[Scale], recipe: Recipe) -> Scores:
    point, slow, lean = judged_by
    judged = np.isfinite(point)
    slow = np.where(judged & np.isfinite(slow), slow, 0.0)
    drifting = slow > np.where(judged, point, np.inf)
    width = recipe.threshold * model.scale
    ends = (model.expected, model.expected - width, model.expected + width)
    back = [np.array([scale.back(row) for scale, row in zip(scales, end, strict=True)]) for end in ends]
    return Scores(
        np.where(judged, np.maximum(point, slow), np.nan),
        np.where(judged, np.where(drifting, lean, np.sign(model.z)), np.nan),
        drifting,
        *back,
    )
