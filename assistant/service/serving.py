"""Starting the web pages: the address is checked first, so that what is wrong is said in one sentence."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread

import click

from assistant.accounts import ADMIN_VARIABLE, PASSWORD_VARIABLE, Accounts, first_admin, is_own_machine
from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.store import Store

_STOPS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows knows no SIGHUP."""


@dataclass(frozen=True)
class Address:
    """Where the pages are served."""

    host: str
    port: int


def serve_chat(settings: Settings, address: Address, open_browser: bool, login: bool) -> None:
    """Open the workspace and serve the pages until they are stopped.

    Everybody signs in, unless the address is reached from this machine alone and `login` is not wanted.
    Raises SettingsError when the address cannot be used, and whatever `Assistant.open` raises.
    """
    check_address(address.host, address.port)
    with stopping_in_order():
        _serve(settings, address, open_browser, login)


def _serve(settings: Settings, address: Address, open_browser: bool, login: bool) -> None:
    click.echo("Starting Tellwise ...")
    from assistant.assistant import Assistant

    assistant = Assistant.open(settings)
    from assistant.learning import actor
    from assistant.monitor.schedule import running
    from assistant.ui import Service, build, launch

    store = Store.open(settings, actor(settings))
    try:
        accounts = _accounts(store) if needs_login(settings, address.host, login) else None
        page = build(assistant, store=store, accounts=accounts)
        with running(settings):
            launch(page, Service(address.host, address.port, open_browser, accounts, settings.locale))
    finally:
        store.close()
        assistant.close()


class _Told(SystemExit):
    """The process was told to stop, by the signal of this number."""

    def __init__(self, number: int):
        super().__init__(128 + number)
        self.number = number


@contextmanager
def stopping_in_order() -> Iterator[None]:
    """A process that is told to stop closes what it has open and removes its files, and ends by that signal then."""
    if current_thread() is main_thread():
        for number in _STOPS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _told)
    try:
        yield
    except _Told as told:
        from assistant.ui.scratch import removed

        removed()
        sys.stdout.flush()
        signal.signal(told.number, signal.SIG_DFL)
        os.kill(os.getpid(), told.number)


def _told(number: int, _: object) -> None:
    raise _Told(number)


def needs_login(settings: Settings, host: str, login: bool) -> bool:
    """Whether everybody signs in; raises SettingsError for a fixed viewer where others can come in."""
    wanted = login or not is_own_machine(host)
    if wanted and settings.viewer:
        raise SettingsError("--as and signing in do not go together: who signs in is who asks. Leave out --as.")
    return wanted


def _accounts(store: Store) -> Accounts:
    """Who may sign in; where there is nobody, an administrator is made and told of once."""
    made = first_admin(store, os.environ)
    if made is not None:
        name, password = made
        told = f"password, shown only now: {password}" if password else f"password as in {PASSWORD_VARIABLE}"
        click.echo(f"The first administrator is {name}, {told}")
        click.echo(f"(name and password can be given by {ADMIN_VARIABLE} and {PASSWORD_VARIABLE})")
    return Accounts(store)


def check_address(host: str, port: int) -> None:
    """Nothing when the address is free; raises SettingsError naming the remedy when it is not."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            other = port % 65535 + 1
            raise SettingsError(
                f"Port {port} on {host} cannot be used ({error}). Choose another: tellwise serve --port {other}"
            ) from error
