"""Tables in the style of data models: reference tables, kinds that share a key, rows that only tie two tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Ref_Duty_Types (duty_type_code VARCHAR, duty_type_name VARCHAR, duty_type_description VARCHAR);
INSERT INTO Ref_Duty_Types VALUES ('SK', 'Skipper', 'steers'), ('BK', 'Bookkeeper', 'counts'),
  ('PT', 'Painter', 'paints');
CREATE TABLE Parties (party_id INTEGER, date_became_member VARCHAR);
INSERT INTO Parties VALUES (1, '2019-02-01'), (2, '2017-05-11'), (3, '2020-09-30'), (6, '2011-03-03'),
  (7, '2014-04-04');
CREATE TABLE People (party_id INTEGER, given_name VARCHAR, family_name VARCHAR);
INSERT INTO People VALUES (1, 'Ada', 'Birk'), (2, 'Bo', 'Carr'), (3, 'Cleo', 'Dahl');
CREATE TABLE Organisations (party_id INTEGER, organisation_name VARCHAR, parent_organisation_id INTEGER);
INSERT INTO Organisations VALUES (6, 'Tide Bank', NULL), (7, 'Rope Works', 6);
CREATE TABLE Party_Duties (party_id INTEGER, duty_type_code VARCHAR, date_from VARCHAR, date_to VARCHAR);
INSERT INTO Party_Duties VALUES (1, 'SK', '2019-03-01', '2020-01-01'), (2, 'SK', '2020-01-02', NULL),
  (1, 'BK', '2020-02-01', NULL), (6, 'BK', '2012-01-01', '2019-01-01');
CREATE TABLE Gifts (gift_id INTEGER, party_id INTEGER, gift_amount VARCHAR);
INSERT INTO Gifts VALUES (1, 6, '500'), (2, 6, '250'), (3, 7, '80'), (4, 1, '20');
CREATE TABLE Ref_Berth_Kinds (berth_kind_code VARCHAR, berth_kind_description VARCHAR);
INSERT INTO Ref_Berth_Kinds VALUES ('JE', 'Jetty'), ('BU', 'Buoy');
CREATE TABLE Berths (berth_id INTEGER, berth_name VARCHAR, berth_kind_code VARCHAR, quay_side VARCHAR,
  area_square_metres INTEGER, berth_price VARCHAR);
INSERT INTO Berths VALUES (1, 'Gull', 'JE', 'North', 30, '90.5'), (2, 'Tern', 'BU', 'North', 12, '40'),
  (3, 'Skua', 'BU', 'South', 18, '55'), (4, 'Auk', 'JE', 'South', 44, '120');
CREATE TABLE Berth_Lets (party_id INTEGER, berth_id INTEGER, date_from VARCHAR);
INSERT INTO Berth_Lets VALUES (1, 1, '2020-01-01'), (1, 2, '2021-01-01'), (2, 2, '2019-01-01'), (3, 4, '2022-01-01');
CREATE TABLE Mooring_Notes (note_id INTEGER, noted_by_party_id INTEGER, berth_id INTEGER, note_text VARCHAR);
INSERT INTO Mooring_Notes VALUES (1, 3, 1, 'frayed rope'), (2, 3, 3, 'loose ring');
CREATE TABLE Poster_Campaigns (poster_id INTEGER, poster_title VARCHAR, poster_start_date VARCHAR, cost_amount DOUBLE);
INSERT INTO Poster_Campaigns VALUES (1, 'Low Tide', '2021-05-01', 300), (2, 'Ahoy There', '2022-06-01', 450);
"""
HAS = "FROM People JOIN Berth_Lets USING (party_id) JOIN Berths USING (berth_id)"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("harbour"), TABLES, date(2023, 3, 31)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What are the family names of people who have ever been a Skipper?",
         "SELECT family_name FROM People JOIN Party_Duties USING (party_id) WHERE duty_type_code = 'SK'"),
        ("What is the total gift amount of Tide Bank?", "SELECT 750.0"),
        ("Find the given name of the person with the most berths.", "SELECT 'Ada'"),
        ("How many parties are there for every duty?",
         "SELECT duty_type_code, count(*) FROM Party_Duties GROUP BY 1"),
        ("How many duties are there?", "SELECT 3"),
        ("What are the duty types that have at least 2 parties?",
         "SELECT duty_type_name FROM Ref_Duty_Types WHERE duty_type_code IN ('SK', 'BK')"),
        ("List the names of berths in descending order of area.",
         "SELECT berth_name FROM Berths ORDER BY area_square_metres DESC"),
        ("What is the price of Gull?", "SELECT 90.5"),
        ("What is the start date of the poster Low Tide?", "SELECT DATE '2021-05-01'"),
        ("Show the family name of people sorted by the date they became a member",
         "SELECT family_name FROM People"),
        ("Show the names of berths used by more than one party.", "SELECT 'Tern'"),
        ("What are the family names of people who rented a buoy?",
         f"SELECT DISTINCT family_name {HAS} WHERE berth_kind_code = 'BU'"),
        ("Show the quay sides and the number of parties for each quay side.",
         f"SELECT quay_side, count(DISTINCT party_id) {HAS} GROUP BY 1"),
        ("Show the berth kinds and the number of parties for each berth kind.",
         f"SELECT berth_kind_code, count(DISTINCT party_id) {HAS} GROUP BY 1"),
    ],
)  # fmt: skip
def test_the_values_are_those_of_the_sql(harbour: Foreign, question: str, sql: str) -> None:
    assert_same_rows(harbour, question, sql)


def test_people_are_not_counted_by_a_number_that_others_share(harbour: Foreign) -> None:
    assert not isinstance(harbour.assistant.ask("Show the names of berths used by more than one person."), Answer)


def test_a_field_of_what_is_ranked_is_not_that_of_what_is_counted(harbour: Foreign) -> None:
    answer = harbour.answer("What is the description of the duty type with the most parties?")
    assert any("duty_type" in column for column in answer.result.columns)
