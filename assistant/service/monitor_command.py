"""`tellwise monitor`: what is watched, a pass over it, what was found, and what people decide about that."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from assistant.config import Settings
from assistant.service.delivery_command import COMMANDS

if TYPE_CHECKING:
    from assistant.monitor.monitors import Monitor
    from assistant.monitor.records import Incident
    from assistant.store import Store

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
DAY = click.DateTime(formats=["%Y-%m-%d"])
EXIT_UNREAD = 4
SHORT = 8  # letters of an incident's id that are shown
_MARKS = {"high": "!!", "medium": "! ", "low": "  "}


@click.group()
def monitor() -> None:
    """Be told of what matters: changes, limits, sources that stop.

    \b
      tellwise monitor run                      one pass now (from cron: once a day)
      tellwise monitor add "tell me when repeat purchase rate falls below 20%"
      tellwise monitor backtest "watch refunds" when it would have fired in the last year
      tellwise monitor list                     what is watched
      tellwise monitor incidents                what was found and lasts
      tellwise monitor show ID                  one incident with drivers, notes and SQL
      tellwise monitor ack ID                   I am on it
      tellwise monitor snooze ID --until 2026-07-31
      tellwise monitor feedback ID wrong        useful, expected or wrong: changes what comes later
      tellwise monitor mute refund_amount product.brand=Strideon
      tellwise monitor runs                     passes so far, and what they took
      tellwise monitor watch                    look and send each minute, until stopped
      tellwise monitor test CHANNEL             does a channel of channels.yml work?
      tellwise monitor outbox                   messages on their way, sent and failed
    """


@monitor.command()
@AS_JSON
@click.pass_obj
def run(settings: Settings, as_json: bool) -> None:
    """Go through everything that is watched once; days that were missed are caught up.

    What is due is sent. When nothing can be looked at, the channels hear of it once a day.

    Exit status: 0 done, 1 it could not be done or a monitor failed.
    """
    from assistant.monitor.schedule import run_once
    from assistant.service.load_command import Progress

    with _store(settings) as store:
        with click.progressbar(length=100, label="Looking through what is watched", file=sys.stderr) as bar:
            done, sending = run_once(settings, store, Progress(bar))
        opened, resolved = done.tally.opened + done.tally.reopened, done.tally.resolved + done.tally.withdrawn
    if as_json:
        told = {
            "run": asdict(done.run),
            "opened": [_data(one) for one in opened],
            "over": [_data(one) for one in resolved],
        }
        click.echo(json.dumps(told, indent=2, default=str, ensure_ascii=False))
    else:
        click.echo(
            f"{done.run.day}: {done.run.monitors} monitors, {done.run.series:,} series and slices, "
            f"{done.run.queries} queries, {done.run.seconds:.0f} s."
        )
        for one in opened:
            click.echo(_line(one))
        click.echo(f"{len(opened)} new, {len(resolved)} over." if opened or resolved else "Nothing new.")
    if not as_json and sending is not None:
        click.echo(str(sending))
    if done.run.error:
        click.echo(f"tellwise: {done.run.error}", err=True)
        sys.exit(1)


@monitor.command("list")
@AS_JSON
@click.pass_obj
def list_monitors(settings: Settings, as_json: bool) -> None:
    """List what is watched: the monitors of monitors.yml, then the shipped ones."""
    from assistant.monitor.monitors import read_watchlist
    from assistant.service.load_command import read_layer

    layer = read_layer(settings)
    watchlist = read_watchlist(settings.home, layer)
    if as_json:
        told = [
            asdict(one) | {"filters": [f.model_dump(mode="json") for f in one.filters]} for one in watchlist.monitors
        ]
        click.echo(json.dumps(told, indent=2, default=str, ensure_ascii=False))
        return
    for one in watchlist.monitors:
        click.echo(f"{one.name:40} {_described(one)}")


@monitor.command()
@click.argument("sentence", nargs=-1, required=True)
@click.option("--channel", default="", help="Where its alerts go; empty: as for all others.")
@click.option("--owner", default="", help="Who looks after it; empty: the metric's owner.")
@click.pass_obj
def add(settings: Settings, sentence: tuple[str, ...], channel: str, owner: str) -> None:
    """Watch what a SENTENCE says from now on; tells first when it would have fired in the last year.

    Exit status: 0 added, 4 the sentence was not understood.
    """
    from dataclasses import replace

    from assistant.monitor.monitors import add_monitor
    from assistant.monitor.watching import Watch

    with _assistant(settings) as assistant:
        made = _understood(assistant, " ".join(sentence))
        made = replace(made, channel=channel, owner=owner or made.owner)
        _tell_backtest(Watch.of(assistant), made)
        add_monitor(settings.home, assistant.layer, made)
    click.echo(f"Added to {settings.home / 'monitors.yml'} as {made.name!r}.")


@monitor.command()
@click.argument("sentence", nargs=-1, required=True)
@click.pass_obj
def backtest(settings: Settings, sentence: tuple[str, ...]) -> None:
    """Tell when a monitor of that name, or one made from a SENTENCE, would have fired in the last year."""
    from assistant.monitor.monitors import read_watchlist
    from assistant.monitor.watching import Watch

    text = " ".join(sentence)
    with _assistant(settings) as assistant:
        watchlist = read_watchlist(settings.home, assistant.layer)
        known = next((one for one in watchlist.monitors if one.name.casefold() == text.casefold()), None)
        _tell_backtest(Watch.of(assistant, watchlist.countries), known or _understood(assistant, text))


@monitor.command()
@click.argument("name", nargs=-1, required=True)
@click.pass_obj
def remove(settings: Settings, name: tuple[str, ...]) -> None:
    """Take the monitor NAME out of monitors.yml."""
    from assistant.monitor.monitors import remove_monitor

    remove_monitor(settings.home, " ".join(name))
    click.echo("Removed.")


@monitor.command()
@click.option("--all", "every", is_flag=True, help="Also those that are over.")
@AS_JSON
@click.pass_obj
def incidents(settings: Settings, every: bool, as_json: bool) -> None:
    """List what was found and lasts, the last touched first."""
    from assistant.monitor import incidents as book
    from assistant.monitor.records import LIVE

    with _store(settings) as store:
        found = book.incidents(store, (*LIVE, "resolved", "withdrawn") if every else LIVE)
    if as_json:
        click.echo(json.dumps([_data(one) for one in found], indent=2, default=str, ensure_ascii=False))
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("Nothing is open.")


@monitor.command()
@click.argument("incident_id", metavar="ID")
@click.option("--sql", "with_sql", is_flag=True, help="Also the SQL behind it.")
@click.pass_obj
def show(settings: Settings, incident_id: str, with_sql: bool) -> None:
    """Tell all about one incident: drivers, what else moved, notes near it, its log."""
    from assistant.monitor import incidents as book

    with _store(settings) as store:
        one = book.incident(store, incident_id)
        log = book.log_of(store, one.id)
    evidence = one.found.evidence
    click.echo(f"{_line(one)}\n  {one.found.sentence}")
    for title, texts in (
        ("Drivers", [driver.text for driver in evidence.drivers]),
        ("Of the same cause", list(evidence.also)),
        ("Noted near it", list(evidence.notes)),
        ("Log", [f"{line.at:%Y-%m-%d %H:%M} {line.by}: {line.what}. {line.text}" for line in log]),
    ):
        if texts:
            click.echo("  " + "\n    ".join([f"{title}:", *texts]))
    if evidence.question:
        click.echo(f'  Go on: tellwise ask "{evidence.question}"')
    if with_sql and evidence.sql:
        click.echo(evidence.sql)


@monitor.command()
@click.argument("incident_id", metavar="ID")
@click.argument("text", nargs=-1)
@click.pass_obj
def ack(settings: Settings, incident_id: str, text: tuple[str, ...]) -> None:
    """Say that you are on it: it is not told again while it lasts."""
    from assistant.monitor import incidents as book

    with _store(settings) as store:
        click.echo(_line(book.acknowledge(store, incident_id, " ".join(text))))


@monitor.command()
@click.argument("incident_id", metavar="ID")
@click.option("--until", type=DAY, help="Silent until that day of the data; without it, until it is over.")
@click.pass_obj
def snooze(settings: Settings, incident_id: str, until: Any) -> None:
    """Hear nothing of an incident until a day, or until it is over."""
    from assistant.monitor import incidents as book

    with _store(settings) as store:
        click.echo(_line(book.snooze(store, incident_id, until.date() if until else None)))


@monitor.command()
@click.argument("incident_id", metavar="ID")
@click.argument("verdict", type=click.Choice(["useful", "expected", "wrong"]))
@click.argument("text", nargs=-1)
@click.pass_obj
def feedback(settings: Settings, incident_id: str, verdict: Any, text: tuple[str, ...]) -> None:
    """Judge an incident. "expected" takes its days out of what is learned, "wrong" raises its threshold."""
    from assistant.monitor import feedback as steps

    with _store(settings) as store:
        one = steps.give(store, incident_id, verdict, " ".join(text))
        taken = [step for step in steps.adjustments(store) if step.incident_id == one.id]
    click.echo(_line(one))
    for step in taken:
        click.echo(f"  from now on: {step.what} {step.metric} {_where(step.where)} ({step.reason})")


@monitor.command()
@click.argument("metric", required=False)
@click.argument("where", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--until", type=DAY, help="Only until that day.")
@click.option("--list", "listed", is_flag=True, help="List every step that changes what is told.")
@click.option("--undo", metavar="ID", help="Take a step back; the list shows its id.")
@click.pass_obj
def mute(settings: Settings, metric: str | None, where: tuple[str, ...], **options: Any) -> None:
    """Hear nothing more of METRIC, or of one slice of it."""
    from assistant.monitor import feedback as steps

    until, undo = options["until"], options["undo"]
    with _store(settings) as store:
        if undo:
            steps.undo(store, next((one.id for one in steps.adjustments(store) if one.id.startswith(undo)), undo))
        elif metric and not options["listed"]:
            _require_metric(settings, metric)
            steps.mute(store, metric, _slice(where), until.date() if until else None)
        for one in steps.adjustments(store):
            click.echo(f"{one.id[:SHORT]}  {one.what:10} {one.metric} {_where(one.where)}  by {one.by}: {one.reason}")


@monitor.command()
@click.option("--limit", default=20, show_default=True, help="How many.")
@click.pass_obj
def runs(settings: Settings, limit: int) -> None:
    """List the passes so far: for which day, what they took, what came of them."""
    from assistant.monitor.tick import runs as passes

    with _store(settings) as store:
        for one in passes(store, limit):
            click.echo(
                f"{one.started_at:%Y-%m-%d %H:%M}  data of {one.day}  {one.seconds:6.1f} s  {one.queries:4} queries  "
                f"{one.series:6} series  {one.opened} new, {one.resolved} over{'  ' + one.error if one.error else ''}"
            )


# --- inside


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    from assistant.store import Store

    opened = Store.open(settings, getpass.getuser())
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def _assistant(settings: Settings) -> Iterator[Any]:
    from dataclasses import replace

    from assistant.assistant import Assistant
    from assistant.monitor.watching import ROWS, SECONDS

    opened = Assistant.open(replace(settings, query_rows=ROWS, query_seconds=SECONDS))
    try:
        yield opened
    finally:
        opened.close()


def _understood(assistant: Any, sentence: str) -> Monitor:
    from assistant.monitor.monitors import Monitor
    from assistant.monitor.sentences import monitor_of
    from assistant.service import terminal

    made = monitor_of(sentence, assistant.understanding, assistant.layer)
    if isinstance(made, Monitor):
        return made
    click.echo(terminal.render(made, 0, False, assistant.settings.locale))
    sys.exit(EXIT_UNREAD)


def _tell_backtest(watch: Any, made: Monitor) -> None:
    from assistant.monitor.backtest import backtest as back

    found = back(watch, made)
    click.echo(f"{made.name}: {_described(made)}")
    click.echo(found.sentence)
    for one in found.fired:
        click.echo(f"  {one.last}  {one.title}")
    if made.slices == "auto" and not made.has_limit:
        click.echo("Slices that part from the rest are watched, too; they are not part of this count.")


def _described(one: Monitor) -> str:
    parts = [one.metric, f"by {one.grain}"]
    parts += [f"{f.field} {f.op} {', '.join(map(str, f.values))}" for f in one.filters]
    parts += [f"split by {', '.join(one.slices)}"] if isinstance(one.slices, tuple) else []
    parts += [f"{side} {value:g}" for side in ("below", "above", "goal") if (value := getattr(one, side)) is not None]
    parts += [f"only {one.direction}"] if one.direction != "either" else []
    parts += [one.sensitivity] if one.sensitivity != "normal" else []
    return "; ".join([*parts, "shipped" if one.shipped else f"owner {one.owner or 'nobody'}"])


def _line(one: Incident) -> str:
    found = one.found
    return f"{_MARKS[found.severity]} {one.id[:SHORT]}  {one.opened_on}  {one.state:12} {found.title}"


def _data(one: Incident) -> dict[str, Any]:
    return asdict(one)


def _where(where: Any) -> str:
    return " ".join(f"{name}={value}" for name, value in where.items())


def _slice(where: tuple[str, ...]) -> dict[str, str]:
    for one in where:
        if "=" not in one:
            raise click.UsageError(f"'{one}' is no slice. Write it as product.brand=Strideon.")
    return dict(one.split("=", 1) for one in where)


def _require_metric(settings: Settings, metric: str) -> None:
    from assistant.service.load_command import read_layer

    known = read_layer(settings).metrics
    if metric not in known:
        from rapidfuzz import process

        close = process.extractOne(metric, list(known))
        raise click.UsageError(f"there is no metric '{metric}'. Did you mean {close[0] if close else 'another'}?")


for _command in COMMANDS:
    monitor.add_command(_command)
