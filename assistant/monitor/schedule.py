"""One turn of the monitor: look at the days that were not looked at, put in what is due, send it.

A turn may be started from anywhere and any number of times: by the page each minute, by a process of its own, by cron,
by hand, by several of them at once. One of them leads; what is due is read from the store alone, so that nothing hangs
on a timer that was slept through, a clock that was changed or a process that was killed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.clock import utc_now
from assistant.config import Settings
from assistant.errors import AssistantError
from assistant.monitor.delivery import Post, Sent, deliver
from assistant.monitor.delivery_channels import Channel, read_channels
from assistant.monitor.delivery_messages import message_words
from assistant.monitor.delivery_rights import Readers, limits_people
from assistant.monitor.digest import Writer, digest_due, keep, kept, queue_alerts, queue_boards, queue_digests
from assistant.monitor.incidents import alerts
from assistant.monitor.outbox import Note, put, sweep, waiting
from assistant.monitor.schedule_lease import Now, holder_name, leading
from semantic_layer import SemanticLayerError
from warehouse import WarehouseError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.monitor.tick import Pass, Progress
    from assistant.store import Store

LEASE = "monitor"
_LOOKED = "looked"
_LOG = logging.getLogger(__name__)
Looked = tuple["Pass", "Pulse | None"]
Look = Callable[["Assistant", "Store"], tuple[date, ...]]
"""One look at the data: incidents are opened, resolved and told in the store; the days looked at."""


@dataclass(frozen=True)
class Pulse:
    """What one turn came to: whether it led, the days it looked at, what was put in, and what became of messages."""

    led: bool
    days: tuple[date, ...] = ()
    queued: int = 0
    sent: int = 0
    withheld: int = 0
    failed: int = 0
    errors: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The turn in one line."""
        if not self.led:
            return "Another process leads; nothing was done here."
        looked = f"{len(self.days)} day(s) looked at" + (f", up to {self.days[-1]:%Y-%m-%d}" if self.days else "")
        told = f"{looked}; {self.queued} message(s) put in, {self.sent} sent, {self.withheld} withheld, {self.failed}"
        return "\n".join([f"{told} to try again", *self.errors])


@dataclass(frozen=True)
class Turn:
    """How a turn is made: who leads, the time, the look, and how to wait between two messages of a channel."""

    look: Look | None = None
    now: Now = utc_now
    wait: Callable[[float], None] | None = None


def pulse(settings: Settings, store: Store, look: bool = True, turn: Turn = Turn()) -> Pulse:
    """What one turn came to; `look=False` sends what is due without looking at the data.

    A look that fails is told to the channels once a day, and raised after what is due was sent.
    """
    holder = holder_name()
    with leading(store, LEASE, holder, turn.now) as led:
        return _led(settings, store, look, (turn, holder)) if led else Pulse(led=False)


def _led(settings: Settings, store: Store, look: bool, how: tuple[Turn, str]) -> Pulse:
    from assistant.monitor.watching import ROWS, SECONDS

    wide = replace(settings, query_rows=ROWS, query_seconds=max(settings.query_seconds, SECONDS))
    try:
        assistant = _opened(wide)
    except (AssistantError, SemanticLayerError, WarehouseError) as error:
        _tell_failure(settings, store, error, how)
        raise
    try:
        return _over(assistant, settings, store, look, how)
    finally:
        assistant.close()


def _opened(settings: Settings) -> Assistant:
    from assistant.assistant import Assistant

    return Assistant.open(settings)


def _over(assistant: Assistant, settings: Settings, store: Store, look: bool, how: tuple[Turn, str]) -> Pulse:
    turn, holder = how
    channels = read_channels(settings.home, limits_people(assistant.layer))
    days, error = _look(assistant, store, turn) if look else ((), None)
    if error is not None:
        _put_failure(settings, store, channels, error, turn.now())
    queued = queue_alerts(store, channels, assistant.as_of, turn.now())
    queued += queue_digests(store, channels, assistant.as_of, turn.now()) + queue_boards(store, turn.now())
    writer = Writer(store, settings, Readers(settings, assistant), channels)
    post = Post(channels, writer.compose, holder, turn.now)
    sent = deliver(store, post if turn.wait is None else replace(post, wait=turn.wait))
    sweep(store, turn.now())
    if error is not None:
        raise error
    return _pulse(days, queued, sent)


def _pulse(days: tuple[date, ...], queued: int, sent: Sent) -> Pulse:
    return Pulse(True, days, queued, sent.sent, sent.withheld, sent.failed, tuple(sent.errors))


def _look(assistant: Assistant, store: Store, turn: Turn) -> tuple[tuple[date, ...], Exception | None]:
    """The days looked at, and the fault that kept it from looking, if any."""
    keep(store, _LOOKED, turn.now().isoformat())
    try:
        return (turn.look or look_at)(assistant, store), None
    except (AssistantError, SemanticLayerError, WarehouseError) as error:
        return (), error


def look_at(assistant: Assistant, store: Store) -> tuple[date, ...]:
    """The days of the data that were looked at: those since the last time, the newest again since data may be late."""
    from assistant.monitor.monitors import read_watchlist
    from assistant.monitor.tick import days_due, tick
    from assistant.monitor.watching import Watch

    watchlist = read_watchlist(assistant.settings.home, assistant.layer)
    days = days_due(store, assistant.as_of)
    tick(Watch.of(assistant, watchlist.countries), store, watchlist, days)
    return days


# --- a monitor that fails


def run_once(settings: Settings, store: Store, progress: Progress | None = None, turn: Turn = Turn()) -> Looked:
    """One pass by hand or from cron, and what it sent; a pass that fails is told to the channels first, and raised."""
    from assistant.monitor.tick import run_monitors

    try:
        done = run_monitors(settings, store, progress)
    except (AssistantError, SemanticLayerError, WarehouseError) as error:
        holder = holder_name()
        with leading(store, LEASE, holder, turn.now) as led:
            _tell_failure(settings, store, error, (turn, holder), at_once=led)
        raise
    return done, send_due(settings, store, turn)


def _tell_failure(
    settings: Settings, store: Store, error: Exception, how: tuple[Turn, str], at_once: bool = True
) -> None:
    """The channels hear that nothing can be looked at, by messages that need no data."""
    turn, holder = how
    channels = read_channels(settings.home)
    _put_failure(settings, store, channels, error, turn.now())
    if not at_once:  # who leads sends them
        return
    deliver(store, Post(channels, Writer.note, holder, turn.now, kinds=("note",)))


def _put_failure(
    settings: Settings, store: Store, channels: Sequence[Channel], error: Exception, now: datetime
) -> None:
    words = message_words(settings.locale)
    title, plain = words.say("message.failed"), words.say("message.failed_why")
    kind = type(error).__name__
    notes = [
        Note(f"failed:{now:%Y-%m-%d}:{kind}:{one.name}", one.name, "note",
             {"title": title, "severity": "high", "text": plain if one.reader else f"{error}"})
        for one in channels
    ]  # fmt: skip
    with store.writing() as connection:
        put(connection, notes, now)


# --- the page's own schedule, and a process of its own


def is_due(settings: Settings, store: Store, now: datetime) -> tuple[bool, bool]:
    """Whether it is time to look, and whether there may be something to send; both from the store alone."""
    looked = kept(store, _LOOKED)
    every = timedelta(minutes=settings.monitor_minutes)
    recently = looked is not None and timedelta(0) <= now - datetime.fromisoformat(looked) < every
    if waiting(store, now) or alerts(store, int(kept(store, "alerts") or 0), 1):
        return not recently, True
    from assistant.boards import due_boards

    channels = read_channels(settings.home)
    return not recently, any(digest_due(store, one, now) for one in channels) or bool(due_boards(store, now))


def minute(settings: Settings, store: Store, turn: Turn = Turn()) -> Pulse | None:
    """What the turn of this minute came to; None when there was nothing to do."""
    look, send = is_due(settings, store, turn.now())
    return pulse(settings, store, look, turn) if look or send else None


def send_due(settings: Settings, store: Store, turn: Turn = Turn()) -> Pulse | None:
    """What sending came to, without a look at the data; None when nothing was due."""
    return pulse(settings, store, False, turn) if is_due(settings, store, turn.now())[1] else None


@contextmanager
def running(settings: Settings) -> Iterator[None]:
    """The schedule beside whatever runs in the block: a turn each minute, when there is something to do."""
    if settings.monitor_minutes <= 0:
        yield
        return
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(timezone="UTC")
    _each_minute(scheduler, settings)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def watch(settings: Settings) -> None:
    """Nothing; turns are made each minute until the process is stopped."""
    from apscheduler.schedulers.blocking import BlockingScheduler

    scheduler = BlockingScheduler(timezone="UTC")
    _each_minute(scheduler, settings, at_once=True)
    scheduler.start()


def _each_minute(scheduler: object, settings: Settings, at_once: bool = False) -> None:
    """One turn at a time; turns that were slept through are made up for by one."""
    options = {"next_run_time": utc_now()} if at_once else {}
    scheduler.add_job(  # type: ignore[attr-defined]  # APScheduler has no types
        _safely, "interval", args=[settings], seconds=60, max_instances=1, coalesce=True, misfire_grace_time=None,
        **options,
    )  # fmt: skip


def _safely(settings: Settings) -> None:
    """A turn whose faults are written to the log: the next minute tries again."""
    from assistant.store import Store

    try:
        store = Store.open(settings, "monitor")
        try:
            done = minute(settings, store)
        finally:
            store.close()
    except (AssistantError, SemanticLayerError, WarehouseError) as error:
        _LOG.warning("The monitor's turn failed: %s", error)
        return
    if done is not None:
        _LOG.info("%s", done)
