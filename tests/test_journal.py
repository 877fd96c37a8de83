"""The journal: what was acknowledged is there, what was undone holds no longer, what was forgotten is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse import BuildError, Journal

PAIR = [["crm", "1"], ["shop", "9"]]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal" / "decisions.jsonl")


def test_decisions_come_back_in_order_from_another_reader(journal: Journal) -> None:
    first = journal.append("merge", {"records": PAIR}, "ann")
    second = journal.append("annotation", {"day": "2026-03-01", "title": "Launch", "kind": "launch"}, "bob")
    again = Journal(journal.path)
    assert [entry.id for entry in again.entries()] == [first.id, second.id]
    assert [entry.kind for entry in again.active("annotation")] == ["annotation"]
    assert again.entries()[0].by == "ann"
    assert again.entries()[0].body["records"] == PAIR


def test_no_journal_holds_no_decisions(journal: Journal) -> None:
    assert journal.entries() == []
    assert journal.forgotten([("crm", "1")]) == set()


def test_an_undo_can_be_undone(journal: Journal) -> None:
    merge = journal.append("merge", {"records": PAIR}, "ann")
    undo = journal.undo(merge.id, "ann")
    assert journal.active() == []
    journal.undo(undo.id, "ann")
    assert [entry.id for entry in journal.active()] == [merge.id]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("rename", {"x": 1}, "no kind of decision"),
        ("merge", {"records": []}, "must say its records"),
        ("consent", {"record": ["crm", "1"]}, "must say its purpose and channel and status and valid_from"),
        ("undo", {"entry": "nothing"}, "no decision nothing"),
    ],
)
def test_decisions_that_say_nothing_are_refused(
    journal: Journal, kind: str, body: dict[str, object], said: str
) -> None:
    with pytest.raises(BuildError, match=said):
        journal.append(kind, body, "ann")
    assert journal.entries() == []


def test_a_torn_last_line_is_no_decision_and_is_kept_aside(journal: Journal) -> None:
    kept = journal.append("merge", {"records": PAIR}, "ann")
    with journal.path.open("a") as file:
        file.write('{"id": "half')
    assert [entry.id for entry in journal.entries()] == [kept.id]
    more = journal.append("merge", {"records": PAIR}, "bob")
    assert [entry.id for entry in journal.entries()] == [kept.id, more.id]
    assert '{"id": "half' in journal.path.with_suffix(".torn").read_text()


def test_a_damaged_line_is_named(journal: Journal) -> None:
    journal.append("merge", {"records": PAIR}, "ann")
    with journal.path.open("a") as file:
        file.write("not json\n")
    with pytest.raises(BuildError, match=r"decisions\.jsonl:3: this line of the journal is damaged"):
        journal.entries()


def test_forgetting_leaves_no_trace_and_knows_the_record_again(journal: Journal) -> None:
    journal.append(
        "merge", {"records": [["crm", "carla@x.org"], ["shop", "9"], ["shop", "8"]], "reason": "Carla"}, "ann"
    )
    journal.append("consent", {"record": ["crm", "carla@x.org"], "purpose": "marketing", "channel": "email",
                               "status": "denied", "valid_from": "2026-01-01"}, "ann")  # fmt: skip
    journal.forget([("crm", "carla@x.org")], "ann")
    written = journal.path.read_bytes()
    assert b"carla" not in written.lower()
    assert journal.forgotten([("crm", "carla@x.org"), ("shop", "9")]) == {("crm", "carla@x.org")}
    merge, consent, forget = journal.entries()
    assert merge.body["records"] == [["shop", "9"], ["shop", "8"]]
    assert (consent.body["record"], forget.kind) == ([], "forget")
