"""Incidents: one for each cause while it lasts, one message for each turn, and what people say changes what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.errors import StoreError
from assistant.monitor import feedback, incidents
from assistant.monitor.records import Driver, Evidence, Finding, Track
from assistant.store import Store

DAY = date(2026, 6, 30)
FOUND = Finding(
    monitor="repeat orders", metric="repeat_orders", kind="slice", direction="down", first=date(2026, 6, 17), last=DAY,
    where={"customer.region": "North"}, score=4.2, confidence=0.99, value=820.0, expected=1000.0, worth=-9000.0,
    severity="high", title="Repeat orders in North are down", sentence="820 repeat orders, 1,000 expected.",
    owner="ann", channel="slack",
    evidence=Evidence(drivers=(Driver("North -180", "North", -180.0),), track=Track((DAY,), (820.0,), (None,))),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Settings(home=tmp_path), "ann")
    yield opened
    opened.close()


def events(store: Store) -> list[str]:
    return [one.event for one in incidents.alerts(store)]


def test_a_cause_is_one_incident_and_one_message_however_often_it_is_found(store: Store, tmp_path: Path) -> None:
    made = incidents.open_incident(store, FOUND, DAY)
    second_scheduler = Store.open(Settings(home=tmp_path), "monitor")
    assert incidents.open_incident(second_scheduler, FOUND, DAY).id == made.id
    second_scheduler.close()
    assert incidents.incidents(store) == (made,)
    assert made.found == FOUND
    (alert,) = incidents.alerts(store)
    assert (alert.event, alert.title, alert.owner, alert.severity) == ("opened", FOUND.title, "ann", "high")
    assert incidents.alerts(store, after=alert.number) == ()


def test_recovery_is_told_once_and_a_relapse_once(store: Store) -> None:
    made = incidents.open_incident(store, FOUND, DAY)
    incidents.update(store, made, replace(FOUND, first=DAY, value=800.0))
    assert incidents.incident(store, made.id).found.first == FOUND.first  # it began when it began
    incidents.resolve(store, made.id, DAY, "back to normal")
    assert incidents.incidents(store) == ()
    incidents.reopen(store, made.id, FOUND, DAY)
    assert events(store) == ["opened", "resolved", "reopened"]
    assert [one.what for one in incidents.log_of(store, made.id)] == ["opened", "resolved", "reopened"]
    assert incidents.live_badge(store) == 1


def test_after_the_end_the_same_thing_is_a_new_incident(store: Store) -> None:
    first = incidents.open_incident(store, FOUND, DAY)
    incidents.withdraw(store, first.id, DAY, "data arrived")
    second = incidents.open_incident(store, FOUND, DAY)
    assert second.id != first.id
    assert events(store) == ["opened", "withdrawn", "opened"]


def test_what_is_acknowledged_is_no_news_and_what_is_snoozed_ends_in_silence(store: Store) -> None:
    made = incidents.open_incident(store, FOUND, DAY)
    held = incidents.acknowledge(store, made.id[:8], "looking")
    assert (held.state, held.acknowledged_by) == ("acknowledged", "ann")
    assert incidents.live_badge(store) == 0
    assert incidents.snooze(store, made.id, DAY).snoozed_until == DAY
    incidents.resolve(store, made.id, DAY)
    assert events(store) == ["opened"]
    with pytest.raises(StoreError, match="resolved already"):
        incidents.acknowledge(store, made.id)


def test_an_unknown_id_is_named_and_a_start_that_fits_several_too(store: Store) -> None:
    with pytest.raises(incidents.NoSuchIncident, match="no incident 'zz'"):
        incidents.incident(store, "zz")
    with pytest.raises(incidents.NoSuchIncident):
        incidents.incident(store, "")


def test_comments_and_owners_are_logged(store: Store) -> None:
    made = incidents.open_incident(store, FOUND, DAY)
    incidents.comment(store, made.id, "asked the carrier")
    assert incidents.assign(store, made.id, "bob").found.owner == "bob"
    assert [(one.by, one.what, one.text) for one in incidents.log_of(store, made.id)][1:] == [
        ("ann", "commented", "asked the carrier"),
        ("ann", "assigned", "bob"),
    ]


def test_wrong_raises_the_threshold_of_that_series_alone_and_useful_lowers_it_again(store: Store) -> None:
    made = incidents.open_incident(store, FOUND, DAY)
    assert feedback.give(store, made.id, "wrong", "noise").state == "resolved"
    steps = feedback.adjustments(store)
    assert feedback.factor_of(steps, "repeat_orders", FOUND.where) == pytest.approx(1.15)
    assert feedback.factor_of(steps, "repeat_orders", {}) == 1.0
    again = incidents.open_incident(store, FOUND, DAY)
    assert feedback.give(store, again.id, "useful").is_live
    assert feedback.factor_of(feedback.adjustments(store), "repeat_orders", FOUND.where) == pytest.approx(1.15 / 1.05)
    for step in feedback.adjustments(store):
        feedback.undo(store, step.id)
    assert feedback.factor_of(feedback.adjustments(store), "repeat_orders", FOUND.where) == 1.0
    with pytest.raises(StoreError, match="no step"):
        feedback.undo(store, steps[0].id)


def test_expected_takes_the_days_out(store: Store) -> None:
    made = incidents.open_incident(store, FOUND, DAY)
    feedback.give(store, made.id, "expected", "summer break")
    (step,) = feedback.adjustments(store)
    assert (step.what, step.first, step.last, step.reason) == ("expected", FOUND.first, DAY, "summer break")


def test_a_muted_slice_is_silent_with_all_that_lies_in_it_and_until_its_day(store: Store) -> None:
    feedback.mute(store, "repeat_orders", FOUND.where, DAY)
    steps = feedback.adjustments(store)
    inside = {**FOUND.where, "orders.channel": "store"}
    assert feedback.is_muted(steps, "repeat_orders", inside, DAY)
    assert not feedback.is_muted(steps, "repeat_orders", {"orders.channel": "store"}, DAY)
    assert not feedback.is_muted(steps, "repeat_orders", inside, date(2026, 7, 1))
    assert not feedback.is_muted(steps, "orders", inside, DAY)
