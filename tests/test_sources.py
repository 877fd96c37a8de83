"""Declared sources loaded into raw and core: again, changed, late, drifting, and one of several failing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.sources_world import GOOD, HEADER, World
from warehouse import BuildError, Journal, LoadError, SourcesInvalid, publish, read_sources, set_snapshot
from warehouse.sources.core_tables import PROVENANCE, core_tables


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def counts(world: World) -> tuple[int, ...]:
    c = world.load().loaded[0].counts
    assert c.rows_in == c.loaded + c.quarantined
    return c.inserted, c.updated, c.unchanged, c.superseded, c.quarantined


def test_rows_reach_core_with_types_translations_and_where_they_come_from(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.orders_from("orders.csv")
    assert counts(world) == (2, 0, 0, 0, 0)
    found = world.rows(
        "SELECT order_id, ordered_at, gross_amount, net_amount, status, is_test, source_system, source_id"
        " FROM core.orders"
    )
    assert found == [
        ("1", datetime(2026, 1, 5), Decimal("10.50"), Decimal("10.50"), "completed", False, "shop", "1"),
        ("2", datetime(2026, 1, 6), Decimal("20.00"), Decimal("20.00"), "cancelled", False, "shop", "2"),
    ]
    assert world.rows('SELECT "no", total, _file, _line FROM raw.shop_orders') == [
        ("1", "10.50", "orders.csv", 2),
        ("2", "20", "orders.csv", 3),
    ]
    assert world.rows("SELECT source, rows, max_event_at FROM meta.source_freshness") == [
        ("core.orders", 2, datetime(2026, 1, 6))
    ]


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.orders_from("orders.csv")
    world.load()
    before = world.rows("SELECT * FROM core.orders")
    report = world.load().loaded[0]
    assert (report.files_skipped, report.counts.rows_in) == (1, 0)
    world.write("copy.csv", GOOD)
    world.orders_from("'*.csv'")
    assert counts(world) == (0, 0, 2, 0, 0)
    assert world.rows("SELECT * FROM core.orders") == before


def test_changed_and_new_rows_are_taken_and_no_others(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.orders_from("orders.csv")
    world.load()
    world.write("orders.csv", GOOD.replace("10.50", "11.00") + "3,2026-01-07,5,paid\n")
    assert counts(world) == (1, 1, 1, 0, 0)
    assert world.rows("SELECT order_id, gross_amount FROM core.orders ORDER BY 1") == [
        ("1", Decimal("11.00")),
        ("2", Decimal("20.00")),
        ("3", Decimal("5.00")),
    ]


def test_a_watermark_keeps_the_newer_of_two_rows_whatever_comes_first(world: World) -> None:
    header = "no,day,total,state,changed\n"
    world.write("a.csv", header + "1,2026-01-05,10,paid,2026-02-02 10:00:00\n1,2026-01-05,9,paid,2026-02-01 10:00:00\n")
    world.orders_from("a.csv", "    watermark: changed\n")
    assert counts(world) == (1, 0, 0, 1, 0)
    world.write("a.csv", header + "1,2026-01-05,8,paid,2026-01-31 10:00:00\n")
    assert counts(world) == (0, 0, 0, 1, 0)
    assert world.rows("SELECT gross_amount FROM core.orders") == [(Decimal("10.00"),)]


def test_another_mapping_maps_again_what_was_loaded_even_when_its_file_is_gone(world: World) -> None:
    world.write("january.csv", GOOD)
    world.write("february.csv", HEADER + "3,2026-02-01,7,paid\n")
    world.orders_from("'*.csv'")
    world.load()
    (world.folder / "january.csv").unlink()
    text = (world.folder / "sources.yml").read_text().replace("{value: web}", "{value: store}")
    world.declare(text)
    report = world.load().loaded[0]
    assert report.counts.quarantined == 0
    assert any("mapped anew" in note for note in report.notes)
    assert world.rows("SELECT order_id, channel FROM core.orders ORDER BY 1") == [
        ("1", "store"),
        ("2", "store"),
        ("3", "store"),
    ]


def test_a_row_that_was_put_aside_comes_in_when_the_mapping_learns_of_it(world: World) -> None:
    world.write("orders.csv", GOOD + "3,2026-01-07,5,odd\n")
    world.orders_from("orders.csv")
    assert counts(world) == (2, 0, 0, 0, 1)
    world.declare((world.folder / "sources.yml").read_text().replace("{paid:", "{odd: pending, paid:"))
    world.load()
    assert world.rows("SELECT status FROM core.orders WHERE order_id = '3'") == [("pending",)]
    assert world.rows("SELECT count(*) FROM raw.quarantine") == [(0,)]


def test_columns_that_come_go_or_change_are_told(world: World) -> None:
    world.write("1.csv", "no,day,total,state,clerk,till\n1,2026-01-05,10,paid,17,3\n")
    world.orders_from("'*.csv'")
    world.load()
    (world.folder / "1.csv").unlink()
    world.write("2.csv", "no,day,total,state,clerk,note\n2,2026-01-05,10,paid,Ann,x\n")
    assert world.load().loaded[0].notes == (
        "Column clerk held whole numbers, now it holds text.",
        "Column note is new: kept in raw; add it to the mapping if a core column is to have it.",
        "Column till is gone.",
    )
    assert world.rows("SELECT clerk, till, note FROM raw.shop_orders ORDER BY _file") == [
        ("17", "3", None),
        ("Ann", None, "x"),
    ]


def test_one_broken_source_does_not_keep_another_from_loading(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.orders_from("orders.csv", "  agents:\n    files: gone.csv\n    key: id\n")
    report = world.load()
    assert [one.source for one in report.loaded] == ["shop_orders"]
    assert [(one.source, "does not exist" in one.message) for one in report.failed] == [("agents", True)]
    assert world.rows("SELECT count(*) FROM core.orders") == [(2,)]


def test_a_failing_source_keeps_the_rows_it_had(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.write("agents.csv", "id,name\n1,Ann\n")
    world.orders_from("orders.csv", "  agents:\n    files: agents.csv\n    key: id\n")
    world.load()
    world.write("orders.csv", GOOD.replace("total", "sum"))
    world.write("agents.csv", "id,name\n1,Anne\n")
    report = world.load()
    assert "Is it" in report.failed[0].message or "missing" in report.failed[0].message
    assert world.rows("SELECT count(*) FROM core.orders") == [(2,)]
    assert world.rows("SELECT name FROM raw.agents") == [("Anne",)]


def test_nothing_is_published_when_every_source_fails(world: World) -> None:
    world.orders_from("gone.csv")
    with pytest.raises(LoadError, match="the file does not exist"):
        world.load()
    assert not (world.warehouse / "live.duckdb").exists()


def test_a_key_of_another_system_is_not_overwritten(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.write("till.csv", HEADER + "2,2026-01-09,99,paid\n9,2026-01-09,1,paid\n")
    world.orders_from("orders.csv")
    second = (world.folder / "sources.yml").read_text().partition("sources:")[2]
    second = second.replace("shop_orders", "till_orders").replace("system: shop", "system: till")
    world.orders_from("orders.csv", second.replace("orders.csv", "till.csv"))
    world.load()
    assert world.rows("SELECT order_id, source_system FROM core.orders ORDER BY 1") == [
        ("1", "shop"),
        ("2", "shop"),
        ("9", "till"),
    ]
    assert world.rows("SELECT reason FROM raw.quarantine") == [("order_id '2' is taken by shop, row 2.",)]


def test_the_demo_company_is_not_mixed_with_real_customers(world: World) -> None:
    world.write("orders.csv", GOOD)
    world.orders_from("orders.csv")
    with publish(world.warehouse) as con:
        set_snapshot(con, "demo")
    with pytest.raises(LoadError, match="--fresh"):
        world.load()
    assert world.load(fresh=True).loaded[0].counts.inserted == 2


def test_a_mapping_that_fits_hardly_any_row_is_refused_with_the_reasons(world: World) -> None:
    world.write("orders.csv", HEADER + "".join(f"{n},05/01/2026,1,paid\n" for n in range(30)))
    world.orders_from("orders.csv")
    with pytest.raises(LoadError, match=r"30 of 30 rows cannot be taken\. 30 rows: ordered_at: cells are not a time"):
        world.load()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("sources:\n  a:\n    files: x.csv\n    tabel: orders\n    key: id\n", 4, "did you mean table"),
        ("sources:\n  a:\n    files: x.csv\n    table: order\n", 4, "did you mean orders"),
        ("sources:\n  a:\n    key: id\n", 2, "exactly one of files, database and api"),
        ("sources:\n  a:\n    files: x.csv\n    key: id\n    skip: two\n", 5, "valid integer"),
        ("sources:\n  a:\n    files: x.csv\n    key: id\n    key: no\n", 5, "stands here twice"),
        ("sources:\n  a:\n    files: [x.csv\n", 4, "not readable as YAML"),
        ("sources:\n  A b:\n    files: x.csv\n    key: id\n", 2, "cannot name a source"),
        ("sources:\n  a:\n    files: x.csv\n", 2, "needs a key"),
    ],
)
def test_faults_of_the_file_name_their_line(world: World, text: str, line: int, words: str) -> None:
    world.declare(text)
    with pytest.raises(SourcesInvalid) as caught:
        read_sources(world.folder / "sources.yml")
    assert any(f"sources.yml:{line}: " in fault and words in fault for fault in caught.value.faults), caught.value


def test_all_faults_are_told_at_once(world: World) -> None:
    world.declare(
        "sources:\n  a:\n    files: x.csv\n    table: orders\n    columns:\n      order_id: no\n      oops: no\n"
    )
    with pytest.raises(SourcesInvalid) as caught:
        read_sources(world.folder / "sources.yml")
    told = " ".join(caught.value.faults)
    assert "orders has no column oops" in told
    assert all(f"orders.{name} must be filled" in told for name in ("ordered_at", "status", "channel", "currency"))
    assert isinstance(caught.value, BuildError)


@pytest.mark.parametrize("name", core_tables())
def test_core_tables_are_read_as_the_database_reads_them(name: str) -> None:
    table = core_tables()[name]
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core")
        con.execute(table.ddl)
        described = con.execute(f"DESCRIBE core.{name}").fetchall()
    ours = [(column.name, column.type.replace(" ", ""), column.required) for column in table.columns]
    theirs = [(row[0], row[1].replace(" ", ""), row[2] == "NO") for row in described if row[0] not in PROVENANCE]
    assert ours == theirs
    assert all(column.comment for column in table.columns)
    assert table.comment.endswith(".")


def test_people_who_asked_to_be_forgotten_are_never_written_again(world: World) -> None:
    Journal(world.folder / "journal" / "decisions.jsonl").forget([("crm", "p2")], by="ann")
    world.write("people.csv", "id,mail\np1,ann@example.com\np2,bob@example.com\np2,bob@example.com\n")
    world.declare(
        "sources:\n  people:\n    {system: crm, table: person_record, files: people.csv,"
        " columns: {record_id: id, email: mail}}\n"
    )
    report = world.load().loaded[0]
    assert (report.counts.rows_in, report.counts.loaded, report.counts.quarantined) == (1, 1, 0)
    assert report.notes == ("2 rows of people who asked to be forgotten were left out; tell the source.",)
    assert world.rows("SELECT _key FROM raw.people") == [("p1",)]
    assert b"bob@example.com" not in (world.warehouse / "live.duckdb").read_bytes()
