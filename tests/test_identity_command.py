"""tellwise identity: what waits for a decision and why, decided, carried out by the next build, taken back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.service.cli import main
from tests.people_world import NOW, crowd, person, recall, seen
from tests.sources_world import World
from warehouse import IdentityRequest, Journal, publish, resolve_identities

pytestmark = pytest.mark.xdist_group("identity")  # one worker learns to match, once
# the father's record and the son's agree in all but the given name; a mailbox of the name alone may be anyone's
SON = person(20) | {"source_id": "son", "first_name": "Klaus", "email": "klaus@example.net"}


def build(home: Path) -> None:
    """Resolve again what was loaded, as a load does."""
    with publish(home / "warehouse") as con:
        request = IdentityRequest("core.person_record", Journal(home / "journal" / "decisions.jsonl"), now=NOW)
        resolve_identities(con, request)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("people")
    with publish(home / "warehouse") as con:
        recall(con)
        con.register("loaded", seen([*crowd(), SON]))
        con.execute("CREATE TABLE core.person_record AS FROM loaded")
    build(home)
    with publish(home / "warehouse") as con:  # the father and the son wait, as if they were a little less unlike
        con.execute(
            "UPDATE core.identity_match SET decision = 'review', match_probability = 0.95"
            " WHERE decision = 'apart' AND 'crm:son' IN (left_id, right_id)"
        )
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "home")
    return tmp_path / "home"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), "identity", *words])


def customers(home: Path) -> tuple[str, str]:
    """The ids of the father and the son, as the queue tells them."""
    told = json.loads(run(home, "review", "--json").output)
    sides = [told["pairs"][0][side] for side in ("left", "right")]
    ids = {record["key"][1]: record["customer_id"] for record in sides}
    return next(customer for key, customer in ids.items() if key != "son"), ids["son"]


def test_the_queue_shows_both_sides_and_the_evidence(home: Path) -> None:
    told = run(home, "review")
    assert told.exit_code == 0
    father, son = customers(home)
    assert told.output.startswith("1 pair of customers waits for a decision.")
    assert "95.0%" in told.output
    assert "Klaus" in told.output
    assert "phone: same" in told.output
    assert "given name: different" in told.output
    assert any(f"identity merge {one} {two}\n" in told.output for one, two in ((father, son), (son, father)))


@pytest.mark.deep
def test_a_merge_is_carried_out_and_taken_back(home: Path) -> None:
    father, son = customers(home)
    merged = run(home, "merge", father, son, "--reason", "he said so")
    assert merged.exit_code == 0, merged.output
    assert "`tellwise identity apply` carries it out now" in merged.output
    assert run(home, "review").output == "Nothing waits for a decision.\n"
    build(home)
    records = json.loads(run(home, "show", father, "--json").output)["records"]
    assert sorted(record["key"] for record in records) == [["crm", "p020"], ["crm", "son"], ["shop", "p020"]]
    assert f"There is no customer {son}. It was merged into {father}." in run(home, "show", son).output
    listed = run(home, "decisions").output
    assert "crm:p020, shop:p020, crm:son are one. (he said so)" in listed
    assert run(home, "undo", listed.split()[0]).exit_code == 0
    assert run(home, "decisions").output.endswith("UNDONE\n")
    build(home)
    assert "is made of 1 record:" in run(home, "show", son).output


@pytest.mark.deep
def test_people_kept_apart_wait_no_more(home: Path) -> None:
    father, son = customers(home)
    assert run(home, "apart", father, son).exit_code == 0
    assert run(home, "review").output == "Nothing waits for a decision.\n"
    build(home)
    assert run(home, "review").output == "Nothing waits for a decision.\n"
    assert "crm:p020, shop:p020 apart from crm:son." in run(home, "decisions").output


@pytest.mark.deep
def test_a_record_split_off_becomes_a_customer(home: Path) -> None:
    father, _ = customers(home)
    assert run(home, "split", "shop:p020").exit_code == 0
    build(home)
    shown = run(home, "show", father).output
    assert "crm:p020" in shown
    assert "shop:p020" not in shown


def test_what_cannot_be_decided_is_told(home: Path, tmp_path: Path) -> None:
    father, _ = customers(home)
    for words, said in (
        (("merge", father), "A merge needs two customers or more."),
        (("merge", father, "c0"), "There is no customer c0."),
        (("apart", father, father), "name two customers or more"),
        (("split", "p020"), "Write the system, a colon and the record's key there"),
        (("split", "crm:gone"), "There is no record gone of crm."),
        (("undo", "abc"), "write 6 letters of the decision's id or more"),
        (("undo", "abcdef"), "No decision that holds begin with 'abcdef'"),
    ):
        told = run(home, *words)
        assert (told.exit_code, said in told.output) == (1, True), told.output
    assert not (home / "journal").exists()
    assert "no data yet" in run(tmp_path / "nowhere", "review").output or run(tmp_path / "nowhere", "review").exit_code


def test_decisions_are_carried_out_at_once_without_loading(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("crm.csv", "no,first,mail\n1,Ann,ann@example.org\n2,Ben,ben@example.org\n3,Cara,cara@example.org\n")
    world.declare(
        "sources:\n  crm:\n    table: person_record\n    files: crm.csv\n"
        "    columns: {record_id: no, first_name: first, email: mail}\n"
    )
    world.load()
    world.write("crm.csv", "no,first,mail\n9,Dora,dora@example.org\n")
    ids = dict(world.rows("SELECT source_id, customer_id FROM meta.customer_record"))
    assert run(tmp_path, "merge", ids["1"], ids["2"]).exit_code == 0
    applied = run(tmp_path, "apply")
    assert applied.output.endswith("3 records of people are 2 customers.\n"), applied.output
    assert world.rows("SELECT count(*) FROM core.customer") == [(2,)]
