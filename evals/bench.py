"""How quick the road from question to answer is, beside the same SQL run directly in the same process and run.

`python -m evals.bench` asks every answerable question of the developing suites over the demo company, several rounds
after one that warms up, and prints medians, ratios and shares. Times are those of this machine; quote the ratios.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.config import read_settings
from evals.databases import Wanted, prepare
from evals.loader import load_suite
from evals.suite import Case
from semantic_layer import to_sql
from warehouse import trusted_reader

SUITES = Path(__file__).parent / "suites"
AS_OF = date(2026, 6, 30)
ROUNDS = 5


@dataclass(frozen=True)
class Timed:
    """One question's median milliseconds: the whole way, by step, and its SQL run directly."""

    whole: float
    plan: float
    compile: float
    duckdb: float
    direct: float


@click.command()
@click.option("--rounds", default=ROUNDS, show_default=True, help="Counted rounds after the one that warms up.")
def main(rounds: int) -> None:
    """Print the speed of question to answer without a model, as medians and ratios."""
    prepared = prepare(Wanted("demo", AS_OF), read_settings().home, click.echo)
    assistant = Assistant.open(replace(read_settings(home=prepared.home), as_of=prepared.as_of))
    with trusted_reader(prepared.database) as read:
        timed = [_time(assistant, question, lambda sql: read(sql), rounds) for question in _questions(assistant)]
    assistant.close()
    click.echo(report(timed))


def _english(path: Path) -> Sequence[Case]:
    suite = load_suite(path).suite
    return suite.cases if suite.language == "en" else ()


def _questions(assistant: Assistant) -> list[str]:
    cases = [case for path in sorted(SUITES.glob("*_dev.yml")) for case in _english(path)]
    asked = dict.fromkeys(case.question for case in cases if not getattr(case, "after", None))
    return [question for question in asked if isinstance(assistant.ask(question), Answer)]


def _time(assistant: Assistant, question: str, direct: Callable[[str], object], rounds: int) -> Timed:
    found = [_once(assistant, question, direct) for _ in range(rounds)]
    return Timed(*(statistics.median(getattr(one, name) for one in found) for name in Timed.__dataclass_fields__))


def _once(assistant: Assistant, question: str, direct: Callable[[str], object]) -> Timed:
    started = time.perf_counter()
    answer = assistant.ask(question)
    whole = _milliseconds(started)
    assert isinstance(answer, Answer)
    assert answer.plan
    started = time.perf_counter()
    to_sql(assistant.layer, answer.plan.query, as_of=assistant.as_of)
    compiled = _milliseconds(started)
    started = time.perf_counter()
    direct(answer.sql)
    return Timed(whole, answer.timings["understand"], compiled, answer.timings["duckdb"], _milliseconds(started))


def _milliseconds(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def report(timed: Sequence[Timed]) -> str:
    """The figures as lines: p50 and p95 of the way and its steps, shares and ratios as medians over questions."""
    lines = [f"{len(timed)} answered questions over the demo company, milliseconds, median of the rounds by question"]
    names = {
        "whole": "question to answer",
        "plan": "  question to plan",
        "compile": "  plan to SQL",
        "duckdb": "  in DuckDB",
        "direct": "same SQL, run directly",
    }
    for name, label in names.items():
        values = sorted(getattr(one, name) for one in timed)
        lines.append(f"{label:24} p50 {_at(values, 0.5):7.1f}   p95 {_at(values, 0.95):7.1f}")
    share = statistics.median(one.duckdb / one.whole for one in timed)
    ratio = statistics.median(one.whole / one.direct for one in timed)
    lines.append(f"share of the way spent in DuckDB: {share:.0%} (median)")
    lines.append(f"question to answer / same SQL directly: {ratio:.1f} (median)")
    return "\n".join(lines)


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
