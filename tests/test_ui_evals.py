"""The Evals view in a real browser: a suite of one's own is run and watched, a failing case opened, runs compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import BROWSER, PHONE, REAL, Server, demo_workspace, opened, serious_faults, serving

pytestmark = [*BROWSER, pytest.mark.deep]
SUITE = """
suite: ours
version: 1
database: workspace
as_of: 2026-06-30
split: dev
author: the shop
description: Two questions, one of which expects what is not so.
cases:
  - id: customers
    question: how many customers do we have
    expect:
      sql:
        - SELECT count(*) AS customers FROM customer WHERE NOT is_internal AND NOT is_deleted
  - id: wrong
    question: how many orders in May 2026
    expect:
      sql:
        - SELECT -1 AS orders
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = demo_workspace(tmp_path_factory.mktemp("evals"))
    suites = home / "evals" / "suites"
    suites.mkdir(parents=True)
    (suites / "ours.yml").write_text(SUITE.lstrip(), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    yield from serving(REAL, home)


def run_ours(tab: Any) -> None:
    tab.page.get_by_label("ours (your own)").check()
    tab.page.get_by_role("button", name="Run the suites").click()
    stop = tab.page.get_by_role("button", name="Stop")
    stop.wait_for()
    stop.wait_for(state="hidden", timeout=180_000)
    tab.page.wait_for_selector(".tw-run .tw-link")


def test_a_suite_is_run_a_failing_case_opened_and_runs_compared(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="evals")
    run_ours(tab)
    assert "2 of 2 questions" in tab.page.locator(".tw-run").inner_text()
    tab.page.wait_for_timeout(1100)  # runs are named by the second
    run_ours(tab)
    tab.leave(tab.page.locator(".tw-run .tw-link").click)
    tab.page.wait_for_selector(".tw-case")
    assert "1 of 2 passed" in tab.page.locator(".tw-run").inner_text()
    tab.page.get_by_text("how many orders in May 2026").click()
    assert "SELECT -1 AS orders" in tab.page.locator(".tw-case").inner_text()
    assert serious_faults(tab.page) == []
    tab.leave(tab.page.get_by_role("link", name="All runs").click)
    tab.page.wait_for_selector(".tw-view table")
    assert tab.page.locator("tbody tr").count() == 2
    tab.tab("Compare")
    tab.page.get_by_role("button", name="Compare").click()
    tab.page.get_by_text("2 questions in both: 0 fixed, 0 broken.").wait_for(timeout=120_000)
    assert serious_faults(tab.page) == []
    tab.close()


def test_feedback_becomes_cases(chromium: Any, server: Server, home: Path) -> None:
    tab = opened(chromium, server)
    tab.ask("how many orders in May 2026")
    tab.leave(lambda: tab.page.goto(f"{server.url}evals?tab=feedback"))
    tab.page.get_by_role("button", name="Turn feedback into cases").click()
    tab.page.get_by_text("cases added to").wait_for(timeout=120_000)
    tab.close()


def test_on_a_phone_nothing_runs_out_of_the_page(chromium: Any, server: Server) -> None:
    for name in ("start", "past", "compare", "feedback"):
        tab = opened(chromium, server, PHONE, f"evals?tab={name}")
        tab.page.wait_for_timeout(300)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        assert serious_faults(tab.page) == [], name
        tab.close()


def test_an_unknown_run_is_told(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="evals?run=none")
    assert "There is no run none." in tab.page.locator(".tw-error").inner_text()
    tab.close()
