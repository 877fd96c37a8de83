"""A regression planted in the product turns the gate red and names the questions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.cli import main

SUITE = """
suite: sales
database: workspace
as_of: 2026-06-30
cases:
  - id: revenue
    question: net revenue in May 2026
    expect:
      sql: >-
        SELECT sum(net_amount) FROM orders WHERE status <> 'cancelled' AND NOT is_test
        AND ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01'
  - id: orders
    question: orders in May 2026
    expect:
      sql: >-
        SELECT count(*) FROM orders WHERE status <> 'cancelled' AND NOT is_test
        AND ordered_at >= DATE '2026-05-01' AND ordered_at < DATE '2026-06-01'
"""
CHANGED_FORMULA = """
name: overlay
metrics:
  - name: net_revenue
    measure: orders.gross_amount
    label: Net revenue
    unit: EUR
    format: currency
    ai_context: {synonyms: [revenue]}
"""


def run(home: Path, suite: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", str(suite), "--home", str(home), "--no-recheck", *arguments])


@pytest.mark.deep
def test_a_changed_formula_fails_the_gate_and_is_named(demo_home: Path, tmp_path: Path) -> None:
    home, suite, base = tmp_path / "home", tmp_path / "sales.yml", tmp_path / "base.json"
    shutil.copytree(demo_home, home)
    suite.write_text(SUITE, encoding="utf-8")
    first = run(home, suite, "--write-baseline", str(base))
    assert first.exit_code == 0, first.output
    assert run(home, suite, "--no-regressions", str(base)).exit_code == 0
    (home / "definitions").mkdir(exist_ok=True)
    (home / "definitions" / "overlay.yml").write_text(CHANGED_FORMULA, encoding="utf-8")
    found = run(home, suite, "--no-regressions", str(base))
    assert found.exit_code == 1
    assert "1 questions passed before and do not now: sales/revenue (silently_wrong)" in found.output
    assert "sales: 1 silently wrong, 0 in the baseline" in found.output
