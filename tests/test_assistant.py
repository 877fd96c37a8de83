"""The way of a question: caveats that must travel with the answer, refusals, and a snapshot replaced meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.answer import Answer, Plan, Refusal
from assistant.assistant import Assistant
from assistant.config import Settings
from assistant.errors import NothingToAsk
from semantic_layer import SemanticQuery
from tests.openai_server import OpenAIServer, Reply
from warehouse import SnapshotMissing, publish, set_snapshot

MODEL = """
version: 1
extends: none
datasets:
  - name: orders
    source: orders
    time: day
    primary_key: [order_id]
    fields:
      - {name: day, type: time}
    measures:
      - {name: amount, agg: sum, expression: amount}
      - {name: orders, agg: count}
  - name: customer
    source: customer
    primary_key: [customer_id]
    fields:
      - {name: region}
relationships:
  - {name: order_customer, from: orders, to: customer, from_columns: [customer_id], to_columns: [customer_id]}
metrics:
  - {name: revenue, measure: orders.amount, unit: EUR, format: currency}
  - {name: orders, measure: orders.orders, unit: orders, format: integer}
  - {name: average_order, type: ratio, numerator: revenue, denominator: orders, unit: EUR, format: currency}
"""
ORDERS = "(1, 'a', DATE '2026-01-05', 10.0), (2, 'b', DATE '2026-01-06', 20.0), (3, 'gone', DATE '2026-02-01', 40.0)"


def fill(home: Path, orders: str, people: str = "('a', 'North'), ('b', 'South')") -> None:
    with publish(home / "warehouse", start="empty") as connection:
        connection.execute(f"CREATE TABLE customer AS FROM (VALUES {people}) t(customer_id, region)")
        connection.execute(f"CREATE TABLE orders AS FROM (VALUES {orders}) t(order_id, customer_id, day, amount)")
        set_snapshot(connection, "files", date(2026, 2, 10))


def found_company(home: Path, orders: str = ORDERS, model: str = MODEL) -> Path:
    """A workspace with those orders and that model, as its path."""
    fill(home, orders)
    (home / "definitions").mkdir()
    (home / "definitions" / "model.yml").write_text(model)
    return home


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    found_company(tmp_path)
    opened = Assistant.open(Settings(home=tmp_path))
    yield opened
    opened.close()


def answered(assistant: Assistant, question: str) -> Answer:
    outcome = assistant.ask(question)
    assert isinstance(outcome, Answer), outcome
    return outcome


def codes(answer: Answer) -> set[str]:
    return {caveat.code for caveat in answer.caveats}


def test_orphan_rows_stay_in_the_total_and_are_told(assistant: Assistant) -> None:
    answer = answered(assistant, "revenue by region")
    assert {row[0]: float(row[1]) for row in answer.result.rows} == {"North": 10, "South": 20, None: 40}
    told = next(caveat.sentence for caveat in answer.caveats if caveat.code == "ORPHANS")
    assert told.startswith("1 row of orders names something that is missing in customer")


def test_nothing_is_said_of_links_that_the_question_does_not_walk(assistant: Assistant) -> None:
    assert "ORPHANS" not in codes(answered(assistant, "revenue"))


def test_an_unfinished_period_and_thin_ground_are_told(assistant: Assistant) -> None:
    assert {"PARTIAL_PERIOD", "FEW_ROWS"} <= codes(answered(assistant, "average order this month"))


def test_a_snapshot_published_meanwhile_answers_the_next_question(assistant: Assistant, tmp_path: Path) -> None:
    assert [[float(v) for v in row] for row in answered(assistant, "revenue").result.rows] == [[70]]
    fill(tmp_path, "(1, 'a', DATE '2026-01-05', 1.0)")
    answer = answered(assistant, "revenue by region")
    assert [(row[0], float(row[1])) for row in answer.result.rows] == [("North", 1)]
    assert "ORPHANS" not in codes(answer)


def test_a_key_that_is_not_unique_refuses_what_would_count_twice(assistant: Assistant, tmp_path: Path) -> None:
    fill(tmp_path, ORDERS, "('a', 'North'), ('a', 'South'), ('b', 'South')")
    refused = assistant.ask("revenue by region")
    assert isinstance(refused, Refusal)
    assert "customer" in refused.sentence
    assert [float(row[0]) for row in answered(assistant, "revenue").result.rows] == [70]


def test_a_key_is_required_of_tables_that_only_the_metric_reads(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "definitions" / "north.yml").write_text(
        "version: 1\nextends: none\nmetrics:\n"
        "  - {name: northern_sales, measure: orders.amount, filter: customer.region <> 'West', unit: EUR}\n"
    )
    fill(tmp_path, ORDERS, "('a', 'North'), ('a', 'South'), ('b', 'South')")
    refused = assistant.ask("northern sales")
    assert isinstance(refused, Refusal)
    assert "customer" in refused.sentence


def test_rows_without_a_partner_are_in_no_computed_group(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "definitions" / "model.yml").write_text(
        MODEL.replace(
            "- {name: region}",
            "- {name: region}\n      - {name: side, expression: \"CASE WHEN region = 'North' THEN 'N' ELSE 'S' END\"}",
        )
    )
    found = answered(assistant, "revenue by side")
    assert {row[0]: float(row[1]) for row in found.result.rows} == {"N": 10, "S": 20, None: 40}


def test_own_sql_goes_through_the_guard(assistant: Assistant) -> None:
    free = assistant.run_sql("SELECT region, count(*) AS n FROM customer GROUP BY region")
    assert isinstance(free, Answer)
    assert not free.governed
    assert sorted(free.result.rows) == [("North", 1), ("South", 1)]
    refused = assistant.run_sql("DELETE FROM customer")
    assert isinstance(refused, Refusal)
    assert refused.code == "SQL_REJECTED"


def test_a_plan_that_cannot_be_computed_is_refused_with_the_reason(assistant: Assistant) -> None:
    from assistant.answer import Option

    outcome = assistant.choose(Option("", Plan(SemanticQuery(metrics=("revenu",)))), "revenu")
    assert isinstance(outcome, Refusal)
    assert "revenue" in (*outcome.suggestions, outcome.sentence)


def test_no_snapshot_and_no_fitting_definition_are_told(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing):
        Assistant.open(Settings(home=tmp_path))
    fill(tmp_path, ORDERS)
    with pytest.raises(NothingToAsk, match="tellwise init"):
        Assistant.open(Settings(home=tmp_path))


def test_a_model_is_asked_when_the_engine_is_not_sure(tmp_path: Path) -> None:
    plan = {
        "metrics": ["revenue"], "group_by": [{"field": "customer.region", "grain": "none"}], "filters": [],
        "first_day": "", "last_day": "", "compare": "none", "list_of": "", "order_by": [], "limit": 0, "unplaced": [],
    }  # fmt: skip
    fill(tmp_path, ORDERS)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "model.yml").write_text(MODEL)
    with OpenAIServer([Reply(json.dumps(plan))]) as server:
        opened = Assistant.open(Settings(home=tmp_path, model="stub", model_url=server.url))
        sure = opened.ask("revenue by region")
        assert isinstance(sure, Answer)
        assert not server.requests
        odd = opened.ask("wherefrom hails our dosh, region for region")
        assert isinstance(odd, Answer)
        assert odd.interpretation.sentence.startswith("Revenue")
        assert sorted(odd.result.rows, key=str) == sorted(sure.result.rows, key=str)
        assert any("model stub" in caveat.sentence for caveat in odd.caveats)
        assert len(server.requests) == 1
        refused = opened.ask("delete all orders of the North")
        assert isinstance(refused, Refusal)
        assert len(server.requests) == 1
        opened.close()


def test_new_definitions_give_no_new_budget(tmp_path: Path) -> None:
    fill(tmp_path, ORDERS)
    model = tmp_path / "definitions" / "model.yml"
    model.parent.mkdir()
    model.write_text(MODEL)
    with OpenAIServer([Reply("no plan")]) as server:
        opened = Assistant.open(Settings(home=tmp_path, model="stub", model_url=server.url, model_calls_a_day=3))
        opened.ask("wherefrom hails our dosh, region for region")
        assert len(server.requests) == 3
        model.write_text(MODEL + "  - {name: sales, measure: orders.amount}\n")
        assert isinstance(opened.ask("sales"), Answer)
        refused = opened.ask("wherefrom hails our dosh, region for region")
        assert isinstance(refused, Refusal)
        assert "budget" in refused.sentence
        assert len(server.requests) == 3
        opened.close()


def test_without_its_model_the_assistant_goes_on_and_says_so(tmp_path: Path) -> None:
    fill(tmp_path, ORDERS)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "model.yml").write_text(MODEL)
    with OpenAIServer([Reply(status=401)]) as server:
        opened = Assistant.open(Settings(home=tmp_path, model="stub", model_url=server.url))
        assert isinstance(opened.ask("revenue by region"), Answer)
        refused = opened.ask("wherefrom hails our dosh, region for region")
        assert isinstance(refused, Refusal)
        assert "read without it" in refused.sentence
        opened.close()


def test_days_to_come_are_refused_when_no_data_tells_of_them(assistant: Assistant) -> None:
    refusal = assistant.ask("orders in 2099")
    assert isinstance(refusal, Refusal)
    assert "lies after the last day of data" in refusal.sentence
