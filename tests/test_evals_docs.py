"""What docs/evals.md tells people to type works, in the order in which it stands there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.service.cli import main as tellwise
from evals.cli import main
from evals.loader import load_suite
from tests.openai_server import OpenAIServer, Reply

DOCS = Path(__file__).parent.parent / "docs" / "evals.md"
MODEL_URL = "http://localhost:11434/v1"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def workspace(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("evals.copies.MIXED_ROWS", (60,))
    monkeypatch.setattr("evals.copies.LOOSE_ROWS", (60,))
    shutil.copytree(demo_home, tmp_path / "home")
    monkeypatch.setenv("TELLWISE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TELLWISE_WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.deep
def test_the_commands_of_the_docs_work_as_written(workspace: Path) -> None:
    ran: list[str] = []
    for kind, file, text in BLOCK.findall(DOCS.read_text(encoding="utf-8")):
        if file:
            (workspace / file).write_text(text, encoding="utf-8")
        if kind in ("sh", "bash"):
            with OpenAIServer([Reply("CANNOT ANSWER: nothing is known")]) as server:
                ran += [run(line.replace(MODEL_URL, server.url)) for line in text.strip().splitlines()]
    assert len(ran) >= 13
    assert "plain SQL by NAME" in next(output for output in ran if "run-to-run agreement: 100.0%" in output)
    assert "errors, 0 warnings" in ran[0]
    assert re.search(r"accuracy +100.0%", ran[1])
    assert "0 broken" in next(output for output in ran if "questions in both runs" in output)
    assert {"orders-in-may-2026", "orders-by-channel-in-april-2026"} <= set(load_suite(workspace / "first.yml").lines)
    assert (workspace / "report.html").stat().st_size > 10_000


def run(line: str) -> str:
    """The output of a command of the docs, or of a pipe of two; it must leave with status 0."""
    output = ""
    for part in line.split(" | "):
        words = shlex.split(part)
        command = {"python": (main, words[3:]), "tellwise": (tellwise, words[1:])}[words[0]]
        found = CliRunner().invoke(*command, input=output, prog_name=words[0])
        assert found.exit_code == 0, f"{line}\n{found.output}"
        output = found.stdout if words[0] == "tellwise" else found.output
    return output


def test_a_broken_gate_names_the_question_and_leaves_with_1(workspace: Path) -> None:
    suite = "suite: s\ndatabase: workspace\nas_of: 2026-06-30\ncases:\n"
    suite += "  - {id: gone, question: revenue in May 2026, expect: {scalar: 1}}\n"
    (workspace / "s.yml").write_text(suite, encoding="utf-8")
    found = CliRunner().invoke(main, ["run", "s.yml", "--max-silent-wrong", "0"])
    assert found.exit_code == 1, found.output
    assert "GATE FAILED: 1 silently wrong, at most 0 allowed: s/gone (silently_wrong)" in found.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nowhere.yml"], "There is no suite at nowhere.yml"),
        (["report", "gone.json"], "There are no results at gone.json"),
        (["diff", "last", "last"], "No run has been finished"),
        (["lint", "broken.yml"], "broken.yml:1: the file holds no mapping"),
        (["run", "s.yml", "--no-regressions", "gone.json"], "There is no baseline at gone.json"),
        (["run", "elsewhere.yml"], "There is no database at"),
        (["add", "broken.yml", "--question", "Q", "--abstain", "other"], "holds no mapping"),
    ],
)
def test_what_cannot_run_says_why_and_leaves_with_2(tmp_path: Path, monkeypatch, arguments, words) -> None:
    monkeypatch.setenv("TELLWISE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("broken.yml").write_text("- 1\n")
    Path("s.yml").write_text("suite: s\ndatabase: workspace\ncases: [{id: a, question: Q, expect: {scalar: 1}}]\n")
    Path("elsewhere.yml").write_text(Path("s.yml").read_text().replace("workspace", "gone.duckdb"))
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 2
    assert words in found.output


def test_events_can_be_read_line_by_line(workspace: Path) -> None:
    suite = "suite: s\ndatabase: workspace\nas_of: 2026-06-30\ncases:\n"
    suite += "  - {id: a, question: revenue by mood, split: test, expect: {abstain: missing_term}}\n"
    (workspace / "s.yml").write_text(suite, encoding="utf-8")
    found = CliRunner().invoke(main, ["run", "s.yml", "--json"])
    events = [json.loads(line) for line in found.stdout.splitlines()]
    assert [event["event"] for event in events if event["event"] != "phase"] == ["start", "case", "summary"]
    case = next(event for event in events if event["event"] == "case")
    assert (case["record"]["verdict"], case["record"]["question"]) == ("rightly_refused", "")


def test_added_cases_keep_the_file_as_it_was(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    base = ["--question", 'Revenue: "all"?', "--note", "from use"]
    assert (
        CliRunner().invoke(main, ["add", "use.yml", *base, "--sql", "SELECT 1", "--as-of", "2026-06-30"]).exit_code == 0
    )
    text = Path("use.yml").read_text().replace("cases:", "# a remark\ncases:")
    Path("use.yml").write_text(text)
    assert CliRunner().invoke(main, ["add", "use.yml", *base, "--abstain", "other"]).exit_code == 0
    added = Path("use.yml").read_text()
    assert added.startswith(text)
    assert "id: revenue-all-2" in added
    before = Path("use.yml").read_text()
    wrong = CliRunner().invoke(main, ["add", "use.yml", *base, "--sql", "SELECT 1", "--abstain", "other"])
    assert wrong.exit_code == 2
    assert "expect exactly one kind" in wrong.output
    assert Path("use.yml").read_text() == before
    Path("flow.yml").write_text("suite: s\ndatabase: demo\ncases: [{id: a, question: Q, expect: {scalar: 1}}]\n")
    assert "last part" in CliRunner().invoke(main, ["add", "flow.yml", *base, "--abstain", "other"]).output


REFUSED = {"kind": "refusal", "question": "Orders by mood", "code": "UNKNOWN_WORDS", "words": ["mood"]}
ANSWERED = {"kind": "answer", "question": "Orders", "sql": "SELECT count(*) AS orders FROM orders"}


@pytest.mark.parametrize(
    ("answer", "further", "expected"),
    [
        (ANSWERED, [], {"sql": ("SELECT count(*) AS orders FROM orders",)}),
        (ANSWERED, ["--sql", "SELECT 7"], {"sql": ("SELECT 7",)}),
        (ANSWERED, ["--abstain", "forbidden"], {"abstain": "forbidden"}),
        (REFUSED, [], {"abstain": "missing_term", "mentions": ("mood",)}),
        (REFUSED, ["--clarify"], {"clarify": True}),
        ({"kind": "clarification"}, ["--question", "Best orders"], {"clarify": True}),
    ],
)
def test_an_answer_becomes_a_case_as_it_stands_or_as_corrected(tmp_path: Path, answer, further, expected) -> None:
    file = tmp_path / "use.yml"
    words = ["add", str(file), "--from-answer", "-", "--home", str(tmp_path / "home"), "--before", "Sales", *further]
    found = CliRunner().invoke(main, words, input=json.dumps(answer))
    assert found.exit_code == 0, found.output
    suite = load_suite(file).suite
    case = suite.cases[0]
    assert {name: getattr(case.expect, name) for name in expected} == expected
    assert case.before == ("Sales",)
    assert suite.as_of is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "is not the output of `tellwise ask --json`"),
        ("[1]", "it has no `kind`"),
        ('{"kind": "clarification"}', "Give it with --question"),
        ('{"kind": "explanation", "question": "Q"}', "Give --sql, --query or --abstain"),
    ],
)
def test_what_is_no_answer_is_told(tmp_path: Path, text: str, words: str) -> None:
    base = ["add", str(tmp_path / "use.yml"), "--from-answer", "-", "--home", str(tmp_path)]
    found = CliRunner().invoke(main, base, input=text)
    assert (found.exit_code, words in found.output) == (2, True)
    assert not (tmp_path / "use.yml").exists()
