"""Review in a real browser: what was sent is checked, edited, approved and seen to be used; several at once; rights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.review import send_to_review
from assistant.store import Store
from tests.browser import BROWSER, PHONE, REAL, Server, Tab, demo_workspace, opened, serious_faults, serving

pytestmark = [*BROWSER, pytest.mark.deep]
OWN = (
    "SELECT customer.country, SUM(orders.net_amount) AS net FROM orders "
    "JOIN customer ON orders.customer_id = customer.customer_id GROUP BY 1"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_workspace(tmp_path_factory.mktemp("review"))


@pytest.fixture(scope="module")
def items(home: Path) -> dict[str, str]:
    """Items of the queue by what they are."""
    settings = Settings(home=home)
    store, assistant = Store.open(settings), Assistant.open(settings)
    try:
        found = {}
        for question in ("net revenue last month", "orders by country this year", "churn rate last month", "orders"):
            answer = assistant.ask(question)
            assert isinstance(answer, Answer), answer
            found[question] = send_to_review(assistant, store, answer, "please look").id
        own = assistant.run_sql(OWN)
        assert isinstance(own, Answer)
        found["own"] = send_to_review(assistant, store, own).id
    finally:
        assistant.close()
        store.close()
    return found


@pytest.fixture(scope="module")
def server(home: Path, items: dict[str, str]) -> Iterator[Server]:
    yield from serving(REAL, home)


def item_tab(chromium: Any, server: Server, item: str) -> Tab:
    return opened(chromium, server, path=f"review?item={item}", ready=".tw-findings li")


def test_edited_sql_is_checked_approved_and_used(chromium: Any, server: Server, items: dict[str, str]) -> None:
    tab = item_tab(chromium, server, items["net revenue last month"])
    box = tab.page.locator("#tw-review-sql textarea")
    sql = box.input_value()
    box.fill("DROP TABLE orders")
    tab.page.get_by_role("button", name="Check and save the SQL").click()
    tab.page.wait_for_selector(".tw-error")
    assert "DROP TABLE" in box.input_value()  # nothing typed is lost
    box.fill(sql.replace("net_amount)", "net_amount * 2)"))
    tab.page.get_by_role("button", name="Check and save the SQL").click()
    tab.page.wait_for_selector(".tw-diff-add")
    tab.page.get_by_text("rows that are new", exact=False).wait_for()
    tab.page.click("#tw-approve")
    tab.page.get_by_text("From now on this answers", exact=False).wait_for()
    assert tab.page.locator("#tw-approve").count() == 0
    tab.leave(lambda: tab.page.goto(server.url))
    tab.page.wait_for_selector("#tw-ask textarea")
    tab.ask("Net revenue last month?")
    assert "approved by local" in tab.last().inner_text()
    tab.close()


def test_own_sql_shows_what_it_drops_and_needs_a_question(chromium: Any, server: Server, items: dict[str, str]) -> None:
    tab = item_tab(chromium, server, items["own"])
    assert "have no partner in customer" in tab.page.inner_text(".tw-findings")
    tab.page.get_by_text("Where the columns come from").click()
    assert "orders.net_amount" in tab.page.inner_text(".tw-origins")
    tab.page.click("#tw-approve")
    tab.page.get_by_text("Say which question this SQL answers", exact=False).wait_for()
    tab.page.fill("#tw-wording textarea", "money by country of known customers")
    tab.page.get_by_role("button", name="Use this wording").click()
    tab.page.get_by_role("heading", name="money by country of known customers").wait_for()
    tab.page.click("#tw-reject")
    tab.page.get_by_text("Say in a comment why", exact=False).wait_for()
    tab.page.fill("#tw-review-comment textarea", "guests must not be lost")
    tab.page.click("#tw-reject")
    tab.page.get_by_text("turned it down", exact=False).wait_for()
    tab.close()


def test_several_are_approved_at_once(chromium: Any, server: Server, items: dict[str, str]) -> None:
    tab = opened(chromium, server, path="review", ready=".tw-queue li")
    for question in ("orders by country this year", "churn rate last month"):
        tab.page.get_by_label(f"Select {question}").check()
    tab.page.get_by_text("2 selected").wait_for()
    tab.page.get_by_role("button", name="Approve the selected").click()
    tab.page.get_by_text("2 decided.").wait_for()
    tab.leave(tab.page.get_by_role("link", name="Approved").click)
    tab.page.get_by_text("churn rate last month").wait_for()
    tab.close()


def test_an_empty_queue_an_item_that_is_gone_and_no_right(
    chromium: Any, server: Server, home: Path, tmp_path: Path
) -> None:
    gone = opened(chromium, server, path="review?item=nowhere", ready=".tw-error")
    assert "not in the queue" in gone.page.inner_text(".tw-error")
    gone.close()
    (tmp_path / "guest.toml").write_text('name = "guest"\nroles = ["viewer"]\n')
    for guest in serving(REAL, home, TELLWISE_VIEWER=str(tmp_path / "guest.toml")):
        tab = opened(chromium, guest, path="review", ready=".tw-forbidden")
        assert "analyst" in tab.page.inner_text(".tw-forbidden")
        tab.close()


def test_nothing_waits_in_a_new_workspace(chromium: Any, home: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    for fresh in serving(REAL, home, TELLWISE_STATE_URL=url):
        tab = opened(chromium, fresh, path="review", ready=".tw-empty")
        assert "Nothing waits" in tab.page.inner_text(".tw-empty")
        tab.close()


def test_the_setting_wants_somebody_else(chromium: Any, home: Path, items: dict[str, str]) -> None:
    for strict in serving(REAL, home, TELLWISE_REVIEW_BY_OTHER="true"):
        tab = item_tab(chromium, strict, items["orders"])
        tab.page.click("#tw-approve")
        tab.page.get_by_text("Somebody else must approve this", exact=False).wait_for()
        tab.close()


@pytest.mark.parametrize("path", ["review", "review?item="])
def test_no_serious_fault_of_access_and_no_overflow(
    chromium: Any, server: Server, items: dict[str, str], path: str
) -> None:
    address = path + items["orders"] if path.endswith("=") else path
    for size, scheme in (((1280, 860), "light"), (PHONE, "dark")):
        tab = opened(chromium, server, size, address, ".tw-queue li, .tw-findings li", color_scheme=scheme)
        assert tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert serious_faults(tab.page) == []
        tab.close()


def test_in_german(chromium: Any, home: Path, items: dict[str, str]) -> None:
    for german in serving(REAL, home, TELLWISE_LOCALE="de"):
        tab = item_tab(chromium, german, items["orders"])
        assert "In Ordnung" in tab.page.inner_text(".tw-findings")
        tab.close()
