"""The benchmark beside other semantic layers tells the truth about them, with a stand-in for the rival."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals import bench_semantic
from evals.hard_cases import cases
from evals.rivals import process

STAND_IN = f"""
import sys
sys.path.insert(0, {str(process.HERE)!r})
from answering import Rival, serve

SPLIT = "SELECT segment s, {{}} FROM {{}} LEFT JOIN customers USING (customer_id) GROUP BY 1"
MONTHS = "SELECT date_trunc('month', ordered_at) m, count(DISTINCT customer_id) n FROM orders GROUP BY 1"

def refuse():
    raise ValueError("no such thing")

def fail():
    raise KeyError("oops")

print("noise that must not get between the answers", file=sys.stderr)
CASES = {{
    "H03": (lambda: SPLIT.format("sum(amount) / count(*) v", "orders"), ["s", "v"]),
    "H05": (lambda: SPLIT.format("sum(amount) - sum(refund) v", "(FROM orders WHERE customer_id IS NOT NULL)"), "sv"),
    "H15": (lambda: MONTHS + " UNION ALL SELECT DATE '2030-01-01', 0", ["m", "n"]),
    "H16": (lambda: "SELECT nothing FROM nowhere", ["nothing"]),
    "H20": (refuse, []),
    "H26": (lambda: print("noise") or "SELECT category c, sum(amount) v FROM (SELECT DISTINCT order_id, amount, "
            "category FROM orders LEFT JOIN order_items USING (order_id)) GROUP BY 1", ["c", "v"]),
    "H28": (fail, []),
}}
CANNOT = {{f"H{{n:02d}}": "not in a stand-in" for n in range(1, 29) if f"H{{n:02d}}" not in CASES}}
serve(Rival("Stand-in", "0.1", (ValueError,), CASES, CANNOT, ["CREATE VIEW own AS SELECT 1"]))
"""


def bench(script: Path, monkeypatch: pytest.MonkeyPatch, python: str = sys.executable) -> Result:
    monkeypatch.setattr(bench_semantic, "SCRIPTS", (str(script),))
    return CliRunner().invoke(bench_semantic.main, ["--rounds", "1", "--python", python])


@pytest.mark.deep
def test_every_outcome_is_told_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    found = bench(tmp_path / "stand_in.py", monkeypatch)
    told = dict(re.findall(r"^(H\d\d) .*?(?:-|x)  (\S.*)$", found.stdout, re.MULTILINE))
    assert told["H03"] == "equal"
    assert told["H05"] == "differs"
    assert told["H15"] == "more rows"
    assert told["H16"] == "error"
    assert told["H20"] == "refused"
    assert told["H26"] == "equal"
    assert told["H28"] == "error"
    assert told["H12"] == "no form"
    assert "H05 Stand-in: differs - 3 of 4 rows are right, 1 wrong" in found.stdout
    assert "H20 Stand-in: refused - no such thing" in found.stdout
    assert "H28 Stand-in: error - KeyError: 'oops'" in found.stdout


@pytest.mark.deep
def test_ours_are_right_and_an_aim_that_is_missed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    found = bench(tmp_path / "stand_in.py", monkeypatch)
    assert "ours: 27 equal, 1 refused rightly" in found.stdout
    assert re.search(r"^met +ours right: 28 of 28", found.stdout, re.MULTILINE)
    # a rival that only hands out text is quicker than any compiler
    assert re.search(r"^MISSED  Stand-in / ours: median 0\.\d over 4 cases", found.stdout, re.MULTILINE)
    assert found.exit_code == 1


def test_our_answer_under_a_policy_is_read_through_the_guard() -> None:
    case = next(one for one in cases() if one.name == "H23")
    assert "regions" not in case.compile()
    assert "regions" in case.guarded(case.compile())


def test_without_the_rivals_environment_it_says_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = bench(tmp_path / "any.py", monkeypatch, python=str(tmp_path / "nowhere"))
    assert found.exit_code == 2
    assert "`make bench-semantic` makes it" in found.stderr


def test_a_rival_that_stops_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.py").write_text("raise SystemExit(3)")
    found = bench(tmp_path / "broken.py", monkeypatch)
    assert found.exit_code == 2
    assert "broken.py stopped" in found.stderr
    assert "rm -rf .venv-bench" in found.stderr
