"""Lists and nested questions over tables never seen before; the expected rows are counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from assistant.service.init_command import propose_for
from semantic_layer import bootstrap
from warehouse import live_path, publish, set_snapshot

NAMES = ("potters", "ref_glaze_types", "pots", "clts", "pot_sales", "fairs", "exams")
TABLES = """
CREATE TABLE potters (potter_id INTEGER, first_name VARCHAR, last_name VARCHAR, country VARCHAR, age INTEGER,
  website VARCHAR);
INSERT INTO potters VALUES (1, 'Ada', 'Holm', 'Norway', 30, 'a.example'), (2, 'Ben', 'Kern', 'Japan', 61, NULL),
  (3, 'Cyd', 'Lund', 'Japan', 44, 'c.example'), (4, 'Dan', 'Moor', 'Norway', 25, NULL);
CREATE TABLE ref_glaze_types (glaze_type_code VARCHAR, glaze_type_description VARCHAR);
INSERT INTO ref_glaze_types VALUES ('ASH', 'Ash'), ('SAL', 'Salt');
CREATE TABLE pots (pot_id INTEGER, pot_name VARCHAR, made_by_potter_id INTEGER, glaze_type_code VARCHAR,
  price_per_piece INTEGER, release_year INTEGER);
INSERT INTO pots VALUES (1, 'Blue Jar', 1, 'ASH', 80, 2020), (2, 'Grey Bowl', 1, 'SAL', 40, 2021),
  (3, 'Tall Vase', 2, 'ASH', 120, 2021), (4, 'Tea Cup', 3, 'SAL', 15, 2022), (5, 'Plate', 3, 'SAL', 30, 2022);
CREATE TABLE clts (clt_id INTEGER, clt_nm VARCHAR, town VARCHAR);
INSERT INTO clts VALUES (1, 'Inn', 'Oslo'), (2, 'Cafe', 'Rome'), (3, 'Spa', 'Bern');
CREATE TABLE pot_sales (sale_id INTEGER, pot_id INTEGER, clt_id INTEGER, sale_date DATE);
INSERT INTO pot_sales VALUES (1, 1, 1, '2026-01-05'), (2, 2, 1, '2026-01-09'), (3, 3, 2, '2026-02-01');
CREATE TABLE fairs (fair_id INTEGER, fair_name VARCHAR, fair_town VARCHAR, has_parking VARCHAR, dpth_m INTEGER,
  judged_by_potter_id INTEGER);
INSERT INTO fairs VALUES (1, 'Spring Fair', 'Oslo', 'yes', 4, 1), (2, 'Clay Days', 'Lyon', 'no', 9, 2),
  (3, 'Kiln Week', 'Bern', 'yes', 6, NULL);
CREATE TABLE exams (exam_id INTEGER, potter_id INTEGER, craft_score INTEGER);
INSERT INTO exams VALUES (1, 1, 80), (2, 1, 90), (3, 3, 95), (4, 3, 40);
"""


@pytest.fixture(scope="module")
def pottery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("pottery")
    with publish(home / "warehouse", start="empty") as connection:
        for statement in TABLES.split(";"):
            if statement.strip():
                connection.execute(statement)
        set_snapshot(connection, "files", date(2026, 3, 31))
    (home / "definitions").mkdir()
    proposal = propose_for(live_path(home / "warehouse"), NAMES)
    (home / "definitions" / "tables.yml").write_text(bootstrap.to_yaml(proposal), encoding="utf-8")
    assistant = Assistant.open(read_settings({}, home=home))
    yield assistant
    assistant.close()


def told(pottery: Assistant, question: str, *columns: str) -> list[tuple[object, ...]]:
    """The values of some columns of the answer, sorted."""
    answer = pottery.ask(question)
    assert isinstance(answer, Answer), answer
    shown = list(answer.result.columns)
    return sorted(tuple(row[shown.index(one)] for one in columns) for row in answer.result.rows)


@pytest.mark.parametrize(
    ("question", "columns", "expected"),
    [
        ("Which potters are older than Cyd Lund?", ("last_name",), [("Kern",)]),
        ("Which pots are more expensive than the Grey Bowl?", ("pot_name",), [("Blue Jar",), ("Tall Vase",)]),
        (
            "Which potters have made both an ash pot and a salt pot? Give first and last names.",
            ("first_name", "last_name"),
            [("Ada", "Holm")],
        ),
        ("Which potters have no website? Show first and last name.", ("last_name",), [("Kern",), ("Moor",)]),
        ("Show the names of pots made by someone from Norway.", ("pot_name",), [("Blue Jar",), ("Grey Bowl",)]),
        ("What are the names of the pots in 2021?", ("pot_name",), [("Grey Bowl",), ("Tall Vase",)]),
        ("What are the details of the client Cafe?", ("town",), [("Rome",)]),
        ("Show the distinct countries of potters older than 26.", ("country",), [("Japan",), ("Norway",)]),
        ("Show the two most recent pot sales.", ("sale_id",), [(2,), (3,)]),
        ("Which fairs do not have parking?", ("fair_name",), [("Clay Days",)]),
        ("Which clients bought the Blue Jar but not the Plate?", ("clt_nm",), [("Inn",)]),
        ("What is the country of the potter named Ben Kern?", ("country",), [("Japan",)]),
        ("Show the names of the pots with the glaze type of Ash.", ("pot_name",), [("Blue Jar",), ("Tall Vase",)]),
        ("Which potter has the highest craft score?", ("last_name",), [("Lund",)]),
        ("Show the names of the fairs that are not judged by any potter.", ("fair_name",), [("Kiln Week",)]),
        ("Which fairs are deeper than 5 meters?", ("fair_name",), [("Clay Days",), ("Kiln Week",)]),
    ],
)
def test_lists_of_things(
    pottery: Assistant, question: str, columns: tuple[str, ...], expected: list[tuple[object, ...]]
):
    assert told(pottery, question, *columns) == expected
