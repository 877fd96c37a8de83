"""Farms, their keepers and their shows: kinds that name things, years in columns of their own, roles of people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from assistant.answer import Answer, Plan
from assistant.understanding.entities.shapes_of_things import both_or_both
from assistant.understanding.entities.words import Words
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Farm (Farm_ID BIGINT, Farm_Name VARCHAR, County VARCHAR, Area_ha BIGINT, Opened_Year BIGINT,
  Street_Address VARCHAR);
INSERT INTO Farm VALUES (1, 'Hollow Farm', 'Avon', 40, 1931, '1 Hill Road'), (2, 'Ridge Farm', 'Avon', 95,
  1968, '7 Low Lane'),
  (3, 'Marsh Farm', 'Kent', 12, 2004, '3 Mill Street'), (4, 'Croft Farm', 'Kent', 61, 1990, '9 Church Road');
CREATE TABLE Keeper (Keeper_ID BIGINT, First_Name VARCHAR, Last_Name VARCHAR, Age BIGINT);
INSERT INTO Keeper VALUES (11, 'Ada', 'Low', 31), (12, 'Ben', 'Hay', 54), (13, 'Cy', 'Orr', 42), (14, 'Di',
  'Fay', 28);
CREATE TABLE Animal (Animal_ID BIGINT, Animal_Name VARCHAR, Species VARCHAR, Weight BIGINT, Price DOUBLE,
  Stall_Count BIGINT, Farm_ID BIGINT, Breeder_ID BIGINT);
INSERT INTO Animal VALUES (1, 'Bess', 'Cow', 610, 900, 3, 1, 77), (2, 'Dot', 'Cow', 540, 1100, 1, 2, 78),
  (3, 'Pip', 'Goat', 45, 120, 2, 1, 79), (4, 'Zed', 'Goat', 60, 150, 4, 3, 77), (5, 'Moll', 'Sheep', 70, 200, 5, 1, 78),
  (6, 'Fern', 'Sheep', 82, 180, 1, 2, 79);
CREATE TABLE Scientist (Scientist_ID BIGINT, Scientist_Name VARCHAR, Field VARCHAR);
INSERT INTO Scientist VALUES (101, 'Eve Roe', 'botany'), (102, 'Flo Gow', 'zoology'), (103, 'Guy Lamb', 'zoology');
CREATE TABLE Trial (Trial_ID BIGINT, Title VARCHAR, Curator_ID BIGINT, Year BIGINT, Topic VARCHAR, Farm_ID BIGINT);
INSERT INTO Trial VALUES (1, 'Clover', 101, 2015, 'soil', 1), (2, 'Rye', 101, 2019, 'soil', 2), (3,
  'Barn Owls', 102, 2018, 'birds', 1);
CREATE TABLE Show_Entry (Entry_ID BIGINT, Show_Year BIGINT, Animal_ID BIGINT, Keeper_ID BIGINT, Points BIGINT);
INSERT INTO Show_Entry VALUES (1, 2019, 1, 11, 80), (2, 2020, 1, 11, 60), (3, 2019, 3, 12, 95), (4, 2020, 5,
  12, 30), (5, 2020, 6, 13, 55);
"""


@pytest.fixture(scope="module")
def farms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("farms"), TABLES, date(2021, 6, 30)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What is the name of the most expensive cow?", "SELECT 'Dot'"),
        ("What is the weight of the heaviest goat?", "SELECT 60"),
        ("What is the name of the largest farm?", "SELECT 'Ridge Farm'"),
        ("What is the street address of the oldest farm?", "SELECT '1 Hill Road'"),
        ("What is the title of the newest trial?", "SELECT 'Rye'"),
        ("How many trials were there in 2018?", "SELECT 1"),
        (
            "Find the total points of each keeper in 2020.",
            "SELECT 'Low', 60 UNION ALL SELECT 'Hay', 30 UNION ALL SELECT 'Orr', 55",
        ),
        (
            "Find the last names of the keepers sorted from youngest to oldest.",
            "SELECT Last_Name FROM Keeper ORDER BY Age",
        ),
        ("List the names of scientists who have not curated a trial.", "SELECT 'Guy Lamb'"),
        (
            "How many animals with more than 2 stalls are there in each county?",
            "SELECT County, count(*) FROM Animal JOIN Farm USING (Farm_ID) WHERE Stall_Count > 2 GROUP BY 1",
        ),
    ],
)
def test_things_are_told_by_kind_year_and_role(farms: Foreign, question: str, sql: str) -> None:
    assert_same_rows(farms, question, sql)


def test_none_and_at_least_one_is_no_reading(farms: Foreign) -> None:
    found = farms.assistant.ask("Which keepers have no show entries but at least 1 show entry?")
    assert not isinstance(found, Answer)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Which counties have both a farm opened before 1940 and a farm opened after 1960?", "SELECT 'Avon'"),
        ("Show the counties that keep both cows and goats.", "SELECT 'Avon'"),
        ("Which trials were curated by a botany scientist?", "SELECT Title FROM Trial WHERE Curator_ID = 101"),
        ("Which scientists have never curated a trial?", "SELECT 'Guy Lamb'"),
        ("Who curated Barn Owls?", "SELECT 'Flo Gow'"),
        ("When was Marsh Farm opened?", "SELECT 2004"),
        ("Where is Croft Farm located?", "SELECT '9 Church Road'"),
        ("Which topics appear more than once?", "SELECT 'soil'"),
        ("List the titles of the trials about soil.", "SELECT Title FROM Trial WHERE Topic = 'soil'"),
    ],
)
def test_values_of_both_and_those_in_a_role(farms: Foreign, question: str, sql: str) -> None:
    assert_same_rows(farms, question, sql)


@pytest.mark.parametrize(
    "question",
    [
        "Which animals weigh less than the average goat?",  # the average of goats, and not the goats below the average
        "Which keepers bred no animal?",  # a column says who bred it, and it leads to no keeper
        "How high is the farm Ridge Farm?",  # nothing tells it, and the farm alone is no answer
    ],
)
def test_what_would_be_answered_with_something_else_is_not(farms: Foreign, question: str) -> None:
    found = farms.assistant.ask(question)
    assert not isinstance(found, Answer)


def test_two_pairs_joined_by_or_are_no_list_of_what_all_must_have() -> None:
    texts = ["farms", "that", "have", "both", "a", "cow", "and", "a", "goat", "or", "a", "cow", "and", "a", "sheep"]
    words = SimpleNamespace(tokens=[SimpleNamespace(text=text) for text in texts])
    had = SimpleNamespace(query=SimpleNamespace(filters=[SimpleNamespace(entity="farm")]))
    assert both_or_both(cast(Plan, had), cast(Words, words))
    words.tokens = words.tokens[:8]
    assert not both_or_both(cast(Plan, had), cast(Words, words))
