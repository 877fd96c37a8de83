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
CREATE TABLE Wharf_Teams (team_id INTEGER, team_name VARCHAR, parent_team_id INTEGER, date_founded VARCHAR);
INSERT INTO Wharf_Teams VALUES (1, 'Main Crew', NULL, '2001-01-01'), (2, 'Deck', 1, '2003-05-05'),
  (3, 'Sails', 2, '2002-02-02');
CREATE TABLE Team_Mates (mate_id INTEGER, mate_name VARCHAR, birth_date VARCHAR, team_id INTEGER, pay INTEGER);
INSERT INTO Team_Mates VALUES (1, 'Per', '1980-02-01', 2, 50), (2, 'Siv', '1990-03-02', 2, 70),
  (3, 'Una', '1985-01-09', 3, 60);
CREATE TABLE Mate_Grumbles (grumble_id INTEGER, mate_id INTEGER, date_closed VARCHAR, details VARCHAR);
INSERT INTO Mate_Grumbles VALUES (1, 1, '2021-01-01', 'cold soup'), (2, 1, NULL, 'wet bunk'), (3, 3, NULL, 'torn sail');
CREATE TABLE Piers (pier_code VARCHAR, pier_name VARCHAR);
INSERT INTO Piers VALUES ('A', 'Low Pier'), ('B', 'High Pier');
CREATE TABLE Ferry_Trips (trip_id INTEGER, from_pier_code VARCHAR, to_pier_code VARCHAR, trip_date VARCHAR);
INSERT INTO Ferry_Trips VALUES (1, 'A', 'B', '2022-01-01'), (2, 'A', 'B', '2022-01-02'), (3, 'B', 'A', '2022-01-03');
CREATE TABLE Titles (isbn VARCHAR, book_title VARCHAR, book_price VARCHAR, date_of_publication VARCHAR);
INSERT INTO Titles VALUES ('978-1', 'Dark Weir', '7.5', '2001-05-01'), ('978-2', 'Salt Road', '9', '1998-11-01'),
  ('978-3', 'Small Rain', '5.5', '2015-03-03');
CREATE TABLE Shelf_Loans (loan_id INTEGER, mate_id INTEGER, isbn VARCHAR);
INSERT INTO Shelf_Loans VALUES (1, 1, '978-1'), (2, 1, '978-2'), (3, 2, '978-1');
CREATE TABLE Human (human_id INTEGER, name VARCHAR, age VARCHAR);
INSERT INTO Human VALUES (1, 'Abe', '31'), (2, 'Bea', '45'), (3, 'Cid', '27');
CREATE TABLE Rower (human_id INTEGER, boat_side VARCHAR);
INSERT INTO Rower VALUES (1, 'left'), (3, 'right');
CREATE TABLE Trainer (human_id INTEGER, fee DOUBLE);
INSERT INTO Trainer VALUES (2, 12.5);
CREATE TABLE Rower_Trainer (rower_id INTEGER, trainer_id INTEGER, since_year INTEGER);
INSERT INTO Rower_Trainer VALUES (1, 2, 2020), (3, 2, 2021);
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
        ("What is the name of the parent team of Sails?", "SELECT 'Deck'"),
        ("Show the names of teams whose parent team is Main Crew.", "SELECT 'Deck'"),
        ("What are the names and pay of the mates in the Deck team?",
         "SELECT mate_name, pay FROM Team_Mates WHERE team_id = 2"),
        ("What is the name of the oldest mate?", "SELECT 'Per'"),
        ("List the details of the grumbles that have not been closed.",
         "SELECT details FROM Mate_Grumbles WHERE date_closed IS NULL"),
        ("List the names of teams, most recently founded first.", "SELECT team_name FROM Wharf_Teams"),
        ("List the names of mates and the number of grumbles, in descending order of the number.",
         "SELECT mate_name, count(*) FROM Team_Mates JOIN Mate_Grumbles USING (mate_id) GROUP BY 1"),
        ("What are the different details of grumbles?", "SELECT DISTINCT details FROM Mate_Grumbles"),
        ("How many books are there?", "SELECT 3"),
        ("What are the titles of all books?", "SELECT book_title FROM Titles"),
        ("Which mates never borrowed a book? Give their names.", "SELECT 'Una'"),
        ("What are the names of the rowers?", "SELECT name FROM Human JOIN Rower USING (human_id)"),
        ("Show the berth kinds and the number of parties for each berth kind.",
         f"SELECT berth_kind_code, count(DISTINCT party_id) {HAS} GROUP BY 1"),
    ],
)  # fmt: skip
def test_the_values_are_those_of_the_sql(harbour: Foreign, question: str, sql: str) -> None:
    assert_same_rows(harbour, question, sql)


def test_what_is_sent_to_a_place_is_not_from_there(harbour: Foreign) -> None:
    assert harbour.answer("How many ferry trips were sent to Low Pier?").result.rows == ((1,),)
    assert harbour.answer("How many ferry trips went from Low Pier?").result.rows == ((2,),)


def test_people_are_not_counted_by_a_number_that_others_share(harbour: Foreign) -> None:
    assert not isinstance(harbour.assistant.ask("Show the names of berths used by more than one person."), Answer)


def test_a_field_of_what_is_ranked_is_not_that_of_what_is_counted(harbour: Foreign) -> None:
    answer = harbour.answer("What is the description of the duty type with the most parties?")
    assert any("duty_type" in column for column in answer.result.columns)
