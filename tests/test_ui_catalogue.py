"""The catalogue in a real browser: find a definition, propose a better one with its effects in sight, see it used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import BROWSER, PHONE, REAL, Server, demo_workspace, opened, serious_faults, serving

pytestmark = [*BROWSER, pytest.mark.deep]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_workspace(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    yield from serving(REAL, home)


def test_a_definition_is_found_by_its_words(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="catalogue", ready=".tw-entries li")
    tab.page.get_by_label("Find a definition").fill("turnover")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_function("document.querySelector('.tw-entries a')?.innerText === 'Net revenue'")
    tab.leave(tab.page.get_by_role("link", name="Net revenue", exact=True).click)
    tab.page.wait_for_selector(".tw-facts")
    assert "net_amount" in tab.page.inner_text(".tw-facts")
    tab.close()
    nothing = opened(chromium, server, path="catalogue?q=xyzzy", ready=".tw-empty")
    assert "xyzzy" in nothing.page.inner_text(".tw-empty")
    nothing.close()
    gone = opened(chromium, server, path="catalogue?entry=metric:gone", ready=".tw-error")
    assert "gone" in gone.page.inner_text(".tw-error")
    gone.close()


def test_a_synonym_is_proposed_its_effects_seen_approved_and_used(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="catalogue?entry=metric:net_revenue", ready="#tw-synonyms textarea")
    words = tab.page.locator("#tw-synonyms textarea")
    tab.rest()
    words.fill(words.input_value() + "\nmoolah\nAOV")
    tab.page.click("#tw-preview-change")
    tab.page.wait_for_selector(".tw-wrapping")
    assert "AOV this quarter" in tab.page.inner_text(".tw-wrapping")
    words.fill(words.input_value().replace("\nAOV", ""))
    tab.page.fill("#tw-reason textarea", "sales says so")
    tab.page.click("#tw-propose")
    tab.leave(tab.page.get_by_role("link", name="Open the proposal").click)
    tab.page.wait_for_selector(".tw-diff-add")
    assert "moolah" in tab.page.inner_text(".tw-diff")
    tab.page.get_by_text("No known question is read otherwise").wait_for()
    tab.page.click("#tw-reject-change")
    tab.page.get_by_text("Say in a comment why", exact=False).wait_for()
    tab.page.click("#tw-approve-change")
    tab.page.get_by_text("In force from the next question on.").wait_for()
    tab.leave(lambda: tab.page.goto(server.url))
    tab.page.wait_for_selector("#tw-ask textarea")
    tab.ask("moolah last month")
    assert "Net revenue" in tab.last().inner_text()
    tab.leave(lambda: tab.page.goto(f"{server.url}catalogue?entry=metric:net_revenue"))
    tab.page.get_by_text("local changed it: sales says so").wait_for()
    tab.close()


def test_yaml_that_does_not_load_is_told_and_kept(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="catalogue?entry=metric:orders", ready="#tw-synonyms textarea")
    tab.page.get_by_role("tab", name="As YAML").click()
    box = tab.page.locator("#tw-yaml textarea")
    tab.rest()
    box.fill(box.input_value() + "colour: red\n")
    tab.page.click("#tw-propose")
    tab.page.wait_for_selector(".tw-error")
    assert "colour" in tab.page.inner_text(".tw-error")
    assert "colour: red" in box.input_value()
    tab.close()


def test_viewers_look_up_and_do_not_propose(chromium: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "guest.toml").write_text('name = "guest"\nroles = ["viewer"]\n')
    for guest in serving(REAL, home, TELLWISE_VIEWER=str(tmp_path / "guest.toml")):
        tab = opened(chromium, guest, path="catalogue?entry=metric:orders", ready=".tw-facts")
        assert tab.page.locator("#tw-propose").count() == 0
        tab.close()
        waiting = opened(chromium, guest, path="catalogue?kind=proposals", ready=".tw-empty")
        assert "No proposal waits" in waiting.page.inner_text(".tw-empty")
        waiting.close()


@pytest.mark.parametrize("path", ["catalogue", "catalogue?entry=metric:churn_rate", "catalogue?kind=proposals"])
def test_no_serious_fault_of_access_and_no_overflow(chromium: Any, server: Server, path: str) -> None:
    for size, scheme in (((1280, 860), "light"), (PHONE, "dark")):
        ready = ".tw-entries li, .tw-facts, .tw-empty"
        tab = opened(chromium, server, size, path, ready, color_scheme=scheme)
        assert tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert serious_faults(tab.page) == []
        tab.close()


def test_in_german(chromium: Any, home: Path) -> None:
    for german in serving(REAL, home, TELLWISE_LOCALE="de"):
        tab = opened(chromium, german, path="catalogue", ready=".tw-entries li")
        assert "Eine Definition finden" in tab.page.inner_text(".tw-view")
        tab.close()
