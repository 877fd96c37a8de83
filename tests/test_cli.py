"""The command line: answers, refusals and errors with their exit status, and help that teaches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.service.cli import main
from tests.conftest import AS_OF
from warehouse import query_trusted


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_ask_answers_with_sentence_table_and_reading(demo_home: Path) -> None:
    found = run("--home", demo_home, "ask", "orders by channel last month", "--sql")
    assert found.exit_code == 0, found.output
    for part in ("Sales channel", "Read as: Orders · by sales channel", "1–31 May 2026", "GROUP BY", "number of rows"):
        assert part in found.output


def test_ask_as_json_holds_the_rows_of_hand_written_sql(demo_home: Path) -> None:
    found = run("--home", demo_home, "ask", "--json", "revenue in May 2026")
    answer = json.loads(found.stdout)
    truth = query_trusted(
        demo_home / "warehouse" / "live.duckdb",
        "SELECT sum(net_amount) FROM core.orders WHERE status <> 'cancelled' AND NOT is_test "
        "AND ordered_at >= '2026-05-01' AND ordered_at < '2026-06-01'",
    ).rows[0][0]
    assert answer["kind"] == "answer"
    assert float(answer["rows"][0][0]) == float(truth)


@pytest.mark.parametrize(
    "question",
    [
        "revenue by employee mood",
        pytest.param("delete all orders", marks=pytest.mark.deep),
        pytest.param("what is the weather", marks=pytest.mark.deep),
    ],
)
def test_what_cannot_be_answered_exits_with_4(demo_home: Path, question: str) -> None:
    found = run("--home", demo_home, "ask", question)
    assert found.exit_code == 4


def test_no_data_is_one_sentence_with_a_remedy(tmp_path: Path) -> None:
    found = run("--home", tmp_path, "ask", "revenue")
    assert found.exit_code == 1
    assert found.stderr.startswith("tellwise: ")
    assert "tellwise" in found.stderr.partition(":")[2]
    assert "Traceback" not in found.output


def test_load_then_wrong_file_keeps_what_was_there(tmp_path: Path) -> None:
    good, bad = tmp_path / "sales.csv", tmp_path / "broken.csv"
    good.write_text("day,amount\n2026-01-01,10.5\n2026-01-02,20\n")
    bad.write_text('day,amount\n2026-01-01,"10\n')
    assert run("--home", tmp_path / "w", "load", "sales", good).exit_code == 0
    found = run("--home", tmp_path / "w", "load", "sales", bad)
    assert found.exit_code == 1
    assert "broken.csv" in found.stderr
    rows = query_trusted(tmp_path / "w" / "warehouse" / "live.duckdb", "SELECT sum(amount) FROM sales").rows
    assert float(rows[0][0]) == 30.5


def test_metrics_lists_and_tells_about_one(demo_home: Path) -> None:
    assert "net_revenue" in run("--home", demo_home, "metrics").output
    told = run("--home", demo_home, "metrics", "average_order_value").output
    assert "net_revenue / orders" in told
    assert "orders.channel" in told


def test_an_unknown_metric_gets_a_suggestion(demo_home: Path) -> None:
    found = run("--home", demo_home, "metrics", "net_revenu")
    assert found.exit_code == 1
    assert "net_revenue" in found.stderr


@pytest.mark.deep
def test_demo_builds_for_a_fixed_day(tmp_path: Path) -> None:
    found = run("--home", tmp_path, "demo", "--as-of", AS_OF.isoformat(), "--customers", "60")
    assert found.exit_code == 0, found.output
    assert json.loads((tmp_path / "warehouse" / "demo-truth.json").read_text())["as_of"] == AS_OF.isoformat()


@pytest.mark.parametrize("command", ["", "ask", "load", "init", "metrics", "serve", "demo", "settings", "forget"])
def test_help_teaches(command: str) -> None:
    found = run(*([command] if command else []), "--help")
    assert found.exit_code == 0
    assert len(found.output.splitlines()) >= 6


def test_a_file_where_the_table_belongs_is_told_what_to_type(tmp_path: Path) -> None:
    file = tmp_path / "Members 2025.csv"
    file.write_text("id\n1\n", encoding="utf-8")
    found = run("--home", tmp_path, "load", file)
    assert found.exit_code == 2
    assert f"name its table first: tellwise load members_2025 '{file}'" in found.stderr
