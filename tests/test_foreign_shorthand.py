"""Tables whose columns are named in office shorthand, with short codes for states, and questions with a last sentence
that tells what to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant.answer import Answer
from tests.foreign import Foreign, assert_same_rows, foreign

TABLES = """
CREATE TABLE tbl_clt (clt_id VARCHAR, clt_nm VARCHAR, rgn VARCHAR, reg_dt DATE);
INSERT INTO tbl_clt VALUES ('C1', 'Ames Ltd', 'North', '2023-02-01'), ('C2', 'Boyd Ltd', 'South', '2024-05-09'),
  ('C3', 'Cole Ltd', 'South', '2024-06-30'), ('C4', 'Dunn Ltd', 'West', '2025-01-02');
CREATE TABLE tbl_dvc (dvc_no VARCHAR, clt_id VARCHAR, sts_cd VARCHAR, inst_dt DATE);
INSERT INTO tbl_dvc VALUES ('D1', 'C1', 'ACT', '2023-03-01'), ('D2', 'C1', 'SUSP', '2024-03-01'),
  ('D3', 'C2', 'ACT', '2024-07-15'), ('D4', 'C3', 'ACT', '2025-02-01');
CREATE TABLE tbl_vst (vst_id BIGINT, clt_id VARCHAR, reg_no VARCHAR, svc_dt DATE, pd_dt DATE, dist_km DOUBLE);
INSERT INTO tbl_vst VALUES (1, 'C1', 'AB12', '2025-01-30', '2025-02-03', 10), (2, 'C1', 'AB12', '2025-02-10', NULL, 5),
  (3, 'C2', 'CD34', '2025-02-20', '2025-03-01', 7);
CREATE TABLE tbl_lse (lse_id BIGINT, clt_id VARCHAR, strt_ts TIMESTAMP, end_ts TIMESTAMP, upd_ts TIMESTAMP);
INSERT INTO tbl_lse VALUES (1, 'C1', '2025-03-01 10:00:00', '2025-03-01 11:30:00', '2025-03-02 00:00:00'),
  (2, 'C2', '2025-03-02 10:00:00', '2025-03-02 11:00:00', '2025-03-05 00:00:00');
CREATE TABLE tbl_po (po_no BIGINT, clt_id VARCHAR, trm_mos BIGINT, po_sts VARCHAR);
INSERT INTO tbl_po VALUES (1, 'C1', 24, 'TERM'), (2, 'C2', 6, 'ACT'), (3, 'C2', 36, 'ACT');
CREATE TABLE tbl_pmt (pmt_id BIGINT, clt_id VARCHAR, chnl VARCHAR, shares BIGINT, grs_amt BIGINT, rslt VARCHAR,
  pmt_dt DATE);
INSERT INTO tbl_pmt VALUES (1, 'C1', 'web', 2, 100, 'success', '2025-02-27'),
  (2, 'C1', 'web', 1, 300, 'fail', '2025-02-28'),
  (3, 'C2', 'phone', 4, 50, 'success', '2025-03-20'), (4, 'C2', 'web', 1, 70, 'success', '2025-03-30'),
  (5, 'C1', 'phone', 3, 20, 'success', '2025-01-05');
"""
CLIENTS = "tbl_clt JOIN tbl_pmt USING (clt_id)"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with foreign(tmp_path_factory.mktemp("office"), TABLES, date(2025, 3, 31)) as world:
        yield world


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many clients are there in each region?", "SELECT rgn, count(*) FROM tbl_clt GROUP BY 1"),
        ("What is the total gross amount by channel?", "SELECT chnl, sum(grs_amt) FROM tbl_pmt GROUP BY 1"),
        ("How many devices were installed in 2024?", "SELECT 2"),
        ("How many devices are suspended?", "SELECT 1"),
        ("How many failed payments are there?", "SELECT 1"),
        (
            "How many payments were successful? Return the number of payments and total gross amount.",
            "SELECT count(*), sum(grs_amt) FROM tbl_pmt WHERE rslt = 'success'",
        ),
        (
            "Which client has the highest total gross amount? Return the client name and the total.",
            f"SELECT clt_nm, sum(grs_amt) FROM {CLIENTS} GROUP BY 1 ORDER BY 2 DESC LIMIT 1",
        ),
        (
            "How many devices installed in 2024 are there by status code?",
            "SELECT * FROM (VALUES ('SUSP', 1), ('ACT', 1))",
        ),
        (
            "How many clients registered on or after May 9, 2024 by region?",
            "SELECT * FROM (VALUES ('South', 2), ('West', 1))",
        ),
        (
            "What is the total gross amount by channel for clients who registered in 2024?",
            f"SELECT chnl, sum(grs_amt) FROM {CLIENTS} WHERE year(reg_dt) = 2024 GROUP BY 1",
        ),
        ("How many payments were there in the past 31 days, inclusive of 31 days ago?", "SELECT 3"),
        (
            "How many payments were there between Jan 5, 2025 and Feb 27, 2025 (inclusive of start and end dates)?",
            "SELECT 2",
        ),
        ("How many payments were there last month (excluding the current month)?", "SELECT 2"),
        ("How many visits were there in February 2025?", "SELECT 2"),
        (
            "What is the total distance by client name?",
            "SELECT clt_nm, sum(dist_km) FROM tbl_clt JOIN tbl_vst USING (clt_id) GROUP BY 1",
        ),
        ("What is the average number of days from service date to paid date?", "SELECT (4 + 9) / 2.0"),
        ("What is the longest time between service date and paid date?", "SELECT 9"),
        ("What is the average duration of a lease in minutes?", "SELECT 75.0"),
        ("List the client ids", "SELECT clt_id FROM tbl_clt"),
        ("What is the average gross amount by client name?", f"SELECT clt_nm, avg(grs_amt) FROM {CLIENTS} GROUP BY 1"),
    ],
)
def test_shorthand_is_read_in_full(office: Foreign, question: str, sql: str) -> None:
    assert_same_rows(office, question, sql)


def test_a_rate_of_outcomes_is_no_number_of_shares(office: Foreign) -> None:
    assert_same_rows(office, "What is the payment success rate?", "SELECT 4 / 5")


def test_a_thing_behind_an_article_is_no_state(office: Foreign) -> None:
    asked = office.assistant.ask("How many purchase orders have a term of more than 12 months?")
    assert not isinstance(asked, Answer) or asked.result.rows == ((2,),)


def test_a_name_of_two_words_is_not_taken_apart(office: Foreign) -> None:
    asked = office.assistant.ask("List the registration numbers of clients that have never made a payment.")
    assert not isinstance(asked, Answer) or "visit.reg_no" in asked.sql


def _numbers(world: Foreign, question: str) -> set[tuple[str, float]]:
    """The first and the last column of the answer."""
    return {(str(row[0]), round(float(str(row[-1])), 6)) for row in world.answer(question).result.rows}


def test_a_term_stands_for_the_phrase_that_defines_it(office: Foreign) -> None:
    asked = "What is the AGA by channel? Return the channel and AGA. AGA (Average Gross) = average gross amount"
    wanted = office.rows_of("SELECT chnl, avg(grs_amt) FROM tbl_pmt GROUP BY 1")
    assert _numbers(office, asked) == {(str(one), round(float(str(two)), 6)) for one, two in wanted}


def test_a_term_stands_for_one_number_over_another(office: Foreign) -> None:
    asked = "What is the FR by channel? FR = number of payments with result fail / total number of payments * 100"
    assert _numbers(office, asked) == {("web", round(1 / 3, 6))}
    assert any("at least one" in note for note in office.answer(asked).plan.notes)  # type: ignore[union-attr]
    per = "What is the GPS by channel? where GPS = total gross amount / total shares"
    assert _numbers(office, per) == {("web", 117.5), ("phone", 10.0)}


@pytest.mark.parametrize(
    "question",
    [
        "What is the FR by channel?",
        "What is the FR by channel? QX = number of payments",
        "What is the FR by channel? FR = total gross amount - total shares",
        "What is the FR by channel? FR = wobble of payments / total number of payments",
    ],
)
def test_a_term_without_a_readable_definition_is_refused(office: Foreign, question: str) -> None:
    assert not isinstance(office.assistant.ask(question), Answer)
