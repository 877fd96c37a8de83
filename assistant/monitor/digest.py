"""What goes out: alerts that cannot wait, digests of the rest, and their words for each reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.config import Settings
from assistant.formatting import day
from assistant.monitor.delivery import Withheld
from assistant.monitor.delivery_channels import Channel
from assistant.monitor.delivery_messages import (
    Message,
    Section,
    links_of,
    message_words,
    page_address,
    section_of,
)
from assistant.monitor.delivery_picture import track_spec
from assistant.monitor.delivery_rights import Readers
from assistant.monitor.incidents import NoSuchIncident, alerts, incident, incidents
from assistant.monitor.outbox import Note, Parcel, put, state_of
from assistant.monitor.records import Alert, AlertEvent, Incident

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from assistant.store import Store

MOST_TOLD, MOST_OPEN = 5, 5
LATE = timedelta(days=3)  # what is older than this when it is noticed, and over, waits for the digest
_CURSOR = "alerts"
_BATCH = 500
_WEIGHT = {"high": 3, "medium": 2, "low": 1}


def queue_alerts(store: Store, channels: Sequence[Channel], as_of: date, now: datetime) -> int:
    """How many messages were put in for alerts that became due since the last time and cannot wait for a digest.

    The cursor and the messages are kept together, so that a process that dies does both or neither.
    """
    added = 0
    while True:
        with store.writing() as connection:
            after = int(_mark(connection, _CURSOR) or 0)
        due = alerts(store, after, _BATCH)
        if not due:
            return added
        notes = [note for one in due if _is_fresh(store, one, as_of) for note in _urgent(one, channels)]
        with store.writing() as connection:
            if int(_mark(connection, _CURSOR) or 0) != after:
                continue  # another process has taken them
            added += put(connection, notes, now)
            _set_mark(connection, _CURSOR, str(due[-1].number))


def _is_fresh(store: Store, alert: Alert, as_of: date) -> bool:
    """Whether an alert is of the last days, or of what still goes on: not so after a pause for what is long over."""
    if as_of - alert.day <= LATE:
        return True
    try:
        return incident(store, alert.incident_id).is_live
    except NoSuchIncident:
        return False


def _urgent(alert: Alert, channels: Sequence[Channel]) -> list[Note]:
    payload = {"alert": alert.number, "incident": alert.incident_id, "severity": alert.severity}
    wanted = [one for one in _meant(alert, channels) if one.is_urgent(alert.severity)]
    return [Note(_key(alert, one.name), one.name, "alert", payload) for one in wanted]


def _key(alert: Alert, channel: str) -> str:
    return f"alert:{alert.key}:{channel}"


def _meant(alert: Alert, channels: Sequence[Channel]) -> list[Channel]:
    """The channel that the monitor names; without one, or when it is gone, all that take what is not meant for them."""
    named = [one for one in channels if one.name == alert.channel]
    return named or [one for one in channels if not one.only_named]


def queue_digests(store: Store, channels: Sequence[Channel], as_of: date, now: datetime) -> int:
    """How many digests were put in: for each channel whose hour has come, of all alerts since its last one.

    A day or week whose hour was slept through is made up for once. The hour is read off the clock on the wall, so that
    a night of 23 or 25 hours has one digest like any other.
    """
    return sum(_queue_digest(store, one, as_of, now) for one in channels if one.digest != "never")


def _queue_digest(store: Store, channel: Channel, as_of: date, now: datetime) -> int:
    day = digest_day(channel, now)
    mark = f"digest:{channel.name}"
    with store.writing() as connection:
        told = _mark(connection, mark)
        newest = int(_mark(connection, _CURSOR) or 0)
        if told is None:  # a new channel begins with what comes from now on
            _set_mark(connection, mark, f"{day.isoformat()} {newest}")
            return 0
        last_day, _, first = told.partition(" ")
        if last_day >= day.isoformat():
            return 0
        _set_mark(connection, mark, f"{day.isoformat()} {newest}")
        if newest <= int(first) and channel.digest == "daily":
            return 0  # nothing happened: no mail about that
        payload = {"after": int(first), "to": newest, "as_of": as_of.isoformat()}
        key = f"digest:{channel.name}:{day.isoformat()}"
        return put(connection, [Note(key, channel.name, "digest", payload)], now)


def digest_due(store: Store, channel: Channel, now: datetime) -> bool:
    """Whether the hour of a channel's digest has come since its last one."""
    told = kept(store, f"digest:{channel.name}")
    return channel.digest != "never" and (told is None or told[:10] < digest_day(channel, now).isoformat())


def queue_boards(store: Store, now: datetime) -> int:
    """How many boards were put in whose time has come."""
    from assistant.boards import due_boards, mark_sent

    added = 0
    for board, due in due_boards(store, now):
        since = due.sent_at or due.since
        payload = {"board": board.id, "by": due.by}
        note = Note(f"board:{board.id}:{since.isoformat()}", due.timing.channel, "board", payload)
        with store.writing() as connection:
            added += put(connection, [note], now)
        mark_sent(store, due, now)  # after: who dies in between finds the key there
    return added


def kept(store: Store, name: str) -> str | None:
    """What was kept under a name about how far things have come; None when nothing was."""
    from sqlalchemy import select

    from assistant.store.delivery_tables import delivery_mark

    rows = store.rows(select(delivery_mark.c.value).where(delivery_mark.c.name == name))
    return rows[0].value if rows else None


def keep(store: Store, name: str, value: str) -> None:
    """Keep how far things have come."""
    with store.writing() as connection:
        _set_mark(connection, name, value)


def digest_day(channel: Channel, now: datetime) -> date:
    """The last day on which the channel's digest was due by its own clock; `now` in UTC without a zone."""
    local = now.replace(tzinfo=UTC).astimezone(channel.zone)
    day = local.date() if local.hour >= channel.hour else local.date() - timedelta(days=1)
    return day - timedelta(days=(day.weekday() - channel.weekday) % 7) if channel.digest == "weekly" else day


@dataclass(frozen=True)
class Writer:
    """Puts parcels into words: the store, the settings, the readers' rights, and all channels there are."""

    store: Store
    settings: Settings
    readers: Readers
    channels: Sequence[Channel] = ()

    def compose(self, parcel: Parcel, channel: Channel) -> Message | Withheld:
        """The message of a parcel for the reader of its channel; why not, when it is not to be sent."""
        if parcel.kind == "note":
            return self.note(parcel, channel)
        if parcel.kind == "alert":
            return self._alert(parcel, channel)
        if parcel.kind == "board":
            return self._board(parcel, channel)
        return self._digest(parcel, channel)

    @staticmethod
    def note(parcel: Parcel, channel: Channel) -> Message:
        """The message of a note, which needs no data."""
        del channel
        title, text = str(parcel.payload["title"]), str(parcel.payload["text"])
        return Message(title, (Section(title, (text,)),), high=True)

    def _alert(self, parcel: Parcel, channel: Channel) -> Message | Withheld:
        try:
            known = incident(self.store, str(parcel.payload["incident"]))
        except NoSuchIncident:
            return Withheld("The incident is gone.")
        (alert,) = alerts(self.store, int(parcel.payload["alert"]) - 1, 1)
        reason = self._pointless(alert, known, channel)
        if reason:
            return Withheld(reason)
        sight = self.readers.sight(channel.reader, known.found)
        if sight == "nothing":
            return Withheld("Its reader may not see this.")
        section = self._section(known, alert.event, sight == "all")
        spec = self._picture(known) if sight == "all" and alert.event in ("opened", "reopened") else None
        return Message(section.heading, (section,), spec, alert.severity == "high", self.settings.locale)

    def _pointless(self, alert: Alert, known: Incident, channel: Channel) -> str:
        """Why an alert need not be sent any more: taken back before it was told, muted, or never told at all."""
        if alert.event in ("opened", "reopened") and known.state == "withdrawn":
            return "Taken back before it was told."
        if alert.event in ("opened", "reopened") and known.state == "snoozed":
            return "Snoozed before it was told."
        if alert.event in ("resolved", "withdrawn") and not self._was_told(alert, channel):
            return "What is over was never told here."
        return ""

    def _was_told(self, alert: Alert, channel: Channel) -> bool:
        before = [one for one in _alerts_of(self.store, alert.incident_id) if one.number < alert.number]
        return any(state_of(self.store, _key(one, channel.name)) == "sent" for one in before)

    def _section(self, known: Incident, event: AlertEvent, whole: bool) -> Section:
        told = section_of(known.found, event, whole, message_words(self.settings.locale))
        question = known.found.evidence.question if whole else ""
        return Section(told.heading, told.sentences, told.points, told.sql, links_of(self.settings, question, known.id))

    def _picture(self, known: Incident) -> dict[str, object] | None:
        found = known.found
        marked = tuple(start for start in found.evidence.track.starts if found.first <= start <= found.last)
        return track_spec(found.evidence.track, found.title, marked)

    def _digest(self, parcel: Parcel, channel: Channel) -> Message | Withheld:
        after, to = int(parcel.payload["after"]), int(parcel.payload["to"])
        told = [one for one in alerts(self.store, after, max(to - after, 1)) if one.number <= to]
        mine = [one for one in told if channel in _meant(one, self.channels)]
        changed = self._visible(_latest(mine), channel)
        going_on = self._going_on({known.id for known, _, _ in changed}, channel)
        if not changed and not going_on and channel.digest == "daily":
            return Withheld("Nothing happened that its reader may see.")
        sections = [self._section(known, event, whole) for known, event, whole in changed[:MOST_TOLD]]
        sections += self._rest(len(changed) - MOST_TOLD, going_on)
        if not changed:
            sections.insert(0, Section(self._say("quiet"), (self._say("quiet_why"),)))
        spec = self._picture(changed[0][0]) if changed and changed[0][2] else None
        until = date.fromisoformat(str(parcel.payload["as_of"]))
        title = self._say(f"digest_{channel.digest}", {"day": day(until, self.settings.locale)})
        return Message(title, tuple(sections), spec, locale=self.settings.locale)

    def _say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        return message_words(self.settings.locale).say(f"message.{key}", values)

    def _visible(
        self, latest: Sequence[tuple[str, AlertEvent]], channel: Channel
    ) -> list[tuple[Incident, AlertEvent, bool]]:
        """What the reader may know, the weightiest first; what came and was taken back in one digest is left out."""
        found: list[tuple[Incident, AlertEvent, bool]] = []
        for incident_id, event in latest:
            try:
                known = incident(self.store, incident_id)
            except NoSuchIncident:
                continue
            sight = self.readers.sight(channel.reader, known.found)
            if sight != "nothing":
                found.append((known, event, sight == "all"))
        return sorted(found, key=lambda one: _rank(one[0]))

    def _going_on(self, told: set[str], channel: Channel) -> list[Incident]:
        live = incidents(self.store, ("open", "reopened"))
        fresh = sorted((one for one in live if one.id not in told), key=_rank)
        return [one for one in fresh if self.readers.sight(channel.reader, one.found) != "nothing"]

    def _rest(self, more: int, going_on: Sequence[Incident]) -> list[Section]:
        page = ((self._say("all_alerts"), f"{page_address(self.settings)}/alerts"),)
        sections: list[Section] = []
        if going_on:
            points = tuple(one.found.title for one in going_on[:MOST_OPEN])
            sections.append(Section(self._say("going_on", {"count": len(going_on)}), points=points))
        if more > 0:
            sections.append(Section(self._say("and_more", {"count": more})))
        return [*sections, Section("", links=page)]

    def _board(self, parcel: Parcel, channel: Channel) -> Message | Withheld:
        from assistant.boards import board_digest

        owner = self.store.acting(str(parcel.payload["by"]))
        told = board_digest(self.readers.assistant(channel.reader), owner, str(parcel.payload["board"]))
        sections = [
            Section(
                one.title,
                (one.sentence,) if one.sentence else (),
                (*((one.period,) if one.period else ()), *one.caveats),
            )
            for one in told.entries
        ]
        link = f"{page_address(self.settings)}/boards?board={told.board.id}"
        spec = next((dict(one.spec) for one in told.entries if one.spec), None)
        last = Section("", links=((self._say("open_board"), link),))
        return Message(told.board.name, (*sections, last), spec, locale=self.settings.locale)


def _rank(known: Incident) -> tuple[float, float]:
    return (-_WEIGHT[known.found.severity], -abs(known.found.worth or 0.0))


def _latest(told: Sequence[Alert]) -> list[tuple[str, AlertEvent]]:
    """The last event of each incident; without those that were opened and taken back in between."""
    events: dict[str, list[AlertEvent]] = {}
    for one in told:
        events.setdefault(one.incident_id, []).append(one.event)
    return [
        (incident_id, seen[-1])
        for incident_id, seen in events.items()
        if not (seen[-1] == "withdrawn" and seen[0] == "opened")
    ]


def _alerts_of(store: Store, incident_id: str) -> tuple[Alert, ...]:
    from sqlalchemy import select

    from assistant.store import monitor_tables

    told = monitor_tables.alert
    rows = store.rows(select(told).where(told.c.incident_id == incident_id).order_by(told.c.id))
    return tuple(Alert(*row) for row in rows)


def _mark(connection: Connection, name: str) -> str | None:
    from sqlalchemy import select

    from assistant.store.delivery_tables import delivery_mark

    row = connection.execute(select(delivery_mark.c.value).where(delivery_mark.c.name == name)).first()
    return None if row is None else str(row.value)


def _set_mark(connection: Connection, name: str, value: str) -> None:
    from assistant.store.delivery_tables import delivery_mark

    if connection.execute(delivery_mark.update().where(delivery_mark.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(delivery_mark.insert().values(name=name, value=value))
