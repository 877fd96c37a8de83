"""What a demo company is made from: its size, its last day and the seed of every random stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from warehouse.errors import BuildError

if TYPE_CHECKING:
    from numpy.random import Generator

EPOCH = date(1970, 1, 1)
DAY = 86_400  # seconds
LEAST_CUSTOMERS, LEAST_DAYS = 50, 200  # the oldest story begins 120 days back and needs a past to differ from


@dataclass(frozen=True)
class DemoConfig:
    """Everything the demo company depends on: the same values give the same tables, byte for byte.

    `as_of` is the last complete day of data, `customers` the number of customers, `days` the length of the history.
    Raises BuildError when the history is too short or the company too small for its stories.
    """

    as_of: date
    seed: int = 7
    customers: int = 20_000
    days: int = 730

    def __post_init__(self) -> None:
        if self.customers < LEAST_CUSTOMERS:
            raise BuildError(f"The demo company needs at least {LEAST_CUSTOMERS} customers, not {self.customers}.")
        if self.days < LEAST_DAYS:
            raise BuildError(f"The demo company needs at least {LEAST_DAYS} days of history, not {self.days}.")
        if self.seed < 0:
            raise BuildError(f"The seed of the demo company must not be negative, as {self.seed} is.")

    @property
    def first_day(self) -> date:
        """First day of the history."""
        return self.as_of - timedelta(days=self.days - 1)

    @property
    def start(self) -> int:
        """Midnight before the first day, in seconds since 1970 (UTC)."""
        return (self.first_day - EPOCH).days * DAY

    @property
    def end(self) -> int:
        """Midnight after the last day, in seconds since 1970 (UTC); nothing happens from here on."""
        return self.start + self.days * DAY

    def number(self, day: date) -> int:
        """Position of a day in the history: 0 is the first day, `days - 1` is as_of; may lie outside."""
        return (day - self.first_day).days

    def rng(self, stream: str) -> Generator:
        """A random stream of its own for each purpose, so that a change to one table leaves the others as they are."""
        from numpy.random import default_rng

        return default_rng([self.seed, crc32(stream.encode())])
