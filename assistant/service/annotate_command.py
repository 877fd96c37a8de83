"""What `tellwise annotate` does: notes what happened on a day in the journal, and lists or takes back such notes."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import click

from assistant.config import Settings
from warehouse import (
    BuildError,
    Entry,
    Journal,
    SnapshotMissing,
    annotation_days,
    publish,
    replay_decisions,
    snapshot_info,
)

KINDS = ("outage", "price_change", "launch", "promotion", "shopping_day", "holiday", "other")


@dataclass(frozen=True)
class Event:
    """What happened from the first to the last day, both included."""

    first: date
    last: date
    title: str


def event_of(words: Sequence[str]) -> Event:
    """The event that the arguments tell: one or two days, then its name; raises UsageError naming what is wrong."""
    if len(words) not in (2, 3):
        raise click.UsageError("write the first day, the last day unless it was one day, and what happened in quotes.")
    first, last = _day(words[0]), _day(words[-2])
    title = words[-1].strip()
    if not title:
        raise click.UsageError("say what happened.")
    try:
        annotation_days(first, last)
    except BuildError as error:
        raise click.UsageError(str(error)) from error
    return Event(first, last, title)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise click.UsageError(f"'{word}' is no day. Write it as 2026-05-12.") from error


def known_kind(kind: str) -> str:
    """The kind of an event as it is written; raises UsageError for one that is not known."""
    word = kind.strip().lower().replace(" ", "_").replace("-", "_")
    if word not in KINDS:
        raise click.UsageError(f"'{kind}' is no kind of event. Kinds are {', '.join(KINDS)}.")
    return word


def annotate(settings: Settings, event: Event, kind: str) -> None:
    """Keep the event in the journal, put it into the data, and say so."""
    body = {"day": event.first.isoformat(), "until": event.last.isoformat(), "title": event.title, "kind": kind}
    entry = _journal(settings).append("annotation", body, by=getpass.getuser())
    click.echo(f"Noted: {_line(entry)}")
    _put_into_data(settings)


def take_back(settings: Settings, name: str) -> None:
    """Undo the note whose id begins so; raises BuildError when there is none, or more than one."""
    journal = _journal(settings)
    found = [entry for entry in journal.active("annotation") if entry.id.startswith(name)]
    if len(found) != 1:
        raise BuildError(f"{len(found) or 'No'} notes begin with {name}. See `tellwise annotate --list`.")
    journal.undo(found[0].id, by=getpass.getuser())
    click.echo(f"Taken back: {_line(found[0])}")
    _put_into_data(settings)


def list_events(settings: Settings, as_json: bool) -> None:
    """Print the notes that people made, the latest first."""
    found = sorted(_journal(settings).active("annotation"), key=lambda entry: str(entry.body["day"]), reverse=True)
    if as_json:
        click.echo(
            json.dumps([{"id": one.id, "by": one.by, **one.body} for one in found], ensure_ascii=False, indent=2)
        )
        return
    for entry in found:
        click.echo(_line(entry))
    if not found:
        click.echo(
            'No notes yet. Example: tellwise annotate 2026-05-12 2026-05-20 "checkout outage on iOS" --kind outage'
        )


def _line(entry: Entry) -> str:
    first, last = entry.body["day"], entry.body.get("until") or entry.body["day"]
    days = first if first == last else f"{first} to {last}"
    return f"{entry.id[:8]}  {days}  {entry.body['title']} ({entry.body['kind']}, by {entry.by})"


def _journal(settings: Settings) -> Journal:
    return Journal(settings.home / "journal" / "decisions.jsonl")


def _put_into_data(settings: Settings) -> None:
    """Publish the data with the notes as they are now; without data, or while a build is at work, the next one does."""
    try:
        snapshot_info(settings.warehouse)
        with publish(settings.warehouse) as connection:
            replay_decisions(connection, _journal(settings))
    except SnapshotMissing:
        click.echo("It is kept, and shown once there is data.")
    except BuildError as error:
        click.echo(f"It is kept, and shown after the next build. {error}")
