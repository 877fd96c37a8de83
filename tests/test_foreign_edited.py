"""Questions over tables whose proposed model was edited: every table is a thing that people count and list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Clarification, Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

STAFFED = """
CREATE TABLE staff (staff_id BIGINT, first_name VARCHAR, last_name VARCHAR, title VARCHAR, reports_to BIGINT);
INSERT INTO staff VALUES (1, 'Ann', 'Smith', 'Director', NULL), (2, 'Bob', 'Hill', 'Manager', 1),
  (3, 'Cleo', 'Marsh', 'Manager', 1), (4, 'Dan', 'Ford', 'Agent', 2), (5, 'Eve', 'Smith', 'Agent', 2);
CREATE TABLE customers (customer_id BIGINT, customer_name VARCHAR, city VARCHAR);
INSERT INTO customers VALUES (1, 'Orla Finch', 'Leeds'), (2, 'Pia Kern', 'York'), (3, 'Quin Vale', 'Hull'),
  (4, 'Rex Bloom', 'Leeds');
CREATE TABLE orders (order_id BIGINT, customer_id BIGINT, order_date DATE, order_status VARCHAR);
INSERT INTO orders VALUES (839, 1, '2009-01-05', 'Sent'), (840, 1, '2009-02-05', 'In Progress'),
  (841, 2, '2009-07-05', 'On Hold'), (842, 2, '2010-07-05', 'In Progress'), (843, 3, '2020-08-01', 'Sent');
CREATE TABLE tickets (ticket_id BIGINT, ticket_state VARCHAR);
INSERT INTO tickets VALUES (1, 'In Progress'), (2, 'On Hold'), (3, 'In Progress'), (4, 'Closed');
CREATE TABLE charges (charge_id BIGINT, customer_id BIGINT, charge_status VARCHAR, charge_amount DECIMAL(8,2));
INSERT INTO charges VALUES (1, 1, 'Paid', 50), (2, 1, 'Open', 70), (3, 2, 'Open', 900), (4, 3, 'Paid', 300);
CREATE TABLE levels (level_number BIGINT, level_name VARCHAR);
INSERT INTO levels VALUES (1, 'Meadow'), (4, 'Cave'), (5, 'Cliff'), (7, 'Lake'), (10, 'Reef'), (12, 'Storm');
CREATE TABLE rooms (room_number BIGINT, room_size VARCHAR);
INSERT INTO rooms VALUES (101, 'Double'), (102, 'Double'), (103, 'Single'), (201, 'Suite');
CREATE TABLE stays (stay_id BIGINT, room_number BIGINT, check_in DATE);
INSERT INTO stays VALUES (1, 101, '2020-01-01'), (2, 201, '2020-01-02'), (3, 103, '2020-02-01'), (4, 201, '2020-03-01');
"""
RECORDS = """
CREATE TABLE artists (artist_id BIGINT, name VARCHAR);
INSERT INTO artists VALUES (1, 'Green River'), (2, 'Green River Ordinance'), (3, 'Blue Harbor'), (4, 'Sun Trio');
CREATE TABLE labels (label_id BIGINT, label_name VARCHAR);
INSERT INTO labels VALUES (1, 'Green River Records'), (2, 'Sunny Disc'), (3, 'Blue Harbor');
CREATE TABLE albums (album_id BIGINT, title VARCHAR, artist_id BIGINT, label_id BIGINT);
INSERT INTO albums VALUES (1, 'Dry Bones', 1, 2), (2, 'Green River', 3, 2), (3, 'Rehab Doll', 1, 1),
  (4, 'Chasing', 2, 1), (5, 'Harbor Lights', 3, 3), (6, 'Trio One', 4, 2);
"""


def as_things(text: str) -> str:
    """The proposed model with every table marked as one of things, and names of persons that may be listed."""
    plain = re.sub(r"^ *entity: true\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^( *)(source: \w+)$", r"\1\2\n\1entity: true", plain, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("office"), STAFFED, date(2021, 6, 30), as_things) as world:
        yield world


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("records"), RECORDS, date(2021, 6, 30), as_things) as world:
        yield world


UNDER_ANN = "SELECT staff_id FROM staff WHERE reports_to = 1"
ANSWERED = [
    ("which staff report to Ann Smith", UNDER_ANN),
    ("list the staff who report to Ann Smith", UNDER_ANN),
    ("how many staff report to Ann Smith", f"SELECT count(*) FROM ({UNDER_ANN})"),
    ("list the orders of 2009", "SELECT order_id, order_date FROM orders WHERE year(order_date) = 2009"),
    ("list the orders since 2020", "SELECT order_id FROM orders WHERE year(order_date) >= 2020"),
    ("list the names of all levels", "SELECT level_number, level_name FROM levels"),
    ("most common room size", "SELECT room_size, count(*) FROM rooms GROUP BY 1 ORDER BY 2 DESC LIMIT 1"),
    ("how many orders are in progress", "SELECT count(*) FROM orders WHERE order_status = 'In Progress'"),
    ("list all tickets in progress", "SELECT ticket_id FROM tickets WHERE ticket_state = 'In Progress'"),
    ("orders with status In Progress", "SELECT count(*) FROM orders WHERE order_status = 'In Progress'"),
    ("how many orders are on hold", "SELECT count(*) FROM orders WHERE order_status = 'On Hold'"),
]


@pytest.mark.parametrize(("question", "sql"), ANSWERED)
def test_edited_tables_are_asked(office: Foreign, question: str, sql: str) -> None:
    assert_same_rows(office, question, sql)


NOT_TOLD = [
    "who are Ann Smith's staff",
    "staff whose manager is Ann Smith",
    "level names with level numbers between 5 and 10",
    "which customer paid the highest charges",
    "which customers have charges over 300",
]


@pytest.mark.parametrize("question", NOT_TOLD)
def test_no_other_rows_are_told(office: Foreign, question: str) -> None:
    assert isinstance(office.assistant.ask(question), Refusal)


OF_ARTIST = "SELECT count(*) FROM albums WHERE artist_id = 1"
OWNED = [
    ("albums of Green River", OF_ARTIST),
    ("how many albums by Green River", OF_ARTIST),
    ("the album Green River", "SELECT count(*) FROM albums WHERE title = 'Green River'"),
]


@pytest.mark.parametrize(("question", "sql"), OWNED)
def test_things_of_a_name_belong_to_what_is_called_so(records: Foreign, question: str, sql: str) -> None:
    assert_same_rows(records, question, sql)


def test_a_name_of_two_owners_is_asked_back(records: Foreign) -> None:
    assert isinstance(records.assistant.ask("albums of Blue Harbor"), Clarification)
