"""Messages waiting to be sent: each is put in once, claimed by one sender, and kept until it is sent.

A parcel holds no customer data: it names the alerts that it tells, and its words are made when it is sent, under the
rights that its reader has then. Times are UTC without a zone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from assistant.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from assistant.store import Store

ParcelKind = Literal["alert", "digest", "board", "note"]
ParcelState = Literal["waiting", "sending", "sent", "failed", "dropped"]
CLAIM = timedelta(minutes=5)  # how long a sender may take before another one takes over
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 30  # about a day
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Parcel:
    """One message on its way.

    `key` is the same however often it is tried. `unsure` says that an earlier sender was stopped while it sent, so that
    nobody knows whether it came through.
    """

    id: str
    key: str
    channel: str
    kind: ParcelKind
    payload: Mapping[str, Any]
    state: ParcelState
    made_at: datetime
    due_at: datetime
    attempts: int
    sent_at: datetime | None = None
    error: str = ""
    unsure: bool = False


@dataclass(frozen=True)
class Note:
    """What is to be put in: the key that makes it one message, where it goes, and what it tells."""

    key: str
    channel: str
    kind: ParcelKind
    payload: Mapping[str, Any]


def put(connection: Connection, notes: Sequence[Note], now: datetime) -> int:
    """How many of the notes were new; those whose key is known are left alone."""
    from sqlalchemy import select

    from assistant.store.delivery_tables import outbox

    added = 0
    for note in notes:
        if connection.execute(select(outbox.c.id).where(outbox.c.key == note.key)).first() is not None:
            continue
        row = {
            "id": uuid4().hex, "key": note.key, "channel": note.channel, "kind": note.kind,
            "payload": json.dumps(dict(note.payload), ensure_ascii=False), "state": "waiting", "made_at": now,
            "due_at": now, "attempts": 0, "claimed_by": "", "error": "",
        }  # fmt: skip
        connection.execute(outbox.insert().values(row))
        added += 1
    return added


def parcels(store: Store, states: Sequence[ParcelState] = (), limit: int = 100) -> tuple[Parcel, ...]:
    """Messages in some of these states (in any, when none is named), the newest first."""
    from sqlalchemy import select

    from assistant.store.delivery_tables import outbox

    query = select(outbox).order_by(outbox.c.made_at.desc(), outbox.c.id).limit(limit)
    if states:
        query = query.where(outbox.c.state.in_(states))
    return tuple(_parcel(row) for row in store.rows(query))


def waiting(store: Store, now: datetime) -> bool:
    """Whether a message is due."""
    return bool(store.rows(_due(now)))


def claim(store: Store, holder: str, now: datetime, kinds: Sequence[ParcelKind] = ()) -> Parcel | None:
    """The next message that is due (of some kinds), now this sender's alone; None when there is none."""
    from assistant.store.delivery_tables import outbox

    query = _due(now).where(outbox.c.kind.in_(kinds)) if kinds else _due(now)
    with store.writing() as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        mine = outbox.update().where(
            outbox.c.id == row.id, outbox.c.state == row.state, outbox.c.attempts == row.attempts
        )
        values = {"state": "sending", "claimed_by": holder, "claimed_until": now + CLAIM, "attempts": row.attempts + 1}
        if connection.execute(mine.values(values)).rowcount != 1:
            return None
    return _parcel(row, unsure=row.state == "sending")


def _due(now: datetime) -> Select[Any]:
    """The oldest message that waits no longer, or whose sender has not been heard of since it took it."""
    from sqlalchemy import and_, or_, select

    from assistant.store.delivery_tables import outbox

    ready = and_(outbox.c.state == "waiting", outbox.c.due_at <= now)
    forsaken = and_(outbox.c.state == "sending", outbox.c.claimed_until < now)
    return select(outbox).where(or_(ready, forsaken)).order_by(outbox.c.made_at, outbox.c.id).limit(1)


def settle(store: Store, parcel: Parcel, state: ParcelState, now: datetime, error: str = "") -> None:
    """Keep what became of a claimed message: "sent", or "dropped" with the reason."""
    values = {"state": state, "error": error, "claimed_until": None, "sent_at": now if state == "sent" else None}
    _set(store, parcel, values)


def put_off(store: Store, parcel: Parcel, until: datetime) -> None:
    """Give a claimed message back untried, not to be taken before a time."""
    _set(store, parcel, {"state": "waiting", "due_at": until, "attempts": parcel.attempts, "claimed_until": None})


def try_again(store: Store, parcel: Parcel, now: datetime, error: str) -> ParcelState:
    """Give a message back that could not be sent: to wait twice as long each time, or failed after a day of trying."""
    tried = parcel.attempts + 1
    state: ParcelState = "failed" if tried >= MOST_ATTEMPTS else "waiting"
    pause = min(FIRST_PAUSE * 2 ** min(tried - 1, 10), LONGEST_PAUSE)
    _set(store, parcel, {"state": state, "due_at": now + pause, "error": error[:500], "claimed_until": None})
    return state


def retry(store: Store, id_or_start: str, now: datetime) -> None:
    """Send a message that failed once more; raises StoreError when no id, or more than one, begins so."""
    from assistant.store.delivery_tables import outbox

    failed = [one.id for one in parcels(store, ("failed",), 1000) if id_or_start and one.id.startswith(id_or_start)]
    if len(failed) != 1:
        raise StoreError(f"No single message {id_or_start!r} has failed. `tellwise monitor outbox` lists them.")
    known = outbox.update().where(outbox.c.id == failed[0], outbox.c.state == "failed")
    store.write(known.values(state="waiting", due_at=now, attempts=0))


def sent_since(store: Store, channel: str, since: datetime) -> tuple[datetime, ...]:
    """When messages went out to a channel since a time, oldest first."""
    from sqlalchemy import select

    from assistant.store.delivery_tables import outbox

    told = select(outbox.c.sent_at).where(outbox.c.channel == channel, outbox.c.state == "sent")
    return tuple(row.sent_at for row in store.rows(told.where(outbox.c.sent_at > since).order_by(outbox.c.sent_at)))


def state_of(store: Store, key: str) -> ParcelState | None:
    """What became of the message of a key; None when there is none."""
    from sqlalchemy import select

    from assistant.store.delivery_tables import outbox

    rows = store.rows(select(outbox.c.state).where(outbox.c.key == key))
    return rows[0].state if rows else None


def sweep(store: Store, now: datetime) -> int:
    """How many old messages that are sent or dropped were removed."""
    from assistant.store.delivery_tables import outbox

    over = outbox.c.state.in_(("sent", "dropped")) & (outbox.c.made_at < now - KEPT)
    return store.write(outbox.delete().where(over))


def _set(store: Store, parcel: Parcel, values: Mapping[str, Any]) -> None:
    from assistant.store.delivery_tables import outbox

    store.write(outbox.update().where(outbox.c.id == parcel.id).values(dict(values)))


def _parcel(row: Any, unsure: bool = False) -> Parcel:
    told = (row.id, row.key, row.channel, row.kind, json.loads(row.payload), row.state, row.made_at, row.due_at)
    return Parcel(*told, row.attempts, row.sent_at, row.error, unsure)
