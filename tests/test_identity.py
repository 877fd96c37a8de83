"""Who is the same customer: written forms, groups without chains, ids that stay, decisions that hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.people_world import FIRST, LAST, NOW, Row, connected, crowd, person, resolve, seen
from warehouse import BuildError, IdentityRequest, Journal, merge_customers, resolve_identities, split_customer
from warehouse.identity import kept_model, normalise
from warehouse.identity.clustering import Evidence, Rules, cohesive_groups, components
from warehouse.identity.matching import Model, count_owners
from warehouse.identity.people import SURE_EDGES
from warehouse.identity.records import read_records
from warehouse.identity.stable_ids import Issued, assign_ids

pytestmark = pytest.mark.xdist_group("identity")  # one worker learns to match, once


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connected() as found:
        yield found


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


def test_a_record_that_says_little_goes_with_the_one_it_matches() -> None:
    weights = {(1, 2): 30.0, (1, 3): 30.0, (2, 3): 30.0, (3, 4): 40.0, (1, 4): -45.0, (2, 4): -45.0}
    sure = {(1, 2), (1, 3), (2, 3), (3, 4)}
    evidence = Evidence(weights, sure)
    assert cohesive_groups([1, 2, 3, 4], evidence, Rules()) == [[1, 2], [3, 4]]
    assert cohesive_groups([1, 2, 3, 4], replace(evidence, nameless=frozenset({4})), Rules()) == [[1, 2, 3, 4]]
    kept = replace(evidence, nameless=frozenset({4}), parted=frozenset({(1, 4)}))
    assert cohesive_groups([1, 2, 3, 4], kept, Rules()) == [[1, 2], [3, 4]]


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


# pairs


def test_what_was_decided_stands_until_the_evidence_clearly_changes() -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE judged AS SELECT * FROM (VALUES (0, 1, 6.5, false), (2, 3, 6.5, false), (4, 5, 6.8, false),"
            " (6, 7, 6.8, false), (8, 9, 6.95, false), (0, 5, 30.0, true)) AS t (id_l, id_r, weight, conflict)"
        )
        con.execute(
            "CREATE TABLE before AS SELECT * FROM (VALUES (0, 'a'), (1, 'a'), (4, 'b'), (5, 'c'), (8, 'd'), (9, 'e'))"
            " AS t (id, customer)"
        )
        con.execute(SURE_EDGES)
        sure = con.execute("SELECT id_l, id_r FROM edge WHERE sure ORDER BY 1").fetchall()
    # log2(0.99 / 0.01) is 6.63: known as one from 6.38 on, known as two from 6.88 on
    assert sure == [(0, 1), (6, 7), (8, 9)]


def test_a_slip_of_a_frequent_given_name_is_known_as_one(con: duckdb.DuckDBPyConnection) -> None:
    lasts = ["Ash", "Birch", "Cedar", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Kelp", "Larch"]
    rows = [person(at) | {"source_id": f"s{at}", "first_name": "Stephanie", "last_name": last}
            for at, last in enumerate(lasts)]  # fmt: skip
    rows += [person(at) | {"source_id": f"t{at}", "first_name": "Stepanie", "last_name": "Fir"} for at in range(3)]
    rows.append(person(1) | {"first_name": "Sieglinde"})
    con.register("written_so", seen(rows))
    work = read_records(con, "written_so").con
    found = {row[0]: row[1:] for row in work.execute("SELECT first, first_known, first_near FROM record").fetchall()}
    assert "stephanie" in found["stepanie"][1]  # many slips alike are slips still
    assert found["stephanie"][0]
    assert not found["sieglinde"][0]


# the whole way


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


def test_what_was_learnt_is_kept_until_the_records_are_others(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_model, "train", lambda _: None)

    def kept(rows: list[Row]) -> bool:
        con.register("written_so", seen(rows))
        return kept_model.kept_or_trained(con, read_records(con, "written_so").con) is not None

    assert kept(crowd()[30:])  # 170 of 200
    assert not kept(crowd()[50:])
    assert not kept([row | {"birth_date": "1980-02-03"} for row in crowd()])
    kept_model.keep_model(con, None, NOW)
    assert not kept(crowd())


def test_colleagues_share_an_account_and_stay_two_customers(con: duckdb.DuckDBPyConnection) -> None:
    office = {"source_system": "desk", "phone": "+49 30 7777777", "street": "1 Office Park", "city": "Town",
              "postal_code": "99999", "account_id": "A-9"}  # fmt: skip
    ann = person(3) | office | {"source_id": "d1"}
    ben = person(4) | office | {"source_id": "d2"}
    _, customer = resolve(con, [*crowd(), ann, ben])
    assert customer["desk", "d1"] == customer["crm", "p003"] != customer["desk", "d2"] == customer["crm", "p004"]
    accounts = con.execute(
        "SELECT customer_id, value FROM meta.customer_value WHERE attribute = 'account_id' ORDER BY 1"
    ).fetchall()
    assert accounts == sorted([(customer["desk", "d1"], "A-9"), (customer["desk", "d2"], "A-9")])


def test_addresses_made_of_a_name_alone_do_not_tie_namesakes(con: duckdb.DuckDBPyConnection) -> None:
    alone = [person(7) | {"source_id": f"n{at}", "email": f"henry.hollander@{host}", "phone": None, "street": None,
                          "postal_code": None, "city": None, "last_name": "Hollander"}
             for at, host in enumerate(("mail.com", "post.org"))]  # fmt: skip
    marked = [row | {"source_id": f"m{at}", "first_name": "Ida", "email": str(row["email"]).replace("henry", "ida77")}
              for at, row in enumerate(alone)]  # fmt: skip
    _, customer = resolve(con, [*crowd(), *alone, *marked])
    assert customer["crm", "n0"] != customer["crm", "n1"]
    assert customer["crm", "m0"] == customer["crm", "m1"]


def test_the_owners_of_a_number_are_not_made_more_by_a_marriage_or_a_family(con: duckdb.DuckDBPyConnection) -> None:
    names = {"+4930555001": ("Karla Berg", "Karla Quist"), "+4930555002": ("Anna Dun", "Walter Dun", "Anni Dun"),
             "+4930555003": ("Ida Abel", "Ben Castell", "Emma Grun")}  # fmt: skip
    rows = [person(at) | {"source_id": f"{phone}{at}", "phone": phone, "first_name": who.split()[0],
                          "last_name": who.split()[1]} for phone, all_ in names.items() for at, who in enumerate(all_)
            ]  # fmt: skip
    con.register("written_so", seen(rows))
    work = read_records(con, "written_so").con
    count_owners(work, Model({}, (), 0.1, (), records=1_000))
    found = dict(work.execute("SELECT phone, tf_phone FROM tf_phone").fetchall())
    own, chance = 2 / 8, 0.1 / 1_000  # two owners besides the one at hand, of eight records; owners never seen
    assert found == pytest.approx({"+4930555001": chance, "+4930555002": chance, "+4930555003": own + chance})


def test_a_list_of_names_and_addresses_is_enough() -> None:
    rows = [{"source_system": "news", "source_id": f"{at:03d}", "first_name": FIRST[at % 11],
             "last_name": LAST[at % 9], "email": f"{FIRST[at % 11]}{at}@example.org"} for at in range(99)]  # fmt: skip
    again = [row | {"source_id": f"x{row['source_id']}", "first_name": None} for row in rows[:30]]
    with duckdb.connect() as con:
        found, customer = resolve(con, [*rows, *again])
    assert found.customers == 99
    assert customer["news", "x007"] == customer["news", "007"]


def test_nothing_to_resolve_and_too_little_to_learn_from(con: duckdb.DuckDBPyConnection) -> None:
    twins = [person(1), person(1) | {"source_system": "shop", "loyalty_no": "L-1"},
             person(2) | {"source_system": "loyalty", "loyalty_no": "l1"}]  # fmt: skip
    found, customer = resolve(con, twins)
    assert (found.customers, customer["shop", "p001"]) == (2, customer["loyalty", "p002"])
    con.execute("CREATE VIEW empty_seen AS SELECT 'a' AS source_system, 'b' AS source_id WHERE false")
    assert resolve_identities(con, IdentityRequest("empty_seen")).customers == 0
