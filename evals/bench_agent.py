"""Calls of a model and prompt tokens for a question: our plan in one call beside two SQL agents, through one server.

`python -m evals.bench_agent` puts questions of the developing suites whose plan is known to a scripted model that is
always right:

- ours: one call that fills the plan, whatever the embedded engine (which needs no call) would have said;
- LangChain's SQLDatabaseToolkit agent: list the tables, read the schema of those needed, check the query (a call of the
  tool's own), run it, answer;
- Vanna's agent as its documentation configures it, in the order that its own prompt demands: search the memory, list
  the tables, read the schema of those needed, run, save to the memory, answer;
- Vanna's agent of its five-minute quickstart, the barest that is documented (its readme's own lines do not run with
  this version): one tool that runs SQL, no memory. List the tables, read the schema of those needed, run, answer. It
  checks nothing before it runs and remembers nothing, so it is printed beside the others and held to no aim.

The rivals run in `.venv-bench`, over a SQLite copy of the tables that our definitions name; their SQL is the suites'
own, written for SQLite. Prompt tokens are a quarter of the characters of all that a request holds (messages, tools,
schemas), counted by the server alike for all. Exit status: 0 every aim is met, 1 one is missed, 2 it could not run.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from assistant.agent import Catalogue, Planner, World, open_client
from assistant.answer import Plan
from assistant.assistant import Assistant
from assistant.config import Settings
from evals.errors import RunError
from evals.filling import filled_of
from evals.loader import load_suite
from evals.openai_server import Body, OpenAIServer, Reply, ToolCall
from warehouse import Read, publish, set_snapshot, trusted_reader
from warehouse.sources.demo import DemoConfig, build_demo

SUITES = Path(__file__).parent / "suites"
SCRIPT = Path(__file__).parent / "rivals" / "agents_rival.py"
PYTHON = Path(".venv-bench/bin/python")
AS_OF = date(2026, 6, 30)
QUESTIONS = 60
MOST_CALLS, MOST_TOKENS, PART = 1, 1800, 4
OURS = "ours"
HELD, BAREST = ("langchain", "vanna"), "vanna, quickstart"


@dataclass(frozen=True)
class Asked:
    """A question with its SQL for SQLite, and the tables that the SQL reads."""

    question: str
    sql: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What one question took: calls of the model, prompt tokens of all of them; whether it came to its end."""

    calls: int
    tokens: int
    ended: bool


@click.command()
@click.option("--questions", default=QUESTIONS, show_default=True, help="How many questions of the suites.")
@click.option("--python", default=PYTHON, type=click.Path(path_type=Path), help="The rivals' Python.")
def main(questions: int, python: Path) -> None:
    """Print calls and prompt tokens for a question, ours and the rivals', with a model that is always right."""
    try:
        taken, versions = _run(questions, python)
    except RunError as error:
        click.echo(f"tellwise: {error}", err=True)
        sys.exit(2)
    click.echo(report(taken, versions))
    sys.exit(0 if all(met for _, met in aims(taken)) else 1)


def _run(questions: int, python: Path) -> tuple[dict[str, list[Taken]], dict[str, str]]:
    with tempfile.TemporaryDirectory() as room:
        home = Path(room)
        with publish(home / "warehouse", start="empty") as connection:
            build_demo(connection, DemoConfig(as_of=AS_OF, customers=800, days=400))
            set_snapshot(connection, "demo", AS_OF)
        with closing(Assistant.open(Settings(home=home, as_of=AS_OF, workers=1))) as assistant:
            names = sorted({one.source for one in assistant.layer.datasets.values()} & set(assistant.engine.schema))
            copied = copy_to_sqlite(home / "warehouse" / "live.duckdb", home / "copy.sqlite", names)
            every = asked_of_suites(copied, names)
            every = [one for one in every if isinstance(assistant.understanding.plan(one.question), Plan)]
            asked = every[:: max(1, len(every) // questions)][:questions]
            taken = {OURS: ours(assistant, asked)}
        versions: dict[str, str] = {}
        for name in (*HELD, BAREST):
            click.echo(f"{name}: {len(asked)} questions", err=True)
            with _rival(name, python, copied) as (ask, server_taken, version):
                versions[name] = version
                taken[name] = [server_taken(one, ask) for one in asked]
        return taken, versions


# --- what is asked


def copy_to_sqlite(source: Path, target: Path, names: Sequence[str]) -> Path:
    """A SQLite file with the rows of the tables; values that SQLite does not know become text."""
    with trusted_reader(source) as read, closing(sqlite3.connect(target)) as copy:
        for name in names:
            _copy(read, copy, name)
        copy.commit()
    return target


def _copy(read: Read, copy: sqlite3.Connection, name: str) -> None:
    result = read(f'SELECT * FROM "{name}"')
    columns = ", ".join(
        f'"{column}" {_sqlite_type(kind)}' for column, kind in zip(result.columns, result.types, strict=True)
    )
    copy.execute(f'CREATE TABLE "{name}" ({columns})')
    marks = ", ".join("?" * len(result.columns))
    copy.executemany(
        f'INSERT INTO "{name}" VALUES ({marks})', ([_plain(value) for value in row] for row in result.rows)
    )


def _sqlite_type(kind: str) -> str:
    whole = "INTEGER" if "INT" in kind or kind == "BOOLEAN" else ""
    return whole or ("REAL" if kind.startswith(("DOUBLE", "DECIMAL", "FLOAT")) else "TEXT")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return float(value) if hasattr(value, "as_tuple") else str(value)


def asked_of_suites(database: Path, names: Sequence[str]) -> list[Asked]:
    """The in-domain questions whose SQL can be said to SQLite."""
    found: list[Asked] = []
    with closing(sqlite3.connect(database)) as copy:
        for path in (SUITES / "in_domain_dev.yml", SUITES / "in_domain_more_dev.yml"):
            for case in load_suite(path).suite.cases:
                statement = _for_sqlite(case.expect.sql[0]) if case.expect.sql else None
                if statement is not None and _runs(copy, statement[0]) and statement[1] <= set(names):
                    found.append(Asked(case.question, statement[0], tuple(sorted(statement[1]))))
    return found


def _for_sqlite(sql: str) -> tuple[str, set[str]] | None:
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        own = {one.alias for one in tree.find_all(exp.CTE)}
        return tree.sql("sqlite"), {table.name for table in tree.find_all(exp.Table)} - own
    except SqlglotError:
        return None


def _runs(copy: sqlite3.Connection, sql: str) -> bool:
    try:
        copy.execute(sql).fetchmany(1)
    except sqlite3.Error:
        return False
    return True


# --- ours


def ours(assistant: Assistant, asked: Sequence[Asked]) -> list[Taken]:
    """What each question takes in one call, the reply being the plan that the embedded engine is sure of."""
    world = World(assistant.layer, assistant.values, assistant.as_of, Catalogue(assistant.layer, assistant.values))
    plans = {one.question: assistant.understanding.plan(one.question) for one in asked}
    with (
        OpenAIServer(lambda body: Reply(json.dumps(_perfect(body, plans)))) as server,
        tempfile.TemporaryDirectory() as log,
    ):
        client = open_client(Settings(home=Path(log), model="stub", model_url=server.url))
        if client is None:
            raise RunError("The package openai is missing: pip install 'tellwise[agent]'.")
        planner, found = Planner(client, world), list[Taken]()
        for one in asked:
            before = len(server.requests)
            outcome = planner.plan(one.question).outcome
            found.append(_taken(server.requests[before:], ended=isinstance(outcome, Plan)))
        client.close()
    return found


def _perfect(body: Body, plans: Mapping[str, object]) -> dict[str, Any]:
    text = str(body["messages"][1]["content"]).rpartition("Question (data): ")[2]
    plan = plans.get(text)
    return filled_of(plan.asked or plan.query) if isinstance(plan, Plan) else {"unplaced": ["?"]}


def _taken(requests: Sequence[Body], *, ended: bool) -> Taken:
    return Taken(len(requests), sum(tokens_of(body) for body in requests), ended)


def tokens_of(body: Body) -> int:
    """Prompt tokens of a request: a quarter of the characters of its messages, tools and schema."""
    parts = {key: body[key] for key in ("messages", "tools", "response_format") if key in body}
    return len(json.dumps(parts, ensure_ascii=False, separators=(",", ":"))) // 4


# --- the rivals

ServerTaken = Callable[[Asked, Callable[[str], str]], Taken]


@contextmanager
def _rival(name: str, python: Path, database: Path) -> Iterator[tuple[Callable[[str], str], ServerTaken, str]]:
    """A way to ask a running rival, what a question took of its server, and its version."""
    if not python.is_file():
        raise RunError(f"There is no environment for the rivals ({python} is missing). `make bench-agent` makes it.")
    now: list[Asked] = []
    with ExitStack() as stack:
        server = stack.enter_context(OpenAIServer(lambda body: _STEPS[name](body, now[-1])))
        command = [str(python.absolute()), str(SCRIPT), name, str(database), server.url]
        room = stack.enter_context(tempfile.TemporaryDirectory())  # rivals write files where they stand
        process = subprocess.Popen(command, cwd=room, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(process.wait)
        given, came = process.stdin, process.stdout
        assert given
        assert came
        stack.callback(came.close)
        stack.callback(given.close)

        def ask(question: str) -> str:
            given.write(json.dumps({"question": question}) + "\n")
            given.flush()
            return str(_line(came.readline(), name)["error"])

        def taken(one: Asked, ask_: Callable[[str], str]) -> Taken:
            now.append(one)
            before = len(server.requests)
            error = ask_(one.question)
            return _taken(server.requests[before:], ended=not error)

        yield ask, taken, str(_line(came.readline(), name)["version"])


def _line(text: str, name: str) -> Mapping[str, Any]:
    if not text:
        raise RunError(f"{name} stopped; the lines above say why. Make the environment anew: rm -rf .venv-bench")
    return json.loads(text)


def _langchain(body: Body, asked: Asked) -> Reply:
    """List, schema, check, run, answer; the check is a call of the tool's own, without tools."""
    if not body.get("tools"):
        return Reply(asked.sql)
    steps = (
        ToolCall("sql_db_list_tables", {"tool_input": ""}),
        ToolCall("sql_db_schema", {"table_names": ", ".join(asked.tables)}),
        ToolCall("sql_db_query_checker", {"query": asked.sql}),
        ToolCall("sql_db_query", {"query": asked.sql}),
    )
    return _step(body, steps)


def _quickstart(body: Body, asked: Asked) -> Reply:
    """The tables, the schema of those needed, the query, the answer."""
    return _step(body, _looked_up(asked))


def _vanna(body: Body, asked: Asked) -> Reply:
    """The memory, the tables, the schema of those needed, the query, the memory again, the answer."""
    query = {"sql": asked.sql}
    saved = {"question": asked.question, "tool_name": "run_sql", "args": query}
    search = ToolCall("search_saved_correct_tool_uses", {"question": asked.question})
    return _step(body, (search, *_looked_up(asked), ToolCall("save_question_tool_args", saved)))


def _looked_up(asked: Asked) -> tuple[ToolCall, ...]:
    names = ", ".join(f"'{table}'" for table in asked.tables)
    return (
        ToolCall("run_sql", {"sql": "SELECT name FROM sqlite_master WHERE type = 'table'"}),
        ToolCall("run_sql", {"sql": f"SELECT sql FROM sqlite_master WHERE name IN ({names})"}),
        ToolCall("run_sql", {"sql": asked.sql}),
    )


def _step(body: Body, steps: Sequence[ToolCall]) -> Reply:
    done = sum(1 for message in body["messages"] if message["role"] == "tool")
    return Reply(tools=[steps[done]]) if done < len(steps) else Reply("That is the answer.")


_STEPS: Mapping[str, Callable[[Body, Asked], Reply]] = {
    "langchain": _langchain,
    "vanna": _vanna,
    "vanna, quickstart": _quickstart,
}


# --- the report


def aims(taken: Mapping[str, Sequence[Taken]]) -> tuple[tuple[str, bool], ...]:
    """The aims, each with whether it is met."""
    own = taken[OURS]
    calls, tokens = _median(own, "calls"), _median(own, "tokens")
    rivals = [(name, _median(taken[name], "tokens")) for name in HELD]
    return (
        (f"ours: {calls:g} calls (median), at most {MOST_CALLS}", calls <= MOST_CALLS),
        (f"ours: {tokens:,.0f} prompt tokens (median), at most {MOST_TOKENS:,}", tokens <= MOST_TOKENS),
        *(
            (f"ours: {tokens / of:.2f} of {name}'s tokens, at most {1 / PART}", tokens * PART <= of)
            for name, of in rivals
        ),
    )


def report(taken: Mapping[str, Sequence[Taken]], versions: Mapping[str, str]) -> str:
    """A table of medians and means, then the aims."""
    lines = [f"{len(taken[OURS])} questions, a model that is always right", _ROW.format(*_HEAD)]
    for name, one in taken.items():
        label = f"{name} {versions.get(name, '')}".strip()
        numbers = (_median(one, "calls"), _mean(one, "calls"), _median(one, "tokens"), _mean(one, "tokens"))
        ended = sum(item.ended for item in one)
        lines.append(_ROW.format(label, *(f"{number:,.1f}" for number in numbers), f"{ended} of {len(one)}"))
    lines += [f"{'met   ' if met else 'MISSED'} {text}" for text, met in aims(taken)]
    part = _median(taken[OURS], "tokens") / _median(taken[BAREST], "tokens")
    lines.append(f"beside ours: {part:.2f} of {BAREST}'s tokens")
    return "\n".join(lines)


_HEAD = ("", "calls median", "mean", "tokens median", "mean", "ended")
_ROW = "{:24} {:>12} {:>8} {:>14} {:>10} {:>12}"


def _median(taken: Sequence[Taken], what: str) -> float:
    return statistics.median(getattr(one, what) for one in taken)


def _mean(taken: Sequence[Taken], what: str) -> float:
    return statistics.fmean(getattr(one, what) for one in taken)


if __name__ == "__main__":
    main()
