"""Starting the web page: the address is checked first, so that what is wrong is said in one sentence."""

from __future__ import annotations

import socket

import click

from assistant.config import Settings
from assistant.errors import SettingsError


def serve_chat(settings: Settings, host: str, port: int, open_browser: bool) -> None:
    """Open the workspace and serve the chat until it is stopped.

    Raises SettingsError when the address cannot be used, and whatever `Assistant.open` raises.
    """
    check_address(host, port)
    click.echo("Starting Tellwise ...")
    from assistant.assistant import Assistant

    assistant = Assistant.open(settings)
    from assistant.learning import actor
    from assistant.store import Store
    from assistant.ui import build, launch

    store = Store.open(settings, actor(settings))
    try:
        launch(build(assistant, store=store), host, port, open_browser)
    finally:
        store.close()
        assistant.close()


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
