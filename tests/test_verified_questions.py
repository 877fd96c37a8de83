"""Verified questions and golden queries as files: read, written whole, their faults told by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from semantic_layer import (
    DefinitionError,
    GroupBy,
    SemanticQuery,
    TimeRange,
    VerifiedQuestion,
    normal_question,
    read_goldens,
    read_verified,
    write_verified,
)

LAST_YEAR = TimeRange(start=date(2025, 1, 1), end=date(2026, 1, 1), label="last year")
ASKED = VerifiedQuestion(
    question="Revenue by month last year",
    query=SemanticQuery(
        metrics=("net_revenue",), group_by=(GroupBy(field="metric_time", grain="month"),), time_range=LAST_YEAR
    ),
    sql="SELECT 1",
    by="ann",
    at=date(2026, 11, 22),
    as_of=date(2026, 11, 20),
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    other = ASKED.model_copy(update={"question": "Umsätze: 50 % mehr? #1", "sql": "", "as_of": None})
    write_verified(tmp_path / "verified.yml", [ASKED, other])
    assert read_verified(tmp_path / "verified.yml") == (ASKED, other)
    assert [path.name for path in tmp_path.iterdir()] == ["verified.yml"]


def test_no_file_holds_no_questions(tmp_path: Path) -> None:
    assert read_verified(tmp_path / "verified.yml") == ()
    assert read_goldens([tmp_path / "goldens.yml"]) == ()


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    (tmp_path / "verified.yml").write_text(
        "version: 1\nquestions:\n  - question: Orders\n    query: {metrics: [orders]}\n    by: ann\n"
        "    at: 2026-11-22\n",
        encoding="utf-8",
    )
    (found,) = read_verified(tmp_path / "verified.yml")
    assert (found.query.metrics, found.at) == (("orders",), date(2026, 11, 22))


FAULTY = """\
version: 1
questions:
  - question: Orders by month
    query: {metrics: [orders]}
    by: ann
    at: 2026-11-22
  - question: ORDERS, by month?
    query: {metrics: [orders]}
    by: ann
    at: 2026-11-22
  - question: Refunds
    query: {metric: [refunds]}
    at: soon
extra: 1
"""


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "verified.yml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_verified(path)
    told = [(fault.line, fault.message) for fault in caught.value.faults]
    assert (7, "the question stands twice (first on line 3).") in told
    assert (14, "unknown key `extra`.") in told
    assert {line for line, _ in told} >= {7, 12, 13, 14}


def test_the_same_question_is_the_same_however_it_is_typed() -> None:
    assert normal_question("Orders,  by MONTH?") == normal_question("orders by month")
