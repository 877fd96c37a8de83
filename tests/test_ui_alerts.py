"""The Alerts view in a real browser: from an incident to its drivers and to the chat, and what people do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from assistant.config import read_settings
from assistant.monitor.incidents import open_incident
from assistant.monitor.records import Driver, Evidence, Finding, Track
from assistant.store import Store
from semantic_layer import Filter, SemanticQuery, TimeRange
from tests.browser import BROWSER, PHONE, REAL, Server, demo_workspace, opened, serious_faults, serving

pytestmark = [*BROWSER, pytest.mark.deep]
DAYS = tuple(date(2026, 6, number) for number in range(1, 31))
ORDERS = SemanticQuery(
    metrics=("orders",), filters=(Filter(field="customer.country", op="in", values=("Germany",)),),
    time_range=TimeRange(start=date(2026, 6, 24), end=date(2026, 7, 1)),
)  # fmt: skip


def finding(title: str, metric: str = "orders") -> Finding:
    values = (*(float(100 + i % 5) for i in range(25)), 60.0, 61.0, 62.0, 60.0, 61.0)
    track = Track(DAYS, values, (102.0,) * 30, (90.0,) * 30, (114.0,) * 30)
    drivers = (Driver("app -30", "app", -30.0), Driver("web -11", "web", -11.0))
    evidence = Evidence(
        ORDERS.model_dump_json(), "SELECT count(*) FROM orders", "orders in Germany last week", drivers,
        ("Net revenue in Germany: -38%",), ("Summer Sale (24 Jun 2026)",), track,
    )  # fmt: skip
    return Finding(
        "Orders", metric, "drift", "down", DAYS[25], DAYS[29], {"customer.country": "Germany"}, 9.0, 0.97, 61.0, 102.0,
        90.0, 114.0, -4100.0, "high", title, f"{title}: 61 a day, 102 were expected.", "", "", evidence,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = demo_workspace(tmp_path_factory.mktemp("alerts"))
    store = Store.open(read_settings(home=home))
    open_incident(store, finding("Orders in Germany: down 40%"), DAYS[29])
    open_incident(store, finding("Refunds in Germany: down 40%", "refund_amount"), DAYS[29])
    store.close()
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    yield from serving(REAL, home)


def inbox(chromium: Any, server: Server) -> Any:
    tab = opened(chromium, server, path="alerts")
    tab.page.wait_for_selector(".tw-alert, #tw-inbox .tw-empty")
    return tab


def test_from_the_inbox_to_the_drivers_and_to_the_chat(chromium: Any, server: Server) -> None:
    tab = inbox(chromium, server)
    assert tab.page.locator("#tw-nav .tw-badge").inner_text() == "2"
    assert tab.page.locator(".tw-alert .tw-spark").count() == 2
    assert serious_faults(tab.page) == []
    tab.leave(tab.page.get_by_text("Orders in Germany: down 40%").first.click)
    tab.page.wait_for_selector(".tw-incident")
    told = tab.page.locator(".tw-incident").inner_text()
    for said in ("102 were expected", "app -30", "Net revenue in Germany: -38%", "Summer Sale (24 Jun 2026)"):
        assert said in told
    assert tab.page.locator(".tw-incident figure svg").count() == 4  # two pictures, each wide and narrow
    assert serious_faults(tab.page) == []
    tab.leave(tab.page.get_by_role("link", name="Ask about this").click)
    tab.page.wait_for_selector("#tw-chat .tw-card")
    assert "orders in Germany last week" in tab.page.locator("#tw-chat").inner_text()
    tab.close()


def test_what_people_do_is_kept_with_their_name(chromium: Any, server: Server) -> None:
    tab = inbox(chromium, server)
    tab.leave(tab.page.get_by_text("Refunds in Germany: down 40%").first.click)
    tab.page.get_by_role("button", name="I am on it").click()
    tab.page.get_by_text("Noted.", exact=True).wait_for()
    tab.page.get_by_label("Comment").fill("we changed the returns form")
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.page.locator(".tw-log", has_text="we changed the returns form").wait_for()
    tab.page.get_by_label("Give it to").fill("service")
    tab.page.get_by_role("button", name="Assign").click()
    tab.page.locator(".tw-log", has_text="service").wait_for()
    tab.page.get_by_role("button", name="Expected, no surprise").click()
    tab.page.get_by_text("The monitor takes it into account from now on.").wait_for()
    assert "over" in tab.page.locator(".tw-incident").inner_text()
    tab.leave(lambda: tab.page.goto(f"{server.url}alerts?tab=monitors"))
    tab.page.get_by_text("1 Jun").or_(tab.page.get_by_text("was expected")).first.wait_for()
    tab.page.get_by_label("Take something back").click()
    tab.page.get_by_role("option").first.click()
    tab.page.get_by_role("button", name="Take it back").click()
    tab.page.get_by_text("Taken back.").wait_for()
    tab.close()


class Hook(BaseHTTPRequestHandler):
    got: list[dict[str, Any]] = []  # noqa: RUF012  # one receiver, one test

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name it has in the library
        """Say nothing."""


def test_a_channel_is_set_up_and_tested(chromium: Any, server: Server) -> None:
    hook = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=hook.serve_forever, daemon=True).start()
    tab = opened(chromium, server, path="alerts?tab=delivery")
    tab.page.get_by_text("No channels yet.").wait_for()
    tab.page.get_by_role("button", name="Add a channel").click()
    tab.page.get_by_label("Name").fill("hook")
    tab.page.get_by_label("Address").fill(f"json://127.0.0.1:{hook.server_port}/secret-path")
    tab.page.get_by_role("button", name="Save the channel").click()
    tab.page.get_by_text("Channel hook is saved.").wait_for()
    assert "secret-path" not in tab.page.inner_text("body")
    tab.page.get_by_role("button", name="Send a test").click()
    tab.page.get_by_text("A test message was sent to hook.").wait_for()
    assert len(Hook.got) == 1
    assert serious_faults(tab.page) == []
    tab.page.get_by_role("button", name="Remove").last.click()
    tab.page.get_by_text("Channel hook is removed.").wait_for()
    hook.shutdown()
    hook.server_close()
    tab.close()


def test_a_look_that_fails_is_told_on_the_page_and_to_the_channels(
    chromium: Any, server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hook, "got", [])
    hook = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=hook.serve_forever, daemon=True).start()
    tab = inbox(chromium, server)
    channel = f"version: 1\nchannels:\n  hook: {{url: 'json://127.0.0.1:{hook.server_port}/x', digest: never}}\n"
    (home / "channels.yml").write_text(channel, encoding="utf-8")
    (home / "monitors.yml").write_text("version: 1\nmonitors: [{\n", encoding="utf-8")
    try:
        tab.page.get_by_role("button", name="Look now").click()
        tab.page.wait_for_selector(".tw-error")
        assert "monitors.yml" in tab.page.inner_text(".tw-error")
        assert [one["title"] for one in Hook.got] == ["Tellwise could not look at the data"]
        assert tab.page.locator(".tw-alert").count() > 0  # what was there stays
    finally:
        for name in ("channels.yml", "monitors.yml"):
            (home / name).unlink()
        hook.shutdown()
        hook.server_close()
    tab.close()


def test_a_monitor_is_made_by_a_sentence_after_its_trial(chromium: Any, server: Server, home: Path) -> None:
    tab = opened(chromium, server, path="alerts?tab=monitors")
    box = tab.page.locator("#tw-monitor-sentence :is(textarea, input)")
    box.fill("tell me when the frobnication rate falls below 20%")
    tab.page.get_by_role("button", name="Try it on the past").click()
    tab.page.locator(".tw-refused").first.wait_for()
    box.fill("tell me when orders fall below 3 a day")
    tab.page.get_by_role("button", name="Try it on the past").click()
    tab.page.get_by_role("button", name="Watch it").wait_for(timeout=90_000)
    assert tab.page.locator(".tw-incident figure svg").count() >= 2
    assert serious_faults(tab.page) == []
    tab.page.get_by_role("button", name="Watch it").click()
    tab.page.get_by_text("is watched from now on.").wait_for()
    assert "tell me when orders fall below 3 a day" in (home / "monitors.yml").read_text(encoding="utf-8")
    tab.page.get_by_label("Remove a monitor of your own").click()
    tab.page.get_by_role("option").first.click()
    tab.page.get_by_role("button", name="Remove").first.click()
    tab.page.get_by_text("is not watched any more.").wait_for()
    tab.close()


def test_on_a_phone_and_in_german_nothing_runs_out_of_the_page(chromium: Any, home: Path) -> None:
    for german in serving(REAL, home, TELLWISE_LOCALE="de"):
        for path in ("alerts", "alerts?tab=monitors", "alerts?tab=delivery"):
            tab = opened(chromium, german, PHONE, path)
            tab.page.wait_for_timeout(300)
            assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            assert serious_faults(tab.page) == [], path
            assert tab.page.get_by_role("tab", name="Eingang").count() == 1
            tab.close()


def test_a_viewer_may_look_but_not_act_and_sees_only_what_is_theirs(chromium: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "vera.toml").write_text('name = "vera"\nroles = ["viewer"]\n', encoding="utf-8")
    for server in serving(REAL, home, TELLWISE_VIEWER=str(tmp_path / "vera.toml")):
        tab = inbox(chromium, server)
        tab.leave(tab.page.get_by_text("Orders in Germany: down 40%").first.click)
        tab.page.wait_for_selector(".tw-incident")
        assert tab.page.get_by_role("button", name="I am on it").count() == 0
        tab.close()
