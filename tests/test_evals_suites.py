"""Suite files: what loads, and what a wrong one says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.errors import RunError, SuiteError
from evals.loader import load_suite, load_suites

HEAD = "suite: demo-first\ndatabase: demo\nas_of: 2026-06-30\n"


def write(tmp_path: Path, text: str, name: str = "suite.yml") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def faults(file: Path) -> list[str]:
    with pytest.raises(SuiteError) as caught:
        load_suite(file)
    return [str(fault) for fault in caught.value.faults]


def test_every_part_of_a_suite_is_read(tmp_path):
    text = """
suite: shop
version: 3
database: shop.duckdb
as_of: 2026-06-30
split: test
author: Ada
verified_by: Grace
defaults: {float_abs: 0.01, order: no, extra_columns: forbid, timeout_s: 5, scale: [100]}
cases:
  - id: top5
    question: Top 5 countries by revenue
    paraphrases: [which five countries sold most]
    expect:
      sql: ["SELECT 1", "SELECT 2"]
      columns: {required: [country], optional: [orders]}
      ties: as_given
      plan: {metric: revenue, by: [country], time: [2026-04-01, 2026-07-01]}
    tags: [ranking]
    float_abs: 0.5
    split: dev
  - id: mood
    question: What is the mood?
    expect: {abstain: missing_term, mentions: [mood]}
  - id: best
    question: Best customers?
    expect: {clarify: true, or_any_of: [{sql: SELECT 1}, {scalar: 3}]}
  - {id: follow, after: top5, question: only Germany, expect: {rows: [[Germany, 2.5]]}}
  - {id: total, question: 'How many?', expect: {scalar: 12}}
  - {id: means, question: 'What does churn mean?', expect: {defines: churn_rate, mentions: [subscription]}}
  - {id: typed, question: Revenue, expect: {query: {metrics: [revenue]}}}
"""
    loaded = load_suite(write(tmp_path, text))
    suite = loaded.suite
    first = suite.cases[0]
    assert [case.expect.kind for case in suite.cases] == [
        "rows",
        "abstain",
        "clarify",
        "rows",
        "rows",
        "defines",
        "rows",
    ]
    assert (suite.split_of(first), suite.split_of(suite.cases[1])) == ("dev", "test")
    assert (suite.rules_of(first).float_abs, suite.rules_of(suite.cases[1]).float_abs) == (0.5, 0.01)
    assert first.expect.plan is not None
    assert first.expect.plan.metrics == ("revenue",)
    assert [reading.sql for reading in first.expect.readings] == ["SELECT 1", "SELECT 2"]
    assert suite.defaults.order == "no"
    assert loaded.database == str(tmp_path / "shop.duckdb")
    assert loaded.lines["mood"] == 22


def test_a_suite_may_be_written_as_json_lines(tmp_path):
    head = {"suite": "lines", "database": "demo", "as_of": "2026-06-30"}
    case = {"id": "a", "question": "How many?", "expect": {"scalar": 3}}
    file = write(tmp_path, json.dumps(head) + "\n\n" + json.dumps(case) + "\n", "suite.jsonl")
    assert load_suite(file).suite.cases[0].expect.scalar == 3
    wrong = write(tmp_path, json.dumps(head) + "\n" + json.dumps({**case, "expects": {}}) + "\n", "wrong.jsonl")
    assert faults(wrong) == [f"{wrong}:2: unknown key 'expects' (cases.0.expects). Did you mean 'expect'?"]


@pytest.mark.parametrize(
    ("cases", "line", "words"),
    [
        ("  - {id: a, question: Q, expect: {scalar: 1}, tag: [x]}", 5, "unknown key 'tag' (cases.0.tag). Did you mean"),
        ("  - {id: a, question: Q, expect: {}}", 5, "expect exactly one kind"),
        ("  - {id: a, question: Q, expect: {scalar: 1, abstain: nonsense}}", 5, "expect exactly one kind"),
        ("  - {id: a, question: Q, expect: {abstain: because}}", 5, "cases.0.expect.abstain"),
        ("  - {id: off, question: Q, expect: {scalar: 1}}", 5, "Quote it: YAML reads bare yes, no, on, off"),
        ("  - {id: a b, question: Q, expect: {scalar: 1}}", 5, "cases.0.id"),
        ("  - {id: a, question: Q, id: b, expect: {scalar: 1}}", 5, "the key 'id' is written twice"),
        (
            "  - {id: a, question: Q, expect: {scalar: 1}}\n  - {id: a, question: R, expect: {scalar: 1}}",
            6,
            "used twice",
        ),
        ("  - {id: a, after: z, question: Q, expect: {scalar: 1}}", 5, "follows 'z', which is not known"),
        ("  - {id: a, question: Q, expect: [1}}", 5, "not valid YAML"),
        ("  - {id: a, question: Q, expect: {sql: SELECT 1, or_any_of: [{scalar: 2}]}}", 5, "or_any_of belongs to"),
    ],
)
def test_a_fault_names_its_line(tmp_path, cases, line, words):
    file = write(tmp_path, f"{HEAD}cases:\n{cases}\n")
    found = faults(file)
    assert words in found[0]
    assert found[0].startswith(f"{file}:{line}:")


def test_all_faults_are_told_at_once(tmp_path):
    cases = "  - {id: a, question: Q, expects: {}}\n  - {id: b, questions: Q, expect: {scalar: 1}}\n"
    assert len(faults(write(tmp_path, f"{HEAD}cases:\n{cases}"))) == 4


def test_a_file_that_is_no_suite_says_so(tmp_path):
    assert "holds no mapping" in faults(write(tmp_path, "- 1\n"))[0]
    latin = tmp_path / "latin.yml"
    latin.write_bytes("suite: caf\u00e9".encode("latin-1"))
    assert "not UTF-8" in faults(latin)[0]
    with pytest.raises(RunError, match=r"There is no suite at .*nowhere.yml"):
        load_suites([tmp_path / "nowhere.yml"])
    (tmp_path / "none").mkdir()
    with pytest.raises(RunError, match="No suite files"):
        load_suites([tmp_path / "none"])


def test_two_files_may_not_share_a_suite_name(tmp_path):
    case = "cases: [{id: a, question: Q, expect: {scalar: 1}}]\n"
    write(tmp_path, HEAD + case, "one.yml")
    write(tmp_path, HEAD + case, "two.yml")
    with pytest.raises(SuiteError, match="also used by"):
        load_suites([tmp_path])
