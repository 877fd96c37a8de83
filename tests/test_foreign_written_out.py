"""Names in short that questions write out, things called by what they do, and kinds of something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Refusal
from tests.foreign import Foreign, assert_same_rows, foreign
from tests.understanding_layer import shipped

TABLES = """
CREATE TABLE mbr (mbr_id VARCHAR PRIMARY KEY, full_nm VARCHAR, birth_dt DATE, fee_paid BOOLEAN, town VARCHAR);
INSERT INTO mbr VALUES ('A1', 'Lena Moor', '1961-05-01', true, 'Selby'), ('A2', 'Max Nash', '1988-02-03', true, 'York'),
  ('A3', 'Nia Orr', '1999-07-07', false, 'York');
CREATE TABLE tscope (ts_no VARCHAR PRIMARY KEY, model VARCHAR, tscope_typ VARCHAR, apert_mm INTEGER, price DOUBLE);
INSERT INTO tscope VALUES ('T1', 'NexStar', 'mirror', 203, 900), ('T2', 'Dob', 'mirror', 254, 700),
  ('T3', 'ED80', 'lens', 80, 500);
CREATE TABLE setter (setter_id INTEGER PRIMARY KEY, setter_nm VARCHAR);
INSERT INTO setter VALUES (1, 'Karo Lind'), (2, 'Luis Mayr'), (3, 'Nils Ott');
CREATE TABLE route (rt_id VARCHAR PRIMARY KEY, rt_name VARCHAR, setter_id INTEGER REFERENCES setter, n_holds INTEGER);
INSERT INTO route VALUES ('R1', 'Silk Road', 1, 24), ('R2', 'Moonwalk', 2, 35), ('R3', 'Giraffe', 2, 45);
CREATE TABLE evt (evt_id INTEGER PRIMARY KEY, evt_title VARCHAR, evt_dt DATE, spkr_id VARCHAR REFERENCES mbr);
INSERT INTO evt VALUES (1, 'Moon Night', '2025-10-04', 'A1'), (2, 'Mars Talk', '2026-01-22', 'A3');
CREATE TABLE evt_helper (evt_id INTEGER REFERENCES evt, mbr_id VARCHAR REFERENCES mbr, hrs DOUBLE);
INSERT INTO evt_helper VALUES (1, 'A2', 3), (2, 'A2', 1.5), (2, 'A3', 2);
CREATE TABLE chk (chk_no INTEGER PRIMARY KEY, ts_no VARCHAR REFERENCES tscope, chk_dt DATE, cost DOUBLE);
INSERT INTO chk VALUES (1, 'T1', '2026-01-10', 20), (2, 'T1', '2026-03-10', 40), (3, 'T3', '2026-04-10', 15);
"""


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("club"), TABLES, date(2026, 6, 30)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many telescopes are there?", "SELECT 3"),
        ("Which telescope has the largest aperture?", "SELECT 'T2'"),
        ("Which telescope has the highest price?", "SELECT 'T1'"),
        ("How many telescopes are there of each type?", "SELECT tscope_typ, count(*) FROM tscope GROUP BY 1"),
        ("Which setter set Moonwalk?", "SELECT 'Luis Mayr'"),
        ("How many routes has each setter set?", "SELECT * FROM (VALUES ('Karo Lind', 1), ('Luis Mayr', 2))"),
        ("Which setter has not set any routes?", "SELECT 'Nils Ott'"),
        ("Which route has the most holds?", "SELECT 'Giraffe'"),
        ("Which members have paid their fee?", "SELECT full_nm FROM mbr WHERE fee_paid"),
    ],
)
def test_written_out(club: Foreign, question: str, sql: str) -> None:
    assert_same_rows(club, question, sql)


def test_what_a_word_was_taken_for_is_said(club: Foreign) -> None:
    notes = [caveat.sentence for caveat in club.answer("How many telescopes are there?").caveats]
    assert any("'telescopes' was taken for tscope" in note for note in notes)


def test_names_of_the_shipped_model_are_words() -> None:
    assert isinstance(shipped({}).plan("how many launchpads do we have"), Refusal)


def test_sorted_by_age(club: Foreign) -> None:
    rows = club.answer("Members sorted by age, oldest first").result.rows
    assert [row[1] for row in rows] == ["Lena Moor", "Max Nash", "Nia Orr"]
    rows = club.answer("Routes sorted by number of holds, highest first").result.rows
    assert [row[1] for row in rows] == ["Giraffe", "Moonwalk", "Silk Road"]


@pytest.mark.parametrize(
    "question",
    [
        "Which routes did members set?",  # those who set are setters
        "Who helped at Moon Night?",  # the helpers, not the speaker
        "Who repaired the torch?",  # those who brought it, or the fixers
        "Average cost per type of check",  # the type is one of telescopes
        "How many partners are there?",
        "How many telephones are there?",
        "How many checkers are there?",
    ],
)
def test_not_written_out(club: Foreign, question: str) -> None:
    assert isinstance(club.assistant.ask(question), Refusal)
