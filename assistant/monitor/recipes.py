"""How a series of one grain is watched: season, memory and thresholds, measured by `make bench-monitor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Few:
    """How counts are watched of which fewer than `under` are expected per bucket: over longer windows.

    Single buckets of few counts say little: their point score is multiplied by `point_weight`, and the drift is that of
    the last `recent` buckets beside the median of those from `reference[0]` to `reference[1]` ago.
    """

    under: float
    point_weight: float
    recent: int
    reference: tuple[int, int]
    drift_weight: float


@dataclass(frozen=True)
class Recipe:
    """Lengths in buckets.

    `season` is the period of the season, `memory` the history that season and level are read from, `level` the window
    of the present level, `errors` the history of one-step errors that the scale is read from, `warm_up` the buckets
    before the first forecast and `settled` the errors that are needed before anything is judged. A drift is the mean of
    the last `recent` buckets beside the median of the buckets from `reference[0]` to `reference[1]` ago, judged by its
    own history of `drifts` buckets. `drift_weight` puts both scores on one scale (their 99.8th percentiles on clean
    series). `cool_down` is the least distance of two alerts. `few` says what is different where counts are few.
    `bursty` series are watched in their own unit, their usual error being the root mean square, which bursts raise.
    """

    season: int
    memory: int
    level: int
    errors: int
    warm_up: int
    settled: int
    recent: int
    reference: tuple[int, int]
    drifts: int
    drift_weight: float
    cool_down: int
    threshold: float
    few: Few | None = None
    bursty: bool = False


DAILY = Recipe(
    season=7, memory=168, level=14, errors=260, warm_up=35, settled=28, recent=7, reference=(35, 10), drifts=84,
    drift_weight=1.0, cool_down=7, threshold=3.37,
    few=Few(under=50, point_weight=0.94, recent=10, reference=(38, 13), drift_weight=1.32),
)  # fmt: skip
WEEKLY = Recipe(
    season=1, memory=26, level=8, errors=78, warm_up=17, settled=12, recent=6, reference=(20, 7), drifts=52,
    drift_weight=0.95, cool_down=3, threshold=3.32,
)  # fmt: skip
HOURLY = Recipe(
    season=24, memory=336, level=24, errors=336, warm_up=120, settled=28, recent=12, reference=(168, 24), drifts=336,
    drift_weight=0.9, cool_down=12, threshold=4.0, bursty=True,
)  # fmt: skip
SENSITIVITY = {"quiet": 1.2, "normal": 1.0, "sensitive": 0.9}
"""By what a recipe's threshold is multiplied."""
