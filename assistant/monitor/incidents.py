"""Incidents and what people do with them: each change is one transaction with its log line and the alert it makes.

Nothing here scores anything. A `Store` acts for the person it was opened for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from assistant.clock import utc_now
from assistant.errors import StoreError
from assistant.monitor.records import LIVE, Alert, AlertEvent, Finding, Happening, Incident, State, Verdict

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from sqlalchemy import Connection

    from assistant.store import Store


class NoSuchIncident(StoreError):
    """An incident that is not there, or whose id fits several."""


# --- reading


def incidents(
    store: Store, states: Sequence[State] = LIVE, since: date | None = None, limit: int = 200
) -> tuple[Incident, ...]:
    """Incidents in some of these states, the last touched first; `since` counts the day of data they were opened on."""
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.incident
    query = select(told).where(told.c.state.in_(states)).order_by(told.c.touched_at.desc(), told.c.id).limit(limit)
    if since is not None:
        query = query.where(told.c.opened_on >= since)
    return tuple(_incident(row) for row in store.rows(query))


def incident(store: Store, id_or_start: str) -> Incident:
    """The incident of that id, or the only one whose id begins so; raises NoSuchIncident."""
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.incident
    rows = store.rows(select(told).where(told.c.id.startswith(id_or_start, autoescape=True)).limit(2))
    if len(rows) != 1 or not id_or_start:
        many = "Several incidents begin with" if len(rows) > 1 else "There is no incident"
        raise NoSuchIncident(f"{many} {id_or_start!r}. `tellwise monitor incidents` lists them.")
    return _incident(rows[0])


def live_badge(store: Store) -> int:
    """How many incidents are open or reopened: what nobody has seen to yet."""
    from sqlalchemy import func, select

    from assistant.store import monitor_tables

    told = monitor_tables.incident
    return int(store.rows(select(func.count()).where(told.c.state.in_(("open", "reopened"))))[0][0])


def open_sentences(store: Store) -> tuple[str, ...]:
    """One plain sentence for each incident that lasts, the newest first."""
    return tuple(f"{one.found.title}. {one.found.sentence}" for one in incidents(store))


def log_of(store: Store, incident_id: str) -> tuple[Happening, ...]:
    """What happened to an incident, oldest first."""
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.incident_log
    rows = store.rows(select(told).where(told.c.incident_id == incident_id).order_by(told.c.id))
    return tuple(Happening(row.incident_id, row.at, row.by, row.what, row.text) for row in rows)


def alerts(store: Store, after: int = 0, limit: int = 500) -> tuple[Alert, ...]:
    """Messages that became due, in order, with a number above `after`; what was sent is the delivery's own matter."""
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.alert
    rows = store.rows(select(told).where(told.c.id > after).order_by(told.c.id).limit(limit))
    return tuple(Alert(*row) for row in rows)


# --- what the monitor writes


@dataclass(frozen=True)
class Change:
    """What becomes of an incident: columns to set, the log line, and the message that is due, if any."""

    what: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    text: str = ""
    alert: AlertEvent | None = None
    day: date | None = None


def open_incident(store: Store, found: Finding, day: date) -> Incident:
    """The incident of a finding, opened on a day of the data; the one that already lasts, when there is one.

    One transaction writes the incident, its log and its alert; a second scheduler finds the first one's work.
    """
    from assistant.store import monitor_tables

    with store.writing() as connection:
        lasting = _lasting(connection, found.key)
        if lasting is not None:
            return lasting
        now = utc_now()
        made = Incident(uuid4().hex, "open", found, now, now, day)
        connection.execute(monitor_tables.incident.insert().values(_row(made)))
        _record(connection, made, Change("opened", alert="opened", day=day, text=found.sentence), store.by)
    return made


def update(store: Store, known: Incident, found: Finding) -> Incident:
    """The incident with what is known of it now; no message, since it goes on."""
    kept = replace(found, monitor=known.found.monitor, first=min(found.first, known.found.first))
    with store.writing() as connection:
        _set(connection, known.id, {"finding": _finding_json(kept), "severity": kept.severity, "normal_buckets": 0})
    return replace(known, found=kept, normal_buckets=0)


def count_normal(store: Store, known: Incident, buckets: int) -> None:
    """Keep how many normal buckets have come since the last that was off."""
    with store.writing() as connection:
        _set(connection, known.id, {"normal_buckets": buckets})


def resolve(store: Store, incident_id: str, day: date, text: str = "") -> Incident:
    """The incident, back to normal on that day of the data; told unless it is snoozed."""
    known = incident(store, incident_id)
    silent = known.state == "snoozed"
    return _change(store, known, _moved("resolved", text, None if silent else "resolved", day))


def reopen(store: Store, incident_id: str, found: Finding, day: date) -> Incident:
    """The incident with its relapse, or one whose snooze is over; told."""
    known = incident(store, incident_id)
    values = {"finding": _finding_json(found), "severity": found.severity, "snoozed_until": None, "normal_buckets": 0}
    return _change(store, known, _moved("reopened", found.sentence, "reopened", day, values))


def withdraw(store: Store, incident_id: str, day: date, text: str) -> Incident:
    """The incident, taken back: data that arrived late shows that nothing was off; told."""
    return _change(store, incident(store, incident_id), _moved("withdrawn", text, "withdrawn", day))


# --- what people do


def acknowledge(store: Store, incident_id: str, text: str = "") -> Incident:
    """The incident in somebody's hands; raises NoSuchIncident, or StoreError when it is over."""
    known = _going_on(incident(store, incident_id))
    return _change(store, known, _moved("acknowledged", text, None, None, {"acknowledged_by": store.by}))


def snooze(store: Store, incident_id: str, until: date | None = None) -> Incident:
    """The incident, silent until that day of the data, or (None) until it is over."""
    known = _going_on(incident(store, incident_id))
    told = f"until {until.isoformat()}" if until else "until it is over"
    return _change(store, known, _moved("snoozed", told, None, None, {"snoozed_until": until}))


def close(store: Store, incident_id: str, text: str = "") -> Incident:
    """The incident, over because a person says so; no message."""
    return _change(store, _going_on(incident(store, incident_id)), _moved("resolved", text, None, None))


def assign(store: Store, incident_id: str, owner: str) -> Incident:
    """The incident with a new owner."""
    known = incident(store, incident_id)
    found = replace(known.found, owner=owner)
    return _change(store, known, Change("assigned", {"finding": _finding_json(found)}, owner))


def comment(store: Store, incident_id: str, text: str) -> Incident:
    """The incident, with somebody's words in its log."""
    return _change(store, incident(store, incident_id), Change("commented", text=text))


def note_verdict(store: Store, incident_id: str, verdict: Verdict, text: str = "") -> Incident:
    """The incident with a person's verdict; `feedback.give` does this and takes the step that follows."""
    known = incident(store, incident_id)
    return _change(store, known, Change(f"verdict: {verdict}", {"verdict": verdict}, text))


# --- inside


def _moved(
    state: State, text: str, alert: AlertEvent | None, day: date | None, values: Mapping[str, Any] | None = None
) -> Change:
    return Change(state, {"state": state, **(values or {})}, text, alert, day)


def _going_on(known: Incident) -> Incident:
    if not known.is_live:
        raise StoreError(f"This incident is {known.state} already; nothing was changed.")
    return known


def _change(store: Store, known: Incident, change: Change) -> Incident:
    values = dict(change.values)
    if "state" in values:
        values["live_key"] = known.found.key if values["state"] in LIVE else known.id
    with store.writing() as connection:
        _set(connection, known.id, values)
        row = _row_of(connection, known.id)
        _record(connection, _incident(row), change, store.by)
    return _incident(row)


def _set(connection: Connection, incident_id: str, values: Mapping[str, Any]) -> None:
    from assistant.store import monitor_tables

    told = monitor_tables.incident
    connection.execute(told.update().where(told.c.id == incident_id).values({**values, "touched_at": utc_now()}))


def _row_of(connection: Connection, incident_id: str) -> Any:
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.incident
    return connection.execute(select(told).where(told.c.id == incident_id)).one()


def _lasting(connection: Connection, key: str) -> Incident | None:
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.incident
    row = connection.execute(select(told).where(told.c.live_key == key)).first()
    return _incident(row) if row is not None else None


def _record(connection: Connection, known: Incident, change: Change, by: str) -> None:
    """The log line of a change, and the message that it makes due."""
    from sqlalchemy import func, select

    from assistant.store import monitor_tables

    log, alert = monitor_tables.incident_log, monitor_tables.alert
    line = {"incident_id": known.id, "at": utc_now(), "by": by, "what": change.what, "text": change.text}
    connection.execute(log.insert().values(line))
    if change.alert is None or change.day is None:
        return
    sent = select(func.count()).where(alert.c.incident_id == known.id)
    number = int(connection.execute(sent).scalar() or 0)
    found = known.found
    row = {
        "key": f"{known.id}:{number}", "incident_id": known.id, "event": change.alert, "at": line["at"],
        "day": change.day, "title": found.title, "text": change.text or found.sentence, "severity": found.severity,
        "owner": found.owner, "channel": found.channel,
    }  # fmt: skip
    connection.execute(alert.insert().values(row))


def _row(made: Incident) -> dict[str, Any]:
    found = made.found
    return {
        "id": made.id, "live_key": found.key, "key": found.key, "state": made.state, "monitor": found.monitor,
        "metric": found.metric, "severity": found.severity, "finding": _finding_json(found),
        "opened_on": made.opened_on, "opened_at": made.opened_at, "touched_at": made.touched_at,
        "acknowledged_by": "", "snoozed_until": None, "verdict": "", "normal_buckets": 0,
    }  # fmt: skip


def _incident(row: Any) -> Incident:
    found = _adapter().validate_json(row.finding)
    times = (row.opened_at, row.touched_at, row.opened_on)
    verdict: Verdict | None = row.verdict or None
    return Incident(
        row.id, row.state, found, *times, row.acknowledged_by, row.snoozed_until, verdict, row.normal_buckets
    )


@cache
def _adapter() -> TypeAdapter[Finding]:
    from pydantic import TypeAdapter

    return TypeAdapter(Finding)


def _finding_json(found: Finding) -> str:
    return json.dumps(_adapter().dump_python(found, mode="json"), ensure_ascii=False, allow_nan=False)
