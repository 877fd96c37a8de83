"""The Data view in a real browser: a broken file is loaded and mended, pairs are decided, checks are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import BROWSER, PHONE, REAL, Server, Tab, demo_workspace, opened, serious_faults, serving
from warehouse import query_trusted

pytestmark = [*BROWSER, pytest.mark.deep]
BROKEN = (
    "order_id,customer_id,ordered_at,status,channel,currency,gross_amount,net_amount\n"
    "1,A1,2026-05-01,completed,web,EUR,10.50,9.50\n"
    "2,A2,2026-05-32,completed,web,EUR,20.00,19.00\n"
    "3,A1,2026-05-03,completed,web,EUR,5,4\n"
)
# warnings of Gradio's own, without effect: its upload, and a column called "status", which it looks up among its texts
KNOWN = ("Method not implemented.", '[svelte-i18n] Message with id "status"')


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_workspace(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    yield from serving(REAL, home)


def without_known(tab: Tab) -> Tab:
    tab.faults[:] = [fault for fault in tab.faults if not fault.startswith(KNOWN)]
    return tab


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    return list(query_trusted(home / "warehouse" / "live.duckdb", sql).rows)


def test_the_state_of_the_data_is_told(chromium: Any, server: Server, home: Path) -> None:
    tab = opened(chromium, server, path="data?tab=health")
    bad, every = rows(home, "SELECT count(*) FILTER (NOT passed), count(*) FROM quality_check")[0]
    told = tab.page.locator(".tw-verdict-bad, .tw-verdict-good").inner_text()
    assert str(every) in told
    assert bad == 0 or str(bad) in told
    tab.page.locator("[aria-label='Freshness'] tr", has_text="orders").first.wait_for()  # beside closed lists of checks
    assert serious_faults(tab.page) == []
    tab.tab("Where it comes from")
    tab.page.get_by_label("Table", exact=True).click()
    tab.page.get_by_role("option", name="orders", exact=True).click()
    tab.page.wait_for_selector(".tw-sources section")
    assert serious_faults(tab.page) == []
    tab.close()


def test_pairs_are_decided_one_after_the_other(chromium: Any, server: Server, home: Path) -> None:
    tab = opened(chromium, server, path="data?tab=identity")
    first = tab.page.locator(".tw-data thead").inner_text()
    tab.page.get_by_role("button", name="Later").click()
    tab.page.wait_for_function("t => document.querySelector('.tw-data thead').innerText !== t", arg=first)
    tab.page.get_by_role("button", name="Different people").click()
    tab.page.get_by_text("are different people. The next load carries it out.").wait_for()
    assert "split" in (home / "journal" / "decisions.jsonl").read_text(encoding="utf-8")
    assert tab.page.locator(".tw-decisions li").count() == 1
    assert serious_faults(tab.page) == []
    tab.close()


def test_on_a_phone_nothing_runs_out_of_the_page(chromium: Any, server: Server) -> None:
    for name in ("load", "aside", "health", "sources", "identity"):
        tab = opened(chromium, server, PHONE, f"data?tab={name}")
        tab.page.wait_for_timeout(300)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        assert serious_faults(tab.page) == [], name
        tab.close()


def test_a_broken_file_is_told_loaded_and_mended(chromium: Any, server: Server, home: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"a\x00b,c\n1,2\n")
    (tmp_path / "orders.csv").write_text(BROKEN, encoding="utf-8")
    tab = opened(chromium, server, path="data")
    box = tab.page.locator("#tw-upload input[type=file]")
    box.set_input_files(tmp_path / "bad.csv")
    tab.page.get_by_text("bad.csv:1: there is a zero byte in the text.").wait_for()
    without_known(tab).leave(lambda: tab.page.goto(f"{server.url}data"))
    tab.page.locator("#tw-upload input[type=file]").set_input_files(tmp_path / "orders.csv")
    tab.page.get_by_text("orders.csv looks like orders").wait_for()
    tab.page.get_by_role("button", name="Load it").click()
    tab.page.get_by_text("3 rows read, 2 loaded, 1 put aside").wait_for(timeout=60_000)
    without_known(tab).leave(tab.page.get_by_role("link", name="Look at the rows that were put aside").click)
    tab.page.get_by_text("ordered_at: '2026-05-32' is not a time.").first.wait_for()
    tab.page.get_by_label("Which row").click()
    tab.page.get_by_role("option").first.click()
    line = tab.page.get_by_label("The row as it should be")
    tab.page.wait_for_function("() => [...document.querySelectorAll('textarea')].some(t => t.value.includes('05-32'))")
    line.fill(line.input_value().replace("05-32", "05-30"))
    tab.page.get_by_role("button", name="Save and load again").click()
    tab.page.get_by_text("Nothing is put aside").wait_for(timeout=60_000)
    assert rows(home, "SELECT count(*), sum(net_amount) FROM orders") == [(3, 32.5)]
    assert serious_faults(tab.page) == []
    without_known(tab).close()


def test_a_viewer_without_the_right_sees_why(chromium: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "vera.toml").write_text('name = "vera"\nroles = ["viewer"]\n', encoding="utf-8")
    for server in serving(REAL, home, TELLWISE_VIEWER=str(tmp_path / "vera.toml")):
        tab = opened(chromium, server, path="data")
        assert "You have no right to see this" in tab.page.locator(".tw-forbidden").inner_text()
        tab.close()
