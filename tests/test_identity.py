"""Who is the same customer: written forms, groups without chains, ids that stay, decisions that hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from warehouse import (
    BuildError,
    IdentityRequest,
    Journal,
    Resolution,
    merge_customers,
    resolve_identities,
    split_customer,
)
from warehouse.identity import normalise
from warehouse.identity.clustering import Evidence, Rules, cohesive_groups, components
from warehouse.identity.stable_ids import Issued, assign_ids

NOW = datetime(2026, 3, 1)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    found = duckdb.connect()
    yield found
    found.close()


# written forms


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        (" Jo.Ann+news@GoogleMail.com ", "joann@gmail.com"),
        ("Jo.Ann+news@Example.org", "jo.ann+news@example.org"),
        ("jo+x@outlook.com", "jo@outlook.com"),
        ("noreply@shop.com", None),
        ("no address", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_mail_addresses_as_their_host_reads_them(written: str | None, clean: str | None) -> None:
    assert normalise.email(written) == clean


@pytest.mark.parametrize(
    ("written", "country", "clean"),
    [
        ("(030) 123 456-7", "DE", "+49301234567"),
        ("0049 30 1234567", None, "+49301234567"),
        ("+1 212-555-0123", "DE", "+12125550123"),
        ("212 555 0123", None, "2125550123"),
        ("999 999 9999", "US", None),
        ("12", "US", None),
    ],
)
def test_phone_numbers_in_one_form(written: str, country: str | None, clean: str | None) -> None:
    assert normalise.phone(written, country) == clean


def test_names_streets_and_dates_in_one_form() -> None:
    assert normalise.name(" Dr. José  O’Neill ") == "jose oneill"
    assert {"bob", "robert"} <= set(normalise.name_forms("bob"))
    assert "johannes" in normalise.name_forms("hans")
    assert normalise.street("12, Oak Street") == normalise.street("12 oak st.") == "12 oak st"
    assert normalise.street("Hauptstraße 5") == normalise.street("Hauptstr. 5")
    assert normalise.birth_date("19800203") == normalise.birth_date("1980-02-03") == "1980-02-03"
    assert normalise.birth_date("1900-01-01") is None
    assert normalise.birth_date("03/02/1980") is None


# groups


def test_a_chain_is_broken_where_its_ends_disagree() -> None:
    weights = {(1, 2): 20.0, (3, 4): 20.0, (2, 3): 8.0, (1, 3): -15.0, (1, 4): -15.0, (2, 4): -15.0}
    sure = {(1, 2), (3, 4), (2, 3)}
    assert components(sorted(sure)) == [[1, 2, 3, 4]]
    assert cohesive_groups([1, 2, 3, 4], Evidence(weights, sure), Rules()) == [[1, 2], [3, 4]]


def test_a_customer_does_not_grow_past_its_cap() -> None:
    sure = {(a, b) for a in range(6) for b in range(a + 1, 6)}
    groups = cohesive_groups(list(range(6)), Evidence(dict.fromkeys(sure, 20.0), sure), Rules(cap=4))
    assert sorted(map(len, groups)) == [2, 4]


def test_decisions_of_people_stand_above_weights() -> None:
    sure = {(1, 2)}
    parted = Evidence({(1, 2): 30.0}, sure, parted=frozenset({(1, 2)}))
    joined = Evidence({(1, 2): -30.0}, set(), joined=frozenset({(1, 2)}))
    assert cohesive_groups([1, 2], parted, Rules()) == [[1], [2]]
    assert cohesive_groups([1, 2], joined, Rules()) == [[1, 2]]


# ids


def test_ids_follow_the_most_records_and_merges_keep_the_older() -> None:
    old, young = Issued("old", datetime(2025, 1, 1)), Issued("young", datetime(2025, 6, 1))
    a, b, c, d = (("crm", name) for name in "abcd")
    previous = {a: old, b: young, c: young, d: young}
    merged = assign_ids([[a, b, c, d]], previous, NOW)
    assert ([issued.customer_id for issued in merged.ids], merged.retired) == (["old"], {"young": "old"})
    split = assign_ids([[a], [b], [c, d]], previous, NOW)
    assert [issued.customer_id for issued in split.ids][::2] == ["old", "young"]
    assert split.ids[1].customer_id not in ("old", "young")
    assert split.ids[1].at == NOW


# the whole way

FIRST = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Henry", "Ida", "Jonas", "Karla")
LAST = ("Abelson", "Bergmann", "Castella", "Dunmore", "Eastwick", "Fairhope", "Grunwald", "Hollander", "Inverness")


def person(number: int) -> dict[str, str | None]:
    """One of a hundred different people."""
    first, last = FIRST[number % 11], LAST[number % 9]
    return {
        "source_system": "crm", "source_id": f"p{number:03d}", "first_name": first, "last_name": last,
        "email": f"{first}.{last}{number}@example.org", "phone": f"+4930{2_000_000 + number * 7919}",
        "street": f"{number + 1} Elm Road", "city": "Town", "postal_code": f"{10_000 + number}",
        "updated_at": "2026-01-01 00:00:00",
    }  # fmt: skip


def crowd() -> list[dict[str, str | None]]:
    """A hundred people, each in two systems: enough to learn from."""
    shop = [person(number) | {"source_system": "shop", "street": None, "postal_code": None} for number in range(100)]
    return [person(number) for number in range(100)] + shop


def resolve(
    con: duckdb.DuckDBPyConnection, rows: list[dict[str, str | None]], journal: Journal | None = None
) -> tuple[Resolution, dict[tuple[str, str], str]]:
    columns = dict.fromkeys(name for row in rows for name in row)
    con.register("people_seen", pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows]))
    found = resolve_identities(con, IdentityRequest("people_seen", journal, now=NOW, systems=("crm", "shop")))
    con.unregister("people_seen")
    records = con.execute("SELECT source_system, source_id, customer_id FROM meta.customer_record").fetchall()
    return found, {(row[0], row[1]): row[2] for row in records}


def test_records_become_customers_with_evidence_and_no_one_is_lost(
    con: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    wife = person(5) | {"source_id": "wife", "first_name": "Olivia", "email": "olivia@example.org"}
    guest = dict.fromkeys(person(0)) | {"source_system": "shop", "source_id": "guest"}
    nameless = guest | {"source_system": "newsletter", "source_id": "n1", "email": "ANNA.Abelson0@example.org"}
    nickname = person(1) | {"source_system": "helpdesk", "source_id": "h1", "phone": "030 2007919",
                            "country_code": "DE", "email": None, "street": "2 Elm Rd"}  # fmt: skip
    found, customer = resolve(con, [*crowd(), wife, guest, nameless, nickname])
    assert found.records == len(customer) == 204
    assert all(customer["crm", f"p{n:03d}"] == customer["shop", f"p{n:03d}"] for n in range(100))
    assert customer["newsletter", "n1"] == customer["crm", "p000"]
    assert customer["helpdesk", "h1"] == customer["crm", "p001"]
    assert customer["crm", "wife"] != customer["crm", "p005"]
    assert found.customers == 102  # a hundred, the wife, the guest
    decision, evidence = con.execute(
        "SELECT decision, evidence FROM core.identity_match WHERE left_id = 'crm:p007' AND right_id = 'shop:p007'"
    ).fetchall()[0]
    assert decision == "merged"
    assert '{"what":"e-mail","agreement":"same"' in evidence
    together = con.execute("SELECT customer_id FROM core.household_member ORDER BY 1").fetchall()
    assert together == sorted([(customer["crm", "wife"],), (customer["crm", "p005"],)])
    assert capsys.readouterr() == ("", "")


def test_manual_merge_and_split_hold_through_rebuilds_until_undone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "decisions.jsonl")
    _, before = resolve(con, crowd(), journal)
    one, two = before["crm", "p000"], before["crm", "p001"]
    merge = merge_customers(con, journal, [one, two], "ann", "same person, she says")
    split = split_customer(con, journal, [("shop", "p050")], "ann")
    _, decided = resolve(con, crowd(), journal)
    assert decided["crm", "p000"] == decided["shop", "p001"] == one
    assert decided["shop", "p050"] != decided["crm", "p050"] == before["crm", "p050"]
    ruled = con.execute(
        "SELECT DISTINCT decision FROM core.identity_match WHERE method = 'manual' ORDER BY 1"
    ).fetchall()
    assert ruled == [("merged",), ("parted",)]
    _, again = resolve(con, crowd(), journal)
    assert again == decided
    with pytest.raises(BuildError, match=f"no customer {two}. It was merged into {one}"):
        merge_customers(con, journal, [two, before["crm", "p002"]], "ann")
    journal.undo(merge.id, "ann")
    journal.undo(split.id, "ann")
    _, after = resolve(con, crowd(), journal)
    assert after == before
    undone = con.execute("SELECT undone_at FROM core.identity_merge_log WHERE from_customer_id = ?", [two]).fetchall()
    assert undone == [(NOW,)]


def test_forgotten_records_do_not_come_back(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "decisions.jsonl")
    journal.forget([("crm", "p000"), ("shop", "p000")], "ann")
    found, customer = resolve(con, crowd(), journal)
    assert (found.forgotten_records, found.records, found.customers) == (2, 198, 99)
    assert ("crm", "p000") not in customer


def test_each_attribute_survives_by_its_rule(con: duckdb.DuckDBPyConnection) -> None:
    newer = person(3) | {"source_system": "shop", "last_name": "Newname", "street": None, "first_name": "DAVID",
                         "updated_at": "2026-02-01 00:00:00"}  # fmt: skip
    older = person(3) | {"source_system": "loyalty", "first_name": "Dave", "updated_at": "2025-01-01 00:00:00"}
    rows = [row for row in crowd() if row["source_id"] != "p003"]
    _, customer = resolve(con, [*rows, person(3), newer, older])
    values = dict(
        con.execute(
            "SELECT attribute, value FROM meta.customer_value WHERE customer_id = ?", [customer["crm", "p003"]]
        ).fetchall()
    )
    assert values["last_name"] == "Newname"  # most recent
    assert values["first_name"].lower() == "david"  # most frequent
    assert (values["street"], values["postal_code"]) == ("4 Elm Road", "10003")  # most complete


def test_a_shared_mailbox_ties_no_one_together(con: duckdb.DuckDBPyConnection) -> None:
    office = [person(n) | {"source_system": "desk", "email": "info@office.com", "phone": None, "street": None,
                           "postal_code": None, "first_name": f"Kim{chr(97 + n)}", "last_name": f"{chr(98 + n)}orson"}
              for n in range(10)]  # fmt: skip
    found, customer = resolve(con, [*crowd(), *office])
    assert found.shared_values["email"] == ["info@office.com"]
    assert len({customer["desk", f"p{n:03d}"] for n in range(10)}) == 10
    active = con.execute("SELECT DISTINCT is_active FROM core.customer_identity WHERE id_value = 'info@office.com'")
    assert active.fetchall() == [(False,)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("SELECT 1 AS x", "has no column source_system and no source_id"),
        ("SELECT 'crm' AS source_system, NULL AS source_id", "1 rows have no source_system or source_id"),
        ("SELECT 'crm' AS source_system, '1' AS source_id FROM range(2)", r"first is crm 1 \(2 times\)"),
    ],
)
def test_records_without_a_key_are_refused(con: duckdb.DuckDBPyConnection, rows: str, said: str) -> None:
    con.execute(f"CREATE VIEW seen AS {rows}")
    with pytest.raises(BuildError, match=said):
        resolve_identities(con, IdentityRequest("seen"))


def test_nothing_to_resolve_and_too_little_to_learn_from(con: duckdb.DuckDBPyConnection) -> None:
    twins = [person(1), person(1) | {"source_system": "shop", "loyalty_no": "L-1"},
             person(2) | {"source_system": "loyalty", "loyalty_no": "l1"}]  # fmt: skip
    found, customer = resolve(con, twins)
    assert (found.customers, customer["shop", "p001"]) == (2, customer["loyalty", "p002"])
    con.execute("CREATE VIEW empty_seen AS SELECT 'a' AS source_system, 'b' AS source_id WHERE false")
    assert resolve_identities(con, IdentityRequest("empty_seen")).customers == 0
