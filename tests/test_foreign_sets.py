"""Things and values told apart by what they have, over a schema never seen before; expected rows come from SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE hbOwner (hbOwId INTEGER PRIMARY KEY, hbOwName VARCHAR, hbOwKind VARCHAR, hbOwTown VARCHAR);
INSERT INTO hbOwner VALUES (1, 'Ada Moor', 'individual', 'Bergen'), (2, 'Fisk AS', 'company', 'Oslo'),
  (3, 'Cleo Fane', 'individual', 'Oslo'), (4, 'Nord AS', 'company', 'Bergen');
CREATE TABLE hbBoat (hbBtId INTEGER PRIMARY KEY, hbBtName VARCHAR, hbBtOwId INTEGER REFERENCES hbOwner,
  hbBtColor VARCHAR, hbBtLength DOUBLE, hbBtPier VARCHAR);
INSERT INTO hbBoat VALUES (1, 'Swift', 1, 'white', 8, 'A'), (2, 'Heron', 1, 'red', 15, 'A'),
  (3, 'Finch', 2, 'white', 12, 'B'), (4, 'Eider', 3, 'blue', 6, 'C'), (5, 'Crane', 2, 'white', 16, 'C');
CREATE TABLE hbHaulage (hbHgId INTEGER PRIMARY KEY, hbHgBtId INTEGER REFERENCES hbBoat, hbHgDate DATE,
  hbHgStatus VARCHAR, hbHgNumPassengers INTEGER, hbHgCost DOUBLE);
INSERT INTO hbHaulage VALUES (1, 1, '2026-01-05', 'finished', 4, 90), (2, 1, '2026-01-09', 'cancelled', 2, 10),
  (3, 2, '2026-02-01', 'finished', 6, 120), (4, 3, '2026-02-20', 'finished', 3, 200),
  (5, 5, '2026-03-01', 'planned', 6, 50), (6, 4, '2026-03-02', 'cancelled', 1, 40),
  (7, 5, '2026-03-04', 'finished', 4, 300);
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("harbour"), TABLES, date(2026, 3, 31)) as world:
        yield world


BOATS = "FROM hbHaulage JOIN hbBoat ON hbBtId = hbHgBtId"
STATUS = "SELECT hbBtPier " + BOATS + " WHERE hbHgStatus = "


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Which piers have both finished and cancelled haulages?", f"{STATUS}'finished' INTERSECT {STATUS}'cancelled'"),
        ("Which piers have finished haulages and planned haulages?", f"{STATUS}'finished' INTERSECT {STATUS}'planned'"),
        ("Which piers have finished but no cancelled haulages?", f"{STATUS}'finished' EXCEPT {STATUS}'cancelled'"),
        ("Which piers have no planned haulage?", f"SELECT hbBtPier FROM hbBoat EXCEPT {STATUS}'planned'"),
        (
            "Show the piers that have boats longer than 10 and boats shorter than 9",
            "SELECT hbBtPier FROM hbBoat WHERE hbBtLength > 10 INTERSECT "
            "SELECT hbBtPier FROM hbBoat WHERE hbBtLength < 9",
        ),
        ("How many passengers were there in total?", "SELECT sum(hbHgNumPassengers) FROM hbHaulage"),
        (
            "Give the name of the boat with the highest total cost.",
            f"SELECT hbBtName {BOATS} GROUP BY hbBtName ORDER BY sum(hbHgCost) DESC LIMIT 1",
        ),
        (
            "Which boats had a finished haulage and a cancelled haulage?",
            "SELECT hbBtName " + BOATS + " WHERE hbHgStatus = 'finished' INTERSECT "
            "SELECT hbBtName " + BOATS + " WHERE hbHgStatus = 'cancelled'",
        ),
        (
            "Which boats have neither a finished haulage nor a planned haulage?",
            "SELECT hbBtName FROM hbBoat EXCEPT SELECT hbBtName "
            + BOATS
            + " WHERE hbHgStatus IN ('finished', 'planned')",
        ),
        (
            "Which owners have no red boat and no blue boat?",
            "SELECT hbOwName FROM hbOwner WHERE hbOwId NOT IN "
            "(SELECT hbBtOwId FROM hbBoat WHERE hbBtColor IN ('red', 'blue'))",
        ),
        ("Which owners live in Bergen and own no boat?", "SELECT 'Nord AS'"),
        ("How many haulages are cancelled?", "SELECT count(*) FROM hbHaulage WHERE hbHgStatus = 'cancelled'"),
    ],
)
def test_the_values_are_those_of_the_sql(harbour: Foreign, question: str, sql: str) -> None:
    assert_same_rows(harbour, question, sql)


@pytest.mark.parametrize(
    "question",
    [
        "Which individuals have a white boat?",  # a kind of owner, and not all of them
        "Which owners have boats with a finished haulage and a planned haulage?",  # of one boat, or of any two
        "How many planned owners are there?",  # haulages are planned
        "Give the name of the pier with the most boats of cancelled owners.",
    ],
)
def test_what_is_not_understood_is_refused(harbour: Foreign, question: str) -> None:
    assert isinstance(harbour.assistant.ask(question), Refusal)


def test_a_condition_of_groups_says_which_rows_it_counts(harbour: Foreign) -> None:
    answer = harbour.answer("Which piers have both finished and cancelled haulages?")
    assert "with haulages (status: finished) and haulages (status: cancelled)" in answer.sentence
