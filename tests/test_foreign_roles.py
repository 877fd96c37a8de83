"""Rows in one of several roles over a schema never seen before: two links to one table, links of a table to itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from tests.foreign import Foreign, assert_same_rows, foreign

# Two links from legs to harbours; crews answer to one another; a clerk's name stands in a table with one row per ferry.
TABLES = """
CREATE TABLE harbour (harbour_code VARCHAR, harbour_name VARCHAR, town VARCHAR);
INSERT INTO harbour VALUES ('KIR', 'Outer Mole', 'Kirkwall'), ('STR', 'Old Quay', 'Stromness'),
  ('WIC', 'Fish Dock', 'Wick'), ('THU', 'Scrabster', 'Thurso'), ('LER', 'North Ness', 'Lerwick');
CREATE TABLE crossing (crossing_no BIGINT, departure_harbour VARCHAR, arrival_harbour VARCHAR, fare DOUBLE);
INSERT INTO crossing VALUES (11, 'KIR', 'LER', 40), (12, 'LER', 'KIR', 42), (13, 'THU', 'STR', 25),
  (14, 'STR', 'THU', 24), (15, 'KIR', 'WIC', 31), (16, 'KIR', 'STR', 9), (17, 'WIC', 'STR', 28);
CREATE TABLE skipper (skipper_id BIGINT, skipper_name VARCHAR, years_experience BIGINT, mentor_id BIGINT);
INSERT INTO skipper VALUES (1, 'Ola Budge', 31, NULL), (2, 'Rhona Linklater', 19, 1), (3, 'Finn Isbister', 8, 1),
  (4, 'Kirsty Flett', 2, 2);
CREATE TABLE ref_trip_status (trip_status_code VARCHAR, trip_status_description VARCHAR);
INSERT INTO ref_trip_status VALUES ('PL', 'Planned'), ('SA', 'Sailed'), ('DR', 'Piloted');
CREATE TABLE trip (trip_id BIGINT, trip_name VARCHAR, skipper_id BIGINT, crossing_no BIGINT, trip_status_code VARCHAR,
  fare DOUBLE);
INSERT INTO trip VALUES (1, 'Dawn run', 1, 11, 'SA', 12), (2, 'Mail boat', 2, 13, 'PL', 15),
  (3, 'Night run', 1, 12, 'SA', 11), (4, 'Market', 4, 15, 'DR', 8);
CREATE TABLE repair (repair_id BIGINT, skipper_id BIGINT, crossing_no BIGINT, repair_kind VARCHAR);
INSERT INTO repair VALUES (1, 1, 13, '-'), (2, 4, 11, 'rope'), (3, 1, 13, 'rope');
CREATE TABLE skipper_ticket (skipper_id BIGINT, harbour_code VARCHAR, year_issued BIGINT);
INSERT INTO skipper_ticket VALUES (1, 'KIR', 2001), (1, 'STR', 2004), (2, 'KIR', 2008), (3, 'LER', 2015),
  (4, 'WIC', 2016);
CREATE TABLE harbour_office (harbour_code VARCHAR, staff_size BIGINT, state_province VARCHAR);
INSERT INTO harbour_office VALUES ('KIR', 9, 'Orkney'), ('STR', 4, 'Orkney'), ('LER', 7, 'Shetland');
"""
OF_ROLE = (
    "SELECT c.crossing_no FROM crossing c JOIN harbour d ON c.departure_harbour = d.harbour_code "
    "JOIN harbour a ON c.arrival_harbour = a.harbour_code WHERE {}"
)
UNDER = "SELECT s.skipper_name FROM skipper s JOIN skipper m ON s.mentor_id = m.skipper_id WHERE m.skipper_name = '{}'"


@pytest.fixture(scope="module")
def pier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("pier"), TABLES, date(2026, 3, 31)) as world:
        yield world


IN_ROLE = [
    ("Which crossings depart from Kirkwall?", OF_ROLE.format("d.town = 'Kirkwall'")),
    ("List the crossing numbers of crossings arriving in Stromness.", OF_ROLE.format("a.town = 'Stromness'")),
    ("Show the crossings from Kirkwall to Stromness.", OF_ROLE.format("d.town = 'Kirkwall' AND a.town = 'Stromness'")),
    ("Which crossings leave from the Old Quay harbour?", OF_ROLE.format("d.harbour_name = 'Old Quay'")),
    ("Which skippers are mentored by Ola Budge?", UNDER.format("Ola Budge")),
    ("What are the names of skippers whose mentor is Rhona Linklater?", UNDER.format("Rhona Linklater")),
    (
        "List the trip names and the names of their skippers.",
        "SELECT trip_name, skipper_name FROM trip JOIN skipper USING (skipper_id)",
    ),
    (
        "Show the trip names of trips whose status is Sailed.",
        "SELECT trip_name FROM trip WHERE trip_status_code = 'SA'",
    ),
    ("How many trips have the status Planned?", "SELECT count(*) FROM trip WHERE trip_status_code = 'PL'"),
    (
        "Which skippers have tickets for at least two harbours?",
        "SELECT skipper_name FROM skipper JOIN skipper_ticket USING (skipper_id) GROUP BY 1 HAVING count(*) >= 2",
    ),
    (
        "Which skippers have more than 10 years of experience?",
        "SELECT skipper_name FROM skipper WHERE years_experience > 10",
    ),
    ("What is the most common repair kind?", "SELECT 'rope'"),
    ("Return the different trip names.", "SELECT DISTINCT trip_name FROM trip"),
    ("What is the average and maximum fare of all crossings?", "SELECT avg(fare), max(fare) FROM crossing"),
    (
        "How many harbour offices are there in each state?",
        "SELECT state_province, count(*) FROM harbour_office GROUP BY 1",
    ),
]


@pytest.mark.parametrize(("question", "sql"), IN_ROLE)
def test_role_of_a_linked_row_is_heeded(pier: Foreign, question: str, sql: str) -> None:
    assert_same_rows(pier, question, sql)


def test_sentence_says_the_role(pier: Foreign) -> None:
    assert "Kirkwall (departure harbour): 3" in pier.answer("How many crossings depart from Kirkwall?").sentence


def test_state_that_is_stored_is_no_mere_tie(pier: Foreign) -> None:
    found = pier.assistant.ask("Which skippers piloted a trip?")
    assert not isinstance(found, Answer) or "Piloted" in str(found.plan)


@pytest.mark.parametrize(
    "question",
    [
        "Which skippers coach Kirsty Flett?",
        "Which skippers are not mentored by Ola Budge?",
        "Which skippers are trained by Ola Budge?",
    ],
)
def test_whom_things_act_on_is_never_what_they_are_called(pier: Foreign, question: str) -> None:
    assert not isinstance(pier.assistant.ask(question), Answer)
