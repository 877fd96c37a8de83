"""The embedded engine: right answers, hard limits, no leftovers. Bombs are run here that the guard lets pass."""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.customer_world import fill
from warehouse import (
    DuckDBEngine,
    Limits,
    QueryFailed,
    QueryTimeout,
    QueryTooLarge,
    Result,
    SnapshotMissing,
    SnapshotUnreadable,
    ValidatedSQL,
    validate,
    worker,
)
from warehouse.engines import duckdb as engine_module
from warehouse.engines.pool import Worker, read_reply

SMALL = Limits(seconds=0.7, memory_mb=256)
ROOT = Path(__file__).parent.parent


def build(path: Path, marker: int = 1, rows: int = 1000) -> Path:
    """A snapshot with the four schemas; table `shared` is in two of them, `big` has so many rows."""
    with duckdb.connect(str(path)) as connection:
        database = path.stem
        for name in ("raw", "core", "mart", "meta"):
            connection.execute(f'CREATE SCHEMA "{database}"."{name}"')
        connection.execute(f'CREATE TABLE "{database}".main.web AS SELECT {marker} AS marker')
        connection.execute(f'CREATE TABLE "{database}".main.shared AS SELECT 1 AS from_main')
        connection.execute(f'CREATE TABLE "{database}".core.shared AS SELECT 2 AS from_core, 3 AS more')
        connection.execute(f'CREATE TABLE "{database}".raw.secret AS SELECT 4 AS x')
        connection.execute(
            f'CREATE VIEW "{database}".mart.doubled AS SELECT marker * 2 AS twice FROM "{database}".main.web'
        )
        connection.execute(
            f"CREATE TABLE \"{database}\".meta.big AS SELECT i, 'c' || i AS name FROM range(300000) AS r(i)"
        )
    return path


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = build(tmp_path_factory.mktemp("warehouse") / "live.duckdb", rows=300_000)
    with duckdb.connect(str(path)) as connection:
        connection.execute("USE live.core")
        fill(connection)
    return path


@pytest.fixture(scope="module")
def engine(snapshot: Path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(snapshot, SMALL) as running:
        yield running


def ask(engine: DuckDBEngine, sql: str, limits: Limits | None = None) -> Result:
    return engine.run(validate(sql, engine.schema), limits)


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.005)


def running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


# answers


def test_rows_names_and_types(engine: DuckDBEngine) -> None:
    result = ask(engine, "SELECT region, count(*) AS n FROM customer WHERE region = 'North' GROUP BY region")
    assert result.columns == ("region", "n")
    assert result.types == ("VARCHAR", "BIGINT")
    assert result.rows[0][0] == "North"
    assert not result.truncated
    assert 0 < result.seconds < 1


def test_values_arrive_as_python_values(engine: DuckDBEngine) -> None:
    sql = """SELECT 1.50::DECIMAL(18,2), DATE '2025-01-31', TIMESTAMP '2025-01-31 04:05:06.5', NULL, [1, NULL],
    {'a': 1}, MAP {'k': 2}, INTERVAL 36 HOURS, TRUE, 'é€😀', 12345678901234567890123::INT128,
    to_timestamp(0), [to_timestamp(0)], 'nan'::DOUBLE, '{"a": [1]}'::JSON, TIME '10:00:00'"""
    row = ask(engine, sql).rows[0]
    moment = datetime(1970, 1, 1, tzinfo=UTC)
    assert row[:13] == (
        Decimal("1.50"), date(2025, 1, 31), datetime(2025, 1, 31, 4, 5, 6, 500_000), None, [1, None], {"a": 1},
        {"k": 2}, timedelta(hours=36), True, "é€😀", 12345678901234567890123, moment, [moment],
    )  # fmt: skip
    assert row[13] != row[13]
    assert row[14:] == ('{"a": [1]}', datetime(1, 1, 1, 10).time())
    assert row[11].tzinfo is UTC


def test_one_row_more_than_the_limit_is_noticed(engine: DuckDBEngine) -> None:
    for rows, truncated in ((60, False), (59, True), (61, False)):
        result = ask(engine, "SELECT customer_id FROM customer", Limits(seconds=5, rows=rows))
        assert (len(result.rows), result.truncated) == (min(rows, 60), truncated)


def test_schema_is_the_four_schemas_first_wins(engine: DuckDBEngine) -> None:
    schema = engine.schema
    assert schema["shared"] == {"from_main": "INTEGER"}
    assert schema["doubled"] == {"twice": "INTEGER"}
    assert schema["orders"]["net_amount"] == "DECIMAL(18,2)"
    assert schema["session"]["pages"] == "VARCHAR[]"
    assert "secret" not in schema
    assert ask(engine, "SELECT from_main FROM shared").rows == ((1,),)
    assert ask(engine, "SELECT twice FROM doubled").rows == ((2,),)


@pytest.mark.parametrize("name", ["core", "mart", "with space", "o'brien", "select"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with DuckDBEngine(build(tmp_path / f"{name}.duckdb")) as engine:
        assert ask(engine, "SELECT marker, from_main FROM web, shared").rows == ((1, 1),)


def test_moments_are_in_utc(engine: DuckDBEngine) -> None:
    assert ask(engine, "SELECT CAST(to_timestamp(0) AS VARCHAR)").rows == (("1970-01-01 00:00:00+00",),)


def test_rows_that_duckdb_cannot_bind_in_its_second_opinion(engine: DuckDBEngine) -> None:
    for sql in (
        "SELECT quantile_cont(page_views, [0.1, 0.9]) FROM session",
        "SELECT count(*) FROM customer JOIN orders USING (customer_id)",
        "WITH a AS (SELECT customer_id FROM customer) SELECT count(*) FROM a JOIN orders USING (customer_id)",
    ):
        assert len(ask(engine, sql).rows) == 1


# only what the guard has made


def test_only_validated_statements_run(engine: DuckDBEngine) -> None:
    for statement in ("SELECT 1", None, object.__new__(ValidatedSQL)):
        with pytest.raises((TypeError, AttributeError)):
            engine.run(statement)  # type: ignore[arg-type] - the point of the test
    forged = object.__new__(ValidatedSQL)
    for field, value in (("sql", "SELECT 1"), ("tables", frozenset()), ("columns", frozenset()), ("seal", b"x" * 16)):
        object.__setattr__(forged, field, value)
    with pytest.raises(TypeError, match=r"guard\.validate"):
        engine.run(forged)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM query('SELECT * FROM customer')",
        "SELECT * FROM query_table('customer')",
        "SELECT * FROM orders",
        "SELECT * FROM raw.secret",
        "SELECT 1; SELECT 2",
        "SUMMARIZE customer",
        "EXPLAIN SELECT 1",
        "WITH d AS (DELETE FROM customer RETURNING *) SELECT * FROM d",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "SET memory_limit = '10GB'",
        "SET lock_configuration = false",
        "ATTACH '/tmp/other.duckdb'",
        "COPY customer TO '/tmp/customer.csv'",
        "CREATE TABLE x AS SELECT 1",
        "DELETE FROM customer",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "CHECKPOINT",
    ],
)
def test_the_worker_refuses_what_only_a_broken_guard_would_send(engine: DuckDBEngine, sql: str) -> None:
    request = {"sql": sql, "tables": ["ticket"], "rows": 5, "memory_mb": 200, "result_mb": 1}
    with engine._pool.worker(engine._launch()) as child:
        assert child.schema
        reply = child.ask(json.dumps(request).encode(), 5)
    assert reply[0] == "failed"


# limits


BOMBS = [
    ("SELECT count(*) FROM big a, big b, big c", QueryTimeout),
    ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r", QueryTimeout),
    ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r, range(2)) SELECT count(*) FROM r", QueryFailed),
    ("SELECT sum(levenshtein(repeat(name, 4000), repeat('x', 20000))) FROM big", QueryTimeout),
    ("SELECT list_sum(list_transform(range(CAST(200000000 AS BIGINT)), lambda x: x * x))", QueryTooLarge),
    ("SELECT sum(length(repeat('x', 1000000) || name)) FROM big", QueryFailed),
    ("SELECT max(length(repeat(name, 10000000))) FROM big", QueryFailed),
    ("SELECT list(a.name || b.name) FROM big a, big b", QueryFailed),
    ("SELECT length(string_agg(repeat(name, 500), ',')) FROM big", QueryFailed),
    ("SELECT repeat('x', 1000000) FROM big", QueryFailed),
    ("SELECT count(*) FROM (SELECT a.i + b.i AS k FROM big a, big b GROUP BY k)", QueryFailed),
    ("SELECT length(repeat('x', 10000000000))", QueryFailed),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "error"), [*BOMBS[:5], *(pytest.param(*bomb, marks=pytest.mark.deep) for bomb in BOMBS[5:])]
)
def test_bombs_end_in_time_and_the_next_question_is_answered(
    engine: DuckDBEngine, sql: str, error: type[QueryFailed]
) -> None:
    statement = validate(sql, engine.schema)
    ask(engine, "SELECT 1 AS x")  # a warm worker, so that its start is not measured
    started = time.monotonic()
    with pytest.raises(error) as failure:
        engine.run(statement)
    assert time.monotonic() - started < SMALL.seconds + 1.0
    assert failure.value.sql
    assert ask(engine, "SELECT 1 AS x").rows == ((1,),)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("sql", "error"), [*BOMBS[:5], *(pytest.param(*bomb, marks=pytest.mark.deep) for bomb in BOMBS[5:])]
)
def test_bombs_end_under_the_usual_limits_too(snapshot: Path, sql: str, error: type[QueryFailed]) -> None:
    limits = Limits()
    with DuckDBEngine(snapshot, limits) as engine:
        statement = validate(sql, engine.schema)
        ask(engine, "SELECT 1 AS x")
        started = time.monotonic()
        with pytest.raises(QueryFailed):
            engine.run(statement)
        assert time.monotonic() - started < limits.seconds + 1.0
        assert ask(engine, "SELECT 1 AS x").rows == ((1,),)


def test_memory_of_a_worker_stays_under_its_limit(snapshot: Path) -> None:
    """Measured in a process of its own, whose children are these workers only."""
    script = (
        "import resource, sys\n"
        "from warehouse import DuckDBEngine, Limits, QueryFailed, validate\n"
        "engine = DuckDBEngine(sys.argv[1], Limits(seconds=1, memory_mb=256), workers=1)\n"
        "for sql in sys.argv[2:]:\n"
        "    try:\n"
        "        engine.run(validate(sql, engine.schema))\n"
        "    except QueryFailed as error:\n"
        "        print(type(error).__name__)\n"
        "engine.close()\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )
    bombs = [
        "SELECT list_sum(list_transform(range(CAST(200000000 AS BIGINT)), lambda x: x * x))",
        "SELECT sum(length(repeat('x', 1000000) || name)) FROM big",
        "SELECT list(a.name) FROM big a, big b",
    ]
    done = subprocess.run(
        [sys.executable, "-c", script, str(snapshot), *bombs], capture_output=True, text=True, check=True, cwd=ROOT
    )
    *failures, megabytes = done.stdout.split()
    assert len(failures) == 3
    assert int(megabytes) < 256 + 120  # what Python and DuckDB need before any statement


def test_too_much_memory_is_told_from_too_much_time(engine: DuckDBEngine) -> None:
    for sql in ("SELECT repeat('x', 1000000) FROM big", "SELECT length(string_agg(repeat(name, 500), ',')) FROM big"):
        with pytest.raises(QueryTooLarge, match="memory"):
            ask(engine, sql, Limits(seconds=30, memory_mb=256))


def test_a_result_has_a_size_limit(engine: DuckDBEngine) -> None:
    sql = "SELECT repeat('x', 100000) FROM big LIMIT 100"
    with pytest.raises(QueryTooLarge, match="larger than 1 MB"):
        ask(engine, sql, Limits(seconds=5, result_mb=1))
    assert len(ask(engine, sql, Limits(seconds=5, result_mb=20)).rows) == 100


def test_limits_of_nothing_are_refused() -> None:
    for limits in ({"seconds": 0}, {"rows": 0}, {"memory_mb": -1}, {"result_mb": 0}):
        with pytest.raises(ValueError, match="more than zero"):
            Limits(**limits)  # type: ignore[arg-type] - one of them at a time


# errors


def exceptions_of_duckdb() -> list[type[Exception]]:
    found = [value for value in vars(duckdb).values() if isinstance(value, type) and issubclass(value, Exception)]
    return sorted(set(found), key=lambda kind: kind.__name__)


def test_no_duckdb_exception_leaves_the_package() -> None:
    kinds = exceptions_of_duckdb()
    assert len(kinds) > 20
    for kind in [*kinds, MemoryError, ValueError, OverflowError, UnicodeDecodeError]:
        error = kind("utf-8", b"x", 0, 1, "bad") if kind is UnicodeDecodeError else kind("it went wrong")
        reply = pickle.loads(pickle.dumps(worker.explain(error)))
        with pytest.raises(QueryFailed) as failure:
            engine_module._result(reply, "SELECT 1", 0.0)
        assert failure.value.sql == "SELECT 1"
        assert str(failure.value)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT CAST(segment AS INTEGER) FROM customer", "Could not convert string"),
        ("SELECT sum(region) FROM customer", "sum"),
        ("SELECT region, count(*) FROM customer", "GROUP BY"),
        ("SELECT strptime('x', '%Y')", "x"),
    ],
)
def test_failures_are_explained_without_what_is_not_the_authors(engine: DuckDBEngine, sql: str, message: str) -> None:
    with pytest.raises(QueryFailed, match=message) as failure:
        ask(engine, sql)
    text = str(failure.value)
    assert "LINE 1" not in text
    assert "Candidate" not in text
    assert "/" not in text.replace("and/or", "")


def test_messages_are_cleaned() -> None:
    told = engine_module.cleaned(
        'IO Error: Cannot open file "/srv/data/warehouse/live.duckdb": No such file\n\nLINE 1: SELECT ssn FROM x\n   ^'
    )
    assert told == 'IO Error: Cannot open file "<file>": No such file'
    told = engine_module.cleaned(
        'Binder Error: Referenced column "x" not found!\nCandidate bindings: "ssn", "salary"\n\nLINE 1'
    )
    assert told == 'Binder Error: Referenced column "x" not found!'
    told = "Conversion Error: invalid date '2025/01/31' at a/b/c"
    assert engine_module.cleaned(told) == told
    assert engine_module.cleaned('Table "x" does not exist!\nDid you mean "pg_tables"?') == 'Table "x" does not exist!'


# snapshots


def test_no_snapshot_yet(tmp_path: Path) -> None:
    path = tmp_path / "live.duckdb"
    with DuckDBEngine(path) as engine:
        with pytest.raises(SnapshotMissing, match=r"Load files or build"):
            assert engine.schema
        build(tmp_path / "next.duckdb", marker=7)
        os.replace(tmp_path / "next.duckdb", path)
        assert ask(engine, "SELECT marker FROM web").rows == ((7,),)


def test_a_file_that_is_no_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "live.duckdb"
    path.write_text("this is not a database" * 1000)
    with DuckDBEngine(path) as engine:
        with pytest.raises(SnapshotUnreadable, match="cannot be opened"):
            assert engine.schema
        build(tmp_path / "next.duckdb", marker=8)
        os.replace(tmp_path / "next.duckdb", path)
        assert ask(engine, "SELECT marker FROM web").rows == ((8,),)


def test_a_new_snapshot_is_noticed_while_the_old_one_still_answers(tmp_path: Path) -> None:
    path = build(tmp_path / "live.duckdb", marker=1, rows=300_000)
    slow = "SELECT marker, (SELECT count(*) FROM big a, range(20000) AS r WHERE a.i % 7 = r.range % 7) FROM web"
    with DuckDBEngine(path, Limits(seconds=20), workers=2) as engine, ThreadPoolExecutor(2) as threads:
        statement = validate(slow, engine.schema)
        old = threads.submit(engine.run, statement)
        wait_until(lambda: bool(engine._pool._lent))
        build(tmp_path / "next.duckdb", marker=2)
        os.replace(tmp_path / "next.duckdb", path)
        assert ask(engine, "SELECT marker FROM web").rows == ((2,),)
        assert old.result().rows[0][0] == 1
        assert ask(engine, "SELECT marker FROM web").rows == ((2,),)


def test_schema_follows_the_snapshot(tmp_path: Path) -> None:
    path = build(tmp_path / "live.duckdb")
    with DuckDBEngine(path) as engine:
        assert "added" not in engine.schema
        with duckdb.connect(str(build(tmp_path / "next.duckdb"))) as connection:
            connection.execute("CREATE TABLE added AS SELECT 1 AS x")
        os.replace(tmp_path / "next.duckdb", path)
        assert engine.schema["added"] == {"x": "INTEGER"}


# processes


def test_many_threads_share_few_workers(snapshot: Path) -> None:
    with DuckDBEngine(snapshot, Limits(seconds=20), workers=2) as engine:
        statements = [validate(f"SELECT count(*) + {n} AS n FROM customer", engine.schema) for n in range(40)]
        with ThreadPoolExecutor(10) as threads:
            answers = list(threads.map(lambda statement: engine.run(statement).rows[0][0], statements))
        assert answers == [60 + n for n in range(40)]
        assert len(engine._pool._idle) <= 2


def test_first_come_first_served(snapshot: Path) -> None:
    served: list[int] = []
    with DuckDBEngine(snapshot, workers=1) as engine, ThreadPoolExecutor(8) as threads:
        pool, launch = engine._pool, engine._launch()

        def go(position: int) -> None:
            with pool.worker(launch):
                served.append(position)

        with pool.worker(launch):
            for position in range(8):
                threads.submit(go, position)
                wait_until(lambda queued=position + 1: len(pool._waiting) == queued)
            assert served == []
    assert served == list(range(8))


def test_a_worker_that_died_is_replaced(engine: DuckDBEngine) -> None:
    ask(engine, "SELECT 1 AS x")
    for idle in list(engine._pool._idle):
        os.kill(idle.pid, signal.SIGKILL)
        wait_until(lambda idle=idle: not idle.alive)
    assert ask(engine, "SELECT 2 AS x").rows == ((2,),)


def test_a_worker_killed_at_work_is_reported(snapshot: Path) -> None:
    with DuckDBEngine(snapshot, Limits(seconds=20), workers=1) as engine, ThreadPoolExecutor(1) as threads:
        assert engine.schema
        slow = threads.submit(ask, engine, "SELECT count(*) FROM big a, big b, big c")
        wait_until(lambda: any(lent.spent for lent in engine._pool._lent))
        os.kill(engine._pool._lent[0].pid, signal.SIGKILL)
        with pytest.raises(QueryTooLarge, match="process ended"):
            slow.result()
        assert ask(engine, "SELECT 3 AS x").rows == ((3,),)


def test_closing_ends_everything(snapshot: Path) -> None:
    engine = DuckDBEngine(snapshot, Limits(seconds=20), workers=1)
    assert engine.schema
    with ThreadPoolExecutor(3) as threads:
        runs = [threads.submit(ask, engine, "SELECT count(*) FROM big a, big b, big c") for _ in range(3)]
        wait_until(lambda: any(lent.spent for lent in engine._pool._lent))
        wait_until(lambda: len(engine._pool._waiting) == 2)
        pids = [child.pid for child in engine._pool._lent]
        engine.close()
        for run in runs:
            with pytest.raises(QueryFailed, match="closed"):
                run.result()
    engine.close()
    wait_until(lambda: not any(running(pid) for pid in pids))
    with pytest.raises(QueryFailed, match="closed"):
        ask(engine, "SELECT 1 AS x")


def test_nothing_is_left_open(snapshot: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    with DuckDBEngine(snapshot, Limits(seconds=0.2), workers=1) as engine:
        ask(engine, "SELECT 1 AS x")
        before = descriptors()
        for _ in range(3):
            with pytest.raises(QueryTimeout):
                ask(engine, "SELECT count(*) FROM big a, big b, big c")
        assert descriptors() <= before


def test_a_killed_parent_leaves_no_worker(snapshot: Path) -> None:
    script = (
        "import sys, threading\n"
        "from warehouse import DuckDBEngine, Limits, validate\n"
        "engine = DuckDBEngine(sys.argv[1], Limits(seconds=60), workers=1)\n"
        "statement = validate('SELECT count(*) FROM big a, big b, big c', engine.schema)\n"
        "threading.Thread(target=engine.run, args=(statement,), daemon=True).start()\n"
        "while not (engine._pool._lent and engine._pool._lent[0].spent): pass\n"
        "print(engine._pool._lent[0].pid, flush=True)\n"
        "threading.Event().wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(snapshot)], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert running(pid)
        parent.kill()
    wait_until(lambda: not running(pid))


def test_a_worker_knows_no_secrets_and_has_its_limits(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-secret")
    child = Worker(engine._launch())
    try:
        assert child.schema
        assert b"sk-test-secret" not in (Path("/proc") / str(child.pid) / "environ").read_bytes()
        limits = (Path("/proc") / str(child.pid) / "limits").read_text()
        assert any(line.startswith("Max file size") and line.split()[3] == "0" for line in limits.splitlines())
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0
    finally:
        child.kill()


def test_what_a_worker_sends_cannot_make_objects() -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("echo evil",)

    with pytest.raises(pickle.UnpicklingError):
        read_reply(pickle.dumps(("rows", Evil())))
    assert read_reply(pickle.dumps(("rows", Decimal("1.5")))) == ("rows", Decimal("1.5"))
