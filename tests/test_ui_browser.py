"""The page in a real browser: what a person sees, clicks and types, and what never happens."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import BROWSER, LISTENER, PHONE, REAL, Server, Tab, opened, serving
from tests.canned import LONG_QUESTION, RELEASING
from warehouse import query_trusted

CANNED = f"""{LISTENER}
import os
from pathlib import Path
from assistant.config import Settings
from assistant.store import Store
from assistant.ui import Service, build, launch
from tests.canned import CannedAssistant
store = Store.open(Settings(home=Path(os.environ["TELLWISE_HOME"])))
launch(build(CannedAssistant(), "Demo company", store), Service("127.0.0.1", int(sys.argv[1])))
"""

SAY = """said => {
    const field = document.querySelector("#tw-act textarea, #tw-act input");
    const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, said);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return new Promise((drawn) => setTimeout(drawn, 0));
}"""  # what a click on a card does

pytestmark = BROWSER


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from serving(CANNED, tmp_path_factory.mktemp("canned"))


@pytest.fixture
def tab(chromium: Any, server: Server) -> Iterator[Tab]:
    tab = opened(chromium, server, accept_downloads=True)
    yield tab
    tab.page.context.close()
    assert tab.told() == []
    assert tab.outside == []
    assert server.outside() == []


def _run(tab: Tab, sql: str) -> None:
    """Write SQL over that of the answer, which comes a moment after its card, and run it."""
    tab.page.wait_for_selector("#tw-editor .cm-line >> text=SUM(net_amount)")
    tab.page.click("#tw-editor .cm-content")
    tab.page.keyboard.press("Control+A")
    tab.page.keyboard.type(sql)
    tab.page.click("#tw-run")


# --- the walk


def test_from_a_question_to_a_file(tab: Tab, tmp_path: Path) -> None:
    page = tab.page
    assert "Demo company · data up to 21 Nov 2026" in page.inner_text("#tw-header")
    page.get_by_role("button", name="Revenue by month").click()
    tab.has_cards(1)
    assert "highest in October 2026 (€280,000)" in tab.last(".tw-sentence").inner_text()
    assert tab.last(".tw-chart .tw-wide svg").is_visible()
    assert not page.is_visible("#tw-welcome")

    tab.ask("Revenue by category")  # a second question after a chart is sent
    page.wait_for_function("document.querySelector('#tw-grid').innerText.includes('Chairs')")

    tab.tab("SQL")
    _run(tab, "SELECT category, count(*) AS n FROM orders GROUP BY 1")
    page.wait_for_selector("#tw-sql-outcome .tw-card")
    outcome = page.inner_text("#tw-sql-outcome")
    assert "The query returned 3 rows." in outcome
    assert "not a governed metric" in outcome

    tab.tab("Table")
    page.wait_for_function("document.querySelector('#tw-grid').innerText.includes('Ünï')")
    with page.expect_download() as caught:
        page.click("#tw-download")
    assert caught.value.suggested_filename == "n-by-category.csv"
    caught.value.save_as(tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["Category", "N"], ["'=1+1", "5"], ["b", "3"], ["Ünï", "-2"]]


def test_a_question_back_is_answered_by_a_click(tab: Tab) -> None:
    tab.ask("How is business?")
    tab.page.get_by_role("button", name="Orders by month").click()
    tab.has_cards(2)
    assert tab.page.locator("#tw-chat .tw-question").last.inner_text() == "Orders by month"
    assert tab.page.locator("#tw-choices button:visible").count() == 0


def test_a_refusal_names_the_words_and_offers_another_question(tab: Tab) -> None:
    tab.ask("flurb the wug")
    assert tab.last(".tw-unknown").inner_text() == "flurb the wug"
    tab.page.locator("#tw-choices").get_by_role("button", name="Revenue by month").click()
    tab.has_cards(2)
    assert tab.last(".tw-chart").is_visible()


def test_refused_sql_says_why_and_keeps_the_rows(tab: Tab) -> None:
    tab.ask("Revenue by category")
    tab.tab("SQL")
    _run(tab, "DELETE FROM orders")
    tab.page.wait_for_selector("#tw-sql-outcome .tw-refusal")
    assert "this one is a DELETE" in tab.page.inner_text("#tw-sql-outcome")
    assert tab.page.inner_text("#tw-editor .cm-content").strip() == "DELETE FROM orders"
    tab.tab("Table")
    tab.page.wait_for_selector("#tw-grid >> text=Chairs")  # the grid draws its rows once it is seen


@pytest.mark.deep
def test_sql_being_written_stays_when_a_card_is_drawn_anew(tab: Tab) -> None:
    tab.ask("Revenue by category")
    tab.tab("SQL")
    _run(tab, "SELECT category FROM orders")
    tab.page.wait_for_selector("#tw-sql-outcome .tw-card")
    tab.last().get_by_role("button", name="Share").click()
    tab.page.wait_for_selector(".tw-note .tw-url")
    tab.rest()
    assert tab.page.inner_text("#tw-editor .cm-content").strip() == "SELECT category FROM orders"


@pytest.mark.deep
def test_a_fault_leaves_the_conversation_standing(tab: Tab) -> None:
    tab.ask("Revenue last month")
    tab.ask("please crash")
    assert "Something went wrong on our side" in tab.last().inner_text()
    assert "secret" not in tab.page.inner_text("#tw-chat")
    tab.ask("Revenue by month")
    assert tab.page.locator("#tw-chat .tw-card").count() == 3


def test_nothing_typed_or_stored_becomes_markup(tab: Tab) -> None:
    tab.page.evaluate("() => { window.alert = () => { window.caught = true } }")
    tab.ask("<img src=x onerror=alert(1)> ![x](http://outside.example/x.png) <script>alert(1)</script>")
    tab.ask("Revenue by category")
    assert tab.page.evaluate("window.caught") is None
    assert tab.page.locator("#tw-chat img, #tw-chat script").count() == 0
    assert "<img src=x onerror=alert(1)>" in tab.page.inner_text("#tw-chat")


@pytest.mark.deep
def test_a_click_that_means_nothing_leaves_all_as_it_is(tab: Tab) -> None:
    tab.ask("Revenue by month")
    tab.page.fill("#tw-ask textarea", "half a question")
    for said in ("nothing that is known", '{"do": "menu", "card": "gone", "place": "export"}'):
        tab.page.evaluate(SAY, said)
    tab.page.wait_for_selector("#tw-popover .tw-menu", state="attached")
    tab.has_cards(1)
    assert tab.page.input_value("#tw-ask textarea") == "half a question"


@pytest.mark.deep
def test_a_question_asked_while_the_page_still_loads_is_answered(chromium: Any, server: Server) -> None:
    for _ in range(5):
        tab = opened(chromium, server)
        tab.ask("Revenue by category")
        assert "Chairs" in tab.page.inner_text("#tw-grid") + tab.last().inner_text()
        tab.close()


@pytest.mark.deep
def test_a_question_sent_during_an_answer_is_asked_behind_it(tab: Tab, chromium: Any, server: Server) -> None:
    tab.page.fill("#tw-ask textarea", LONG_QUESTION)
    tab.page.press("#tw-ask textarea", "Enter")
    tab.page.wait_for_selector("#tw-chat .tw-question")
    tab.page.fill("#tw-ask textarea", "Revenue by category")
    tab.page.press("#tw-ask textarea", "Enter")
    other = opened(chromium, server)
    other.ask(RELEASING)
    other.close()
    tab.has_cards(2)
    asked = tab.page.locator("#tw-chat .tw-question").all_inner_texts()
    assert asked == [LONG_QUESTION, "Revenue by category"]
    assert tab.page.input_value("#tw-ask textarea") == ""


@pytest.mark.deep
def test_two_tabs_share_nothing(tab: Tab, chromium: Any, server: Server) -> None:
    other = opened(chromium, server)
    tab.ask("How is business?")
    other.ask("Revenue last month")
    assert other.page.locator("#tw-choices button:visible").count() == 0
    assert "business" not in other.page.inner_text("#tw-chat")
    tab.page.get_by_role("button", name="Net revenue by month").click()
    tab.has_cards(2)
    assert other.page.locator("#tw-chat .tw-card").count() == 1
    assert "€1,234,567" in other.page.inner_text("#tw-grid")
    other.page.context.close()


@pytest.mark.deep
def test_a_new_conversation_starts_again(tab: Tab) -> None:
    tab.ask("Revenue by month")
    tab.page.get_by_role("button", name="+ New").click()
    tab.page.wait_for_selector("#tw-welcome h2")
    tab.ask("Revenue last month")
    assert tab.page.locator("#tw-chat .tw-card").count() == 1


def test_the_page_works_from_the_keyboard(tab: Tab) -> None:
    page = tab.page
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("revenue by month")
    page.keyboard.press("Enter")
    tab.has_cards(1)
    summary = tab.last(".tw-how summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert tab.last(".tw-how dl").is_visible()
    assert "compile 1.7 ms" in tab.last(".tw-how").inner_text()


@pytest.mark.deep
def test_pointing_at_a_bar_tells_its_value(tab: Tab) -> None:
    tab.ask("Revenue by category")
    tab.last(".tw-wide path[aria-label^='Tables']").hover()
    tab.page.wait_for_selector(".tw-tip:visible")
    assert tab.page.inner_text(".tw-tip") == "Tables & desks, Net revenue: €411,000"


@pytest.mark.deep
def test_two_hundred_bars_and_all_their_rows_stay_usable(tab: Tab) -> None:
    tab.ask("revenue of 200 categories")
    assert "first 30 of 200" in tab.last("figcaption").inner_text()
    tab.page.wait_for_function("document.querySelector('#tw-panel').innerText.includes('200 rows')")
    tab.ask("Revenue last month")


@pytest.mark.deep
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (768, "dark"), (1280, "light"), (1920, "dark")])
def test_nothing_is_wider_than_the_page(chromium: Any, server: Server, width: int, scheme: str, tmp_path: Path) -> None:
    tab = opened(chromium, server, (width, 860), color_scheme=scheme)
    for question in ("Revenue by month", "revenue by region against the month before", "How is business?"):
        tab.ask(question)
    over = "document.documentElement.scrollWidth - window.innerWidth"
    assert tab.page.evaluate(over) <= 0
    tab.page.locator(".tw-how summary").first.click()
    assert tab.page.evaluate(over) <= 0
    tab.page.screenshot(path=tmp_path / f"page-{width}-{scheme}.png")
    assert tab.faults == []
    tab.page.context.close()


@pytest.mark.deep
def test_a_phone_gets_the_narrow_picture(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, PHONE)
    tab.ask("Revenue by month")
    assert tab.last(".tw-narrow svg").is_visible()
    assert not tab.last(".tw-wide svg").is_visible()
    assert tab.page.locator("#tw-ask").bounding_box()["y"] < PHONE[1] - 40
    tab.page.context.close()


@pytest.mark.deep
def test_light_and_dark_can_be_switched_and_stay(tab: Tab) -> None:
    page, ground = tab.page, "getComputedStyle(document.querySelector('#tw-panel')).backgroundColor"
    light = page.evaluate(ground)
    page.click("#tw-theme")
    dark = page.evaluate(ground)
    assert dark != light
    tab.leave(page.reload)
    page.wait_for_selector("#tw-ask textarea")
    page.wait_for_function(f"{ground} === '{dark}'")


def test_no_event_is_offered_to_programs(tab: Tab, server: Server) -> None:
    offered = tab.page.request.get(f"{server.url}gradio_api/info").json()
    assert offered["named_endpoints"] == {}
    assert offered["unnamed_endpoints"] == {}


# --- with real data


@pytest.fixture(scope="module")
def workspace(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("workspace"), dirs_exist_ok=True))


@pytest.fixture(scope="module")
def real(workspace: Path) -> Iterator[Server]:
    yield from serving(REAL, workspace)


def test_the_real_thing_answers_refuses_and_runs_sql(chromium: Any, real: Server) -> None:
    tab = opened(chromium, real, accept_downloads=True)
    assert "Demo company · data up to 30 Jun 2026" in tab.page.inner_text("#tw-header")
    tab.page.locator("#tw-starters button").first.click()
    tab.has_cards(1)
    tab.ask("net revenue by month")
    assert tab.last(".tw-wide svg").is_visible()
    assert "Net revenue" in tab.last(".tw-chips").inner_text()
    tab.ask("how tall is the flurb")
    assert tab.last().get_attribute("class") != "tw-card"
    tab.tab("SQL")
    tab.page.wait_for_selector("#tw-editor .cm-line")
    assert "SELECT" in tab.page.inner_text("#tw-editor .cm-content")
    tab.page.click("#tw-run")
    tab.page.wait_for_selector("#tw-sql-outcome .tw-card")
    assert "The query returned" in tab.page.inner_text("#tw-sql-outcome")
    tab.tab("Table")
    with tab.page.expect_download() as caught:
        tab.page.click("#tw-download")
    assert caught.value.suggested_filename.endswith(".csv")
    assert (tab.faults, tab.outside, real.outside()) == ([], [], [])
    tab.page.context.close()


SOLD = "o.status <> 'cancelled' AND NOT o.is_test"
EVERYDAY = {  # question -> hand-written SQL of the first row's number as the page writes it
    "revenue by month last year": f"SELECT format('€{{:,}}', round(sum(net_amount))::BIGINT) FROM core.orders o "
    f"WHERE {SOLD} AND ordered_at >= '2025-12-01' AND ordered_at < '2026-01-01'",
    "top 10 products by net revenue": f"SELECT format('€{{:,}}', round(sum(i.net_amount))::BIGINT) AS shown "
    f"FROM core.order_item i JOIN core.orders o USING (order_id) JOIN core.product p USING (product_id) "
    f"WHERE {SOLD} GROUP BY p.name ORDER BY sum(i.net_amount) DESC LIMIT 1",
    "average order value by channel this quarter vs last quarter": f"SELECT format('€{{:.2f}}', "
    f"round(sum(net_amount) / count(*), 2)::DOUBLE) FROM core.orders o WHERE {SOLD} AND channel = 'web' "
    f"AND ordered_at >= '2026-04-01' AND ordered_at < '2026-07-01'",
    "which segment has the most refunds?": "SELECT format('{:,}', count(*)) FROM core.refund r "
    "JOIN core.orders o USING (order_id) JOIN core.customer c USING (customer_id) "
    "GROUP BY c.segment ORDER BY count(*) DESC LIMIT 1",
}


@pytest.mark.deep
def test_everyday_questions_are_answered_rightly(chromium: Any, workspace: Path, real: Server) -> None:
    database = workspace / "warehouse" / "live.duckdb"
    truth = {question: str(query_trusted(database, sql).rows[0][0]) for question, sql in EVERYDAY.items()}
    tab = opened(chromium, real)
    for question, shown in truth.items():
        tab.ask(question)
        assert shown in tab.last().inner_text() + tab.last("table").inner_html(), question
    assert (tab.faults, tab.outside, real.outside()) == ([], [], [])
    tab.page.context.close()
