"""How long people wait for the page: the server up, the first page, an answer's card; printed, in seconds.

The workspace of TELLWISE_HOME is served as `tellwise serve` does it and opened in a real browser.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import click

UP, FIRST = 12.0, 3.0
"""Seconds that the server, started before, and then the first page may take on a quiet machine."""
QUESTION = "net revenue by month last year"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@click.command()
def main() -> None:
    """Print the times; the exit status is 1 when the server or the first page takes longer than it may."""
    with _served() as (address, up), _browser() as browser:
        times = {"server up": up, **_times(browser, address)}
    for name, seconds in times.items():
        click.echo(f"{name:28} {seconds:6.2f} s")
    sys.exit(0 if times["server up"] <= UP and times["first page"] <= FIRST else 1)


def _times(browser: Any, address: str) -> dict[str, float]:
    """Seconds to the question box, to the questions to begin with, to an answer, and the same again."""
    page = browser.new_page()
    found: dict[str, float] = {}
    started = perf_counter()
    page.goto(address)
    page.wait_for_selector("#tw-ask textarea")
    found["first page"] = perf_counter() - started
    page.wait_for_selector("#tw-starters button:visible")
    found["questions to begin with"] = perf_counter() - started
    for count, name in ((1, "first answer"), (2, "answer")):
        started = perf_counter()
        page.fill("#tw-ask textarea", QUESTION)
        page.press("#tw-ask textarea", "Enter")
        page.wait_for_function(f"document.querySelectorAll('#tw-chat .tw-card').length === {count}")
        found[name] = perf_counter() - started
    started = perf_counter()
    page.goto(f"{address}boards")
    page.wait_for_selector(".tw-view:visible, .tw-status .tw-state:not(.tw-loading)")
    found["another page"] = perf_counter() - started
    return found


@contextmanager
def _served() -> Iterator[tuple[str, float]]:
    """(address, seconds until it was open) of a server that runs while the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = "from assistant.service.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port)]
    started = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        if not any("is open at" in line for line in iter(process.stdout.readline, "")):
            raise click.ClickException("the server did not start. Is there data? Run `tellwise demo`.")
        yield f"http://127.0.0.1:{port}/", perf_counter() - started
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
