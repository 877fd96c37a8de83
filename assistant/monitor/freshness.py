"""Sources that stopped: told as such, and nothing that rests on them is judged meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.formatting import day as day_words
from assistant.monitor.monitors import Monitor
from assistant.monitor.records import Finding
from assistant.monitor.telling import WORDS
from assistant.monitor.watching import Watch
from assistant.wording import wording

_LEAST_DAYS = 2  # a source that was never quiet for a day may be for one
_TIMES = 1.5  # of the longest gap that it ever had


@dataclass(frozen=True)
class Stopped:
    """A source without new rows, and the metrics that rest on it."""

    finding: Finding
    metrics: frozenset[str]


def stopped_on(watch: Watch, monitors: Sequence[Monitor], day: date) -> tuple[Stopped, ...]:
    """The sources whose newest row is older on a day than any gap that they ever had."""
    watched: dict[str, set[str]] = {}
    titles: dict[str, str] = {}
    for monitor in monitors:
        for table, title in watch.sources(monitor.metric).items():
            watched.setdefault(table, set()).add(monitor.metric)
            titles[table] = title
    late = {table: metrics for table, metrics in watched.items() if _is_late(watch, table, day)}
    return tuple(_stopped(watch, table, titles[table], metrics) for table, metrics in sorted(late.items()))


def _is_late(watch: Watch, table: str, day: date) -> bool:
    end = watch.ends.get(table)
    return end is not None and (day - end.date()).days > max(_LEAST_DAYS, _TIMES * watch.gaps.get(table, 0.0))


def _stopped(watch: Watch, table: str, title: str, metrics: set[str]) -> Stopped:
    words, end = wording(WORDS, watch.locale), watch.ends[table].date()
    usual = round(watch.gaps.get(table, 0.0))
    names = ", ".join(sorted(watch.layer.metrics[name].title.lower() for name in metrics))
    values = {
        "source": title, "day": day_words(end, watch.locale), "metrics": names,
        "usual": words.say("day_one") if usual == 1 else words.say("days_few", {"count": usual}),
    }  # fmt: skip
    found = Finding(
        title, table, "stopped", "either", end, end, severity="high", confidence=1.0,
        title=words.say("title_stopped", values), sentence=words.say("stopped", values),
    )  # fmt: skip
    return Stopped(found, frozenset(metrics))
