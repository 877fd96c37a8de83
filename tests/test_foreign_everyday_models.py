"""What `init` proposes by itself for everyday tables: roles, codes and their words, headers, durations, money words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE staff (staff_id INTEGER, first_name VARCHAR, last_name VARCHAR, title VARCHAR, city VARCHAR);
INSERT INTO staff VALUES (1, 'Ada', 'Moor', 'Sales Agent', 'Oslo'), (2, 'Ben', 'Fane', 'Sales Agent', 'Turin'),
  (3, 'Cleo', 'Ruiz', 'Packer', 'Oslo'), (4, 'Dov', 'Nagy', 'Director', 'Oslo');
CREATE TABLE crafts (craft_type_code VARCHAR, craft_type_description VARCHAR);
INSERT INTO crafts VALUES ('GlassBlowing', 'GlassBlowing'), ('Pottery', 'Pottery'), ('wood_work', 'wood_work');
CREATE TABLE fairs (fair_id INTEGER, fair_name VARCHAR, craft_type_code VARCHAR, host_id INTEGER, start_date DATE,
  end_date DATE, ticket_price DECIMAL(6, 2));
INSERT INTO fairs VALUES (1, 'Kiln Days', 'Pottery', 3, '2026-01-02', '2026-01-04', 12),
  (2, 'Hot Sand', 'GlassBlowing', 4, '2026-02-02', '2026-02-08', 20),
  (3, 'Clay Week', 'Pottery', 3, '2026-02-20', '2026-02-22', 9),
  (4, 'Plane', 'wood_work', 4, '2026-03-01', '2026-03-03', 7);
CREATE TABLE order_headers (order_id INTEGER, fair_id INTEGER, sales_rep_id INTEGER, order_date DATE,
  delivered_date DATE, order_status_code VARCHAR, freight_charge DECIMAL(6, 2));
INSERT INTO order_headers VALUES (1, 1, 1, '2026-01-03', '2026-01-09', 'Delivered', 5),
  (2, 1, 1, '2026-01-04', NULL, 'OnHold', 7), (3, 2, 2, '2026-02-05', '2026-02-06', 'Delivered', 4),
  (4, 3, 1, '2026-02-21', NULL, 'OnHold', 3), (5, 3, 2, '2026-02-22', NULL, 'Cancelled', 6);
CREATE TABLE order_lines (order_id INTEGER, line_no INTEGER, ordered_quantity INTEGER,
  typical_buying_price DECIMAL(6, 2));
INSERT INTO order_lines VALUES (1, 1, 3, 10), (1, 2, 1, 14), (2, 1, 2, 10), (3, 1, 5, 8), (4, 1, 1, 30), (5, 1, 4, 2);
"""
REPS = "FROM order_headers JOIN staff ON staff_id = sales_rep_id"


@pytest.fixture(scope="module")
def fairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("fairs"), TABLES, date(2026, 3, 31)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        (
            "How many orders does each sales rep have?",
            f"SELECT first_name, last_name, count(*) {REPS} GROUP BY ALL",
        ),
        (
            "Which sales representative has the most orders?",
            f"SELECT first_name, last_name {REPS} GROUP BY ALL ORDER BY count(*) DESC LIMIT 1",
        ),
        ("Which staff have the job title Sales Agent?", "SELECT first_name FROM staff WHERE title = 'Sales Agent'"),
        ("How many orders per status?", "SELECT order_status_code, count(*) FROM order_headers GROUP BY ALL"),
        ("What is the total freight?", "SELECT sum(freight_charge) FROM order_headers"),
        ("What is the average freight cost?", "SELECT avg(freight_charge) FROM order_headers"),
        ("How many units were sold?", "SELECT sum(ordered_quantity) FROM order_lines"),
        ("What is the average buying price?", "SELECT avg(typical_buying_price) FROM order_lines"),
        ("What is the average order duration?", "SELECT avg(delivered_date - order_date) FROM order_headers"),
        ("What is the average delivery time?", "SELECT avg(delivered_date - order_date) FROM order_headers"),
        ("How many wood work fairs are there?", "SELECT count(*) FROM fairs WHERE craft_type_code = 'wood_work'"),
        (
            "Which fairs have more than 1 order?",
            "SELECT fair_name FROM fairs JOIN order_headers USING (fair_id) GROUP BY ALL HAVING count(*) > 1",
        ),
    ],
)
def test_a_proposed_model_answers_without_an_edit(fairs: Foreign, question: str, sql: str) -> None:
    assert_same_rows(fairs, question, sql)


def test_labels_say_what_people_say(fairs: Foreign) -> None:
    datasets = fairs.assistant.layer.datasets
    fields = {field.name: field for dataset in datasets.values() for field in dataset.fields}
    assert {"Orders", "Fairs"} <= {dataset.label for dataset in datasets.values()}
    named = ("title", "order_status_code", "typical_buying_price", "days_from_start_date_to_end_date")
    assert [fields[name].label for name in named] == ["Job title", "Order status", "Buying price", "Fair duration"]
    assert fields["craft_type_code"].hidden
    assert not fields["craft_type_description"].hidden


def test_what_has_a_key_and_a_name_of_its_own_is_a_thing_and_lines_are_none(fairs: Foreign) -> None:
    datasets = fairs.assistant.layer.datasets.values()
    assert {one.source for one in datasets if one.entity} >= {"staff", "fairs"}
    assert "order_lines" not in {one.source for one in datasets if one.entity}
