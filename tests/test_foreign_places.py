"""Tables never seen before: people in a role, fields called like verbs, days in order, the largest of single rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Hamlet (HamletId INTEGER PRIMARY KEY, HamletName VARCHAR, ManagerId INTEGER, Num_Staff INTEGER,
  PubYear INTEGER);
INSERT INTO Hamlet VALUES (1, 'Apton', 2, 4, 1990), (2, 'Birch End', 3, 9, 2001), (3, 'Colby', 2, 2, 1985),
  (4, 'Dunsop', 3, 3, 2010);
CREATE TABLE StaffMember (StaffId INTEGER PRIMARY KEY, StaffName VARCHAR, HireDate DATE);
INSERT INTO StaffMember VALUES (1, 'Olga Winter', '2012-05-01'), (2, 'Peter Quill', '2016-03-12'),
  (3, 'Rhea Sand', '2019-09-01'), (4, 'Sami Toft', '2021-01-01');
CREATE TABLE Donor (DonorId INTEGER PRIMARY KEY, DonorName VARCHAR);
INSERT INTO Donor VALUES (1, 'Amber Trust'), (2, 'Bolt Works'), (3, 'Clara Vance');
CREATE TABLE Gift (GiftId INTEGER PRIMARY KEY, DonorId INTEGER, HamletId INTEGER, Amount INTEGER, GiftDate DATE);
INSERT INTO Gift VALUES (1, 1, 1, 50, '2025-01-01'), (2, 1, 2, 60, '2025-02-01'), (3, 2, 1, 400, '2025-03-01'),
  (4, 1, 3, 70, '2025-01-20');
CREATE TABLE Plough (PloughId INTEGER PRIMARY KEY, HamletId INTEGER, plough_make VARCHAR, plough_model VARCHAR,
  disposed_date DATE);
INSERT INTO Plough VALUES (1, 1, 'Lemken', 'L1', NULL), (2, 1, 'Kuhn', 'K9', '2025-01-01'), (3, 2, 'Kuhn', 'K3', NULL);
CREATE TABLE Taxpayers (taxpayer_id INTEGER PRIMARY KEY, taxpayer_name VARCHAR, homeland VARCHAR, grade INTEGER,
  running_time INTEGER);
INSERT INTO Taxpayers VALUES (1, 'Adler', 'Peru', 7, 30), (2, 'Brandt', 'Chad', 9, 90), (3, 'Cole', 'Peru', 11, 60);
CREATE TABLE Tax_Returns (return_id INTEGER PRIMARY KEY, taxpayer_id INTEGER, tax_year INTEGER, date_from DATE,
  date_to DATE, remark VARCHAR);
INSERT INTO Tax_Returns VALUES (1, 1, 2024, '2025-03-01', '2025-04-01', 'late by post'),
  (2, 1, 2025, '2026-01-01', NULL, 'by mail'), (3, 2, 2024, '2024-03-01', NULL, 'by post');
CREATE TABLE Fault (FaultId INTEGER PRIMARY KEY, PloughId INTEGER, StaffId INTEGER, fault_date DATE);
INSERT INTO Fault VALUES (1, 2, 1, '2025-05-01'), (2, 2, 3, '2025-06-01'), (3, 1, 1, '2025-04-01');
"""


@pytest.fixture(scope="module")
def hamlets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("hamlets"), TABLES, date(2026, 3, 31)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What is the name of the manager of the hamlet Birch End?", "SELECT 'Rhea Sand'"),
        ("Which staff member manages the most hamlets?", "SELECT 'Peter Quill'"),
        ("What are the names of the staff members who do not manage any hamlet?",
         "SELECT * FROM (VALUES ('Olga Winter'), ('Sami Toft'))"),
        ("Show the name of the donor who made the largest gift.", "SELECT 'Bolt Works'"),
        ("Show the name of the donor who made the most gifts.", "SELECT 'Amber Trust'"),
        ("What is the make of the plough that has had the most faults?", "SELECT 'Kuhn'"),
        ("List the plough id, make and model of all ploughs", "SELECT PloughId, plough_make, plough_model FROM Plough"),
        ("Find the ids of the ploughs that have not been disposed of.", "SELECT * FROM (VALUES (1), (3))"),
        ("Find the names of the staff members who recorded the fault with the latest date.", "SELECT 'Rhea Sand'"),
        ("How many tax returns are there for the tax year 2024?", "SELECT 2"),
        ("Find the ids of the tax returns that are not finished yet.", "SELECT * FROM (VALUES (2), (3))"),
        ("List the names of the taxpayers with grade 9 or higher", "SELECT * FROM (VALUES ('Brandt'), ('Cole'))"),
        ("List the names of the taxpayers whose grade is 7 or 11", "SELECT * FROM (VALUES ('Adler'), ('Cole'))"),
        ("What is the name of the taxpayer with the longest running time?", "SELECT 'Brandt'"),
        ("Which staff member recorded the fault with the latest date? Give the name.", "SELECT 'Rhea Sand'"),
        ("Show the homelands with the number of taxpayers from each.",
         "SELECT homeland, count(*) FROM Taxpayers GROUP BY 1"),
        ("Show the hamlet name and number of staff of each hamlet", "SELECT HamletName, Num_Staff FROM Hamlet"),
        ("What is the total amount paid by each donor?",
         "SELECT DonorName, sum(Amount) FROM Gift JOIN Donor USING (DonorId) GROUP BY 1"),
    ],
)  # fmt: skip
def test_the_values_are_those_of_the_sql(hamlets: Foreign, question: str, sql: str) -> None:
    assert_same_rows(hamlets, question, sql)


def test_numbers_of_each_are_in_the_order_asked(hamlets: Foreign) -> None:
    answer = hamlets.answer("Show all homelands and the number of taxpayers in ascending order.")
    assert [row[-1] for row in answer.result.rows] == [1, 2]


def test_newest_first_is_an_order(hamlets: Foreign) -> None:
    answer = hamlets.answer("List the hamlet name and publication year of the hamlets, newest first.")
    assert [row[-1] for row in answer.result.rows] == [2010, 2001, 1990, 1985]
