"""Tables called in short: the nouns that their own keys and rows tell, verbs of deeds, and numbers of things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE breed (brd_cd VARCHAR PRIMARY KEY, brd_name VARCHAR, size_cls VARCHAR);
INSERT INTO breed VALUES ('LAB', 'Labrador', 'L'), ('CHI', 'Chihuahua', 'S'), ('GRY', 'Greyhound', 'L');
CREATE TABLE kennel (ken_no VARCHAR PRIMARY KEY, blk VARCHAR, indoor BOOLEAN, cap INTEGER);
INSERT INTO kennel VALUES ('K1', 'North', true, 2), ('K2', 'South', false, 3), ('K3', 'South', true, 4);
CREATE TABLE dog (dog_id VARCHAR PRIMARY KEY, name VARCHAR, brd_cd VARCHAR REFERENCES breed, wt_kg DOUBLE,
  ken_no VARCHAR REFERENCES kennel, intake_dt DATE);
INSERT INTO dog VALUES ('D1', 'Biscuit', 'LAB', 28.5, 'K1', '2025-08-11'),
  ('D2', 'Dash', 'GRY', 31, 'K2', '2026-02-02'),
  ('D3', 'Tiny', 'CHI', 2.6, 'K2', '2026-01-15'), ('D4', 'Bella', 'LAB', 24, 'K1', '2026-04-20');
CREATE TABLE adopter (adp_id INTEGER PRIMARY KEY, full_name VARCHAR, town VARCHAR, n_children INTEGER);
INSERT INTO adopter VALUES (1, 'Nora Finch', 'Leeds', 2), (2, 'Omar Bell', 'Otley', 0), (3, 'Priya Das', 'Leeds', 1);
CREATE TABLE adoption (adopt_no INTEGER PRIMARY KEY, dog_id VARCHAR REFERENCES dog, adp_id INTEGER REFERENCES adopter,
  adopt_dt DATE, fee DOUBLE);
INSERT INTO adoption VALUES (1, 'D1', 1, '2025-10-01', 150), (2, 'D2', 2, '2026-03-01', 120),
  (3, 'D2', 3, '2026-05-01', 130);
CREATE TABLE vol (vol_id INTEGER PRIMARY KEY, vol_name VARCHAR, join_dt DATE, dob DATE);
INSERT INTO vol VALUES (1, 'Sam Tate', '2020-01-10', '1960-03-03'), (2, 'Tess Ure', '2026-06-01', '2001-09-01');
CREATE TABLE walk (walk_id INTEGER PRIMARY KEY, dog_id VARCHAR REFERENCES dog, vol_id INTEGER REFERENCES vol,
  walk_dt DATE, dur_min INTEGER);
INSERT INTO walk VALUES (1, 'D1', 1, '2025-09-01', 45), (2, 'D2', 1, '2026-03-02', 130), (3, 'D3', 1, '2026-03-03', 20);
CREATE TABLE vax (dog_id VARCHAR REFERENCES dog, vax_cd VARCHAR, vax_dt DATE);
INSERT INTO vax VALUES ('D1', 'RAB', '2025-08-15'), ('D2', 'RAB', '2026-02-05');
"""


@pytest.fixture(scope="module")
def shelter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("shelter"), TABLES, date(2026, 6, 30)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many breeds are there?", "SELECT 3"),
        ("Which volunteers joined in 2026?", "SELECT 'Tess Ure'"),
        ("Which volunteers have never walked a dog?", "SELECT 'Tess Ure'"),
        ("Who adopted Dash?", "SELECT 'Omar Bell' UNION SELECT 'Priya Das'"),
        ("Which dogs were adopted more than once?", "SELECT 'Dash'"),
        ("Which dogs have never been adopted?", "SELECT 'Tiny' UNION SELECT 'Bella'"),
        ("Which dogs have not been vaccinated?", "SELECT 'Tiny' UNION SELECT 'Bella'"),
        ("How many adopters have children?", "SELECT 2"),
        ("Adopters without children", "SELECT 'Omar Bell'"),
        ("How many dogs are in each block?", "SELECT * FROM (VALUES ('North', 2), ('South', 2))"),
        ("What is the highest capacity?", "SELECT 4"),
        ("Which walks lasted longer than 100 minutes?", "SELECT 2"),
        ("How many Labradors are there?", "SELECT 2"),
        ("List all Labradors with their weight", "SELECT name, wt_kg FROM dog WHERE brd_cd = 'LAB'"),
        ("Which Greyhounds were adopted?", "SELECT 'Dash'"),
        ("Which kennels are outdoor?", "SELECT 'K2'"),
    ],
)
def test_short_names(shelter: Foreign, question: str, sql: str) -> None:
    assert_same_rows(shelter, question, sql)


def test_flags_of_others(shelter: Foreign) -> None:
    assert isinstance(shelter.assistant.ask("Which dogs are outdoor?"), Refusal)
