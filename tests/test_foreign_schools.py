"""Questions over the messy tables of a school district, one line of whose model is edited; rows come from SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE distr (DistCode VARCHAR PRIMARY KEY, "District Name" VARCHAR, SuptName VARCHAR, founded_year INTEGER);
INSERT INTO distr VALUES ('10', 'Alder Unified', 'Ida Ray', 1950), ('11', 'Birch Union', 'Tom Fox', 1990);
CREATE TABLE school (SchCode VARCHAR PRIMARY KEY, "School Name" VARCHAR, DistCode VARCHAR, City VARCHAR, Phone VARCHAR,
  SchType VARCHAR, "Charter School (Y/N)" INTEGER, "Enrollment (K-12)" INTEGER);
INSERT INTO school VALUES ('1', 'Elm Park', '10', 'Ashford', '555-1', 'High School', 1, 900),
  ('2', 'Oak Hill', '10', 'Elkton', '555-2', 'Middle School', 0, 400),
  ('3', 'Pine View', '11', 'Elkton', NULL, 'High School', 1, 300),
  ('4', 'Fir Creek', '11', 'Elkton', '555-4', 'High School', 0, 500);
CREATE TABLE teacher (TeachID INTEGER PRIMARY KEY, FullName VARCHAR, SchCode VARCHAR, Subject VARCHAR, HireYear INTEGER,
  FullTime VARCHAR, dob DATE, DoseMg INTEGER);
INSERT INTO teacher VALUES (1, 'Ann Lee', '1', 'Math', 1999, 'Yes', '1970-01-01', 5),
  (2, 'Bo Orr', '1', 'Art', 2005, 'No', '1980-05-05', 50), (3, 'Cy Poe', '2', 'Math', 1985, 'Yes', '1960-03-03', 50),
  (4, 'Di Quill', '4', 'Art', 2010, 'Yes', '1991-09-09', 9);
"""
TABLES += """
CREATE TABLE satscores (SchCode VARCHAR PRIMARY KEY, AvgScrMath INTEGER);
INSERT INTO satscores VALUES ('1', 610), ('3', 390), ('4', 500);
CREATE TABLE incident (IncID INTEGER PRIMARY KEY, SchCode VARCHAR, Severity INTEGER, Resolved VARCHAR, Notes INTEGER);
INSERT INTO incident VALUES (1, '1', 5, 'Y', 7), (2, '1', 5, 'N', 8), (3, '2', 4, 'N', 9), (4, '4', 5, 'N', 10);
"""


def _called(proposal: str) -> str:
    return proposal.replace("label: Satscores\n", "label: Scores\n")


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("district"), TABLES, date(2020, 12, 31), _called) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many charter schools are there?", 'SELECT count(*) FROM school WHERE "Charter School (Y/N)" = 1'),
        (
            "List the names of high schools in Elkton.",
            "SELECT \"School Name\" FROM school WHERE SchType = 'High School' AND City = 'Elkton'",
        ),
        ("What is the phone of the Oak Hill school?", "SELECT Phone FROM school WHERE \"School Name\" = 'Oak Hill'"),
        ("In which city is the Elm Park school located?", "SELECT City FROM school WHERE \"School Name\" = 'Elm Park'"),
        ("Which districts were founded before 1980?", 'SELECT "District Name" FROM distr WHERE founded_year < 1980'),
        ("Name the districts founded before 1980.", 'SELECT "District Name" FROM distr WHERE founded_year < 1980'),
        (
            "Among the schools in Elkton, how many of them are charter schools?",
            "SELECT count(*) FROM school WHERE City = 'Elkton' AND \"Charter School (Y/N)\" = 1",
        ),
        (
            "Of the full time teachers, how many were hired before 2000?",
            "SELECT count(*) FROM teacher WHERE FullTime = 'Yes' AND HireYear < 2000",
        ),
        ("How many teachers were born after 1975?", "SELECT count(*) FROM teacher WHERE year(dob) > 1975"),
        ("What is the total enrollment?", 'SELECT sum("Enrollment (K-12)") FROM school'),
        ("Which school has the most teachers?", "SELECT 'Elm Park'"),
        ("What is the city of the school with the highest average math score?", "SELECT 'Ashford'"),
        ("What is the city of the school with the lowest average math score?", "SELECT 'Elkton'"),
        ("How many incidents of severity 5 are there?", "SELECT 3"),
        ("Among the incidents of severity 5, how many are unresolved?", "SELECT 2"),
        ("How many teachers work in charter schools?", "SELECT 2"),
        ("Who is the superintendent of Birch Union?", "SELECT 'Tom Fox'"),
    ],
)
def test_the_rows_are_those_of_the_sql(district: Foreign, question: str, sql: str) -> None:
    assert_same_rows(district, question, sql)


@pytest.mark.parametrize(
    "question",
    [
        "List the names of all chemists.",
        "How many school teachers are there?",  # not the number of schools
        "What is the phone of the school with the largest enrollment count of all?",
        "Among the schools in Elkton, how many teachers like tennis?",
        "How many teachers with a dose above 20 hours teach math?",  # the column is in milligrams
    ],
)
def test_what_nothing_tells_is_refused(district: Foreign, question: str) -> None:
    assert isinstance(district.assistant.ask(question), Refusal)
