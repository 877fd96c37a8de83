"""Lists in an order, numbers said in several ways, kinds and years over a schema never seen before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer, Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

# No key is declared; the name of a stable stands in a column called like its table, a level is kept as a number.
TABLES = """
CREATE TABLE stable (Stable_ID BIGINT, Stable VARCHAR, Owner_name VARCHAR, Year_of_Founded DOUBLE, Feed_Format VARCHAR);
INSERT INTO stable VALUES (1, 'Elm Yard', 'Ida Roe', 1988, 'hay'), (2, 'Long Barn', 'Per Holm', 2004, 'oats'),
  (3, 'Red Gate', 'Ida Roe', 1999, 'hay'), (4, 'Mill Farm', 'Sue Lind', 2011, 'hay'),
  (5, 'Oak Stud', 'Per Holm', 2015, 'oats');
CREATE TABLE rider (Rider_ID BIGINT, LName VARCHAR, Fname VARCHAR, Age BIGINT, Level_of_skill BIGINT, Town VARCHAR);
INSERT INTO rider VALUES (1, 'Ash', 'Mia', 17, 4, 'Ribe'), (2, 'Bell', 'Tom', 29, 1, 'Ribe'),
  (3, 'Cole', 'Eva', 41, 2, 'Vejle'), (4, 'Dunn', 'Max', 23, 4, 'Skive'), (5, 'Eck', 'Lea', 35, 3, 'Ribe'),
  (6, 'Frost', 'Jon', 52, 1, 'Vejle');
CREATE TABLE animal (Animal_ID BIGINT, AnimalType VARCHAR, animal_age BIGINT, weight DOUBLE, Rider_ID BIGINT);
INSERT INTO animal VALUES (1, 'pony', 4, 210.5, 1), (2, 'horse', 9, 480, 2), (3, 'pony', 7, 190, 2),
  (4, 'horse', 5, 510, 3), (5, 'donkey', 12, 160, 5), (6, 'horse', 3, 455, 5), (7, 'pony', 11, 205, 4);
CREATE TABLE contest (Contest_ID BIGINT, Contest_Name VARCHAR, Stable_ID BIGINT, Year BIGINT);
INSERT INTO contest VALUES (1, 'Spring Cup', 1, 2018), (2, 'Jump Day', 1, 2019), (3, 'Autumn Cup', 2, 2018),
  (4, 'Night Ride', 1, 2021), (5, 'Gala', 3, 2021), (6, 'Finals', 3, 2018), (7, 'Open Day', 2, 2020);
"""
NONE_OF_2018 = "SELECT Stable FROM stable WHERE Stable_ID NOT IN (SELECT Stable_ID FROM contest WHERE Year = 2018)"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("yard"), TABLES, date(2026, 3, 31)) as world:
        yield world


ORDERED = [
    (
        "Return the first names of riders, ordered by age from old to young.",
        "SELECT Fname FROM rider ORDER BY Age DESC",
    ),
    ("Sort rider names by their age in ascending order.", "SELECT LName FROM rider ORDER BY Age"),
    (
        "List the last name and town of the riders, from the youngest to the oldest",
        "SELECT LName FROM rider ORDER BY Age",
    ),
    ("Give the names of the stables in descending alphabetical order", "SELECT Stable FROM stable ORDER BY 1 DESC"),
    (
        "What are the owner names of stables in ascending order of the years in which they were founded?",
        "SELECT Owner_name FROM stable ORDER BY Year_of_Founded",
    ),
    (
        "What are the feed formats of stables, sorted by their frequency?",
        "SELECT Feed_Format FROM stable GROUP BY 1 ORDER BY count(*)",
    ),
]


@pytest.mark.parametrize(("question", "sql"), ORDERED)
def test_a_list_comes_in_the_order_that_is_said(yard: Foreign, question: str, sql: str) -> None:
    found = [[str(cell) for cell in row] for row in yard.answer(question).result.rows]
    expected = [str(row[0]) for row in yard.rows_of(sql)]
    assert len(found) == len(expected)
    assert all(value in row for value, row in zip(expected, found, strict=True))


@pytest.mark.deep
@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What are the names of the stables that have no contest?", "SELECT 'Mill Farm' UNION SELECT 'Oak Stud'"),
        ("How many riders below age 30 are there?", "SELECT count(*) FROM rider WHERE Age < 30"),
        (
            "Find the id and weight of animals whose age is older than 6",
            "SELECT Animal_ID FROM animal WHERE animal_age > 6",
        ),
        ("How many animals have a greater weight than 200?", "SELECT count(*) FROM animal WHERE weight > 200"),
        (
            "What are the last names of riders whose skill level is not higher than 2?",
            "SELECT LName FROM rider WHERE Level_of_skill <= 2",
        ),
        (
            "How many contests are there in year 2018 or 2021?",
            "SELECT count(*) FROM contest WHERE Year IN (2018, 2021)",
        ),
        ("What are the names of the stables that did not have a contest in 2018?", NONE_OF_2018),
        (
            "Which stables had contests that happened in both 2018 and 2021?",
            "SELECT DISTINCT Stable FROM stable JOIN contest a USING (Stable_ID) JOIN contest b USING (Stable_ID) "
            "WHERE a.Year = 2018 AND b.Year = 2021",
        ),
        ("What is the name of the stable with the most contests in 2019 or after?", "SELECT 'Elm Yard'"),
        ("How many animals are owned by riders who are older than 30?", "SELECT 3"),
        ("Find the last name of the rider who has a pony that is 7 years old", "SELECT 'Bell'"),
        (
            "What are the last names of riders who have a horse but do not have a pony?",
            "SELECT unnest(['Cole', 'Eck'])",
        ),
        ("Find the weight of the youngest horse.", "SELECT 455.0"),
        (
            "What is the average age of riders who do not have any animal?",
            "SELECT avg(Age) FROM rider WHERE LName = 'Frost'",
        ),
        (
            "What are the different towns with riders above age 30?",
            "SELECT DISTINCT Town FROM rider WHERE Age > 30",
        ),
        (
            "Find the towns that have more than one rider under age 40",
            "SELECT Town FROM rider WHERE Age < 40 GROUP BY Town HAVING count(*) > 1",
        ),
        ("Find the owner name of the stable whose year of founding is the largest", "SELECT 'Per Holm'"),
        (
            "Return the names of the stables with the letters ar in their name",
            "SELECT unnest(['Elm Yard', 'Long Barn', 'Mill Farm'])",
        ),
        ("Show all information about riders older than 40", "SELECT * FROM rider WHERE Age > 40"),
        ("Count the number of different towns of riders.", "SELECT count(DISTINCT Town) FROM rider"),
    ],
)
def test_the_rows_are_those_of_the_sql(yard: Foreign, question: str, sql: str) -> None:
    assert_same_rows(yard, question, sql)


def test_a_condition_is_said_of_the_nearest_thing(yard: Foreign) -> None:
    found = yard.answer("How many animals are owned by riders who are older than 30?")
    assert found.plan is not None
    assert {one.field for one in found.plan.query.filters} == {"rider.age"}


@pytest.mark.parametrize(
    "question",
    [
        "What is the first name of the rider who has a song with 'Hey' in it?",
        "Which stables have a contest with the title 'Please'?",
    ],
)
def test_what_is_quoted_is_never_passed_over(yard: Foreign, question: str) -> None:
    assert isinstance(yard.assistant.ask(question), Refusal)


def test_two_numbers_are_never_answered_with_one(yard: Foreign) -> None:
    found = yard.assistant.ask("Find the average and maximum age for each type of animal.")
    assert not isinstance(found, Answer) or len(found.columns) == len(("type", "average", "maximum"))
