"""The schedule: one leader, missed turns made up for, a look that fails is told, the future changes no past score."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import Settings
from assistant.errors import AssistantError, NothingToAsk
from assistant.monitor import schedule
from assistant.monitor.detection import Days, score
from assistant.monitor.incidents import alerts, open_incident
from assistant.monitor.outbox import parcels
from assistant.monitor.recipes import DAILY
from assistant.monitor.records import Finding
from assistant.monitor.schedule import Turn, is_due, minute, pulse, run_once
from assistant.monitor.schedule_lease import LASTS, give_back, leading, take
from assistant.store import Store
from tests.receivers import Web, web_receiver
from warehouse import WarehouseError

DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12, 0)


@dataclass
class World:
    """A workspace whose look at the data is told here."""

    store: Store
    settings: Settings
    now: datetime = NOON
    looks: int = 0
    finds: list[Finding] = field(default_factory=list)
    fault: Exception | None = None

    def look(self, assistant: Any, store: Store) -> tuple[date, ...]:
        self.looks += 1
        if self.fault is not None:
            raise self.fault
        for found in self.finds:
            open_incident(store, found, assistant.as_of)
        return (assistant.as_of,)

    @property
    def turn(self) -> Turn:
        return Turn(self.look, lambda: self.now, lambda _: None)

    def pulse(self) -> schedule.Pulse:
        return pulse(self.settings, self.store, True, self.turn)


@pytest.fixture(scope="module")
def web_server() -> Iterator[Web]:
    with web_receiver() as kept:
        yield kept


@pytest.fixture
def web(web_server: Web) -> Web:
    for kept in (web_server.headers, web_server.bodies, web_server.replies):
        kept.clear()
    return web_server


@pytest.fixture(scope="module")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("state")
    Store.open(Settings(home=home)).close()
    return home / "state.db"


@pytest.fixture
def world(tmp_path: Path, web: Web, empty_state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    shutil.copy(empty_state, tmp_path / "state.db")
    (tmp_path / "channels.yml").write_text(f"channels:\n  team: {{url: '{web.url}'}}\n", encoding="utf-8")
    made = Settings(home=tmp_path)
    layer = SimpleNamespace(definitions=SimpleNamespace(datasets=()))
    assistant = SimpleNamespace(layer=layer, as_of=DAY, settings=made, close=lambda: None)
    monkeypatch.setattr(schedule, "_opened", lambda _: assistant)
    store = Store.open(made, "monitor")
    yield World(store, made)
    store.close()


def fall(number: int = 0) -> Finding:
    return Finding(f"m{number}", f"orders{number}", "spike", "down", DAY, DAY, severity="high", title=f"Fall {number}")


def test_a_look_and_its_alert_happen_once_however_often_it_is_called(world: World, web: Web) -> None:
    world.finds = [fall()]
    first, second = world.pulse(), world.pulse()
    assert (first.led, first.days, first.queued, first.sent) == (True, (DAY,), 1, 1)
    assert (second.queued, second.sent) == (0, 0)
    assert web.titles == ["Fall 0"]
    assert len(alerts(world.store)) == 1


def test_who_does_not_lead_does_nothing(world: World, web: Web) -> None:
    world.finds = [fall()]
    with leading(world.store, schedule.LEASE, "another", lambda: world.now) as led:
        assert led
        assert not world.pulse().led
    assert world.looks == 0
    assert world.pulse().led
    assert len(web.bodies) == 1


def test_a_dead_leader_is_followed_when_its_lease_is_over(world: World) -> None:
    store = world.store
    assert take(store, "x", "dead", NOON)
    assert not take(store, "x", "next", NOON + LASTS - timedelta(seconds=1))
    assert take(store, "x", "next", NOON + LASTS + timedelta(seconds=1))
    give_back(store, "x", "dead")
    assert not take(store, "x", "third", NOON + LASTS + timedelta(seconds=2))


def test_a_clock_that_was_set_back_blocks_nobody_for_long(world: World) -> None:
    assert take(world.store, "x", "ahead", NOON + timedelta(hours=5))
    assert take(world.store, "x", "right", NOON)


def test_the_minute_looks_when_it_is_time_and_sends_when_something_is_due(world: World, web: Web) -> None:
    def turns(minutes: int) -> int:
        before = world.looks
        for _ in range(minutes):
            minute(world.settings, world.store, world.turn)
            world.now += timedelta(minutes=1)
        return world.looks - before

    assert turns(3) == 1
    assert is_due(world.settings, world.store, world.now) == (False, False)
    world.finds = [fall()]
    assert turns(60) == 1
    assert web.titles == ["Fall 0"]
    world.now -= timedelta(hours=3)  # the clock is set back
    assert turns(2) == 1
    web.replies.append(503)
    world.finds.append(fall(1))
    world.now += timedelta(hours=2)
    assert turns(1) == 1
    assert turns(5) == 0  # no look, but the message that was not taken
    assert web.titles == ["Fall 0", "Fall 1"]


def test_a_look_that_fails_is_told_once_a_day_and_what_was_due_is_sent(world: World, web: Web) -> None:
    open_incident(world.store, fall(), DAY)
    world.fault = NothingToAsk("There is no data. Run `tellwise load`.")
    for _ in range(3):
        with pytest.raises(NothingToAsk):
            world.pulse()
    assert sorted(web.titles) == ["Fall 0", "Tellwise could not look at the data"]
    told = next(body["message"] for body in web.bodies if "could not" in body["title"])
    assert "tellwise load" in told
    world.now += timedelta(days=1)
    with pytest.raises(NothingToAsk):
        world.pulse()
    assert web.titles.count("Tellwise could not look at the data") == 2


def test_a_workspace_that_cannot_be_opened_is_told_too(world: World, web: Web, monkeypatch: Any) -> None:
    def broken(_: Settings) -> None:
        raise AssistantError("orders.yml:3: there is no table")

    monkeypatch.setattr(schedule, "_opened", broken)
    with pytest.raises(AssistantError):
        world.pulse()
    (body,) = web.bodies
    assert "orders.yml:3" in body["message"]
    assert [one.state for one in parcels(world.store)] == ["sent"]


def test_a_pass_from_cron_that_fails_is_told_once_a_day(world: World, web: Web) -> None:
    for _ in range(2):
        with pytest.raises(WarehouseError, match="no data yet"):
            run_once(world.settings, world.store, None, world.turn)
    (body,) = web.bodies
    assert body["title"] == "Tellwise could not look at the data"
    assert "no data yet" in body["message"]


def test_a_reader_hears_of_a_failure_without_its_words(world: World, web: Web) -> None:
    text = f"channels:\n  team: {{url: '{web.url}', reader: ann}}\n"
    (world.settings.home / "channels.yml").write_text(text, encoding="utf-8")
    world.fault = AssistantError("table secret_salaries is gone")
    with pytest.raises(AssistantError):
        world.pulse()
    assert "secret" not in web.bodies[0]["message"]


def test_no_schedule_where_none_is_wanted(tmp_path: Path) -> None:
    with schedule.running(Settings(home=tmp_path, monitor_minutes=0)):
        assert not (tmp_path / "state.db").exists()


LENGTH = 260


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000), st.integers(130, LENGTH - 1), st.sampled_from([4.0, 40.0, 4000.0]))
def test_noise_in_the_future_changes_no_past_score(seed: int, cut: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    week = np.tile(rng.uniform(0.7, 1.3, 7), LENGTH // 7 + 1)[:LENGTH]
    values = rng.poisson(level * week, (3, LENGTH)).astype(float)
    values[0, rng.integers(0, LENGTH, 20)] = np.nan
    days = Days(rng.random(LENGTH) < 0.03, [rng.random(LENGTH) < 0.03])
    noise = values.copy()
    noise[:, cut:] = rng.gamma(0.5, 10 * level, noise[:, cut:].shape)
    before, after = (score(one, days, DAILY) for one in (values, noise))
    for name in ("score", "direction", "drifting", "expected", "lower", "upper"):
        ours, theirs = getattr(before, name)[:, :cut], getattr(after, name)[:, :cut]
        assert np.array_equal(ours, theirs, equal_nan=name != "drifting")
