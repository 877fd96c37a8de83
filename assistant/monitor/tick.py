"""One pass over everything that is watched: what is new, what lasts, what is over; kept with what it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.monitor import feedback
from assistant.monitor import incidents as book
from assistant.monitor.desk import Desk, Failure
from assistant.monitor.explaining import explained
from assistant.monitor.merging import Tally, merge
from assistant.monitor.monitors import Watchlist, read_watchlist
from assistant.monitor.records import Finding, Run
from assistant.monitor.telling import WORDS
from assistant.monitor.watching import Watch, watching
from assistant.wording import wording

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.store import Store

CATCH_UP_DAYS = 7
"""After a pause so many days are gone through one by one; what is older is history."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Pass:
    """A run as it was kept, and the incidents that it turned."""

    run: Run
    tally: Tally


def run_monitors(settings: Settings, store: Store, progress: Progress | None = None) -> Pass:
    """One pass for every day since the last, over a workspace; see `tick`."""
    with watching(settings) as watch:
        return tick(watch, store, read_watchlist(settings.home, watch.layer), days_due(store, watch.as_of), progress)


def days_due(store: Store, as_of: date) -> tuple[date, ...]:
    """The days of the data to go through: those since the last pass, today's at least, never many."""
    done = [one.day for one in runs(store, 20) if not one.error and one.day <= as_of]
    since = max(done, default=as_of - timedelta(days=1))
    count = min(max((as_of - since).days, 1), CATCH_UP_DAYS)
    return tuple(as_of - timedelta(days=back) for back in range(count - 1, -1, -1))


def tick(
    watch: Watch, store: Store, watchlist: Watchlist, days: Sequence[date], progress: Progress | None = None
) -> Pass:
    """The run as kept; again for the same data it tells nothing anew. A failing monitor stops no other."""
    started, clock, before = datetime.now(UTC).replace(tzinfo=None), time.monotonic(), len(watch.asked)
    desk = Desk(watch, watchlist.monitors, feedback.adjustments(store), days).read(progress)
    total, done = Tally(), max((one.day for one in runs(store)), default=date.min)
    for day in days:
        _tell_failures(store, desk, day, total)
        turned = merge(store, desk, day, lambda found: explained(watch, found), again=day <= done)
        for name in ("opened", "reopened", "resolved", "withdrawn"):
            getattr(total, name).extend(getattr(turned, name))
    series = sum(len(one.series.keys) for one in desk.watched.values())
    slices = sum(len(board.table.where) for board in desk.boards.values())
    run = Run(
        uuid4().hex, days[-1], started, time.monotonic() - clock, len(watchlist.monitors), series + slices,
        len(watch.asked) - before, len(total.opened) + len(total.reopened), len(total.resolved) + len(total.withdrawn),
        "; ".join(f"{one.monitor.name}: {one.reason}" for one in desk.failures),
    )  # fmt: skip
    _keep(store, run, watch)
    return Pass(run, total)


def _tell_failures(store: Store, desk: Desk, day: date, total: Tally) -> None:
    lasting = {one.found.monitor for one in book.incidents(store, limit=1000) if one.found.kind == "failed"}
    for failure in desk.failures:
        if failure.monitor.name not in lasting:
            total.opened.append(book.open_incident(store, _failed(desk.watch, failure, day), day))


def _failed(watch: Watch, failure: Failure, day: date) -> Finding:
    words, monitor = wording(WORDS, watch.locale), failure.monitor
    values = {"name": monitor.name, "reason": failure.reason}
    return Finding(
        monitor.name, monitor.metric, "failed", "either", day, day, severity="high", confidence=1.0,
        title=words.say("title_failed", values), sentence=words.say("failed", values), owner=monitor.owner,
        channel=monitor.channel,
    )  # fmt: skip


def runs(store: Store, limit: int = 50) -> tuple[Run, ...]:
    """The passes so far, the latest first: for which day, how long, how many series and queries, what came of them."""
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.monitor_run
    rows = store.rows(select(told).order_by(told.c.started_at.desc()).limit(limit))
    return tuple(Run(*row) for row in rows)


def _keep(store: Store, run: Run, watch: Watch) -> None:
    from assistant.store import monitor_tables

    mark, now = monitor_tables.watermark, datetime.now(UTC).replace(tzinfo=None)
    with store.writing() as connection:
        connection.execute(monitor_tables.monitor_run.insert().values(vars(replace(run))))
        connection.execute(mark.delete())
        for source, reaches in watch.ends.items():
            connection.execute(mark.insert().values(source=source, reaches=reaches, seen_at=now))
