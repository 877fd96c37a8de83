"""`tellwise monitor watch`, `outbox`, `channels`, `test`: messages on their way, and the process that sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.store import Store


@click.command("watch")
@click.pass_obj
def watch(settings: Settings) -> None:
    """Look for changes and send what is due, each minute, until stopped."""
    from assistant.monitor.schedule import watch as watching

    click.echo("Watching. Ctrl+C stops it.")
    try:
        watching(settings)
    except (KeyboardInterrupt, SystemExit):
        click.echo("Stopped.")


@click.command("send")
@click.pass_obj
def send(settings: Settings) -> None:
    """Send what is due, without looking at the data."""
    from assistant.monitor.schedule import pulse

    with _store(settings) as store:
        click.echo(str(pulse(settings, store, look=False)))


@click.command("channels")
@click.pass_obj
def channels(settings: Settings) -> None:
    """List the channels of channels.yml: for whom, what comes at once, when the digest comes."""
    from assistant.monitor.delivery_channels import WEEKDAYS, read_channels

    found = read_channels(settings.home)
    if not found:
        click.echo("There are no channels yet: write them into channels.yml of the workspace (docs/monitor.md).")
    for one in found:
        day = f" on {WEEKDAYS[one.weekday].title()}" if one.digest == "weekly" else ""
        rhythm = "no digest" if one.digest == "never" else f"{one.digest} digest{day} at {one.hour}:00 {one.time_zone}"
        urgent = "nothing at once" if one.urgent == "never" else f"{one.urgent} and above at once"
        click.echo(f"{one.name:20} {one.url.partition(':')[0]:10} {one.reader or 'everything':16} {urgent}; {rhythm}")


@click.command("test")
@click.argument("channel")
@click.pass_obj
def test_channel(settings: Settings, channel: str) -> None:
    """Send a test message to CHANNEL, and tell what its service said."""
    from assistant.monitor.delivery import send_test
    from assistant.monitor.delivery_channels import channel_named, read_channels

    send_test(channel_named(read_channels(settings.home), channel), settings.locale)
    click.echo(f"{channel} took the test message.")


@click.command("outbox")
@click.option("--retry", metavar="ID", help="Send a message that failed once more.")
@click.option("--limit", default=20, show_default=True, help="How many messages to list.")
@click.pass_obj
def outbox(settings: Settings, retry: str | None, limit: int) -> None:
    """List messages on their way, sent, failed and withheld, the newest first."""
    from assistant.clock import utc_now
    from assistant.monitor.outbox import parcels
    from assistant.monitor.outbox import retry as send_again

    with _store(settings) as store:
        if retry:
            send_again(store, retry, utc_now())
            click.echo("It will be sent again.")
            return
        found = parcels(store, limit=limit)
    if not found:
        click.echo("No message was put in yet.")
    for one in found:
        when = one.sent_at or one.due_at
        click.echo(f"{one.id[:8]}  {when:%Y-%m-%d %H:%M} UTC  {one.state:8} {one.kind:7} {one.channel:16} {one.error}")


COMMANDS = (watch, send, channels, test_channel, outbox)
"""What `tellwise monitor` has beside its own."""


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    from assistant.store import Store

    store = Store.open(settings, "monitor")
    try:
        yield store
    finally:
        store.close()
