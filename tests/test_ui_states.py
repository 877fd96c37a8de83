"""Every view in each of its four states, in a real browser: loading, empty, an error, no right to see it.

The tables say what is opened and what is read there. An answer that is being made is in `test_ui`, one that fails in
`test_ui_browser`: the assistant does neither on demand.
"""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isgeneratorfunction
from pathlib import Path
from typing import Any

import pytest

from assistant.boards import new_board, remove_board
from assistant.config import Settings
from assistant.errors import StoreError
from assistant.people import LOCAL
from assistant.store import Store
from assistant.ui.look import look_of
from tests.browser import BROWSER, REAL, Server, Tab, demo_workspace, opened, serious_faults, serving
from tests.canned import CannedAssistant

pytestmark = [*BROWSER, pytest.mark.deep]
PAGES = ("boards", "alerts", "customers", "catalogue", "review", "evals", "data", "people")
EMPTY = {  # page -> what a new workspace says there
    "": "What would you like to know?",
    "boards": "No board yet",
    "alerts": "Nobody has looked yet",
    "customers?q=zzzzqqq": "Nobody found",
    "catalogue?kind=proposals": "No proposal waits",
    "review": "Nothing waits",
    "evals?tab=past": "No runs yet",
    "people": "Nobody has an account yet",
}
ERRORS = {  # an address that leads nowhere -> what is said
    "boards?board=nowhere": "not there any more",  # with a board beside it
    "alerts?incident=nowhere": "nowhere",
    "customers?id=C999999": "There is no customer C999999",
    "catalogue?entry=metric:gone": "gone",
    "review?item=nowhere": "not in the queue",
    "evals?run=nowhere": "There is no run nowhere.",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_workspace(tmp_path_factory.mktemp("states"))


@pytest.fixture
def board(home: Path) -> Iterator[None]:
    """One board, so that an address can name another."""
    store = Store.open(Settings(home=home))
    made = new_board(store, "Weekly review")
    yield
    remove_board(store, made.id)
    store.close()


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    yield from serving(REAL, home)


@pytest.fixture(scope="module")
def stranger(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The pages for somebody whom no role covers."""
    told = tmp_path_factory.mktemp("stranger") / "stranger.toml"
    told.write_text('name = "sam"\nroles = ["visitor"]\n')
    yield from serving(REAL, home, TELLWISE_VIEWER=str(told))


def test_every_view_stands_in_the_tables() -> None:
    from assistant.ui.views import VIEWS  # brings Gradio, which takes seconds to import

    assert tuple(view.path for view in VIEWS) == PAGES
    for table in ({**EMPTY, "data": ""}, {**ERRORS, "data": "", "people": ""}):
        assert {path.partition("?")[0] for path in table} - {""} == set(PAGES)


def test_a_listener_that_says_one_thing_says_it_once() -> None:
    """Gradio sends the last thing that a generator says twice, over what was typed in between."""
    import gradio

    from assistant.ui.room import Assistants, Room
    from assistant.ui.states import guarded

    room = Room(look_of("en"), Assistants(CannedAssistant(), LOCAL))  # type: ignore[arg-type]  # a stand-in
    status = gradio.HTML()

    def told(request: object, text: str) -> str:
        if not text:
            raise StoreError("Nothing was said.")
        return text

    def steps(request: object, text: str) -> Iterator[str]:
        yield from text

    once = guarded(room, "ask", told, status)
    assert not isgeneratorfunction(once)
    assert once(None, "kept")[1:] == ["kept"]
    assert "Nothing was said." in once(None, "")[status].value
    assert [said[1] for said in guarded(room, "ask", steps, status)(None, "ab")] == ["a", "b"]
    assert len(list(guarded(room, "ask", steps, status)(None, ""))) == 1  # with nothing to say all stays


@pytest.mark.parametrize("path", PAGES)
def test_while_a_view_loads_it_says_so(chromium: Any, server: Server, path: str) -> None:
    frame = chromium.new_context()
    page = frame.new_page()
    page.route("**/queue/join*", lambda _: None)  # the server never answers
    page.goto(server.url + path)
    loading = page.locator(".tw-status .tw-loading:visible")
    loading.wait_for()
    assert loading.get_attribute("role") == "status"
    assert loading.inner_text().strip() == "Loading …"
    assert page.locator(".tw-view:visible").count() == 0
    frame.close()


def test_those_who_want_no_motion_get_none(chromium: Any, server: Server) -> None:
    moving = "getComputedStyle(document.querySelector('.tw-bone')).animationDuration"
    seconds = {}
    for wish in ("no-preference", "reduce"):
        frame = chromium.new_context(reduced_motion=wish)
        page = frame.new_page()
        page.route("**/queue/join*", lambda _: None)
        page.goto(f"{server.url}boards")
        page.wait_for_selector(".tw-bone")
        seconds[wish] = float(page.evaluate(moving).removesuffix("s"))
        frame.close()
    assert seconds["no-preference"] > 1
    assert seconds["reduce"] < 0.001


@pytest.mark.parametrize(("path", "said"), EMPTY.items())
def test_an_empty_view_says_what_would_be_there(chromium: Any, server: Server, path: str, said: str) -> None:
    tab = opened(chromium, server, path=path)
    if path:
        card = tab.page.locator(".tw-empty:visible").first
        card.wait_for()
        assert card.locator("p").first.inner_text()  # and how to get it
    else:
        card = tab.page.locator("#tw-welcome")
        tab.page.locator("#tw-starters button").first.wait_for()
    assert said in card.inner_text()
    assert serious_faults(tab.page) == []
    tab.close()


@pytest.mark.usefixtures("board")
@pytest.mark.parametrize(("path", "said"), ERRORS.items())
def test_an_address_that_leads_nowhere_is_told(chromium: Any, server: Server, path: str, said: str) -> None:
    tab = opened(chromium, server, path=path, ready=".tw-error")
    error = tab.page.locator(".tw-error:visible")
    assert said in error.inner_text()
    assert error.get_attribute("role") == "alert"
    tab.close()


def test_where_no_row_was_put_aside_it_says_what_would_come_there() -> None:
    from assistant.ui.views.data_cards import aside_card  # the demo company has such rows

    assert "Nothing is put aside" in aside_card([], True, look_of("en"))


def test_an_account_without_a_name_is_refused_in_words(chromium: Any, server: Server) -> None:
    tab = opened(chromium, server, path="people")
    tab.page.click("#tw-people-add")
    assert tab.page.locator(".tw-error").inner_text()
    tab.close()


def test_a_file_that_is_no_table_is_refused_in_words(chromium: Any, server: Server, tmp_path: Path) -> None:
    tab = opened(chromium, server, path="data?tab=load")
    (tmp_path / "nothing.csv").write_text("")
    tab.page.locator("input[type=file]").set_input_files(tmp_path / "nothing.csv")
    tab.page.locator(".tw-error:visible, .tw-refused:visible").first.wait_for()
    tab.page.context.close()  # Gradio's upload warns of its own


@pytest.mark.parametrize("path", PAGES)
def test_a_view_that_one_may_not_see_says_who_may(chromium: Any, stranger: Server, path: str) -> None:
    tab = opened(chromium, stranger, path=path, ready=".tw-forbidden")
    told = tab.page.locator(".tw-forbidden:visible")
    assert "You have no right to see this" in told.inner_text()
    assert tab.page.locator(".tw-view:visible").count() == 0
    assert path not in [link.get_attribute("href") for link in tab.page.locator("#tw-nav a").all()]
    told.get_by_role("link").click()
    tab.page.wait_for_selector("#tw-ask textarea")
    tab.page.context.close()


def test_asking_without_the_right_is_refused_in_words(chromium: Any, stranger: Server) -> None:
    tab = Tab(chromium.new_context().new_page())
    tab.page.goto(stranger.url)
    tab.page.locator(".tw-forbidden:visible").wait_for()
    assert "You have no right to see this" in tab.page.inner_text(".tw-forbidden")
    tab.page.context.close()
