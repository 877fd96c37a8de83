"""One leader among several processes: a lease in the store that runs out when its holder dies."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING
from uuid import uuid4

from assistant.clock import utc_now
from assistant.errors import StoreError

if TYPE_CHECKING:
    from assistant.store import Store

LASTS = timedelta(seconds=90)
Now = Callable[[], datetime]


def holder_name() -> str:
    """A name for this process that no other has."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{uuid4().hex[:8]}"


@contextmanager
def leading(store: Store, name: str, holder: str, now: Now = utc_now) -> Iterator[bool]:
    """Whether this holder leads while the block runs; the lease is renewed meanwhile and given back after.

    Machines that share a store should agree on the time within a minute.
    """
    if not take(store, name, holder, now()):
        yield False
        return
    over = Event()
    renewing = Thread(target=_renew, args=(store, (name, holder), now, over), daemon=True)
    renewing.start()
    try:
        yield True
    finally:
        over.set()
        renewing.join()
        give_back(store, name, holder)


def take(store: Store, name: str, holder: str, now: datetime) -> bool:
    """Whether the lease is this holder's now: it was free, had run out, or was this holder's already."""
    from sqlalchemy import or_, select

    from assistant.store.delivery_tables import lease

    mine = {"holder": holder, "until": now + LASTS}
    with store.writing() as connection:
        if connection.execute(select(lease.c.name).where(lease.c.name == name)).first() is None:
            connection.execute(lease.insert().values(name=name, **mine))
            return True
        far = now + 2 * LASTS  # a clock that was set back must not leave a lease for hours
        free = or_(lease.c.holder == holder, lease.c.until < now, lease.c.until > far)
        return connection.execute(lease.update().where(lease.c.name == name, free).values(mine)).rowcount == 1


def give_back(store: Store, name: str, holder: str) -> None:
    """The lease is free, if it was this holder's."""
    from assistant.store.delivery_tables import lease

    store.write(lease.delete().where(lease.c.name == name, lease.c.holder == holder))


def _renew(store: Store, mine: tuple[str, str], now: Now, over: Event) -> None:
    while not over.wait(LASTS.total_seconds() / 3):
        try:
            take(store, *mine, now())
        except StoreError:  # the store is busy or away: the next beat tries again, the lease lasts three of them
            continue
