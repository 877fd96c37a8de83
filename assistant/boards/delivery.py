"""Boards that come by themselves: when each is due, what its digest says, and that it is sent once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assistant.answer import Answer, Refusal
from assistant.boards.controls import Controls
from assistant.boards.live import LiveTile, show_tile
from assistant.boards.records import Board, CannotPin, Delivery, Timing
from assistant.boards.shelf import board_of, own_board, tiles_of
from assistant.clock import utc_now
from assistant.store import Store

if TYPE_CHECKING:
    from assistant.assistant import Assistant

EVERY = ("daily", "weekly", "monthly")


@dataclass(frozen=True)
class DigestEntry:
    """One tile in words; `spec` is its Vega-Lite picture where it has one."""

    title: str
    sentence: str
    period: str = ""
    caveats: tuple[str, ...] = ()
    spec: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Digest:
    """A board as a message for one reader, computed under that reader's rights."""

    board: Board
    as_of: date
    entries: tuple[DigestEntry, ...]


def deliver(store: Store, board_id: str, timing: Timing) -> Delivery:
    """The board is sent at these times from now on; raises CannotPin for no time at all, Forbidden, BoardMissing."""
    from assistant.store.board_tables import board_delivery

    own_board(store, board_id)
    _check(timing)
    made = Delivery(board_id, timing, store.by, utc_now(), None)
    with store.writing() as connection:
        connection.execute(board_delivery.delete().where(board_delivery.c.board_id == board_id))
        row = {"board_id": board_id, **vars(timing), "by": made.by, "since": made.since}
        connection.execute(board_delivery.insert().values(row))
    return made


def stop_delivery(store: Store, board_id: str) -> None:
    """The board is not sent any more; raises Forbidden, BoardMissing."""
    from assistant.store.board_tables import board_delivery

    own_board(store, board_id)
    store.write(board_delivery.delete().where(board_delivery.c.board_id == board_id))


def delivery_of(store: Store, board_id: str) -> Delivery | None:
    """When the board is sent; None when it is not."""
    return next((one for one in _deliveries(store) if one.board_id == board_id), None)


def due_boards(store: Store, now: datetime) -> tuple[tuple[Board, Delivery], ...]:
    """Boards whose time has come and that were not sent since; `now` in UTC, without a zone.

    Times missed while nothing ran count once: the last of them is due, the earlier ones are not made up for.
    """
    due = [one for one in _deliveries(store) if last_time(one.timing, now) > (one.sent_at or one.since)]
    return tuple((board_of(store.acting(one.by), one.board_id), one) for one in due)


def mark_sent(store: Store, delivery: Delivery, now: datetime) -> bool:
    """Whether this process may send: of several that claim the same delivery one gets it."""
    from assistant.store.board_tables import board_delivery as kept

    claim = kept.update().where(
        kept.c.board_id == delivery.board_id, kept.c.sent_at.is_not_distinct_from(delivery.sent_at)
    )
    return store.write(claim.values(sent_at=now)) == 1


def board_digest(assistant: Assistant, store: Store, board_id: str) -> Digest:
    """The board in words for the viewer of this assistant, tile by tile; raises BoardMissing."""
    shown = (show_tile(assistant, tile, Controls()) for tile in tiles_of(store, board_id))
    return Digest(board_of(store, board_id), assistant.as_of, tuple(_entry(one) for one in shown))


def _entry(live: LiveTile) -> DigestEntry:
    outcome = live.outcome
    if isinstance(outcome, Answer):
        caveats = tuple(caveat.sentence for caveat in outcome.caveats)
        return DigestEntry(live.tile.title, outcome.sentence, outcome.period, caveats, outcome.chart.spec)
    sentence = outcome.sentence if isinstance(outcome, Refusal) else live.tile.text
    return DigestEntry(live.tile.title, sentence)


def last_time(timing: Timing, now: datetime) -> datetime:
    """The last moment at or before `now` at which the timing falls due, in UTC; a month is due on its first day."""
    zone = ZoneInfo(timing.time_zone)
    local = now.replace(tzinfo=UTC).astimezone(zone)
    day = local.date() if local.hour >= timing.hour else local.date() - timedelta(days=1)
    if timing.every == "weekly":
        day -= timedelta(days=(day.weekday() - timing.weekday) % 7)
    elif timing.every == "monthly":
        day = day.replace(day=1)
    at = datetime(day.year, day.month, day.day, timing.hour, tzinfo=zone)
    return at.astimezone(UTC).replace(tzinfo=None)


def _check(timing: Timing) -> None:
    from zoneinfo import ZoneInfoNotFoundError

    if timing.every not in EVERY or not 0 <= timing.hour <= 23 or not 0 <= timing.weekday <= 6:
        raise CannotPin("Choose daily, weekly or monthly, a day of the week, and an hour from 0 to 23.")
    try:
        ZoneInfo(timing.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CannotPin(f"There is no time zone {timing.time_zone!r}. Write one such as Europe/Berlin.") from error


def _deliveries(store: Store) -> tuple[Delivery, ...]:
    from sqlalchemy import select

    from assistant.store.board_tables import board_delivery

    return tuple(_delivery(row) for row in store.rows(select(board_delivery)))


def _delivery(row: Any) -> Delivery:
    timing = Timing(row.every, row.weekday, row.hour, row.time_zone, row.channel)
    return Delivery(row.board_id, timing, row.by, row.since, row.sent_at)
