"""Runs of suites for the screen: what their files tell while they are written, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.config import read_settings
from assistant.eval_runs import EvalRunError, EvalRunner


@pytest.fixture
def runner(tmp_path: Path) -> EvalRunner:
    found = EvalRunner(read_settings(home=tmp_path))
    found.folder.mkdir(parents=True)
    return found


def case(verdict: str, question: str = "how many orders?") -> str:
    record = {"suite": "first", "case": question[:4], "question": question, "verdict": verdict}
    return json.dumps({"event": "case", "done": 1, "total": 3, "record": record})


def write(runner: EvalRunner, name: str, *lines: str) -> None:
    head = json.dumps({"event": "suites", "names": ["first"]})
    (runner.folder / f"{name}.jsonl").write_text("\n".join([head, *lines]), encoding="utf-8")


def test_progress_is_read_from_what_is_written_so_far(runner: EvalRunner) -> None:
    start = json.dumps({"event": "start", "questions": 3})
    write(runner, "20260101-120000", start, case("right"), case("rightly_refused"), case("silently_wrong")[:40])
    found = runner.run("20260101-120000")
    assert (found.suites, found.passed, found.progress.done, found.progress.total) == (("first",), 2, 2, 3)
    assert found.progress.state == "failed"  # nobody is writing, and there is no result
    (runner.folder / "20260101-120000.json").write_text("{}", encoding="utf-8")
    assert runner.run("20260101-120000").progress.state == "finished"


def test_runs_are_listed_latest_first_and_why_one_failed_is_told(runner: EvalRunner) -> None:
    for name in ("20260101-120000", "20260102-120000"):
        write(runner, name, case("right"))
    (runner.folder / "20260102-120000.err").write_text("building\nno room on the disk\n", encoding="utf-8")
    assert [run.id for run in runner.runs()] == ["20260102-120000", "20260101-120000"]
    assert runner.why_failed("20260102-120000") == "no room on the disk"
    assert [one["verdict"] for one in runner.records("20260101-120000")] == ["right"]


def test_own_suites_come_first_and_hidden_ones_not_at_all(runner: EvalRunner) -> None:
    own = runner.home / "evals" / "suites" / "ours.yml"
    own.parent.mkdir()
    own.write_text("suite: ours\n", encoding="utf-8")
    names = [one.name for one in runner.suites()]
    assert names[0] == "ours"
    assert "demo_first" in names
    assert not [name for name in names if name.endswith("_test")]


def test_what_cannot_be_run_or_read_is_refused(runner: EvalRunner, tmp_path: Path) -> None:
    for suites in ((), (tmp_path / "other.yml",), (Path("/etc/passwd"),)):
        with pytest.raises(EvalRunError, match="Choose one or more suites"):
            runner.start(suites)
    for name in ("none", "../../settings", ""):
        with pytest.raises(EvalRunError, match="There is no run"):
            runner.run(name)
