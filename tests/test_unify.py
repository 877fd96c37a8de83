"""From the files of several systems to one customer: facts follow people, whatever is merged, split or loaded again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from warehouse import Journal, load_sources, merge_customers, read_sources, split_customer
from warehouse.build import read_snapshot
from warehouse.errors import SourcesInvalid

DECLARED = """
sources:
  crm_people:
    system: crm
    table: person_record
    files: crm.csv
    customer_ids: true
    columns: {record_id: no, first_name: first, last_name: last, email: mail, crm_id: no, created_at: since}
  crm_profiles:
    system: crm
    table: customer
    files: profiles.csv
    columns:
      {customer_id: no, customer_type: type, segment: segment, city: city, region: region, country_code: land,
       country: state, income_band: income}
  shop_people:
    system: shop
    table: person_record
    files: shop.csv
    columns: {record_id: id, first_name: first, last_name: last, email: mail, crm_id: crm, created_at: since,
              country_code: land}
  shop_orders:
    system: shop
    table: orders
    files: orders*.csv
    columns:
      {order_id: id, customer_id: buyer, ordered_at: at, status: state, channel: {value: web}, currency: {value: EUR},
       gross_amount: amount}
  desk_tickets:
    system: desk
    table: ticket
    files: tickets.csv
    columns:
      {ticket_id: id, customer_id: from, channel: {value: email}, topic: topic, priority: {value: normal},
       status: {value: open}, created_at: at, replies: {value: 0}, reopened_count: {value: 0},
       sla_breached: {value: false}}
  poll:
    table: survey_response
    files: poll.csv
    columns:
      {response_id: id, customer_id: {from: who, of: crm}, type: {value: nps}, question: {value: Would you},
       score: score, scale_min: {value: 0},
       scale_max: {value: 10}, sent_at: at}
  log:
    system: web
    table: session
    files: log.csv
    columns:
      {session_id: id, customer_id: {from: user, of: shop}, anonymous_id: device, started_at: at, ended_at: at,
       device: {value: mobile}, os: {value: iOS}, channel_group: {value: Direct}, page_views: {value: 1},
       engaged_seconds: {value: 0}, is_bounce: {value: true}, is_engaged: {value: false}, platform: {value: web}}
"""
FILES = {
    "crm.csv": "no,first,last,mail,since\nK1,Ann,Lee,ann@example.com,2024-01-01\n"
    "K2,Bob,Ray,bob@example.com,2024-02-01\n"
    "K3,Cid,Fox,info@example.com,2024-03-01\nK4,Dot,May,info@example.com,2024-04-01\n",
    "profiles.csv": "no,type,segment,city,region,land,state,income\nK1,person,Consumer,Bonn,West,DE,Germany,25k-50k\n"
    "K2,person,Consumer,Lyon,Central,FR,France,\nK3,person,Consumer,Bonn,West,DE,Germany,\n"
    "K4,person,Consumer,,,DE,Germany,\n",
    "shop.csv": "id,first,last,mail,crm,since,land\nS1,Ann,Lee,ann@example.com,K1,2024-01-05,DE\n"
    "S2,,,,K1,2024-06-01,DE\nS3,Bob,Ray,bob@example.com,K2,2024-02-02,FR\nS4,Eve,Orr,eve@example.org,,2024-05-01,AT\n",
    "orders.csv": "id,buyer,at,state,amount\nO1,S1,2024-02-01,completed,10.00\nO2,S2,2024-07-01,completed,20.00\n"
    "O3,S3,2024-03-01,completed,40.00\nO4,,2024-03-02,completed,80.00\nO5,S9,2024-03-03,completed,160.00\n"
    "O6,S1,2024-01-20,cancelled,320.00\n",
    "tickets.csv": "id,from,topic,at\nT1,ANN@example.com,delivery,2024-02-03\nT2,info@example.com,delivery,2024-02-04\n"
    "T3,S1,delivery,2024-02-05\n",
    "poll.csv": "id,who,score,at\nF1,K2,9,2024-05-05\nF2,ann@example.com,3,2024-05-06\nF3,K77,5,2024-05-07\n",
    "log.csv": "id,user,device,at\nV1,,d1,2024-02-01 10:00:00\nV2,S1,d1,2024-02-02 10:00:00\n"
    "V3,,d1,2024-09-01 10:00:00\nV4,,d2,2024-02-02 11:00:00\n",
}
REVENUE = "SELECT sum(net_amount) FROM live.core.orders WHERE status <> 'cancelled'"


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with read_snapshot(home / "warehouse" / "live.duckdb") as con:
        return con.execute(sql).fetchall()


def owners(home: Path, table: str, key: str) -> dict[object, object]:
    found = rows(home, f"SELECT {key}, customer_id FROM live.core.{table} ORDER BY 1")
    return {row[0]: row[1] for row in found}


def load(home: Path, only: tuple[str, ...] = ()) -> None:
    report = load_sources(home / "warehouse", read_sources(home / "sources.yml"), lambda _what, _share: None, only)
    assert report.failed == ()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("unify")
    (home / "sources.yml").write_text(DECLARED, encoding="utf-8")
    for name, content in FILES.items():
        (home / name).write_text(content, encoding="utf-8")
    load(home)
    return home


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    shutil.copytree(loaded, tmp_path / "home")
    return tmp_path / "home"


def test_facts_carry_the_customer_whatever_their_system_calls_them(loaded: Path) -> None:
    assert owners(loaded, "orders", "order_id") == {
        "O1": "K1", "O2": "K1", "O3": "K2", "O4": None, "O5": None, "O6": "K1"
    }  # fmt: skip
    assert owners(loaded, "ticket", "ticket_id") == {"T1": "K1", "T2": None, "T3": None}
    assert owners(loaded, "survey_response", "response_id") == {"F1": "K2", "F2": "K1", "F3": None}


def test_revenue_of_all_and_of_known_customers_stay_apart(loaded: Path) -> None:
    assert str(rows(loaded, REVENUE)[0][0]) == "310.00"
    assert str(rows(loaded, f"{REVENUE} AND customer_id IS NOT NULL")[0][0]) == "70.00"


def test_visits_follow_the_device_on_which_somebody_signed_in(loaded: Path) -> None:
    assert owners(loaded, "session", "session_id") == {"V1": "K1", "V2": "K1", "V3": "K1", "V4": None}


def test_customers_are_made_of_records_and_profiles(loaded: Path) -> None:
    found = rows(
        loaded,
        "SELECT customer_id, full_name, city, region, country_code, country, income_band, first_order_at::DATE::VARCHAR"
        " FROM live.core.customer ORDER BY country_code, customer_id",
    )
    assert [row[1:] for row in found if row[0] not in ("K1", "K2", "K3", "K4")] == [
        ("Eve Orr", None, None, "AT", "Austria", None, None)
    ]
    assert [row for row in found if row[0] in ("K1", "K2", "K3", "K4")] == [
        ("K1", "Ann Lee", "Bonn", "West", "DE", "Germany", "25k-50k", "2024-02-01"),
        ("K3", "Cid Fox", "Bonn", "West", "DE", "Germany", None, None),
        ("K4", "Dot May", None, None, "DE", "Germany", None, None),
        ("K2", "Bob Ray", "Lyon", "Central", "FR", "France", None, "2024-03-01"),
    ]


def test_orders_are_counted_over_all_accounts_of_a_customer(loaded: Path) -> None:
    found = rows(loaded, "SELECT order_id, order_seq, is_first_order FROM live.core.orders ORDER BY 1")
    assert found == [
        ("O1", 1, True), ("O2", 2, False), ("O3", 1, True), ("O4", None, None), ("O5", None, None), ("O6", None, None)
    ]  # fmt: skip


TABLES = ("customer", "orders", "ticket", "survey_response", "session", "customer_identity")


def contents(home: Path) -> list[object]:
    hidden = "EXCLUDE (ingested_at)"
    return [sorted(map(str, rows(home, f"SELECT * {hidden} FROM live.core.{table}"))) for table in TABLES]


def test_loading_again_changes_nothing(home: Path) -> None:
    before = contents(home)
    load(home)
    assert contents(home) == before
    load(home, ("log",))
    assert contents(home) == before


def test_a_merge_moves_facts_and_taking_it_back_moves_them_back(home: Path) -> None:
    before = owners(home, "orders", "order_id")
    journal = Journal(home / "journal" / "decisions.jsonl")
    with read_snapshot(home / "warehouse" / "live.duckdb") as con:
        con.execute("USE live")
        entry = merge_customers(con, journal, ["K1", "K2"], by="ann")
    load(home, ("log",))
    assert owners(home, "orders", "order_id") == before | {"O3": "K1"}
    assert owners(home, "survey_response", "response_id") == {"F1": "K1", "F2": "K1", "F3": None}
    assert str(rows(home, REVENUE)[0][0]) == "310.00"
    journal.undo(entry.id, by="ann")
    load(home, ("log",))
    assert owners(home, "orders", "order_id") == before


def test_a_split_takes_the_facts_of_the_account_along(home: Path) -> None:
    journal = Journal(home / "journal" / "decisions.jsonl")
    with read_snapshot(home / "warehouse" / "live.duckdb") as con:
        con.execute("USE live")
        split_customer(con, journal, [("shop", "S2")], by="ann")
    load(home, ("log",))
    found = owners(home, "orders", "order_id")
    assert found["O1"] == "K1"
    assert found["O2"] not in (None, "K1", "K2", "K3", "K4")


def test_late_rows_and_corrected_references_are_translated(home: Path) -> None:
    (home / "orders-late.csv").write_text(
        "id,buyer,at,state,amount\nO7,S4,2024-08-01,completed,5.00\nO3,S1,2024-03-01,completed,40.00\n"
        "O2,,2024-07-01,completed,20.00\nO5,S3,2024-03-03,completed,160.00\n",
        encoding="utf-8",
    )
    load(home)
    found = owners(home, "orders", "order_id")
    (eve,) = rows(home, "SELECT customer_id FROM live.core.customer WHERE full_name = 'Eve Orr'")[0]
    assert found == {"O1": "K1", "O2": None, "O3": "K1", "O4": None, "O5": "K2", "O6": "K1", "O7": eve}


def test_a_record_that_arrives_later_claims_its_facts(home: Path) -> None:
    with (home / "shop.csv").open("a", encoding="utf-8") as file:
        file.write("S9,Guy,Poe,guy@example.org,,2024-03-01,NL\n")
    ids = owners(home, "customer", "source_id")
    load(home, ("shop_people",))
    (guy,) = rows(home, "SELECT customer_id FROM live.core.customer WHERE full_name = 'Guy Poe'")[0]
    assert owners(home, "orders", "order_id")["O5"] == guy
    assert owners(home, "customer", "source_id") == ids | {guy: guy}


def test_who_asked_to_be_forgotten_does_not_come_back_with_the_next_file(home: Path) -> None:
    Journal(home / "journal" / "decisions.jsonl").forget([("shop", "S4")], by="ann")
    with (home / "shop.csv").open("a", encoding="utf-8") as file:
        file.write("S8,Ida,Roe,ida@example.org,,2024-03-01,NL\n")
    load(home)
    for table in ("core.person_record", "core.customer", "raw.shop_people"):
        assert rows(home, f"SELECT * FROM live.{table} t WHERE t::VARCHAR ILIKE '%eve%'") == []
    assert "S8" in {row[0] for row in rows(home, "SELECT source_id FROM live.core.person_record")}


def test_without_records_of_people_the_customer_table_is_used_as_it_is(tmp_path: Path) -> None:
    parts = DECLARED.split("\n  crm_profiles:")[1].split("\n  shop_people:")[0]
    (tmp_path / "sources.yml").write_text(f"sources:\n  crm_profiles:{parts}", encoding="utf-8")
    (tmp_path / "profiles.csv").write_text(FILES["profiles.csv"], encoding="utf-8")
    load(tmp_path)
    load(tmp_path)
    assert owners(tmp_path, "customer", "source_id") == {name: name for name in ("K1", "K2", "K3", "K4")}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("customer_id: {from: who, of: cmr}", "there is no system cmr; did you mean crm?"),
        ("response_id: {from: id, of: crm}", "of says whose ids a customer_id holds"),
    ],
)
def test_ids_of_a_system_that_is_not_there_are_refused_with_the_line(tmp_path: Path, wrong: str, words: str) -> None:
    column = wrong.partition(":")[0]
    right = "customer_id: {from: who, of: crm}" if column == "customer_id" else "response_id: id"
    (tmp_path / "sources.yml").write_text(DECLARED.replace(right, wrong), encoding="utf-8")
    with pytest.raises(SourcesInvalid, match=r"sources.yml:\d+: poll: ") as caught:
        read_sources(tmp_path / "sources.yml")
    assert words in str(caught.value)
