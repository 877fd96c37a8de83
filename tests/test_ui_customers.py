"""The Customers view in a real browser: find, read, list, keep, merge and split, and who may not."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import BROWSER, PHONE, REAL, Server, demo_workspace, opened, serious_faults, serving
from warehouse import query_trusted

pytestmark = [*BROWSER, pytest.mark.deep]
VIEWER = 'name = "vera"\nroles = ["viewer"]\n'
ASKED = "customers in Germany with more than 3 orders"
COUNTED = """
    SELECT count(*) FROM customer c WHERE country = 'Germany' AND NOT is_internal AND NOT is_deleted AND (
        SELECT count(*) FROM orders o WHERE o.customer_id = c.customer_id AND status <> 'cancelled' AND NOT is_test) > 3
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_workspace(tmp_path_factory.mktemp("customers"))


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    yield from serving(REAL, home)


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    return list(query_trusted(home / "warehouse" / "live.duckdb", sql).rows)


def ask(page: Any, question: str) -> None:
    page.get_by_role("tab", name="Lists", exact=True).click()
    box = page.locator("#tw-list-ask :is(textarea, input)")
    box.fill(question)
    box.press("Enter")


def test_somebody_is_found_and_read(chromium: Any, server: Server, home: Path) -> None:
    number, name = rows(
        home, "SELECT customer_id, full_name FROM customer_360 JOIN loyalty_account USING (customer_id)"
        " WHERE NOT is_internal AND orders_n > 2 ORDER BY 1 LIMIT 1",
    )[0]  # fmt: skip
    tab = opened(chromium, server, path="customers")
    box = tab.page.locator("#tw-customer-find :is(textarea, input)")
    box.fill(number)
    box.press("Enter")
    tab.leave(tab.page.get_by_role("link", name=name).first.click)
    tab.page.wait_for_selector(".tw-profile")
    assert name in tab.page.locator(".tw-profile h2").inner_text()
    ordered = rows(home, f"SELECT count(*) FROM orders WHERE customer_id = '{number}'")[0][0]
    tab.page.get_by_text(f"Order {ordered}", exact=True).click()
    tab.page.wait_for_function(
        "n => document.querySelectorAll('.tw-moment').length === n"
        " && document.querySelectorAll('.tw-kind-order').length === n",
        arg=ordered,
    )
    assert serious_faults(tab.page) == []
    tab.close()


def test_nobody_found_says_what_would_help(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="customers?q=zzzzqqq")
    assert "Nobody found" in tab.page.locator(".tw-empty").inner_text()
    tab.leave(lambda: tab.page.goto(f"{server.url}customers?id=C999999"))
    tab.page.wait_for_selector(".tw-error")
    assert "There is no customer C999999" in tab.page.locator(".tw-error").inner_text()
    tab.close()


def test_a_list_is_said_narrowed_kept_and_taken_along(
    chromium: Any, server: Server, home: Path, tmp_path: Path
) -> None:
    tab = opened(chromium, server, path="customers")
    ask(tab.page, ASKED)
    total = rows(home, COUNTED)[0][0]
    tab.page.wait_for_function(f"document.querySelector('.tw-total')?.textContent === '{total} customers'")
    with tab.page.expect_download() as got:
        tab.page.get_by_text("Download CSV").click()
    got.value.save_as(tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == total
    tab.page.get_by_label("Name of the segment").fill("German regulars")
    tab.page.get_by_role("button", name="Save as a segment").click()
    tab.page.get_by_text("Saved as “German regulars”").wait_for()
    tab.page.get_by_role("button", name="Use in questions").click()
    tab.page.get_by_text("Questions know “German regulars” now").wait_for()
    assert serious_faults(tab.page) == []
    tab.page.get_by_role("button", name="Orders: > 3").click()
    tab.page.wait_for_function(f"document.querySelector('.tw-total')?.textContent !== '{total} customers'")
    tab.leave(lambda: tab.page.goto(server.url))
    tab.page.wait_for_selector("#tw-ask textarea")
    tab.ask("number of German regulars customers")
    assert str(total) in tab.last(".tw-value").inner_text()
    tab.close()


def test_a_list_of_a_period_says_which(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="customers")
    ask(tab.page, "customers in Germany who ordered more than 3 times this year")
    tab.page.get_by_text("Read as: Orders, January 2026 – June 2026").wait_for()
    tab.close()


def test_what_is_no_list_is_said(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="customers")
    ask(tab.page, "net revenue by month")
    tab.page.wait_for_selector(".tw-refused")
    assert "no list of customers" in tab.page.locator(".tw-refused").inner_text()
    tab.close()


def test_a_customer_is_split_and_it_is_taken_back(chromium: Any, server: Server, home: Path) -> None:
    number = rows(
        home, "SELECT customer_id FROM customer_record GROUP BY 1 HAVING count(*) = 3 ORDER BY 1 LIMIT 1"
    )[0][0]  # fmt: skip
    record = rows(
        home, f"SELECT source_system || ':' || source_id FROM customer_record WHERE customer_id = '{number}' ORDER BY 1"
    )[0][0]  # fmt: skip
    tab = opened(chromium, server, path=f"customers?id={number}")
    tab.page.get_by_label(record).check()
    tab.page.get_by_role("button", name="Split them off").click()
    tab.page.get_by_text(f"Noted: {record} are a customer of their own.").wait_for()
    journal = (home / "journal" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(journal[-1])["kind"] == "split"
    tab.page.get_by_role("button", name="Carry it out now").click()
    tab.page.get_by_text("records of people are").wait_for(timeout=120_000)
    owners = rows(home, f"SELECT count(*) FROM customer_record WHERE customer_id = '{number}'")[0][0]
    assert owners < 3
    tab.close()


def test_a_merge_is_noted_and_taken_back(chromium: Any, server: Server, home: Path) -> None:
    one, two = [row[0] for row in rows(home, "SELECT DISTINCT customer_id FROM customer_record ORDER BY 1 LIMIT 2")]
    tab = opened(chromium, server, path=f"customers?id={one}")
    tab.page.get_by_role("button", name="They are one person").click()
    tab.page.get_by_text("Say the number of the other customer").wait_for()
    tab.page.get_by_label("Number of the other customer").fill(two)
    tab.page.get_by_role("button", name="They are one person").click()
    tab.page.get_by_text(f"Noted: {one} and {two} are one customer.").wait_for()
    tab.page.get_by_role("button", name="Take it back").click()
    tab.page.get_by_text("Taken back.").wait_for()
    tab.close()


def test_on_a_phone_nothing_runs_out_of_the_page(chromium: Any, server: Server, home: Path) -> None:
    number = rows(home, "SELECT min(customer_id) FROM customer")[0][0]
    for path in ("customers", f"customers?id={number}", "customers?list=customers+in+Germany"):
        tab = opened(chromium, server, PHONE, path)
        tab.page.wait_for_selector("#tw-found .tw-people, #tw-list .tw-people, .tw-profile", state="attached")
        tab.page.wait_for_timeout(300)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert serious_faults(tab.page) == []
        tab.close()


def test_a_viewer_without_the_right_sees_why(chromium: Any, home: Path, tmp_path: Path) -> None:
    (tmp_path / "vera.toml").write_text(VIEWER, encoding="utf-8")
    settings = {"TELLWISE_VIEWER": str(tmp_path / "vera.toml")}
    for server in serving(REAL, home, **settings):
        tab = opened(chromium, server, path="customers?id=C000001")
        assert "You have no right to see this" in tab.page.locator(".tw-forbidden").inner_text()
        assert tab.page.locator(".tw-profile").count() == 0
        tab.close()
