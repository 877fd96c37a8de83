"""When a monitor would have fired, had it been there for the last year: what to see before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.formatting import day as day_words
from assistant.monitor import whole
from assistant.monitor.merging import NORMAL_BUCKETS
from assistant.monitor.monitors import Monitor
from assistant.monitor.records import Finding, Track
from assistant.monitor.series import HOURS, day_of
from assistant.monitor.telling import WORDS, Told, tell
from assistant.monitor.watching import Watch
from assistant.monitor.whole import Watched, watch_whole
from assistant.wording import wording

_LISTED = 6
_LEARNING = 30  # days before the year that hours are learned from


@dataclass(frozen=True)
class Backtest:
    """What a monitor would have told of: one line for the chart of each slice, and the findings, oldest first.

    `sentence` says how often and when. Slices that are found by themselves ("auto") are not gone through here.
    """

    monitor: Monitor
    tracks: tuple[tuple[str, Track], ...]
    fired: tuple[Finding, ...]
    sentence: str


def backtest(watch: Watch, monitor: Monitor, days: int = 365) -> Backtest:
    """The back-test of a monitor over its last days; raises QueryError when the monitor cannot be computed."""
    hours = (days + _LEARNING) * HOURS if monitor.grain == "hour" else None
    watched = watch_whole(watch, monitor, (), watch.as_of, hours)
    starts = watched.series.starts
    begin = sum(day_of(start) <= watch.as_of - timedelta(days=days) for start in starts)
    fired: list[Finding] = []
    for row in range(len(watched.series.keys)):
        fired += _fired(watch, watched, row, begin)
    fired.sort(key=lambda one: (one.last, tuple(one.where.values())))
    tracks = tuple(
        (" / ".join(key.values()), whole.track_by_day(watched, row, begin))
        for row, key in enumerate(watched.series.keys)
    )
    return Backtest(monitor, tracks, tuple(fired), _sentence(watch, fired))


def _fired(watch: Watch, watched: Watched, row: int, begin: int) -> list[Finding]:
    """The findings of one series; while it stays off it fires once, and again after it was over."""
    found: list[Finding] = []
    over = (1 if watched.monitor.has_limit else NORMAL_BUCKETS) * (HOURS if watched.is_hourly else 1)
    normal = over
    for at in range(begin, len(watched.series.starts)):
        one = whole.finding_at(watched, row, at, ())
        if one is not None and normal >= over:
            found.append(tell(watch, replace(one, first=one.last), Told(watched.monitor.grain)))
        normal = 0 if one is not None else normal + 1
    return found


def _sentence(watch: Watch, fired: list[Finding]) -> str:
    words = wording(WORDS, watch.locale)
    if not fired:
        return words.say("would_none")
    named = [day_words(one.last, watch.locale) for one in fired[-_LISTED:]]
    days = ", ".join(named)
    if len(fired) > _LISTED:
        days = words.say("would_more", {"days": days, "more": len(fired) - _LISTED})
    return words.say("would_once" if len(fired) == 1 else "would_many", {"count": len(fired), "days": days})
