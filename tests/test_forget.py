"""Forgetting: a planted customer leaves no byte in any file of the workspace, and the company's figures stay."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from assistant.service.cli import main
from warehouse import BuildError, Journal, SnapshotMissing, build_mart, publish, set_snapshot
from warehouse.build import read_snapshot
from warehouse.erasure import Person, Removed
from warehouse.forget import FORGETTERS, find_person, forget, register_forgetter, traces
from warehouse.sources.demo import DemoConfig, build_demo

AS_OF = date(2026, 3, 17)
EMAIL, NAME, PHONE, PACKED = "Zelda.Quux77@example.com", "Zelda Quuxworth", "+49 555 7654321", "+495557654321"
MARKS = (EMAIL, NAME, PHONE, PACKED)
PLANTED = """
UPDATE core.customer SET full_name = 'Zelda Quuxworth', first_name = 'Zelda', last_name = 'Quuxworth',
    primary_email = 'Zelda.Quux77@example.com', primary_phone = '+49 555 7654321' WHERE customer_id = $id;
UPDATE core.ticket SET body = 'Please call Zelda Quuxworth at +495557654321.' WHERE customer_id = $id;
UPDATE core.ticket SET subject = 'About zelda.quux77@EXAMPLE.com' WHERE ticket_id = (
    SELECT min(ticket_id) FROM core.ticket WHERE customer_id IS DISTINCT FROM $id);
CREATE TABLE meta.load_mapping (source VARCHAR, fingerprint VARCHAR, core_table VARCHAR, system VARCHAR);
INSERT INTO meta.load_mapping VALUES ('crm_people', '', 'customer', 'crm'), ('shop_orders', '', 'orders', 'shop');
CREATE TABLE raw.crm_people (_key VARCHAR NOT NULL, "E-mail" VARCHAR, street VARCHAR);
INSERT INTO raw.crm_people VALUES ($id, 'Zelda.Quux77@example.com', '1 Hidden Lane'), ('C9', 'other@example.com', 'x');
CREATE TABLE raw.shop_orders (_key VARCHAR NOT NULL, email VARCHAR, total VARCHAR);
INSERT INTO raw.shop_orders VALUES ('O1', 'zelda.quux77@example.com', '9.90');
CREATE TABLE raw.quarantine (source VARCHAR NOT NULL, line BIGINT NOT NULL, "row" VARCHAR NOT NULL);
INSERT INTO raw.quarantine VALUES ('shop', 3, '{"who": "ZELDA QUUXWORTH"}'), ('shop', 4, '{}');
CREATE TABLE main.notes (id INTEGER, tags VARCHAR[], what VARCHAR);
INSERT INTO main.notes VALUES (1, ['vip', 'Zelda Quuxworth'], 'kept'), (2, ['x'], 'kept');
CREATE VIEW main.buyers AS SELECT customer_id FROM core.orders;
"""
FIGURES = (
    "SELECT count(*), sum(net_amount) FROM core.orders WHERE status <> 'cancelled'",
    "SELECT count(*), sum(page_views) FROM core.session",
    "SELECT count(*), sum(handle_minutes) FROM core.ticket",
)


def bytes_of(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes().lower() for path in home.rglob("*") if path.is_file()}


def files_with(home: Path, *marks: str) -> list[str]:
    found = bytes_of(home).items()
    return sorted(name for name, content in found if any(mark.lower().encode() in content for mark in marks))


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with read_snapshot(home / "warehouse" / "live.duckdb") as con:
        con.execute("USE live")
        return con.execute(sql).fetchall()


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace with a customer planted in every store, and the customer's id."""
    home = tmp_path_factory.mktemp("planted")
    with publish(home / "warehouse", start="empty") as con:
        con.execute("SET force_compression = 'uncompressed'")  # so that the bytes can be searched at all
        build_demo(con, DemoConfig(as_of=AS_OF, seed=3, customers=120, days=300))
        (customer,) = con.execute(
            "SELECT customer_id FROM core.customer WHERE customer_type = 'person' AND customer_id IN"
            " (SELECT customer_id FROM core.ticket INTERSECT SELECT customer_id FROM core.loyalty_account"
            " INTERSECT SELECT customer_id FROM core.session) ORDER BY 1 LIMIT 1"
        ).fetchone() or ("",)
        for statement in PLANTED.split(";\n"):
            if statement.strip():
                con.execute(statement, {"id": customer} if "$id" in statement else None)
        build_mart(con, AS_OF)
        set_snapshot(con, "demo", AS_OF)
    journal = Journal(home / "journal" / "decisions.jsonl")
    journal.append("merge", {"records": [["crm", customer], ["shop", EMAIL]], "reason": f"{NAME} called"}, "ann")
    for place in ("logs/tellwise.log", "exports/list.csv", "warehouse/demo-truth.json"):
        (home / place).parent.mkdir(exist_ok=True)
        (home / place).write_text(f'before {EMAIL.upper()}, {NAME} "{PHONE}"\nafter\n', encoding="utf-8")
    copy = home / "evals" / "databases" / "files-1" / "warehouse" / "live.duckdb"
    copy.parent.mkdir(parents=True)
    shutil.copyfile(home / "warehouse" / "live.duckdb", copy)
    return home, str(customer)


@pytest.fixture
def workspace(planted: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    home = tmp_path / "home"
    shutil.copytree(planted[0], home)
    return home, planted[1]


def test_no_byte_of_the_customer_is_left(workspace: tuple[Path, str]) -> None:
    home, customer = workspace
    assert files_with(home, *MARKS) == [
        "evals/databases/files-1/warehouse/live.duckdb",
        "exports/list.csv",
        "journal/decisions.jsonl",
        "logs/tellwise.log",
        "warehouse/demo-truth.json",
        "warehouse/live.duckdb",
    ]
    journal = Journal(home / "journal" / "decisions.jsonl")
    found = forget(home, EMAIL.lower(), by="ann")
    assert found.customer_id == customer
    assert files_with(home, *MARKS) == []
    assert found.remaining == ()
    assert traces(home, MARKS) == ()
    gone = {("crm", customer), ("shop", EMAIL)}
    assert journal.forgotten([*gone, ("crm", "C9")]) == gone
    tables = rows(home, "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    with read_snapshot(home / "warehouse" / "live.duckdb") as con:
        con.execute("USE live")
        for table, column in tables:
            told = f"SELECT count(*) FROM {table} WHERE \"{column}\"::VARCHAR = '{customer}'"
            assert con.execute(told).fetchall() == [(0,)], (table, column)


@pytest.mark.deep
def test_figures_of_the_company_stay_and_those_of_customers_follow(workspace: tuple[Path, str]) -> None:
    home, _ = workspace
    before = [rows(home, figure) for figure in FIGURES]
    revenue = "SELECT sum(net_revenue) FROM mart.customer_360"
    known = "SELECT sum(net_amount) FROM core.orders WHERE customer_id > '' AND status <> 'cancelled' AND NOT is_test"
    (customers,) = rows(home, "SELECT count(*) FROM core.customer")[0]
    views = rows(home, "SELECT count(*) FROM main.buyers")
    forget(home, EMAIL, by="ann")
    assert [rows(home, figure) for figure in FIGURES] == before
    assert rows(home, "SELECT count(*) FROM core.customer") == [(int(str(customers)) - 1,)]
    assert rows(home, "SELECT count(*) FROM mart.customer_360") == [(int(str(customers)) - 1,)]
    assert rows(home, revenue) == rows(home, known)
    assert rows(home, "SELECT count(*) FROM main.buyers") == views
    assert rows(home, "SELECT kind, as_of FROM meta.snapshot") == [("demo", AS_OF)]
    assert rows(
        home, "SELECT count(*) FROM core.loyalty_transaction ANTI JOIN core.loyalty_account USING (loyalty_id)"
    ) == [(0,)]
    counted = rows(home, "SELECT source, rows FROM meta.source_freshness WHERE source LIKE 'core.%'")
    assert [rows(home, f"SELECT count(*) FROM {source}") for source, _ in counted] == [[(n,)] for _, n in counted]


def test_what_stands_beside_the_customer_stays(workspace: tuple[Path, str]) -> None:
    home, _ = workspace
    forget(home, EMAIL, by="ann")
    assert rows(home, 'SELECT _key, "E-mail", street FROM raw.crm_people') == [("C9", "other@example.com", "x")]
    assert rows(home, "SELECT * FROM raw.shop_orders") == [("O1", None, "9.90")]
    assert rows(home, 'SELECT line, "row" FROM raw.quarantine') == [(4, "{}")]
    assert rows(home, "SELECT * FROM main.notes ORDER BY id") == [(1, None, "kept"), (2, ["x"], "kept")]
    text = (home / "exports" / "list.csv").read_text(encoding="utf-8")
    assert text == 'before [forgotten], [forgotten] "[forgotten]"\nafter\n'
    assert rows(home, "SELECT is_nullable FROM duckdb_columns() WHERE table_name = 'orders' AND column_index = 1") == [
        (False,)
    ]


@pytest.mark.deep
def test_a_rehearsal_tells_and_changes_nothing(workspace: tuple[Path, str]) -> None:
    home, customer = workspace
    before = bytes_of(home)
    before.pop("warehouse/builder.lock")
    told = forget(home, customer, by="ann", rehearse=True)
    after = bytes_of(home)
    after.pop("warehouse/builder.lock")
    assert after.keys() - before.keys() <= {"journal/decisions.lock"}
    assert {name: after[name] for name in before} == before
    places = {one.place: one for one in told.removed}
    assert places["core.customer"] == Removed("core.customer", 1, "deleted")
    assert places["core.orders"].how == "kept without the customer"
    assert "warehouse/live.duckdb" in told.remaining
    assert [one.place for one in forget(home, customer, by="ann").removed] == [one.place for one in told.removed]


def test_what_cannot_be_reached_is_told(workspace: tuple[Path, str]) -> None:
    home, customer = workspace
    (home / "sources.yml").write_text(f"# ask {EMAIL}\n", encoding="utf-8")
    assert forget(home, customer, by="ann").remaining == ("sources.yml",)


def test_marks_that_others_share_are_left_to_them(workspace: tuple[Path, str]) -> None:
    home, customer = workspace
    with publish(home / "warehouse") as con:
        con.execute("UPDATE core.customer SET primary_phone = ? WHERE customer_id = 'C000002'", [PHONE])
    assert customer != "C000002"
    found = forget(home, customer, by="ann")
    assert found.shared == (PHONE, PACKED)
    assert rows(home, "SELECT primary_phone FROM core.customer WHERE customer_id = 'C000002'") == [(PHONE,)]


def test_packed_columns_of_a_database_are_found_too(tmp_path: Path) -> None:
    con = duckdb.connect(str(tmp_path / "a.duckdb"))
    con.execute(
        "CREATE TABLE t AS SELECT repeat('x', 50) || 'Zelda.Quux77@example.com' || i AS c FROM range(9000) s(i)"
    )
    con.close()
    assert "a.duckdb: main.t" in traces(tmp_path, [EMAIL.lower()])


@pytest.fixture
def registry() -> Iterator[None]:
    before = list(FORGETTERS)
    yield
    FORGETTERS[:] = before


def test_a_later_store_registers_itself(workspace: tuple[Path, str], registry: None) -> None:
    home, customer = workspace
    (home / "vectors").mkdir()
    (home / "vectors" / "store.json").write_text(json.dumps([NAME]), encoding="utf-8")

    def forget_vectors(home: Path, person: Person, by: str, rehearse: bool) -> list[Removed]:
        if not rehearse:
            os.unlink(home / "vectors" / "store.json")
        return [Removed("vectors", 1, f"deleted for {by}")]

    register_forgetter(forget_vectors)
    register_forgetter(forget_vectors)
    found = forget(home, customer, by="ann")
    assert [one for one in found.removed if one.place == "vectors"] == [Removed("vectors", 1, "deleted for ann")]
    assert found.remaining == ()


@pytest.mark.parametrize("whom", ["nobody@example.com", "C999999"])
def test_nobody_is_named_plainly(workspace: tuple[Path, str], whom: str) -> None:
    with pytest.raises(BuildError, match="No customer has"):
        find_person(workspace[0], whom)


def test_more_than_one_is_asked_back(workspace: tuple[Path, str]) -> None:
    with publish(workspace[0] / "warehouse") as con:
        con.execute("UPDATE core.customer SET primary_email = ? WHERE customer_id = 'C000002'", [EMAIL])
    with pytest.raises(BuildError, match="More than one"):
        forget(workspace[0], EMAIL, by="ann")


def test_without_data_there_is_nobody_to_forget(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing):
        forget(tmp_path, "C1", by="ann")


def test_a_stopped_run_can_be_run_again(workspace: tuple[Path, str], registry: None) -> None:
    home, customer = workspace

    def fails(home: Path, person: Person, by: str, rehearse: bool) -> list[Removed]:
        raise OSError("the disk is full")

    FORGETTERS.insert(1, fails)
    with pytest.raises(OSError, match="disk"):
        forget(home, customer, by="ann")
    FORGETTERS.remove(fails)
    assert forget(home, customer, by="ann").remaining == ()
    assert len(Journal(home / "journal" / "decisions.jsonl").active("forget")) == 1


def test_the_command_tells_first_and_forgets_when_told_to(workspace: tuple[Path, str]) -> None:
    home, customer = workspace

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), "forget", *arguments])

    told = run(EMAIL)
    assert told.exit_code == 0
    assert f"Would be removed of customer {customer}" in told.output
    assert "Run it again with --yes" in told.output
    assert "warehouse/live.duckdb" in files_with(home, EMAIL)
    done = run(EMAIL, "--yes")
    assert done.exit_code == 0
    assert "no e-mail address, phone number or name of theirs is left" in done.output
    assert files_with(home, *MARKS) == []
    again = run(EMAIL, "--yes")
    assert again.exit_code == 1
    assert "No customer has" in again.stderr


def test_the_command_ends_with_a_status_when_traces_are_left(workspace: tuple[Path, str]) -> None:
    home, customer = workspace
    (home / "definitions").mkdir()
    (home / "definitions" / "mine.yml").write_text(f"# {NAME}\n", encoding="utf-8")
    found = CliRunner().invoke(main, ["--home", str(home), "forget", customer, "--yes", "--json"])
    assert found.exit_code == 1
    assert json.loads(found.stdout)["remaining"] == ["definitions/mine.yml"]
