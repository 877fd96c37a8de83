"""From data to message, through all rooms: an unfinished day, data that comes late, a source that stops and goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.config import read_settings
from assistant.monitor.schedule import Pulse, Turn, pulse
from assistant.store import Store
from tests.receivers import Web, web_receiver
from tests.sources_world import HEADER, World

FIRST, LAST = date(2026, 1, 5), date(2026, 6, 17)
MONITORS = "version: 1\nshipped: false\nmonitors:\n  - {name: Orders, metric: orders, slices: none}\n"


@dataclass
class Shop:
    """A workspace whose orders are told day by day."""

    world: World
    web: Web
    counts: dict[date, int]

    def bring(self, counts: dict[date, int], day: date) -> list[str]:
        """The messages that one look on a day brings, after the data was loaded anew."""
        self.counts |= counts
        rows = [
            f"{day:%Y%m%d}-{n},{day:%Y-%m-%d} {n * 24 // 80 % 24:02d}:30,{n % 40},paid\n"
            for day, count in self.counts.items()
            for n in range(count)
        ]
        self.world.write("orders.csv", HEADER + "".join(rows))
        self.world.write("settings.toml", f'as_of = "{day}"\n')
        self.world.load()
        return self.look(day)

    def look(self, day: date) -> list[str]:
        before = len(self.web.bodies)
        settings = read_settings({}, self.world.folder)
        store = Store.open(settings, "monitor")
        try:
            done: Pulse = pulse(settings, store, True, Turn(now=lambda: datetime(day.year, day.month, day.day, 12)))
        finally:
            store.close()
        assert done.led
        return [re.sub(r" [\d.]+%$", "", title) for title in self.web.titles[before:]]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    rng = np.random.default_rng(3)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    counts = {day: int(rng.poisson(80)) for day in days}
    world = World(tmp_path)
    world.orders_from("orders.csv", "")
    world.write("monitors.yml", MONITORS)
    with web_receiver() as web:
        world.write("channels.yml", f"channels:\n  team: {{url: '{web.url}', digest: never, urgent: low}}\n")
        yield Shop(world, web, counts)


@pytest.mark.deep
def test_exactly_the_right_messages(shop: Shop) -> None:
    day = LAST
    assert shop.bring({}, day) == []
    assert shop.look(day) == []

    day += timedelta(days=1)  # less than half of it is there: told once; the rest comes: taken back once
    assert shop.bring({day: 30}, day) == ["Orders: down"]
    assert shop.look(day) == []
    assert shop.bring({day: 82}, day) == ["Taken back: Orders: down"]
    assert shop.look(day) == []

    day += timedelta(days=8)  # nothing came any more: the source is told, the metric that rests on it is not
    assert shop.bring({}, day) == ["Orders: no data since 18 Jun 2026"]
    assert shop.look(day) == []

    missing = {LAST + timedelta(days=number): 80 for number in range(2, (day - LAST).days + 2)}
    day += timedelta(days=1)  # all of it arrives
    assert shop.bring(missing, day) == ["Over: Orders: no data since 18 Jun 2026"]
    assert shop.look(day) == []


@pytest.mark.deep
def test_a_day_that_still_fills_is_not_judged(shop: Shop) -> None:
    shop.world.write("monitors.yml", MONITORS.replace("slices: none", "slices: none, delay_days: 1"))
    day = LAST + timedelta(days=1)
    assert shop.bring({day: 12}, day) == []
    day += timedelta(days=1)
    assert shop.bring({day - timedelta(days=1): 79, day: 9}, day) == []
    day += timedelta(days=1)
    assert shop.bring({day: 5}, day) == ["Orders: down"]  # the day before was never filled
