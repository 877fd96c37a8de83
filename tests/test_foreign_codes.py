"""Tables without declared keys: codes of lookup tables, columns called like what they refer to, things dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE Ref_Seed_Types (seed_type_code VARCHAR, seed_type_description VARCHAR);
INSERT INTO Ref_Seed_Types VALUES ('VG', 'Vegetable'), ('FL', 'Flower'), ('HB', 'Herb');
CREATE TABLE Seeds (seed_id BIGINT, seed_name VARCHAR, seed_type_code VARCHAR, remarks VARCHAR);
INSERT INTO Seeds VALUES (1, 'Carrot', 'VG', ''), (2, 'Poppy', 'FL', ''), (3, 'Leek', 'VG', ''), (4, 'Basil', 'HB', '');
CREATE TABLE Gardener (gardener_id BIGINT, gardener_name VARCHAR, village VARCHAR);
INSERT INTO Gardener VALUES (1, 'Ann Mole', 'Upton'), (2, 'Ben Fern', 'Dale'), (3, 'Cy Reed', 'Upton'),
  (4, 'Di Moss', 'Dale');
CREATE TABLE Orders (order_id BIGINT, gardener_id BIGINT, order_status VARCHAR, order_date DATE);
INSERT INTO Orders VALUES (10, 1, 'sent', '2026-01-03'), (11, 1, 'lost', '2026-01-09'), (12, 2, 'sent', '2026-02-01'),
  (13, 3, 'lost', '2026-02-11'), (14, 1, 'sent', '2026-03-01');
CREATE TABLE Order_Items (order_id BIGINT, seed_id BIGINT, packets BIGINT);
INSERT INTO Order_Items VALUES (10, 1, 2), (10, 2, 1), (11, 1, 5), (12, 1, 1), (12, 4, 3), (13, 2, 2);
CREATE TABLE Radio_Station (id VARCHAR, station_name VARCHAR, village VARCHAR);
INSERT INTO Radio_Station VALUES ('R1', 'Hill FM', 'Upton'), ('R2', 'Vale FM', 'Dale'), ('R3', 'Mill FM', 'Dale'),
  ('R4', 'Ford FM', 'Ford');
CREATE TABLE Cartoon (id BIGINT, title VARCHAR, drawn_by VARCHAR, station VARCHAR);
INSERT INTO Cartoon VALUES (1, 'Beetle', 'Kay Low', 'R1'), (2, 'Bat', 'Jo High', 'R1'), (3, 'Crow', 'Jo High', 'R2');
"""
BOUGHT = "FROM Gardener JOIN Orders USING (gardener_id) JOIN Order_Items USING (order_id) JOIN Seeds USING (seed_id)"


@pytest.fixture(scope="module")
def gardens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("gardens"), TABLES, date(2026, 3, 31)) as world:
        yield world


def _without(seed: str) -> str:
    some = f"SELECT gardener_name {BOUGHT} WHERE seed_name = '{seed}'"
    return f"SELECT gardener_name FROM Gardener WHERE gardener_name NOT IN ({some})"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many seeds have the type code VG?", "SELECT 2"),
        ("Show the names of the seeds with type code HB or FL", "SELECT * FROM (VALUES ('Poppy'), ('Basil'))"),
        ("What are the ids and type codes of the seeds?", "SELECT seed_id, seed_type_code FROM Seeds"),
        ("What is the seed type description of the seed type with the code FL?", "SELECT 'Flower'"),
        ("Give the type code of the seed named Leek", "SELECT 'VG'"),
        ("Which gardeners have never ordered Carrot?", _without("Carrot")),
        ("Which gardeners ordered Poppy?", f"SELECT DISTINCT gardener_name {BOUGHT} WHERE seed_name = 'Poppy'"),
        ("Find the gardeners who have ordered Carrot but not Basil.", "SELECT 'Ann Mole'"),
        ("Which gardeners have ordered both Carrot and Basil?", "SELECT 'Ben Fern'"),
        ("Which gardeners ordered more than one seed?", "SELECT * FROM (VALUES ('Ann Mole'), ('Ben Fern'))"),
        (
            "Find the names of gardeners who have both an order with status sent and an order with status lost.",
            "SELECT 'Ann Mole'",
        ),
        ("Find the names of gardeners who do not live in Dale.", "SELECT * FROM (VALUES ('Ann Mole'), ('Cy Reed'))"),
        ("Find all gardeners that have at least 2 orders.", "SELECT 'Ann Mole'"),
        ("How many Ann Mole orders are there?", "SELECT 3"),
        ("What are the ids of the orders that have no items?", "SELECT 14"),
        ("Give the ids of orders that have between two and three items.", "SELECT * FROM (VALUES (10), (12))"),
        ("Show all villages and the number of gardeners in each.", "SELECT village, count(*) FROM Gardener GROUP BY 1"),
        ("Which villages are not showing any cartoon drawn by Kay Low?", "SELECT * FROM (VALUES ('Dale'), ('Ford'))"),
        ("Which seeds are used in more than a single order?", "SELECT 'Carrot' UNION SELECT 'Poppy'"),
        ("Give the village of the radio stations that do not have any cartoon drawn by Kay Low.",
         "SELECT id, village FROM Radio_Station WHERE id <> 'R1'"),
    ],
)  # fmt: skip
def test_the_values_are_those_of_the_sql(gardens: Foreign, question: str, sql: str) -> None:
    assert_same_rows(gardens, question, sql)


def test_none_of_a_kind_is_said(gardens: Foreign) -> None:
    answer = gardens.answer("Which gardeners have never ordered Carrot?")
    assert "in no seed of the gardener" in answer.sentence


def test_a_count_of_each_row_alone_is_refused(gardens: Foreign) -> None:
    question = "find id of the radio stations that from the villages where have more than two radio stations."
    assert isinstance(gardens.assistant.ask(question), Refusal)
