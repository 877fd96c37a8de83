"""A language model behind the page: its SQL waits for a person, also through a restart; sentences appear as told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Approval, Outcome, Refusal
from assistant.live import Live
from assistant.ui import turns
from assistant.ui.look import look_of
from assistant.ui.session import Session
from tests.agent_world import QUESTION, SQL, fill
from tests.browser import BROWSER, PATIENCE, REAL, Server, Tab, opened, serving
from tests.canned import CannedAssistant
from tests.openai_server import Body, OpenAIServer, Reply

pytest.importorskip("langchain_openai", reason="the extra `agent` is not installed")

NOBODY = "http://127.0.0.1:9/v1"
EDITED = "SELECT channel, count(*) AS n FROM orders WHERE channel = 'Web' GROUP BY channel"


# --- without a browser


def test_sentences_stand_on_the_page_as_they_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "monotonic", iter(range(100)).__next__)  # every step comes late enough to be shown

    def work(on_step: Callable[[str, str], None], live: Live) -> Outcome:
        on_step("Run semantic query", "Revenue in May 2026")
        live.on_text("Revenue was €200.")
        live.on_text("North made €160 of it.")
        return Refusal("q", "UNKNOWN_WORDS", "no")

    with ThreadPoolExecutor(1) as threads:
        desk = turns.Desk(CannedAssistant(), look_of("en"), threads)  # type: ignore[arg-type]  # a stand-in
        seen = list(desk.turn("q", Session(), work))
    pending = [one.messages[1]["text"] for one in seen[:-1]]
    assert pending[-1].endswith("Revenue was €200. North made €160 of it.")
    assert "Run semantic query" in seen[2].messages[1]["title"]
    assert all("live" not in one.messages[-1] and one.live is not None for one in seen[:-1])
    assert seen[-1].live is None
    assert "€200" not in str(seen[-1].messages)  # the outcome takes its place


# --- with one


def reply(body: Body) -> Reply:
    """A model that asks for SQL first and then tells what came of it; road 1 finds nothing."""
    if not body.get("tools"):
        return Reply('{"unplaced": ["gizmo"]}')
    if body["messages"][-1]["role"] != "tool":
        return Reply(tools=[SQL])
    said = str(body["messages"][-1]["content"])
    return Reply("There were 2 orders on the Web." if "Web,2" in said else "Nothing was run.")


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer(reply) as server:
        yield server


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    fill(home)
    return home


@pytest.fixture
def server(workspace: Path, model: OpenAIServer) -> Iterator[Server]:
    yield from serving(REAL, workspace, TELLWISE_MODEL="stub", TELLWISE_MODEL_URL=model.url)


def marked(test: Any) -> Any:
    for mark in (*BROWSER, pytest.mark.deep):
        test = mark(test)
    return test


def patient(chromium: Any, server: Server) -> Tab:
    """A tab on a page whose first question of a model loads the libraries for it."""
    tab = opened(chromium, server)
    tab.page.set_default_timeout(4 * PATIENCE)
    return tab


def statement(tab: Tab) -> Any:
    return tab.last(".tw-edit")


def press(tab: Tab, name: str, cards: int) -> None:
    tab.last().get_by_role("button", name=name, exact=True).click()
    tab.has_cards(cards)


@marked
def test_sql_of_a_model_is_seen_changed_and_approved(chromium: Any, server: Server, model: OpenAIServer) -> None:
    tab = patient(chromium, server)
    tab.ask(QUESTION)
    assert "needs your approval" in tab.last(".tw-sentence").inner_text()
    assert statement(tab).input_value() == SQL.arguments["sql"]  # type: ignore[index]  # a mapping here
    asked = len(model.requests)
    statement(tab).fill(EDITED)
    press(tab, "Run my edited SQL", 2)
    assert len(model.requests) == asked + 1
    assert tab.last(".tw-sentence").inner_text() == "There were 2 orders on the Web."
    assert "did not come from governed" in tab.last().inner_text() or "not governed" in tab.last().inner_text()
    tab.page.wait_for_function("document.querySelector('#tw-grid')?.innerText.includes('Web')")
    assert "Store" not in tab.page.inner_text("#tw-grid")
    first = tab.page.locator("#tw-chat .tw-card").first
    assert first.get_by_role("button").count() == 0  # what is decided cannot be decided again
    tab.close()


@marked
def test_what_waits_is_still_there_after_a_restart(chromium: Any, workspace: Path, model: OpenAIServer) -> None:
    surroundings = {"TELLWISE_MODEL": "stub", "TELLWISE_MODEL_URL": model.url}
    for server in serving(REAL, workspace, **surroundings):
        tab = patient(chromium, server)
        tab.ask(QUESTION)
        assert statement(tab).is_visible()
        tab.close()
    for server in serving(REAL, workspace, **surroundings):
        tab = patient(chromium, server)
        tab.has_cards(1)
        assert tab.page.locator("#tw-chat .tw-question").last.inner_text() == QUESTION
        assert statement(tab).input_value() == SQL.arguments["sql"]  # type: ignore[index]  # a mapping here
        press(tab, "Approve", 2)
        assert tab.last(".tw-sentence").inner_text() == "There were 2 orders on the Web."
        tab.leave(tab.page.reload)
        tab.page.wait_for_selector("#tw-welcome")
        assert tab.page.locator("#tw-chat .tw-edit").count() == 0
        tab.close()


@marked
def test_a_text_that_was_changed_runs_as_changed_whichever_button_is_pressed(chromium: Any, server: Server) -> None:
    tab = patient(chromium, server)
    tab.ask(QUESTION)
    statement(tab).fill("SELECT count(*) AS n FROM secret")
    press(tab, "Approve", 2)
    assert "42" not in tab.last().inner_text()
    assert "without a result" in tab.last(".tw-sentence").inner_text()
    tab.ask(QUESTION)
    press(tab, "Reject", 4)
    assert "without a result" in tab.last(".tw-sentence").inner_text()
    tab.close()


@marked
def test_with_the_model_away_the_page_answers_what_it_can_and_says_so(chromium: Any, tmp_path: Path) -> None:
    fill(tmp_path)
    for server in serving(REAL, tmp_path, TELLWISE_MODEL="stub", TELLWISE_MODEL_URL=NOBODY):
        tab = patient(chromium, server)
        tab.ask("revenue by gizmo")  # the client is loaded when it is first needed
        known = took(tab, "revenue by region")
        assert "€260" in tab.last(".tw-sentence").inner_text()
        unknown = took(tab, "orders by gizmo")
        said = tab.last(".tw-sentence").inner_text()
        assert "The model stub cannot be used" in said
        assert "read without it" in said
        assert unknown - known < 2_000, (unknown, known)
        tab.close()


def took(tab: Tab, question: str) -> float:
    """Milliseconds from the question to its card."""
    began = tab.page.evaluate("performance.now()")
    tab.ask(question)
    return tab.page.evaluate("performance.now()") - began


def test_an_approval_knows_its_card() -> None:
    asked = Approval("q", "May it?", thread="t")
    session = Session().awaiting("one", asked).awaiting("two", asked)
    assert set(session.approvals) == {"one", "two"}
