"""Boards in a real browser: tiles that live, a period and a filter for all of them, changes, and who may see what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.boards import add_note, boards_of, new_board, pin, share_board
from assistant.config import Settings
from assistant.store import Store
from tests.browser import BROWSER, PHONE, REAL, Server, Tab, demo_workspace, opened, serious_faults, serving

pytestmark = [*BROWSER, pytest.mark.deep]
QUESTIONS = (
    "net revenue last month", "net revenue by month this year", "orders by country this year",
    "top 10 customers by revenue last quarter", "churn rate by month in the last 12 months",
    "net revenue this year compared to last year",
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = demo_workspace(tmp_path_factory.mktemp("boards"))
    (home / "channels.yml").write_text("version: 1\nchannels:\n  team: {url: 'json://localhost/team'}\n")
    return home


@pytest.fixture(scope="module")
def board(home: Path) -> str:
    """A shared board of the person at the machine, with tiles of every kind."""
    settings = Settings(home=home)
    store, assistant = Store.open(settings), Assistant.open(settings)
    try:
        made = new_board(store, "Weekly review")
        for question in QUESTIONS:
            answer = assistant.ask(question)
            assert isinstance(answer, Answer), answer
            pin(assistant, store, answer, made.id)
        add_note(store, made.id, "Spring campaign began on 3 March.")
        share_board(store, made.id, True)
    finally:
        assistant.close()
        store.close()
    return made.id


@pytest.fixture(scope="module")
def server(home: Path, board: str) -> Iterator[Server]:
    yield from serving(REAL, home)


def board_tab(chromium: Any, server: Server, path: str = "boards", **context: Any) -> Tab:
    tab = opened(chromium, server, path=path, **context)
    tab.page.wait_for_selector(".tw-board .tw-pinned-head")
    return tab


def titled(tab: Tab, title: str) -> Any:
    return tab.page.locator(f'.tw-pinned[aria-label="{title}"]')


FIRST = "Net revenue last month"


def drawn_anew(tab: Tab, was: str, title: str) -> str:
    """The text of a tile once it differs from what it was."""
    tab.page.wait_for_function(
        '([title, was]) => { const tile = document.querySelector(`.tw-pinned[aria-label="${title}"] .tw-pinned-foot`);'
        " return tile && tile.closest('.tw-pinned').innerText !== was; }",
        arg=[title, was],
    )
    return str(titled(tab, title).inner_text())


def test_tiles_live_and_take_a_period_and_a_filter(chromium: Any, server: Server) -> None:
    tab = board_tab(chromium, server)
    assert tab.page.locator(".tw-pinned").count() == len(QUESTIONS) + 1
    assert "May 2026" in titled(tab, FIRST).inner_text()
    before = titled(tab, FIRST).inner_text()
    tab.page.get_by_label("Period of the whole board").click()
    tab.page.get_by_role("option", name="Last year", exact=True).click()
    last_year = drawn_anew(tab, before, FIRST)
    assert "2025" in last_year
    tab.page.get_by_label("Filter by").click()
    tab.page.get_by_role("option", name="Country", exact=True).first.click()
    tab.page.locator("#tw-board-values input").click()
    tab.page.get_by_role("option", name="Germany", exact=True).click()
    germany = drawn_anew(tab, last_year, FIRST)
    assert "Germany" in germany
    tab.close()


def test_tiles_of_different_heights_leave_no_holes(chromium: Any, server: Server) -> None:
    tab = board_tab(chromium, server)
    tab.page.wait_for_function(
        f"document.querySelectorAll('.tw-board.tw-laid .tw-pinned-head').length === {len(QUESTIONS) + 1}"
    )
    tab.rest()
    boxes = tab.page.evaluate(
        "[...document.querySelectorAll('.tw-pinned')].map((one) => one.getBoundingClientRect().toJSON())"
    )
    for one in boxes:
        above = [two["bottom"] for two in boxes if two is not one and two["bottom"] <= one["top"] + 1
                 and two["left"] < one["right"] and one["left"] < two["right"]]  # fmt: skip
        nearest = max(above, default=min(box["top"] for box in boxes) - 14)
        assert 10 <= one["top"] - nearest <= 18, one
        assert not any(
            two is not one and two["left"] < one["right"] - 1 and one["left"] < two["right"] - 1
            and two["top"] < one["bottom"] - 1 and one["top"] < two["bottom"] - 1 for two in boxes
        )  # fmt: skip
    middle = (min(one["left"] for one in boxes) + max(one["right"] for one in boxes)) / 2
    for one in boxes:  # what is narrower than half the board has something beside it in its half
        beside = [two for two in boxes if two is not one and (two["left"] < middle) == (one["left"] < middle)
                  and two["top"] < one["bottom"] and one["top"] < two["bottom"]]  # fmt: skip
        assert beside or one["width"] > middle - 60, one
    tab.close()


def test_words_that_are_no_period_are_told_and_the_board_stays(chromium: Any, server: Server) -> None:
    tab = board_tab(chromium, server)
    box = tab.page.get_by_label("Period of the whole board")
    box.fill("the day of reckoning")
    box.press("Enter")
    tab.page.get_by_text("is no period", exact=False).wait_for()
    assert tab.page.locator(".tw-pinned").count() == len(QUESTIONS) + 1
    tab.close()


def test_a_tile_is_renamed_moved_and_removed_by_keyboard(chromium: Any, server: Server) -> None:
    tab = board_tab(chromium, server)
    tab.page.get_by_text("New board", exact=True).click()
    tab.page.fill("#tw-new-board textarea, #tw-new-board input", "Scratch")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("heading", name="Scratch").wait_for()
    tab.page.get_by_text("This board is empty").wait_for()
    tab.page.get_by_role("button", name="Change this board").click()
    for words in ("first note", "second note"):
        tab.page.fill("#tw-note textarea", words)
        tab.page.click("#tw-add-note")
        tab.page.locator(".tw-note-text", has_text=words).wait_for()
    tab.page.wait_for_function("document.querySelectorAll('.tw-pinned .tw-note-text').length === 2")
    last = tab.page.locator(".tw-pinned").nth(1)
    last.locator("summary").press("Enter")
    last.get_by_role("button", name="Move forward").press("Enter")
    tab.page.wait_for_function("document.querySelector('.tw-pinned .tw-note-text')?.innerText === 'second note'")
    first = tab.page.locator(".tw-pinned").first
    first.locator("summary").press("Enter")
    first.locator("textarea").fill("better words")
    first.get_by_role("button", name="Save").click()
    tab.page.wait_for_function("document.querySelector('.tw-pinned .tw-note-text')?.innerText === 'better words'")
    first.locator("summary").press("Enter")
    first.get_by_role("button", name="Remove").click()
    tab.page.wait_for_function("document.querySelectorAll('.tw-pinned').length === 1")
    tab.page.get_by_role("button", name="Delete this board").click()
    tab.page.click("#tw-really")
    tab.page.get_by_role("heading", name="Weekly review").wait_for()
    tab.close()


def test_a_delivery_is_set_up_and_stopped(chromium: Any, server: Server, home: Path, board: str) -> None:
    tab = board_tab(chromium, server, f"boards?board={board}")
    tab.page.get_by_text("Delivery", exact=True).click()
    tab.page.get_by_label("Channel").fill("nobody")
    tab.page.keyboard.press("Enter")
    tab.page.click("#tw-deliver")
    tab.page.get_by_text("There is no channel nobody", exact=False).wait_for()
    tab.page.get_by_label("Channel").fill("team")
    tab.page.keyboard.press("Enter")
    tab.page.click("#tw-deliver")
    tab.page.get_by_text("Delivered every week", exact=False).wait_for()
    tab.page.get_by_role("button", name="Stop").click()
    tab.page.get_by_text("It is not delivered yet.", exact=False).wait_for()
    tab.close()


def test_a_board_that_is_gone_is_an_error_and_no_board_is_a_beginning(
    chromium: Any, server: Server, tmp_path: Path, home: Path
) -> None:
    tab = opened(chromium, server, path="boards?board=nowhere", ready=".tw-error")
    assert "not there any more" in tab.page.inner_text(".tw-error")
    tab.close()
    (tmp_path / "newcomer.toml").write_text('name = "newcomer"\nroles = ["viewer"]\n')
    for server_as in serving(REAL, home, TELLWISE_VIEWER=str(tmp_path / "newcomer.toml")):
        guest = board_tab(chromium, server_as)  # a shared board, with nothing to change for a viewer
        assert guest.page.locator(".tw-tile-menu").count() == 0
        assert guest.page.get_by_role("button", name="Change this board").count() == 0
        assert "local" in guest.page.inner_text(".tw-board-head")
        guest.close()


def test_nobody_with_no_board_is_told_how_to_begin(chromium: Any, home: Path, tmp_path: Path) -> None:
    store = Store.open(Settings(home=home))
    shared = [one.id for one in boards_of(store) if one.shared]
    for board_id in shared:
        share_board(store, board_id, False)
    (tmp_path / "newcomer.toml").write_text('name = "newcomer"\nroles = ["analyst"]\n')
    try:
        for server_as in serving(REAL, home, TELLWISE_VIEWER=str(tmp_path / "newcomer.toml")):
            tab = opened(chromium, server_as, path="boards", ready=".tw-empty")
            assert "No board yet" in tab.page.inner_text(".tw-empty")
            tab.close()
    finally:
        for board_id in shared:
            share_board(store, board_id, True)
        store.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_access_and_no_overflow(chromium: Any, server: Server, scheme: str) -> None:
    tab = board_tab(chromium, server, color_scheme=scheme)
    assert serious_faults(tab.page) == []
    tab.close()
    phone = opened(chromium, server, PHONE, "boards", color_scheme=scheme)
    phone.page.wait_for_selector(".tw-board .tw-pinned-head")
    assert phone.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert serious_faults(phone.page) == []
    phone.close()


def test_in_german(chromium: Any, home: Path) -> None:
    for german in serving(REAL, home, TELLWISE_LOCALE="de"):
        tab = board_tab(chromium, german)
        assert "Zeitraum des ganzen Boards" in tab.page.inner_text(".tw-view")
        tab.close()
