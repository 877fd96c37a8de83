"""The Ask view as people use it: chips, next steps, files, pins, links, past conversations, keys, roles, German."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistant.accounts import Person, add_person
from assistant.config import Settings
from assistant.store import Store
from tests.browser import BROWSER, PHONE, REAL, Server, Tab, demo_workspace, opened, serious_faults, serving
from warehouse import query_trusted

pytestmark = [*BROWSER, pytest.mark.deep]
SOLD = "o.status <> 'cancelled' AND NOT o.is_test"
PASSWORD = "a password for a test"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_workspace(tmp_path_factory.mktemp("ask"))


@pytest.fixture(scope="module")
def server(workspace: Path) -> Iterator[Server]:
    yield from serving(REAL, workspace)


@pytest.fixture
def tab(chromium: Any, server: Server) -> Iterator[Tab]:
    tab = opened(chromium, server, accept_downloads=True)
    tab.page.wait_for_selector("#tw-words", state="attached")
    yield tab
    tab.close()
    assert server.outside() == []


def number(workspace: Path, sql: str) -> str:
    return str(query_trusted(workspace / "warehouse" / "live.duckdb", sql).rows[0][0])


def menu(tab: Tab, chip: str) -> Any:
    """Open the menu of the last card's chip or tool that holds a text."""
    tab.last(f":is(.tw-chip, .tw-tool):has-text('{chip}')").last.click()
    tab.page.wait_for_selector("#tw-popover.tw-open")
    return tab.page.locator("#tw-popover .tw-item")


def part(tab: Tab, css: str, text: str) -> Any:
    """The last part of a kind that holds a text, on any card."""
    return tab.page.locator(f"#tw-chat .tw-card {css}", has_text=text).last


def test_a_question_is_refined_by_its_chips(tab: Tab, workspace: Path) -> None:
    tab.ask("net revenue by country last quarter")
    assert tab.page.locator("#tw-chat .tw-question").last.inner_text() == "net revenue by country last quarter"
    menu(tab, "Q1 2026").filter(has_text="Last year").click()
    tab.has_cards(2)
    assert "Net revenue · by country · 2025" in tab.page.locator("#tw-chat .tw-question").last.inner_text()
    truth = number(
        workspace,
        f"SELECT format('€{{:,}}', round(sum(o.net_amount))::BIGINT) FROM core.orders o JOIN core.customer c "
        f"USING (customer_id) WHERE {SOLD} AND c.country = 'Germany' AND o.ordered_at >= '2025-01-01' "
        f"AND o.ordered_at < '2026-01-01'",
    )
    assert truth in tab.last("table").inner_html()
    menu(tab, "+ Filter").filter(has_text="Gender").first.click()
    tab.page.wait_for_selector("#tw-popover .tw-item:has-text('female')")
    tab.page.locator("#tw-popover .tw-item", has_text="female").first.click()
    tab.has_cards(3)
    assert "Gender: female" in tab.last(".tw-chips").inner_text()
    part(tab, ".tw-step", "year before").click()
    tab.has_cards(4)
    assert "compared with" in tab.last(".tw-chips").inner_text()
    tab.ask("and only the top 3")  # what was clicked and what is typed lean on each other
    tab.page.wait_for_selector("#tw-chat .tw-chip:has-text('first 3')")


def test_a_period_of_ones_own_days(tab: Tab) -> None:
    tab.ask("orders last month")
    menu(tab, "May 2026")
    tab.page.fill("#tw-popover .tw-first", "2026-03-05")
    tab.page.fill("#tw-popover .tw-last", "2026-03-11")
    tab.page.click("#tw-popover .tw-apply")
    tab.has_cards(2)
    assert "5 Mar 2026 – 11 Mar 2026" in tab.last(".tw-chips").inner_text()


def test_an_answer_becomes_files_of_five_kinds(tab: Tab, tmp_path: Path) -> None:
    tab.ask("net revenue by country last quarter")
    for name, ending in (("PNG", "png"), ("SVG", "svg"), ("CSV", "csv"), ("Excel", "xlsx"), ("Parquet", "parquet")):
        items = menu(tab, "Download")
        with tab.page.expect_download() as caught:
            items.filter(has_text=name).click()
        assert caught.value.suggested_filename == f"net-revenue-by-country.{ending}"
        caught.value.save_as(tmp_path / f"answer.{ending}")
    heads = {"png": b"\x89PNG", "svg": b"<svg", "xlsx": b"PK", "parquet": b"PAR1"}
    for ending, head in heads.items():
        assert (tmp_path / f"answer.{ending}").read_bytes().startswith(head)
    with (tmp_path / "answer.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["Country", "Net revenue"]


def test_the_picture_can_be_another_one(tab: Tab) -> None:
    tab.ask("net revenue by country last quarter")
    assert tab.last(".tw-chart").is_visible()
    part(tab, ".tw-kinds .tw-tool", "Table").click()
    tab.page.wait_for_function("!document.querySelector('#tw-chat .tw-card .tw-chart')")
    assert tab.last(".tw-kinds [aria-pressed=true]").inner_text() == "Table"
    part(tab, ".tw-kinds .tw-tool", "Bars").click()
    tab.page.wait_for_selector("#tw-chat .tw-card .tw-chart svg")


def test_pinned_sent_to_review_and_shared(tab: Tab, chromium: Any, server: Server) -> None:
    tab.ask("orders by month this year")
    menu(tab, "Pin").first.click()
    tab.page.wait_for_selector(".tw-note a[href^='boards?board=']")
    part(tab, ".tw-tool", "review").click()
    tab.page.wait_for_selector(".tw-note a[href^='review?item=']")
    part(tab, ".tw-tool", "Share").click()
    tab.page.wait_for_selector(".tw-url")
    link = tab.page.input_value(".tw-url").removeprefix("./")
    other = opened(chromium, server, path=link, ready="#tw-chat .tw-card .tw-chart")
    assert other.page.locator("#tw-chat .tw-question").inner_text() == "orders by month this year"
    other.close()
    lost = opened(chromium, server, path="?answer=nothing", ready="#tw-chat .tw-failure")
    assert "leads to no answer" in lost.last().inner_text()
    lost.close()


def test_a_link_asks_and_a_past_conversation_goes_on(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="?ask=orders+by+country+last+month", ready="#tw-chat .tw-card .tw-chart")
    tab.page.click("#tw-talks-toggle")
    tab.page.wait_for_selector(".tw-talk:has-text('orders by country last month')")
    tab.page.click("#tw-new")
    tab.page.wait_for_selector("#tw-welcome h2")
    tab.page.fill("#tw-find", "no such question at all")
    tab.page.wait_for_selector("#tw-talk-items >> text=No question holds this text.")
    tab.page.fill("#tw-find", "country last")
    tab.page.locator(".tw-talk", has_text="orders by country last month").first.click()
    tab.page.wait_for_selector(".tw-past")
    tab.page.locator(".tw-past .tw-step").last.click()
    tab.page.wait_for_selector(".tw-card:not(.tw-past) .tw-chart")
    tab.ask("only Germany")
    tab.page.wait_for_selector("#tw-chat .tw-chip:has-text('Country: Germany')")
    tab.close()


def test_only_the_keyboard(tab: Tab) -> None:
    page = tab.page
    page.keyboard.type("net rev", delay=20)
    page.wait_for_selector("#tw-complete [role=option]")
    assert page.locator("#tw-complete [role=option]").first.inner_text().startswith("Net revenue\n")
    page.keyboard.press("Tab")
    assert page.input_value("#tw-ask textarea") == "net revenue "
    page.keyboard.type("by month")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    tab.has_cards(1)
    tab.last(".tw-chip.tw-period").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#tw-popover.tw-open")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    tab.has_cards(2)
    tab.last("summary").first.focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("ArrowUp")
    assert "Net revenue" in page.input_value("#tw-ask textarea")
    page.keyboard.press("Control+k")
    page.wait_for_function("document.activeElement.id === 'tw-find'")
    tab.last("summary").first.focus()
    page.keyboard.press("?")
    assert page.locator("#tw-keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+n")
    page.wait_for_selector("#tw-welcome h2")


def test_what_is_wrong_can_be_said_with_the_right_sql(tab: Tab, workspace: Path) -> None:
    tab.ask("refunds by reason this year")
    tab.page.get_by_role("button", name="That's wrong").click()
    tab.page.wait_for_selector("#tw-correction textarea")
    tab.page.fill("#tw-reason textarea, #tw-reason input", "it counts test orders")
    tab.page.fill("#tw-correction textarea", "SELECT 1")
    tab.page.get_by_role("button", name="Send", exact=True).click()
    tab.page.wait_for_selector("#tw-verdict >> text=Noted. Thank you.")
    store = Store.open(Settings(home=workspace))
    given = store.feedback()[-1]
    assert (given.verdict, given.reason, given.correction) == ("down", "it counts test orders", "SELECT 1")
    store.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light"), (1920, "dark")])
def test_axe_finds_nothing_serious(chromium: Any, server: Server, width: int, scheme: str) -> None:
    tab = opened(chromium, server, (width, 900), color_scheme=scheme)
    assert serious_faults(tab.page) == []
    tab.ask("net revenue by country last quarter vs the quarter before")
    tab.last(".tw-how summary").click()
    menu(tab, "+ Break down")
    assert serious_faults(tab.page) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    tab.close()


def test_an_answer_appears_without_a_jump(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server)
    box = tab.page.locator("#tw-ask").bounding_box()
    tab.page.evaluate(
        "() => { window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => { if (!entry.hadRecentInput) window.shifts += entry.value; })).observe({type: 'layout-shift'}); }"
    )
    tab.ask("net revenue by month last year")
    assert tab.page.evaluate("window.shifts") < 0.1
    assert tab.page.locator("#tw-ask").bounding_box() == box
    tab.close()


# --- German


def test_the_page_speaks_german(chromium: Any, workspace: Path) -> None:
    for server in serving(REAL, workspace, TELLWISE_LOCALE="de"):
        tab = opened(chromium, server, PHONE)
        assert "Daten bis 30. Juni 2026" in tab.page.inner_text("#tw-header")
        tab.ask("net revenue last quarter")
        assert "So kam es zustande" in tab.last().inner_text()
        assert "Zur Prüfung" in tab.last(".tw-tools").inner_text()
        tab.leave(partial(tab.page.goto, f"{server.url}people"))
        tab.page.wait_for_selector("h2:has-text('Wer sich anmelden darf')")
        tab.close()


# --- people


def signed_in(chromium: Any, server: Server, name: str) -> Tab:
    tab = opened(chromium, server, ready="input[type=password]")
    tab.page.locator("input").nth(0).fill(name)
    tab.page.locator("input[type=password]").fill(PASSWORD)
    tab.page.locator("button").first.click()
    tab.page.wait_for_selector("#tw-ask textarea")
    return tab


def test_a_viewer_is_shown_and_allowed_less(chromium: Any, workspace: Path) -> None:
    store = Store.open(Settings(home=workspace))
    add_person(store, Person("ann", "admin"), PASSWORD)
    add_person(store, Person("vic", "viewer"), PASSWORD)
    store.close()
    for server in serving(REAL, workspace, "--login"):
        ann = signed_in(chromium, server, "ann")
        ann.ask("orders last month")
        part(ann, ".tw-tool", "Share").click()
        ann.page.wait_for_selector(".tw-url")
        link = ann.page.input_value(".tw-url").removeprefix("./")
        vic = signed_in(chromium, server, "vic")
        vic.page.wait_for_selector("#tw-header:has-text('vic (viewer)')")
        assert "People" not in vic.page.inner_text("#tw-nav")
        vic.ask("orders by month this year")
        assert "Send to review" not in vic.last(".tw-tools").inner_text()
        vic.tab("SQL")
        vic.page.wait_for_selector("#tw-editor .cm-line")
        vic.page.click("#tw-run")
        vic.page.wait_for_selector("#tw-sql-outcome .tw-failure")
        assert "needs the role analyst" in vic.page.inner_text("#tw-sql-outcome")
        assert "orders last month" not in vic.page.inner_html("#tw-talk-items")  # another person's conversation
        vic.page.goto(server.url + link)
        vic.page.wait_for_selector("#tw-chat .tw-card .tw-tiles")
        vic.page.goto(f"{server.url}people")
        vic.page.wait_for_selector(".tw-forbidden")
        assert "ann" not in vic.page.inner_text("#tw-main")
        vic.page.context.close()
        ann.leave(partial(ann.page.goto, f"{server.url}people"))
        ann.page.wait_for_selector(".tw-view table >> text=vic")
        assert serious_faults(ann.page) == []
        ann.close()


def test_without_a_name_nothing_is_told(workspace: Path, chromium: Any) -> None:
    for server in serving(REAL, workspace, "--login", TELLWISE_ADMIN_PASSWORD=PASSWORD):
        tab = opened(chromium, server, ready="input[type=password]")
        assert "Demo company" not in tab.page.content()
        assert tab.page.request.get(f"{server.url}config").status == 401
        for path in ("boards", "alerts", "customers", "catalogue", "review", "evals", "data", "people"):
            shown = tab.page.request.get(server.url + path).text()
            assert "<h1>Sign in</h1>" in shown, path
        tab.page.context.close()


def test_a_wrong_password_is_told_and_the_name_stays(workspace: Path, chromium: Any) -> None:
    with closing(Store.open(Settings(home=workspace))) as store:
        add_person(store, Person("eve", "admin"), PASSWORD)
    for server in serving(REAL, workspace, "--login"):
        tab = opened(chromium, server, PHONE, "people", "input[type=password]", color_scheme="dark")
        assert serious_faults(tab.page, "body") == []
        assert tab.page.evaluate("document.activeElement.id") == "name"
        tab.page.keyboard.type("eve")
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.type("not the password")
        tab.page.keyboard.press("Enter")
        tab.page.get_by_role("alert").get_by_text("do not go together", exact=False).wait_for()
        assert tab.page.input_value("#name") == "eve"
        assert tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        tab.page.keyboard.type(PASSWORD)  # over the wrong one, which is marked
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_selector("h2:has-text('Who may sign in')")  # the page that was asked for
        assert [fault for fault in tab.faults if "status of 400" not in fault] == []
        tab.page.context.close()
    assert os.environ.get("TELLWISE_ADMIN_PASSWORD") is None
