"""The demo company from its systems' files: the same company as the one that is written straight, and its truth."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import Settings
from warehouse import forget, live_path, publish, quarantined, read_sources, table_lineage
from warehouse.build import read_snapshot
from warehouse.sources.demo import DemoConfig, build_demo, walk_demo

CONFIG = DemoConfig(as_of=date(2026, 6, 30), seed=5, customers=300, days=210)
SAME = (
    "account", "agent", "annotation", "campaign", "cart", "consent", "email_event", "lead", "loyalty_account",
    "loyalty_transaction", "marketing_spend", "opportunity", "opportunity_stage_history", "order_item", "orders",
    "payment", "product", "refund", "review", "session", "subscription", "subscription_event", "survey_response",
    "ticket", "touchpoint",
)  # fmt: skip
REVENUE = "SELECT sum(net_amount) FROM {}core.orders WHERE status <> 'cancelled' AND NOT is_test"
PEOPLE = "SELECT count(*) FROM {}core.customer WHERE NOT is_internal AND NOT is_deleted"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the company that went the whole way."""
    home = tmp_path_factory.mktemp("walked")
    heard = list[tuple[str, float]]()
    with publish(home / "warehouse", start="empty") as con:
        report = walk_demo(con, home / "warehouse", CONFIG, lambda what, share: heard.append((what, share)))
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert {f"Loading {one.source}" for one in report.loaded} < {what for what, _ in heard}
    return home


@pytest.fixture(scope="module")
def direct() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    build_demo(con, CONFIG)
    yield con
    con.close()


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with read_snapshot(live_path(home / "warehouse")) as con:
        return con.execute(sql).fetchall()


def number(home: Path, sql: str) -> float:
    return float(str(rows(home, sql.format("live."))[0][0]))


def told(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    return float(str(con.execute(sql.format("")).fetchall()[0][0]))


@pytest.mark.xdist_group("demo-road")
def test_every_row_of_every_fact_arrives(walked: Path, direct: duckdb.DuckDBPyConnection) -> None:
    count = "SELECT count(*) FROM {{}}core.{}"
    found = {table: number(walked, count.format(table)) for table in SAME}
    assert found == {table: told(direct, count.format(table)) for table in SAME}


@pytest.mark.xdist_group("demo-road")
def test_revenue_is_right_to_the_cent_for_all_and_for_known_customers(
    walked: Path, direct: duckdb.DuckDBPyConnection
) -> None:
    known = f"{REVENUE} AND customer_id IS NOT NULL"
    assert number(walked, REVENUE) == told(direct, REVENUE)
    assert number(walked, known) == told(direct, known) < told(direct, REVENUE)
    assert number(walked, "SELECT sum(net_revenue) FROM {}mart.customer_360") == number(walked, known)


@pytest.mark.xdist_group("demo-road")
def test_customers_are_counted_within_one_percent(walked: Path, direct: duckdb.DuckDBPyConnection) -> None:
    assert abs(number(walked, PEOPLE) - told(direct, PEOPLE)) <= 0.01 * told(direct, PEOPLE)


@pytest.mark.xdist_group("demo-road")
def test_the_question_how_many_customers_gets_the_number_of_people(
    walked: Path, direct: duckdb.DuckDBPyConnection
) -> None:
    assistant = Assistant.open(Settings(home=walked))
    try:
        answer = assistant.ask("how many customers do we have?")
    finally:
        assistant.close()
    assert isinstance(answer, Answer)
    (customers,) = answer.result.rows[0]
    assert abs(customers - told(direct, PEOPLE)) <= 0.01 * told(direct, PEOPLE)


@pytest.mark.xdist_group("demo-road")
def test_orders_belong_to_the_person_who_placed_them(walked: Path, direct: duckdb.DuckDBPyConnection) -> None:
    """Customers are known by the number of one of their cards in the CRM; the truth says whose card it is."""
    with (walked / "warehouse" / "demo-persons.csv").open(encoding="utf-8") as file:
        persons = {line["source_id"]: line["person"] for line in csv.DictReader(file) if line["source_system"] == "crm"}
    placed = dict(direct.execute("SELECT order_id, customer_id FROM core.orders").fetchall())
    found = rows(walked, "SELECT order_id, customer_id FROM live.core.orders WHERE customer_id IS NOT NULL")
    right = [persons.get(str(customer)) == placed[str(order)] for order, customer in found]
    assert len(right) == sum(customer is not None for customer in placed.values())
    assert sum(right) >= 0.99 * len(right)


@pytest.mark.xdist_group("demo-road")
def test_the_files_are_messy_enough(walked: Path) -> None:
    twice = "SELECT count(*) FROM (SELECT customer_id FROM live.meta.customer_record WHERE source_system = '{}'"
    assert number(walked, f"{twice.format('shop')} GROUP BY 1 HAVING count(*) > 1)") > 0
    names = "SELECT count(DISTINCT lower(last_name)) > 1 FROM live.core.person_record JOIN live.meta.customer_record"
    assert (True,) in rows(walked, f"{names} USING (source_system, source_id) GROUP BY customer_id")
    assert number(walked, "SELECT count(*) FROM live.core.person_record WHERE email IS NULL") > 0
    assert number(walked, "SELECT count(*) FROM live.core.household_member") > 0
    late = "SELECT count(*) FROM live.raw.shop_orders WHERE _file LIKE '%orders-late.csv'"
    assert number(walked, late) > 0
    systems = rows(walked, "SELECT DISTINCT source_system FROM live.core.person_record ORDER BY 1")
    assert systems == [("billing",), ("crm",), ("helpdesk",), ("loyalty",), ("mail",), ("shop",)]


@pytest.mark.xdist_group("demo-road")
def test_what_the_broken_till_wrote_lies_in_quarantine_with_reasons(walked: Path) -> None:
    found = quarantined(live_path(walked / "warehouse"))
    assert len(found) == 11
    assert {row.source for row in found} == {"loyalty_movements"}
    assert all(row.reason for row in found)
    assert sorted(row.line for row in found) == list(range(2, 13))


@pytest.mark.xdist_group("demo-road")
def test_lineage_leads_from_orders_to_the_files(walked: Path) -> None:
    found = table_lineage(live_path(walked / "warehouse"), "orders")
    (source,) = found.sources
    assert (source.source, source.files) == ("shop_orders", ("shop/orders-late.csv", "shop/orders.csv"))
    assert dict(source.columns)["customer_id"] == "customer_id"


@pytest.mark.xdist_group("demo-road")
def test_the_truth_lies_beside_the_snapshot(walked: Path) -> None:
    truth = json.loads((walked / "warehouse" / "demo-truth.json").read_text(encoding="utf-8"))
    assert (truth["customers"], len(truth["stories"])) == (300, 6)
    declared = read_sources(walked / "warehouse" / "sources" / "sources.yml")
    assert {source.system for source in declared.entries.values()} >= {"crm", "shop", "web", "mail", "helpdesk"}


@pytest.mark.deep
@pytest.mark.xdist_group("demo-road")
def test_a_customer_is_forgotten_in_files_and_tables(walked: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(walked, home)
    shutil.rmtree(home / "vectors", ignore_errors=True)  # the assistant's own index; the assistant forgets it
    (customer, mail), *_ = rows(
        home,
        "SELECT customer_id, primary_email FROM live.core.customer WHERE primary_email LIKE '%@example.com' AND"
        " customer_id IN (SELECT customer_id FROM live.core.ticket INTERSECT SELECT customer_id FROM"
        " live.core.loyalty_account INTERSECT SELECT customer_id FROM live.core.orders) ORDER BY 1",
    )
    before = number(home, REVENUE)
    found = forget(home, str(customer), by="ann")
    assert found.remaining == ()
    assert number(home, REVENUE) == before
    assert not (home / "warehouse" / "sources").exists()
    for path in (path for path in home.rglob("*") if path.is_file()):
        assert str(mail).encode().lower() not in path.read_bytes().lower(), path
    tables = rows(
        home,
        "SELECT schema_name || '.' || table_name, string_agg('\"' || column_name || '\" = ''X''', ' OR ') FROM"
        " duckdb_columns() WHERE NOT internal AND database_name = 'live' AND data_type = 'VARCHAR' GROUP BY 1",
    )
    for table, condition in tables:
        held = str(condition).replace("'X'", f"'{customer}'")
        assert rows(home, f"SELECT count(*) FROM live.{table} WHERE {held}") == [(0,)], table
