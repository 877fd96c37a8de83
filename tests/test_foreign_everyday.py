"""Everyday tables never seen before: reference tables, rows that say more of others, states, firsts of single rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Ref_Hull_Types (hull_type_code VARCHAR, hull_type_name VARCHAR, hull_type_description VARCHAR);
INSERT INTO Ref_Hull_Types VALUES ('WD', 'Wooden', 'Planks'), ('ST', 'Steel', 'Plates'), ('GF', 'Plastic', 'Resin');
CREATE TABLE Boat_Keepers (keeper_id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, village VARCHAR);
INSERT INTO Boat_Keepers VALUES (1, 'Ann', 'Mole', 'Upton'), (2, 'Ben', 'Fern', 'Dale'), (3, 'Cy', 'Reed', 'Upton');
CREATE TABLE Moorings (mooring_id INTEGER PRIMARY KEY, keeper_id INTEGER, hull_type_code VARCHAR, boat_name VARCHAR,
  date_issued DATE, date_closed DATE, fee_amount INTEGER, weight_tonnes DOUBLE);
INSERT INTO Moorings VALUES (10, 1, 'WD', 'Elver', '2025-01-03', NULL, 300, 2.5),
  (11, 1, 'ST', 'Otter', '2025-02-01', '2025-05-01', 350, 9), (12, 2, 'WD', 'Teal', '2025-03-05', NULL, 500, 3);
CREATE TABLE Moorings_to_be_Moved (mooring_id INTEGER PRIMARY KEY, planned_date DATE);
INSERT INTO Moorings_to_be_Moved VALUES (11, '2026-01-01');
CREATE TABLE Yard (yard_id INTEGER PRIMARY KEY, yard_name VARCHAR, founded_year INTEGER, landing_place VARCHAR);
INSERT INTO Yard VALUES (1, 'Low Yard', 1901, 'East bank'), (2, 'Mill Yard', 1875, 'West bank'),
  (3, 'New Yard', 1990, 'East bank');
CREATE TABLE MEMBER_OF (keeper_id INTEGER, yard_id INTEGER, duty VARCHAR);
INSERT INTO MEMBER_OF VALUES (1, 1, 'Warden'), (1, 2, 'Rower'), (2, 1, 'Rower'), (3, 1, 'Rower');
CREATE TABLE Likes_Drink (keeper_id INTEGER, drink_id INTEGER);
INSERT INTO Likes_Drink VALUES (1, 1), (1, 2), (2, 1);
CREATE TABLE Drink (drink_id INTEGER PRIMARY KEY, drink_name VARCHAR);
INSERT INTO Drink VALUES (1, 'Cider'), (2, 'Cocoa');
"""
KEEPS = "FROM Boat_Keepers JOIN Moorings USING (keeper_id)"


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("river"), TABLES, date(2026, 3, 31)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many moorings are there?", "SELECT 3"),
        ("How many keepers live in Upton?", "SELECT 2"),
        ("What is the average fee of the moorings?", "SELECT avg(fee_amount) FROM Moorings"),
        ("List the boat names and issue dates of the moorings", "SELECT boat_name, date_issued FROM Moorings"),
        ("List the boat name and weight of the moorings", "SELECT boat_name, weight_tonnes FROM Moorings"),
        ("How many moorings are still open?", "SELECT 2"),
        ("Find the last names of the keepers with a Steel mooring", "SELECT 'Mole'"),
        ("Find the last names of the keepers who keep the mooring with the highest fee amount", "SELECT 'Fern'"),
        ("Find the last name of the keeper who paid the highest fee", "SELECT 'Fern'"),
        ("Return the name of the yard with the earliest founded year", "SELECT 'Mill Yard'"),
        ("List the moorings from the largest fee amount to the smallest",
         "SELECT mooring_id FROM Moorings ORDER BY fee_amount DESC"),
        ("What are the names of the keepers who served at more than one yard?", "SELECT 'Mole'"),
        ("Find the last names of the keepers who like Cider but do not like Cocoa.", "SELECT 'Fern'"),
        ("Which keepers do not like Cider?", "SELECT 'Reed'"),
        ("List the names of yards in descending order of the number of members.",
         "SELECT yard_name, count(*) FROM Yard JOIN MEMBER_OF USING (yard_id) GROUP BY 1"),
        ("Which hull types have no moorings? Give the type names.", "SELECT 'Plastic'"),
        ("What are the mooring numbers of the moorings with a fee below 400?", "SELECT * FROM (VALUES (10), (11))"),
        ("Where is the Mill Yard yard located?", "SELECT 'West bank'"),
        ("Which moorings have not been closed? List their ids.", "SELECT * FROM (VALUES (10), (12))"),
    ],
)  # fmt: skip
def test_the_values_are_those_of_the_sql(river: Foreign, question: str, sql: str) -> None:
    assert_same_rows(river, question, sql)


def test_what_was_opened_once_need_not_be_open(river: Foreign) -> None:
    found = river.assistant.ask("How many moorings are active?")
    assert not isinstance(found, Answer)


def test_the_first_of_single_rows_is_no_total(river: Foreign) -> None:
    answer = river.answer("Which keeper has the mooring with the highest fee amount?")
    assert answer.result.rows[0][-1] == 500


def test_conditions_on_what_ties_two_hold_for_one_row(river: Foreign) -> None:
    assert_same_rows(river, "Find the last names of keepers that are a Warden in Mill Yard", "SELECT 1 LIMIT 0")
