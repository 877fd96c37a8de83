"""Questions over a schema never seen before, with prefixed columns and a lookup table; expected rows come from SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE xfGrade (xfGrCode VARCHAR PRIMARY KEY, xfGrDescription VARCHAR);
INSERT INTO xfGrade VALUES ('A', 'Senior'), ('B', 'Junior'), ('C', 'Trainee');
CREATE TABLE xfPilot (xfPiId INTEGER PRIMARY KEY, xfPiFirstName VARCHAR, xfPiLastName VARCHAR, xfPiGrCode VARCHAR,
  xfPiBirthDate DATE, xfPiHireDate DATE, xfPiPhone VARCHAR);
INSERT INTO xfPilot VALUES (1, 'Ada', 'Moor', 'A', '1970-02-01', '2015-03-01', '555'),
  (2, 'Ben', 'Moor', 'B', '1990-05-05', '2011-07-01', NULL),
  (3, 'Cleo', 'Fane', 'A', '1982-09-09', '2020-01-15', '556'),
  (4, 'Dov', 'Lark', NULL, '1965-01-01', '2019-04-01', NULL);
CREATE TABLE xfPlane (xfPlId INTEGER PRIMARY KEY, xfPlName VARCHAR, xfPlMaxWeightKg INTEGER, xfPlBuilt INTEGER);
INSERT INTO xfPlane VALUES (1, 'Swift', 5000, 1999), (2, 'Heron', 9000, 2012), (3, 'Finch', 3000, 2005);
CREATE TABLE xfTrip (xfTrId INTEGER PRIMARY KEY, xfTrPiId INTEGER, xfTrPlId INTEGER, xfTrDate DATE, xfTrStatus VARCHAR,
  xfTrPrice DOUBLE, xfTrFuelCost DOUBLE, xfTrPaid BOOLEAN, xfTrDeck INTEGER);
INSERT INTO xfTrip VALUES (1, 1, 1, '2026-01-05', 'flown', 900, 90, TRUE, 1),
  (2, 1, 2, '2026-01-09', 'cancelled', 400, 10, FALSE, 2),
  (3, 2, 2, '2026-02-01', 'flown', 1200, 120, TRUE, 2), (4, 3, 1, '2026-02-20', 'flown', 300, 200, FALSE, 3);
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("fleet"), TABLES, date(2026, 3, 31)) as world:
        yield world


PILOT = "SELECT xfPiLastName FROM xfPilot"
TRIPS = "FROM xfTrip JOIN xfPilot ON xfPiId = xfTrPiId"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Who is the oldest pilot?", f"{PILOT} ORDER BY xfPiBirthDate LIMIT 1"),
        ("Who is the youngest pilot?", f"{PILOT} ORDER BY xfPiBirthDate DESC LIMIT 1"),
        ("Which pilot was hired most recently?", f"{PILOT} ORDER BY xfPiHireDate DESC LIMIT 1"),
        ("Which pilot was hired first?", f"{PILOT} ORDER BY xfPiHireDate LIMIT 1"),
        ("Which pilots were hired after 2016?", f"{PILOT} WHERE year(xfPiHireDate) > 2016"),
        ("Which pilots do not have a phone?", f"{PILOT} WHERE xfPiPhone IS NULL"),
        ("List the pilots without a grade", f"{PILOT} WHERE xfPiGrCode IS NULL"),
        ("Which pilots have no trips?", f"{PILOT} WHERE xfPiId NOT IN (SELECT xfTrPiId FROM xfTrip)"),
        ("How many pilots have no grade?", "SELECT count(*) FROM xfPilot WHERE xfPiGrCode IS NULL"),
        (
            "Who is the pilot with the most expensive trip?",
            f"SELECT xfPiLastName {TRIPS} ORDER BY xfTrPrice DESC LIMIT 1",
        ),
        (
            "Which pilots had both a flown and a cancelled trip?",
            f"{PILOT} WHERE xfPiId IN (SELECT xfTrPiId FROM xfTrip WHERE xfTrStatus = 'flown') "
            "AND xfPiId IN (SELECT xfTrPiId FROM xfTrip WHERE xfTrStatus = 'cancelled')",
        ),
        (
            "How many trips did Ada Moor have?",
            f"SELECT count(*) {TRIPS} WHERE xfPiFirstName = 'Ada' AND xfPiLastName = 'Moor'",
        ),
        ("How many trips are unpaid?", "SELECT count(*) FROM xfTrip WHERE NOT xfTrPaid"),
        ("How many trips were on deck 2?", "SELECT count(*) FROM xfTrip WHERE xfTrDeck = 2"),
        (
            "Which planes were built between 2000 and 2010?",
            "SELECT xfPlName FROM xfPlane WHERE xfPlBuilt BETWEEN 2000 AND 2010",
        ),
        ("What is the oldest plane?", "SELECT xfPlName FROM xfPlane ORDER BY xfPlBuilt LIMIT 1"),
        (
            "Which plane has the highest maximum weight?",
            "SELECT xfPlName FROM xfPlane ORDER BY xfPlMaxWeightKg DESC LIMIT 1",
        ),
        (
            "Which planes have a maximum weight above 4000 kg?",
            "SELECT xfPlName FROM xfPlane WHERE xfPlMaxWeightKg > 4000",
        ),
        (
            "What is the average fuel cost of each plane?",
            "SELECT xfPlName, avg(xfTrFuelCost) FROM xfTrip JOIN xfPlane ON xfPlId = xfTrPlId GROUP BY 1",
        ),
        ("Which grades have no pilots?", "SELECT xfGrDescription FROM xfGrade WHERE xfGrCode = 'C'"),
        (
            "Return the plane name and total price for the 2 planes with the highest total price",
            "SELECT xfPlName, sum(xfTrPrice) FROM xfTrip JOIN xfPlane ON xfPlId = xfTrPlId GROUP BY 1 "
            "ORDER BY 2 DESC LIMIT 2",
        ),
    ],
)
def test_the_rows_are_those_of_the_sql(fleet: Foreign, question: str, sql: str) -> None:
    assert_same_rows(fleet, question, sql)


@pytest.mark.parametrize(
    "question",
    [
        "Which grade is the oldest?",  # grades have no age
        "Which planes have a maximum weight above 4000 lbs?",  # the column is in kilograms
        "How many trips did Ada Fane have?",  # nobody is called so
        "Which pilots had both a flown and a purple trip?",
        "Which pilots have unpaid trips?",  # not those who have paid none
        "Which pilots flew all planes?",  # not those who flew some
        "Which planes cost more than the average price of cancelled trips?",
        "Which grade has the oldest trips of all pilots?",
    ],
)
def test_what_nothing_tells_is_refused(fleet: Foreign, question: str) -> None:
    assert isinstance(fleet.assistant.ask(question), Refusal)
