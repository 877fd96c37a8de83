"""Names of tables and columns that nobody says as they stand: what people say for them is proposed, too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Ref_Sail_Cuts (sail_cut_code VARCHAR, sail_cut_description VARCHAR);
INSERT INTO Ref_Sail_Cuts VALUES ('DLT', 'Delta wing'), ('BOX', 'Box frame'), ('PAR', 'Parafoil');
CREATE TABLE Pilots (pilot_id BIGINT, pilot_code VARCHAR, pilot_name VARCHAR, village VARCHAR);
INSERT INTO Pilots VALUES (1, '802', 'Ann Mole', 'Upton'), (2, '517', 'Ben Fern', 'Dale'),
  (3, '330', 'Cy Reed', 'Dale');
CREATE TABLE Kites (kite_id BIGINT, pilot_id BIGINT, sail_cut_code VARCHAR, kite_name VARCHAR, wieght DOUBLE,
  price_in_dollars DOUBLE, price_in_euros DOUBLE);
INSERT INTO Kites VALUES (1, 1, 'DLT', 'Swift', 2.5, 110, 100), (2, 1, 'BOX', 'Crate', 4, 66, 60),
  (3, 2, 'DLT', 'Heron', 3, 88, 80), (4, 3, 'PAR', 'Puff', 1.5, 44, 40);
CREATE TABLE Repair_Headers (repair_header_id BIGINT, kite_id BIGINT, date_of_repair DATE, amount_billed DOUBLE);
INSERT INTO Repair_Headers VALUES (71, 1, '2026-01-03', 12), (72, 1, '2026-02-09', 30), (73, 4, '2026-02-20', 6);
CREATE TABLE Pilot_Orders (order_id BIGINT, pilot_id BIGINT, order_placed_datetime TIMESTAMP, date_delivered DATE,
  order_packing_charges DOUBLE);
INSERT INTO Pilot_Orders VALUES (10, 1, '2026-01-02 10:00:00', '2026-01-09', 3.5),
  (11, 2, '2026-01-05 09:30:00', '2026-01-07', 2), (12, 1, '2026-02-01 16:10:00', '2026-03-01', 4);
CREATE TABLE Order_Items (order_item_id BIGINT, order_id BIGINT, kite_id BIGINT);
INSERT INTO Order_Items VALUES (1, 10, 1), (2, 10, 4), (3, 11, 3), (4, 12, 2);
CREATE TABLE Flight_Videos (video_id BIGINT, kite_id BIGINT, title VARCHAR, milliseconds BIGINT, bytes BIGINT);
INSERT INTO Flight_Videos VALUES (1, 1, 'Dawn', 61000, 900), (2, 3, 'Gale', 30000, 450), (3, 4, 'Calm', 125000, 1700);
CREATE TABLE Notice_Mailings (notice_id BIGINT, topic VARCHAR, posted_on DATE);
INSERT INTO Notice_Mailings VALUES (1, 'Storm', '2026-02-02'), (2, 'Fair', '2026-02-12');
CREATE TABLE Notice_Readers (notice_id BIGINT, pilot_id BIGINT, date_read DATE);
INSERT INTO Notice_Readers VALUES (1, 1, '2026-02-03'), (1, 2, '2026-02-04'), (2, 1, '2026-02-13');
"""


@pytest.fixture(scope="module")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("kites"), TABLES, date(2026, 3, 31)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many repairs are there?", "SELECT 3"),
        ("How many notices do we have?", "SELECT 2"),
        ("How many kites does each pilot have?",
         "SELECT pilot_name, count(*) FROM Kites JOIN Pilots USING (pilot_id) GROUP BY 1"),
        ("Show the name and the sail cut of each kite.",
         "SELECT kite_name, sail_cut_description FROM Kites JOIN Ref_Sail_Cuts USING (sail_cut_code)"),
        ("What is the sail cut code of Swift?", "SELECT 'DLT'"),
        ("total packing charges", "SELECT 9.5"),
        ("Which order has the latest delivery date?", "SELECT 12"),
        ("List the id and the order date of each order.",
         "SELECT order_id, CAST(order_placed_datetime AS DATE) FROM Pilot_Orders"),
        ("average billed amount by sail cut", "SELECT * FROM (VALUES ('Delta wing', 21.0), ('Parafoil', 6.0))"),
        ("What is the average price in euros?", "SELECT 70.0"),
        ("What is the average weight of the kites?", "SELECT 2.75"),
        ("What is the average length of the videos?", "SELECT 72000.0"),
        ("Which video is the longest?", "SELECT 'Calm'"),
        ("Show the heaviest kite.", "SELECT 'Crate'"),
        ("What is the price of Swift in euros?", "SELECT 100.0"),
        ("How many items does each order have?", "SELECT * FROM (VALUES (10, 2), (11, 1), (12, 1))"),
    ],
)  # fmt: skip
def test_what_people_say_is_understood(kites: Foreign, question: str, sql: str) -> None:
    assert_same_rows(kites, question, sql)
