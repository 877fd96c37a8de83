"""A model that writes SQL without the layer, through a server on this machine; budgets, prices, repeats, kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.cli import main
from tests.evals_world import BY_COUNTRY, REVENUE, shop
from tests.openai_server import Body, OpenAIServer, Reply, said

ROOT = Path(__file__).parent.parent
SQL = {
    "What is the revenue": f"```sql\n{REVENUE};\n```",
    "how much money did we make": REVENUE,
    "Revenue by country": f"Here it is:\n```\n{BY_COUNTRY}\n```",
    "Revenue by mood": "CANNOT ANSWER: there is no mood in the tables",
    "Best customers": "WHICH ONE: best by what?",
    "only Germany": "```sql\nSELECT 1.5 AS revenue\n```",
}


def asked(body: Body) -> str:
    """The question of a prompt."""
    return said(body).rpartition("Question: ")[2]


def fluent(body: Body) -> Reply:
    """A model that knows the answers."""
    return Reply(SQL[asked(body)], usage=(1000, 100))


def run(directory: Path, server: OpenAIServer, *arguments: str) -> Result:
    shop(directory)
    words = ["run", str(directory / "shop.yml"), "--home", str(directory / "home"), "--system", "plain-sql"]
    words += ["--model", "stub", "--model-url", server.url, "--no-recheck", *arguments]
    return CliRunner().invoke(main, words)


def results(directory: Path) -> dict:
    return json.loads((directory / "out.json").read_text())


def out(directory: Path) -> tuple[str, str]:
    return "--out", str(directory / "out.json")


def test_a_model_that_writes_sql_is_judged_with_its_tokens_and_its_price(tmp_path):
    with OpenAIServer(fluent) as server:
        found = run(tmp_path, server, "--model-price-in", "2", "--model-price-out", "8", *out(tmp_path))
    assert found.exit_code == 0, found.output
    assert "plain SQL by stub · 5 questions" in found.output
    assert "model: 6 calls, 6,000 tokens in, 600 out, 0.0168 USD" in found.output
    stored = results(tmp_path)
    assert {r["case"]: r["verdict"] for r in stored["records"]} == {
        "total": "right",
        "split": "right",
        "mood": "rightly_refused",
        "best": "rightly_refused",
        "follow": "right",
    }
    first = stored["records"][0]
    assert (first["sql"], first["calls"], first["tokens_in"], first["dollars"]) == (REVENUE, 1, 1000, 0.0028)
    tables = said(server.requests[0], "system")
    assert "customer(customer_id INTEGER, country VARCHAR)" in tables
    assert "Today is 2026-06-30" in tables
    assert "- Revenue by country" in said(next(body for body in server.requests if asked(body) == "only Germany"))


@pytest.mark.parametrize(
    ("reply", "verdict", "reason"),
    [
        (Reply("```sql\nDROP TABLE orders\n```"), "error", "SQL_REJECTED"),
        (Reply("```sql\nSELECT * FROM read_csv('/etc/passwd')\n```"), "error", "SQL_REJECTED"),
        *(
            pytest.param(reply, "error", code, marks=pytest.mark.deep)
            for reply, code in (
                (Reply("```sql\nSELECT CAST(country AS INTEGER) FROM customer\n```"), "QUERY_FAILED"),
                (Reply("I would rather talk about the weather."), "NO_SQL"),
                (Reply("```sql\nSELECT sum(amo", finish="length"), "REPLY_CUT"),
                (Reply(raw='{"choices": []}'), "MODEL_FAILED"),
                (Reply(raw="no json"), "MODEL_FAILED"),
                (Reply("context too long", status=400), "REQUEST_REFUSED"),
            )
        ),
        (Reply(status=500), "error", "MODEL_FAILED"),
        (Reply("```sql\nSELECT 1 AS n\n```"), "silently_wrong", "SINGLE_CELL_DIFFERENCE"),
        (Reply("CANNOT ANSWER: no"), "needlessly_refused", "MODEL_REFUSED"),
        (Reply(f"```sql\n{REVENUE}\n```", usage=False), "right", ""),
    ],
)
def test_whatever_a_model_says_counts_for_its_question_alone(tmp_path, reply, verdict, reason):
    with OpenAIServer([reply]) as server:
        found = run(tmp_path, server, "--case", "total", "--no-paraphrases", *out(tmp_path))
    assert found.exit_code == 0, found.output
    record = results(tmp_path)["records"][0]
    assert record["verdict"] == verdict
    assert reason in (record["reasons"] or [""])


def test_a_busy_server_is_asked_again_and_a_locked_one_stops_the_run(tmp_path):
    busy = [Reply(status=429), Reply(status=500), Reply(REVENUE)]
    with OpenAIServer(busy) as server:
        found = run(tmp_path, server, "--case", "total", "--no-paraphrases")
    assert (found.exit_code, len(server.requests)) == (0, 3)
    with OpenAIServer(fluent, key="right") as server:
        found = run(tmp_path, server, "--jobs", "2")
    assert found.exit_code == 2
    assert "The model stub cannot be used: Error code: 401" in found.output
    assert "go on with --resume" in found.output
    assert len(server.requests) <= 2  # two at a time, and none begins after the first that was turned away


def test_what_was_paid_for_is_not_asked_again_but_every_repeat_is(tmp_path):
    with OpenAIServer(fluent) as server:
        first = run(tmp_path, server)
        assert len(server.requests) == 6
        assert "600 out, prices not given" in first.output
        again = run(tmp_path, server, *out(tmp_path))
        assert len(server.requests) == 6
        assert "model:" not in again.output
        assert all(record["cached"] for record in results(tmp_path)["records"])
        run(tmp_path, server, "--repeats", "3", "--case", "total", "--no-paraphrases")
        assert len(server.requests) == 8


def test_a_budget_in_calls_or_dollars_stops_the_run_and_a_larger_one_goes_on(tmp_path):
    priced = ("--model-price-in", "2", "--model-price-out", "8")
    with OpenAIServer(fluent) as server:
        unpriced = run(tmp_path, server, "--max-dollars", "1")
        assert (unpriced.exit_code, len(server.requests)) == (2, 0)
        assert "--max-dollars needs the model's prices" in unpriced.output
        found = run(tmp_path, server, "--max-calls", "2")
        assert (found.exit_code, len(server.requests)) == (2, 2)
        assert "The budget of 2 model calls is used up." in found.output
        found = run(tmp_path, server, "--resume", *priced, "--max-dollars", "0.005")
        assert (found.exit_code, len(server.requests)) == (2, 4)  # 0.0028 USD a call, one price is not known
        found = run(tmp_path, server, "--resume", *out(tmp_path))
    assert (found.exit_code, len(server.requests)) == (0, 6)
    assert "4 questions are already answered" in found.output
    assert len(results(tmp_path)["records"]) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "No model is set"),
        (["--model", "stub"], "There is no key for OpenAI's server"),
    ],
)
def test_a_run_without_a_model_says_what_to_set(tmp_path, monkeypatch, arguments, words):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    shop(tmp_path)
    home = ["--home", str(tmp_path / "home")]
    found = CliRunner().invoke(main, ["run", str(tmp_path / "shop.yml"), *home, "--system", "plain-sql", *arguments])
    assert found.exit_code == 2
    assert words in found.output


def test_the_product_with_a_model_behind_it_is_judged_with_what_the_model_took(tmp_path):
    shop(tmp_path)
    words = ["run", str(tmp_path / "shop.yml"), "--home", str(tmp_path / "home"), "--system", "model", "--no-recheck"]
    with OpenAIServer([Reply('{"unplaced": ["mood"]}', usage=(700, 10))]) as server:
        words += ["--model", "stub", "--model-url", server.url, *out(tmp_path)]
        found = CliRunner().invoke(main, words)
        sent = len(server.requests)
    assert found.exit_code == 0, found.output
    assert "all roads with stub" in found.output
    records = {(one["case"], one["question"]): one for one in results(tmp_path)["records"]}
    mood = records["mood", "Revenue by mood"]
    assert (mood["verdict"], mood["calls"], mood["tokens_in"]) == ("rightly_refused", 1, 700)
    assert records["split", "Revenue by country"]["calls"] == 0
    assert sum(one["calls"] for one in records.values()) == sent


def command(directory: Path, server: OpenAIServer, *arguments: str) -> list[str]:
    words = [sys.executable, "-m", "evals", "run", str(directory / "shop.yml"), "--home", str(directory / "home")]
    words += ["--system", "plain-sql", "--model", "stub", "--model-url", server.url, "--no-recheck"]
    return [*words, *out(directory), *arguments]


@pytest.mark.deep
def test_a_killed_run_goes_on_where_it_was_and_pays_nothing_twice(tmp_path):
    """kill -9 while the fourth question is with the model: three are kept, one is asked again, none is paid twice."""
    shop(tmp_path)
    (tmp_path / "out.json").write_text("results of an earlier run")
    killed: list[subprocess.Popen] = []

    def deadly(body: Body) -> Reply:
        if len(server.requests) == 4 and killed[0].poll() is None:
            os.kill(killed[0].pid, signal.SIGKILL)
        return fluent(body)

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with OpenAIServer(deadly) as server:
        killed.append(subprocess.Popen(command(tmp_path, server), env=environment, stderr=subprocess.DEVNULL))
        assert killed[0].wait(60) == -signal.SIGKILL
        assert (tmp_path / "out.json").read_text() == "results of an earlier run"
        before = [asked(body) for body in server.requests]
        found = run(tmp_path, server, "--resume", *out(tmp_path))
    assert found.exit_code == 0, found.output
    assert "3 questions are already answered" in found.output
    times = Counter(asked(body) for body in server.requests)
    assert len(before) == 4
    assert times == Counter({question: 2 if question == before[3] else 1 for question in SQL})
    stored = results(tmp_path)
    assert [record["verdict"] for record in stored["records"]].count("right") == 4
    assert stored["summary"]["totals"]["calls"] == 6


@pytest.mark.deep
def test_a_run_that_is_killed_again_and_again_comes_to_its_end(tmp_path):
    """Several questions at a time, killed at every third: only what was with the model at a kill is asked again."""
    shop(tmp_path)
    running: list[subprocess.Popen] = []

    def deadly(body: Body) -> Reply:
        if len(server.requests) % 3 == 0 and len(running) < 4:
            os.kill(running[-1].pid, signal.SIGKILL)
        return fluent(body)

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with OpenAIServer(deadly) as server:
        for _ in range(8):
            words = command(tmp_path, server, "--repeats", "3", "--jobs", "2", "--resume")
            running.append(subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL))
            if running[-1].wait(60) == 0:
                break
    assert [process.returncode for process in running] == [-signal.SIGKILL] * 3 + [0]
    stored = results(tmp_path)
    assert len(stored["records"]) == 18
    assert {record["verdict"] for record in stored["records"]} == {"right", "rightly_refused"}
    assert 18 <= len(server.requests) <= 18 + 2 * 3
