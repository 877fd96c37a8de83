"""What answers say of the data they rest on: how fresh it is, what is missing, what failed, what people noted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.data_caveats import Asked, of_state
from assistant.data_state import DataState, Event
from assistant.service.cli import main
from semantic_layer import SemanticQuery, TimeRange, load_workspace
from tests.sources_world import HEADER, World
from warehouse import Journal, live_path, query_trusted

LAST = datetime(2026, 6, 30)
EXPECT = "    expect: {fresh_within_hours: 24}\n"


def orders(days: int, skip: range = range(0)) -> str:
    """Forty orders a day up to the last day; one on each day that is skipped."""
    rows: list[str] = []
    for back in range(days):
        day = LAST - timedelta(days=back)
        rows += [f"{back}-{n},{day:%Y-%m-%d} 12:00,1,paid\n" for n in range(1 if back in skip else 40)]
    return HEADER + "".join(rows)


def shop(folder: Path, content: str, more: str = "", as_of: str = "2026-06-30") -> World:
    world = World(folder)
    world.write("orders.csv", content)
    world.orders_from("orders.csv", more)
    world.write("settings.toml", f'as_of = "{as_of}"\n')
    world.load()
    return world


def ask(world: World, question: str) -> Answer:
    assistant = Assistant.open(read_settings({}, world.folder))
    try:
        found = assistant.ask(question)
    finally:
        assistant.close()
    assert isinstance(found, Answer), found
    return found


def told(answer: Answer) -> list[tuple[str, str]]:
    mine = ("STALE", "BEHIND", "QUALITY", "ANNOTATION")
    return [(caveat.code, caveat.sentence) for caveat in answer.caveats if caveat.code in mine]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> World:
    return shop(tmp_path_factory.mktemp("healthy"), orders(70), EXPECT)


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(world.folder), *words])


def test_an_answer_tells_how_far_its_tables_reach_and_nothing_when_all_is_well(healthy: World) -> None:
    answer = ask(healthy, "orders in june 2026")
    assert answer.result.rows == ((1200,),)
    assert told(answer) == []
    assert [(one.table, one.latest) for one in answer.freshness] == [("orders", datetime(2026, 6, 30, 12))]
    shown = run(healthy, "ask", "orders in june 2026").output
    assert "Data: orders up to 2026-06-30 12:00; loaded less than an hour ago" in shown


def test_data_older_than_declared_and_a_period_beyond_it_are_told(tmp_path: Path) -> None:
    world = shop(tmp_path, orders(70), EXPECT, as_of="2026-07-05")
    found = told(ask(world, "orders from 29 june 2026 to 5 july 2026"))
    # from noon of 30 June to the end of 5 July: 5.5 days
    assert found == [
        ("STALE", "Orders: the latest is 6 days old; it should never be older than 24 hours."),
        ("BEHIND", "Orders: data only up to 30 Jun 2026; the last 5 days of the period have none yet."),
    ]
    assert [code for code, _ in told(ask(world, "orders in june 2026"))] == ["STALE"]


def test_a_day_with_far_fewer_rows_is_told_of_periods_that_hold_it(tmp_path: Path) -> None:
    world = shop(tmp_path, orders(70, range(18, 19)))  # 12 June
    assert told(ask(world, "orders in june 2026")) == [
        ("QUALITY", "Orders: 12 Jun 2026 has 1 row, 98% below what is usual for that weekday.")
    ]
    assert told(ask(world, "orders from 20 june 2026 to 30 june 2026")) == []


@pytest.mark.deep
def test_notes_of_people_are_cited_survive_a_rebuild_and_can_be_taken_back(tmp_path: Path) -> None:
    world = shop(tmp_path, orders(70))
    journal = Journal(tmp_path / "journal" / "decisions.jsonl")
    journal.append("annotation", {"day": "2026-06-01", "title": "prices raised", "kind": "price_change"}, by="ann")
    journal.append("annotation", {"day": "2026-06-05", "title": "stocktaking", "kind": "other"}, by="ann")
    text = ("annotate", "2026-06-12", "2026-06-20", "checkout outage on iOS", "--kind", "outage")
    assert run(world, *text).exit_code == 0
    wanted = [("ANNOTATION", "1 Jun 2026: prices raised"), ("ANNOTATION", "12–20 Jun 2026: checkout outage on iOS")]
    assert told(ask(world, "orders in june 2026")) == wanted
    listed = run(world, "annotate", "--list").output.splitlines()
    assert [line.split("  ")[1] for line in listed] == ["2026-06-12 to 2026-06-20", "2026-06-05", "2026-06-01"]
    assert "Taken back" in run(world, "annotate", "--undo", listed[0].split()[0]).output
    world.load(fresh=True)
    left = [("ANNOTATION", "1 Jun 2026: prices raised"), ("ANNOTATION", "5 Jun 2026: stocktaking")]
    assert told(ask(world, "orders in june 2026")) == left


@pytest.mark.parametrize(("last", "cited"), [(3, ["a holiday", "a sale"]), (30, ["a sale"]), (60, [])])
def test_what_comes_every_year_is_told_of_short_periods_only(last: int, cited: list[str]) -> None:
    first = date(2026, 5, 1)
    days = TimeRange(start=first, end=first + timedelta(days=last))
    events = (Event(first, first, "a holiday", "holiday"), Event(first, first, "a sale", "promotion"))
    layer = load_workspace(Path("/nowhere"), {})
    asked = Asked(layer, SemanticQuery(metrics=("orders",), time_range=days), (), date(2026, 12, 31))
    found = of_state(DataState(events=events), asked, datetime(2026, 12, 31))
    assert sorted(caveat.sentence.split(": ")[1] for caveat in found) == cited


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["2026-06-12"], "write the first day"),
        (["12.6.2026", "x"], "'12.6.2026' is no day"),
        (["2026-06-12", "2026-06-01", "x"], "cannot be"),
        (["2026-06-12", " "], "say what happened"),
        (["2026-06-12", "x", "--kind", "flood"], "no kind of event"),
    ],
)
def test_notes_that_cannot_be_are_refused_and_not_kept(tmp_path: Path, words: list[str], wrong: str) -> None:
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "annotate", *words])
    assert result.exit_code == 2
    assert wrong in result.output
    assert not (tmp_path / "journal" / "decisions.jsonl").exists()


@pytest.mark.deep
def test_consents_of_the_journal_reach_their_customer_in_every_build(tmp_path: Path) -> None:
    more = "  crm:\n    table: customer\n    files: people.csv\n    columns:\n"
    more += "".join(f"      {name}: {column}\n" for name, column in CUSTOMER.items())
    world = World(tmp_path)
    world.write("people.csv", "id\nc1\nc2\n")
    world.write("orders.csv", orders(1))
    world.orders_from("orders.csv", more)
    journal = Journal(tmp_path / "journal" / "decisions.jsonl")
    body = {
        "purpose": "marketing",
        "channel": "email",
        "status": "withdrawn",
        "valid_from": "2026-05-01T00:00:00+02:00",
    }
    journal.append("consent", {**body, "record": ["crm", "c2"]}, by="ann")
    journal.append("consent", {**body, "record": ["crm", "gone"]}, by="ann")
    for _ in range(2):
        world.load(fresh=True)
        sql = "SELECT customer_id, channel, status, valid_from FROM core.consent"
        found = query_trusted(live_path(world.warehouse), sql).rows
        assert list(found) == [("c2", "email", "withdrawn", datetime(2026, 4, 30, 22))]


CUSTOMER = {
    "customer_id": "id",
    "customer_type": "{value: person}",
    "segment": "{value: Consumer}",
    "country_code": "{value: AT}",
    "country": "{value: Austria}",
}
