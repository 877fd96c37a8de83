"""Segments of the shipped model: asked for in plain English, answered with their rule, under the rules of viewers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assistant.answer import Answer, Explanation
from assistant.assistant import Assistant
from assistant.service.terminal import catalogue
from semantic_layer import Viewer, load, policy_for, shipped_definitions

UNITS = """
    SELECT sum(i.quantity) FROM order_item i JOIN orders o USING (order_id) JOIN customer c USING (customer_id)
    WHERE o.status <> 'cancelled' AND NOT o.is_test AND year(c.birth_date) BETWEEN 1981 AND 1996 AND customer_id IN (
        SELECT customer_id FROM (
            SELECT customer_id, percent_rank() OVER (ORDER BY sum(net_amount)) AS place
            FROM orders o JOIN customer USING (customer_id)
            WHERE o.status <> 'cancelled' AND NOT o.is_test AND NOT is_internal AND NOT is_deleted GROUP BY 1
        ) WHERE place >= 0.9
    )
    GROUP BY i.product_id ORDER BY 1 DESC LIMIT 10
"""
SILENT = """
    SELECT count(*) FROM customer_standing
    WHERE NOT is_subscriber AND days_silent > usual_gap_days AND days_silent <= 2 * usual_gap_days
"""


@pytest.fixture(scope="module")
def assistant(shop: Assistant) -> Assistant:
    return shop


@pytest.fixture(scope="module")
def company(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(demo_home / "warehouse" / "live.duckdb"), read_only=True)
    connection.execute("SET search_path = 'main,core,mart'")
    yield connection
    connection.close()


def answer(assistant: Assistant, question: str) -> Answer:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome
    return outcome


def rules(found: Answer) -> list[str]:
    return [caveat.sentence for caveat in found.caveats if caveat.code == "SEGMENT"]


def test_customers_at_risk_are_listed_with_the_rule(assistant: Assistant, company: duckdb.DuckDBPyConnection) -> None:
    found = answer(assistant, "Which customers are at risk of churning this quarter?")
    (silent,) = company.execute(SILENT).fetchone() or (0,)
    (due,) = company.execute("SELECT count(*) FROM customer_standing WHERE risk_reason LIKE 'renewal%'").fetchone() or (
        0,
    )
    assert len(found.result.rows) == silent + due > 0
    (rule,) = rules(found)
    assert "no score" in rule
    assert "90th percentile" in rule


@pytest.mark.parametrize(
    "question",
    ["who is at risk of churning in the North?", "Who are the customers at risk of churn in the North?"],
)
def test_who_is_in_a_segment_is_listed_and_no_rate_of_the_same_words(
    assistant: Assistant, company: duckdb.DuckDBPyConnection, question: str
) -> None:
    sql = """SELECT customer_id FROM customer JOIN customer_standing USING (customer_id)
        WHERE is_at_risk AND region = 'North' AND NOT is_internal AND NOT is_deleted"""
    assert {row[0] for row in answer(assistant, question).result.rows} == {
        row[0] for row in company.execute(sql).fetchall()
    }


@pytest.mark.parametrize(
    "question",
    [
        "which customers churned in May?", "which customers did we lose in May?", "who churned in May?",
        "list of customers lost in May",
    ],
)  # fmt: skip
def test_those_whom_a_number_counts_are_listed(
    assistant: Assistant, company: duckdb.DuckDBPyConnection, question: str
) -> None:
    before = "ordered_at >= DATE '2026-05-01' - 90 AND ordered_at < DATE '2026-05-01'"
    until = "ordered_at >= DATE '2026-06-01' - 90 AND ordered_at < DATE '2026-06-01'"
    sql = f"""SELECT customer_id FROM orders JOIN customer USING (customer_id)
        WHERE status <> 'cancelled' AND NOT is_test AND NOT is_internal AND NOT is_deleted
        GROUP BY 1 HAVING bool_or({before}) AND NOT bool_or({until})"""
    found = {row[0] for row in answer(assistant, question).result.rows}
    assert found == {row[0] for row in company.execute(sql).fetchall()} != set()


@pytest.mark.parametrize(
    "question", ["what does at risk mean?", "what is an at-risk customer?", "how is at risk defined"]
)
def test_a_segment_is_explained(assistant: Assistant, question: str) -> None:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Explanation)
    assert [one.name for one in outcome.definitions] == ["at_risk"]


def test_why_a_rate_moved_is_told_by_what_it_is_made_of(assistant: Assistant) -> None:
    assert answer(assistant, "why did churn go up in March?").sentence.startswith("Churn rate in March 2026 was")


def test_what_a_segment_prefers_is_counted_in_units(assistant: Assistant, company: duckdb.DuckDBPyConnection) -> None:
    found = answer(assistant, "What products do high-value millennials prefer?")
    assert [int(row[-1]) for row in found.result.rows] == [int(row[0]) for row in company.execute(UNITS).fetchall()]
    assert any("top tenth" in rule for rule in rules(found))
    assert any(part.label == "Units sold" for part in found.interpretation.parts)


def test_words_of_two_metrics_are_asked_back(assistant: Assistant) -> None:
    assert type(assistant.ask("CTR by month")).__name__ == "Clarification"


def test_customers_have_no_history_by_month(assistant: Assistant) -> None:
    assert type(assistant.ask("customers by month")).__name__ == "Refusal"


def test_a_metric_without_its_numbers_is_told_about(assistant: Assistant) -> None:
    (entry,) = catalogue(assistant.layer, "share_of_wallet")
    assert entry["formula"].startswith("not computed yet; needs estimates")
    assert "wallet share" in entry["synonyms"]


def test_rules_of_viewers_hold_for_the_derived_tables(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yml"
    policy.write_text(
        "version: 1\ndatasets:\n  - {name: customer, source: customer, policy: {rows: region = viewer.region}}\n",
        encoding="utf-8",
    )
    access = policy_for(load([*shipped_definitions(), policy]), Viewer("ann", attributes={"region": "North"}))
    for table in ("customer_standing", "retention_month", "subscription_month", "customer_month"):
        assert "'North'" in (access[table].rows or "")
