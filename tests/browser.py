"""A real browser on a served page: the fixtures of every browser walk, and what no walk may see."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = (1280, 860), (390, 844)
PATIENCE = 30_000
ENDED = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
# tells of every name that the server looks up besides its own machine
LISTENER = """
import socket, sys
find = socket.getaddrinfo
def told(host, *rest, **more):
    if str(host) not in ("None", "127.0.0.1", "localhost", "0.0.0.0", "::1", ""):
        print("OUTSIDE", host, file=sys.stderr, flush=True)
    return find(host, *rest, **more)
socket.getaddrinfo = told
"""
REAL = f"""{LISTENER}
from assistant.service.cli import main
main(["serve", "--port", *sys.argv[1:]])
"""
QUIET = {"TELLWISE_MONITOR_MINUTES": "0"}
"""No monitors on a schedule beside a walk; a walk about the schedule says otherwise."""
BROWSER = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]
"""The marks of a file of browser walks: `pytestmark = BROWSER`, with `pytest.mark.deep` for long ones."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """A page that is being served, and what it wrote to its error stream."""

    url: str
    errors: Path

    def outside(self) -> list[str]:
        return re.findall(r"OUTSIDE (\S+)", self.errors.read_text(encoding="utf-8"))


def serving(code: str, home: Path, *arguments: str, **environ: str) -> Iterator[Server]:
    """A server that runs `code` over a workspace, with its port and the arguments as `sys.argv`, until the end."""
    port, errors = free_port(), home / "errors.txt"
    surroundings = {**os.environ, "TELLWISE_HOME": str(home), "PYTHONUNBUFFERED": "1", **QUIET, **environ}
    with errors.open("w") as sink:
        command = [sys.executable, "-c", code, str(port), *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=sink, text=True)
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            assert any("is open at" in line for line in said), errors.read_text(encoding="utf-8")
            yield Server(f"http://127.0.0.1:{port}/", errors)
        finally:
            process.terminate()
            process.communicate(timeout=20)


def demo_workspace(home: Path, customers: int = 800) -> Path:
    """A workspace with the demo company as of 30 June 2026."""
    told = ["demo", "--customers", str(customers), "--as-of", "2026-06-30"]
    command = [sys.executable, "-c", f"from assistant.service.cli import main; main({told!r})"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "TELLWISE_HOME": str(home)}, check=True, capture_output=True)
    return home


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Tab:
    """One browser tab with a session of its own, and everything that went wrong in it."""

    page: Any
    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    left: bool = False

    def ask(self, question: str) -> None:
        """Type a question, send it with Enter, and wait for its card."""
        cards = self.page.locator("#tw-chat .tw-card").count()
        self.page.fill("#tw-ask textarea", question)
        self.page.press("#tw-ask textarea", "Enter")
        self.has_cards(cards + 1)

    def has_cards(self, count: int) -> None:
        self.page.wait_for_function(
            "count => document.querySelectorAll('#tw-chat .tw-card').length === count", arg=count
        )

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()

    def last(self, inside: str = "") -> Any:
        return self.page.locator(f"#tw-chat .tw-card {inside}").last

    def leave(self, go: Callable[[], object]) -> None:
        """Go elsewhere by `go`. Gradio may tell of streams that this ended, also later; nothing else may be told."""
        assert self.told() == []
        self.left = True
        go()
        assert self.told() == []

    def rest(self) -> None:
        """Wait until the page has nothing to do: a box that has just been drawn may still put its first value in."""
        self.page.evaluate("() => new Promise((rested) => requestIdleCallback(() => requestIdleCallback(rested)))")

    def told(self) -> list[str]:
        """What went wrong, without what leaving a page brings with it."""
        return [fault for fault in self.faults if not (self.left and fault.startswith(ENDED))]

    def close(self) -> None:
        """Close the tab; fails on any console message of an error and any request to elsewhere."""
        self.page.context.close()
        assert self.told() == []
        assert self.outside == []


def opened(
    chromium: Any, server: Server, size: tuple[int, int] = DESKTOP, path: str = "", ready: str = "", **context: Any
) -> Tab:
    """A new tab on a page of the server, once it is ready: the question box at `/`, elsewhere a view that is filled."""
    frame = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **context)
    tab = Tab(frame.new_page())
    tab.page.set_default_timeout(PATIENCE)
    tab.page.on("pageerror", lambda error: tab.faults.append(f"page error: {error}"))
    tab.page.on("console", lambda said: tab.faults.append(said.text) if said.type in ("error", "warning") else None)
    tab.page.on("request", lambda sent: tab.outside.append(sent.url) if _is_outside(sent.url, server) else None)
    tab.page.goto(server.url + path)
    is_view = path and not path.startswith("?")
    tab.page.wait_for_selector(
        ready or (".tw-view, .tw-status .tw-state:not(.tw-loading)" if is_view else "#tw-ask textarea")
    )
    return tab


def _is_outside(url: str, server: Server) -> bool:
    return not url.startswith((server.url, server.url.replace("http", "ws", 1), "data:", "blob:"))


def serious_faults(page: Any, within: str = "#tw-top, #tw-main") -> list[str]:
    """What axe finds serious or critical in our part of the page, one line each; Gradio's own parts are in `GRADIO`."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=within).response["violations"]
    return [
        f"{fault['id']}: {node['target'][0]} {node.get('failureSummary', '')[:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if (fault["id"], "") not in GRADIO
        and not any(part in node["html"] for rule, part in GRADIO if rule == fault["id"])
    ]


GRADIO: tuple[tuple[str, str], ...] = ()
"""(rule, part of the markup) of what axe finds in Gradio's own components, with the reason beside each."""
