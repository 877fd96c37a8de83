"""The page's own parts, without a browser: markup, cards, tables, files, pictures, turns, texts."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

from assistant.answer import Answer, Clarification, Refusal
from assistant.config import Settings
from assistant.errors import NothingToAsk, StoreError
from assistant.people import RIGHTS
from assistant.store import Store
from assistant.ui import card, tables
from assistant.ui.look import MESSAGES, look_of
from assistant.ui.markup import Markup, join, tag, whole_numbers
from assistant.ui.picture import color_css, svg
from assistant.ui.session import Session, Shown
from assistant.ui.turns import LONGEST_QUESTION, Desk
from assistant.wording import wording
from semantic_layer import Column, SemanticQuery
from tests.canned import (
    ORDERS,
    REVENUE,
    CannedAssistant,
    answer,
    compared,
    nothing,
    number,
    ranking,
    trend,
)

ROOT = Path(__file__).parent.parent
LOOK = look_of("en")
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with ThreadPoolExecutor(2) as threads:
        yield Desk(CannedAssistant(), LOOK, threads)  # type: ignore[arg-type]  # a stand-in


# --- markup


def test_text_is_escaped_and_markup_is_kept() -> None:
    assert tag("b", EVIL) == "<b>&lt;img src=x onerror=alert(1)&gt;</b>"
    assert tag("b", tag("i", "x")) == "<b><i>x</i></b>"
    assert join(["<", Markup("<br>")]) == "&lt;<br>"
    assert tag("a", "", {"title": '" onclick="x', "hidden": True, "lang": None}) == (
        '<a title="&quot; onclick=&quot;x" hidden></a>'
    )


@pytest.mark.parametrize(
    "shown",
    [
        card.question_card(EVIL),
        card.failure_card(EVIL, LOOK),
        card.refusal_card(Refusal(EVIL, "NO_METRIC", EVIL, (EVIL,), (EVIL,)), LOOK),
        card.clarification_card(Clarification(EVIL, EVIL, (EVIL,)), LOOK),
        card.answer_card(ranking(EVIL), LOOK),
        card.answer_card(replace(number(EVIL), sentence=EVIL, sql=EVIL, period=EVIL), LOOK),
    ],
)
def test_nothing_a_person_or_the_data_says_becomes_markup(shown: Markup) -> None:
    assert "<img" not in shown
    assert "&lt;img" in shown


# --- cards


def test_a_tile_shows_number_change_and_what_it_was() -> None:
    shown = card.answer_card(number("q"), LOOK)
    assert "€1,234,567" in shown
    assert "+12.2%" in shown
    assert "from €1,100,000" in shown
    assert "▲" in shown


def test_the_tile_of_a_share_shows_the_share_first() -> None:
    share = Column("net_revenue_share", "share", "net_revenue", "Net revenue (share)", "%", "percent")
    one = answer("q", (REVENUE, share), [(Decimal(2000), 0.2)], SemanticQuery(metrics=("net_revenue",)))
    shown = card.answer_card(one, LOOK)
    assert '<span class="tw-value">20.0%</span><span class="tw-small">€2,000</span>' in shown


def test_a_card_carries_how_the_answer_came_about() -> None:
    shown = card.answer_card(trend("q"), LOOK)
    for part in ("Compiled from the definitions", "SUM(net_amount)", "1–30 Sep 2026", "21 Nov 2026", "compile 1.7 ms"):
        assert part in shown
    assert "<q>revenue</q>" in shown
    assert "<q>by</q>" not in shown, "a filler word is no word that counted"
    assert "One group has no category" in shown


def test_a_short_table_stands_open_and_a_long_one_is_folded() -> None:
    assert 'class="tw-rows" open' in card.answer_card(compared("q"), LOOK)
    long = card.answer_card(ranking("q", 200), LOOK)
    assert 'class="tw-rows">' in long
    assert "These are the first 12 of 200 rows" in long
    assert long.count("<tr>") == 13


def test_a_card_of_free_sql_says_so() -> None:
    shown = card.answer_card(replace(ranking("q"), governed=False), LOOK)
    assert "not a governed metric" in shown
    assert "tw-chips" not in shown


def test_an_empty_answer_is_a_sentence() -> None:
    shown = card.answer_card(nothing("q"), LOOK)
    assert "No data matches" in shown
    assert "<table" not in shown


# --- tables and files

TYPES = (
    Column("name", "dimension", "d.name", "Name"),
    Column("day", "time", "t", "Day", "", "", "day"),
    REVENUE,
    ORDERS,
)
RISKY = ["=1+1", "+1", "-1", "@cmd", "\tx", "\rx", "＝1", "plain", 'quo"te, and\nline']
ROWS = [(name, date(2026, 9, i + 1), Decimal("-12.50"), None) for i, name in enumerate(RISKY)]
TABLE = answer("q", TYPES, ROWS, SemanticQuery(metrics=("net_revenue", "orders")))


def test_a_file_holds_exact_values_and_no_formulas() -> None:
    head, *lines = csv.reader(io.StringIO(tables.csv_text(TABLE), newline=""))
    assert head == ["Name", "Day", "Net revenue", "Orders"]
    assert [line[0] for line in lines] == [f"'{name}" for name in RISKY[:7]] + RISKY[7:]
    assert lines[0][1:] == ["2026-09-01", "-12.50", ""]


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (TYPES, "net-revenue-orders-by-name-day.csv"),
        (TYPES[:1], "name.csv"),
        ((REVENUE,), "net-revenue.csv"),
        ((Column("x", "dimension", "x", "../../etc/Straße, Ünï"),), "etc-strasse-uni.csv"),
        ((Column("x", "dimension", "x", "数"),), "result.csv"),
    ],
)
def test_a_file_is_named_after_what_it_holds(columns: tuple[Column, ...], name: str) -> None:
    assert tables.csv_name(replace(TABLE, columns=columns)) == name


def test_the_grid_sorts_by_value_and_shows_text() -> None:
    shown = tables.grid(TABLE, "en")
    assert shown["data"][0] == ["=1+1", "2026-09-01", -12.5, None]
    assert shown["metadata"]["display_value"][0] == ["=1+1", "1 Sep 2026", "-€12.50", "–"]
    assert tables.datatypes(TABLE) == ["str", "str", "number", "str"]


def test_the_grid_takes_as_many_rows_as_a_browser_bears_and_the_file_all() -> None:
    one = ranking("q")
    many = replace(one, result=replace(one.result, rows=one.result.rows[:1] * 10_001))
    assert len(tables.grid(many, "en")["data"]) == 10_000
    assert tables.csv_text(many).count("\r\n") == 10_002


def test_exact_values_as_text() -> None:
    moment = datetime(2026, 9, 1, 14, 5)
    assert [tables.plain(value) for value in (None, moment, Decimal("1.10"), True)] == [
        "",
        "2026-09-01 14:05:00",
        "1.10",
        "True",
    ]


def test_a_cell_tells_its_exact_value_on_pointing() -> None:
    shown = tables.short_table(number("q"), "en")
    assert 'title="1234567.40">€1,234,567<' in shown


# --- pictures


def test_a_picture_is_drawn_for_wide_and_narrow_places() -> None:
    spec = trend("q").chart.spec
    assert spec is not None
    drawn = svg(spec)
    assert drawn.count("<svg") == 2
    assert 'viewBox="0 0 680 ' in drawn
    assert 'viewBox="0 0 330 ' in drawn
    assert "<script" not in drawn
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


def test_a_picture_has_the_colours_of_the_page_and_names_of_its_own() -> None:
    spec = ranking("q").chart.spec
    assert spec is not None
    one, other = svg(spec), svg(spec)
    assert "var(--tw-series-1)" in one
    assert not re.search(r"(?:fill|stroke)=\"#", one)
    ids = re.compile(r'id="([^"]+)"')
    assert not set(ids.findall(one)) & set(ids.findall(other))
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", one))
    defined = set(re.findall(r"(--[a-z0-9-]+):", color_css()))
    assert used <= defined


def test_every_mark_can_be_read_out() -> None:
    spec = ranking("q").chart.spec
    assert spec is not None
    assert 'aria-label="Tables &amp; desks, Net revenue: €411,000"' in svg(spec)


# --- turns


def last(sessions: Iterator[Session]) -> Session:
    return list(sessions)[-1]


def test_a_turn_shows_the_question_then_the_answer(desk: Desk) -> None:
    first, *_, end = desk.ask("  Revenue by month ", Session())
    assert [message.get("title") for message in first.messages] == [None, "Working on it"]
    assert [message["role"] for message in end.messages] == ["user", "assistant"]
    assert "Revenue by month" in end.messages[0]["html"]
    assert "tw-chart" in end.messages[1]["html"]
    assert isinstance(end.answer, Answer)


def test_a_second_turn_keeps_the_first(desk: Desk) -> None:
    one = last(desk.ask("Revenue by month", Session()))
    two = last(desk.ask("Revenue last month", one))
    assert two.messages[:2] == one.messages
    assert len(two.messages) == 4


def test_a_clarification_becomes_buttons_and_a_click_answers(desk: Desk) -> None:
    asked = last(desk.ask("How is business?", Session()))
    assert asked.choices == ("Net revenue by month", "Orders by month")
    assert asked.answer is None
    picked = last(desk.pick(1, asked))
    assert picked.choices == ()
    assert "Orders by month" in picked.messages[2]["html"]
    assert picked.answer is not None


def test_a_refusal_becomes_suggestions_that_can_be_asked(desk: Desk) -> None:
    refused = last(desk.ask("flurb", Session()))
    assert refused.choices == ("Revenue by month",)
    assert "tw-unknown" in refused.messages[1]["html"]
    assert last(desk.pick(0, refused)).answer is not None


def test_a_click_that_comes_too_late_changes_nothing(desk: Desk) -> None:
    assert last(desk.pick(3, Session())).messages == ()


def test_nothing_asked_changes_nothing(desk: Desk) -> None:
    assert last(desk.ask("   ", Session())).messages == ()


def test_a_question_as_long_as_a_book_is_turned_away(desk: Desk) -> None:
    end = last(desk.ask("x" * (LONGEST_QUESTION + 1), Session()))
    assert "too long: 2,001 characters" in end.messages[1]["html"]
    assert desk.assistant.asked == []  # type: ignore[attr-defined]  # the stand-in keeps what it was asked


def test_a_fault_inside_is_said_plainly_and_kept_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    before = last(desk.ask("Revenue by month", Session()))
    after = last(desk.ask("please crash", before))
    shown = after.messages[-1]["html"]
    reference = re.search(r"reference ([0-9a-f]{8})", shown)
    assert reference is not None
    assert "secret" not in shown
    assert reference[1] in caplog.text
    assert "secret detail" in caplog.text
    assert after.messages[:2] == before.messages


def test_an_error_with_a_sentence_is_told_in_its_own_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(question: str, on_step: Any, conversation: Any, live: Any) -> Any:
        raise NothingToAsk("There is no data yet. Run `tellwise demo`.")

    monkeypatch.setattr(desk.assistant, "ask", refuse)
    assert "Run `tellwise demo`" in last(desk.ask("x", Session())).messages[1]["html"]


def test_own_sql_is_run_or_refused_in_words(desk: Desk) -> None:
    ran, shown = desk.run_sql("SELECT 1")
    assert ran is not None
    assert "The query returned 3 rows" in shown
    refused, why = desk.run_sql("DELETE FROM orders")
    assert refused is None
    assert "this one is a DELETE" in why
    assert "no SQL to run" in desk.run_sql("  ")[1]


def test_two_answers_shown_are_never_taken_for_one() -> None:
    one, other = Shown(number("q")), Shown(number("q"))
    assert hash(one) != hash(other)


# --- texts


def keys(texts: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in texts.items():
        if isinstance(value, Mapping):
            yield from keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def test_every_text_of_the_page_is_used_and_every_used_one_is_there() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "assistant/ui").rglob("*.py"))
    used = set(re.findall(r"""["']((?:[a-z_]+\.)+[a-z_]+)["']""", source)) | {"title", "served"}
    known = set(keys(wording(MESSAGES).texts))
    stems = tuple(re.findall(r"""f["']((?:[a-z_]+\.)+[a-z_]*)\{""", source))  # one text of several: f"nav.{key}"
    used |= {key for key in known if stems and key.startswith(stems)}
    used |= {key for key in known if key.startswith("answer.how_") and f'("{key[11:]}", ' in source}
    roots = {key.split(".")[0] for key in known}
    texts = {key for key in used - set(RIGHTS) if not key.endswith((".csv", ".yml", ".db"))}
    assert {key for key in texts if key.split(".")[0] in roots} - known == set()
    assert known - used == set()


def test_german_has_every_text_with_the_same_placeholders() -> None:
    def texts(language: str) -> dict[str, str]:
        read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (MESSAGES / language).glob("*.yml")]
        return {key: str(wording_at(one, key)) for one in read for key in keys(one)}

    def holes(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    english, german = texts("en"), texts("de")
    assert set(english) == set(german)
    assert {key for key in english if holes(english[key]) != holes(german[key])} == set()


def wording_at(texts: Any, key: str) -> Any:
    for part in key.split("."):
        texts = texts[part]
    return texts


def test_a_language_without_texts_falls_back_to_english() -> None:
    assert look_of("xx").say("panel.run") == "Run SQL"


def test_text_filled_in_is_never_a_template() -> None:
    assert "{0.__class__}" in LOOK.say("answer.from", {"value": "{0.__class__}"})


# --- starting


def test_importing_the_page_costs_nothing() -> None:
    check = "import sys, assistant.ui, app; assert not {'gradio', 'vl_convert', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)


# --- a verdict on an answer


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Desk]:
    store = Store.open(Settings(home=tmp_path), "ann")
    with ThreadPoolExecutor(2) as threads:
        yield Desk(CannedAssistant(), LOOK, threads, store)  # type: ignore[arg-type]  # a stand-in
    store.close()


def test_turns_and_verdicts_are_kept_by_conversation(keeping: Desk) -> None:
    assert keeping.store is not None
    first = last(keeping.ask("Revenue by month", Session()))
    second = last(keeping.ask("Revenue by category", first))
    last(keeping.ask("Revenue last month", Session()))
    kept = keeping.store.turns()
    assert [turn.question for turn in kept] == ["Revenue by month", "Revenue by category", "Revenue last month"]
    assert kept[0].conversation == kept[1].conversation != kept[2].conversation

    judged = keeping.judge(False, "  the wrong year ", second)
    (given,) = keeping.store.feedback()
    assert (given.verdict, given.reason, given.by) == ("down", "the wrong year", "ann")
    assert (given.question, given.sql, given.turn) == ("Revenue by category", second.answer.sql, kept[1].id)  # type: ignore[union-attr]  # it was answered
    assert judged.noted == LOOK.say("verdict.noted")
    assert last(keeping.ask("Revenue last month", judged)).noted == ""


def test_a_right_answer_is_proposed(keeping: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed: list[Answer] = []
    monkeypatch.setattr(keeping.assistant, "propose", lambda _, found: not proposed.append(found), raising=False)
    session = last(keeping.ask("Revenue by month", Session()))
    assert keeping.judge(True, "", session).noted == LOOK.say("verdict.proposed")
    assert proposed == [session.answer]


def test_without_an_answer_there_is_nothing_to_judge(keeping: Desk, desk: Desk) -> None:
    refused = last(keeping.ask("flurb", Session()))
    assert keeping.judge(True, "", refused) is refused
    answered = last(desk.ask("Revenue by month", Session()))
    assert desk.judge(True, "", answered) is answered


def test_a_store_that_fails_costs_no_answer(keeping: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*given: Any) -> None:
        raise StoreError("This could not be kept: the disk is full.")

    monkeypatch.setattr(keeping.store, "save_turn", fails)
    monkeypatch.setattr(keeping.store, "give_feedback", fails)
    session = last(keeping.ask("Revenue by month", Session()))
    assert session.answer is not None
    assert keeping.judge(True, "", session).noted == "This could not be kept: the disk is full."


# --- counts


@pytest.mark.parametrize(("locale", "written"), [("en", "1,234"), ("de", "1.234")])
def test_counts_are_written_in_the_readers_language(locale: str, written: str) -> None:
    assert written in look_of(locale).say("catalogue.used", {"count": 1234})
    assert "1234" in look_of(locale).say("catalogue.used", {"count": "1234"})  # texts stay as they are


def test_a_sign_is_never_parted_from_its_number() -> None:
    told = whole_numbers("By offer: -€63,597, 10% off (+€29,059). A well-known <b> part of June - July.")
    assert told.count('class="tw-whole"') == 2
    assert '<span class="tw-whole">-€63,597,</span>' in told
    assert '<span class="tw-whole">(+€29,059).</span>' in told
    assert "&lt;b&gt;" in told
