"""Publishing: whole or not at all, one builder at a time, the old snapshot answers until the new one is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import BuildError, SnapshotMissing, SnapshotUnreadable, live_path, publish, set_snapshot, snapshot_info


def rows(directory: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(live_path(directory)), read_only=True) as con:
        return con.execute(sql).fetchall()


def build(directory: Path, value: int, **options: str) -> None:
    with publish(directory, **options) as con:  # type: ignore[arg-type] # start is one of two words
        con.execute(f"CREATE OR REPLACE TABLE core.thing AS SELECT {value} AS value")


def drop_and_raise(con: duckdb.DuckDBPyConnection, error: BaseException) -> None:
    con.execute("DROP TABLE core.thing")
    raise error


def builder_process(directory: Path, *body: str) -> subprocess.Popen[str]:
    """A process that builds as told and then waits inside the block for a line on its standard input."""
    lines = ["import os, signal, sys", "from pathlib import Path", "import warehouse.build", *body]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines), str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )


HELD = (
    "with warehouse.build.publish(Path(sys.argv[1])) as con:",
    "    con.execute('CREATE OR REPLACE TABLE core.thing AS SELECT 99 AS value')",
    "    print('inside', flush=True)",
    "    sys.stdin.readline()",
)


def test_what_was_built_answers_with_its_schemas_and_meta(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    with publish(tmp_path) as con:
        con.execute("CREATE TABLE core.thing AS SELECT 1 AS value")
        set_snapshot(con, "demo", date(2026, 10, 31))
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(1,)]
    schemas = rows(tmp_path, "SELECT DISTINCT schema_name FROM information_schema.schemata")
    assert {("main",), ("raw",), ("core",), ("mart",), ("meta",)} <= set(schemas)
    freshness = rows(tmp_path, "SELECT column_name, column_type FROM (DESCRIBE meta.source_freshness)")
    assert freshness == [
        ("source", "VARCHAR"),
        ("last_loaded_at", "TIMESTAMP"),
        ("max_event_at", "TIMESTAMP"),
        ("rows", "BIGINT"),
    ]
    info = snapshot_info(tmp_path)
    assert (info.as_of, info.kind, info.path) == (date(2026, 10, 31), "demo", tmp_path / "live.duckdb")
    assert before <= info.built_at <= datetime.now(UTC)
    assert info.size == os.path.getsize(tmp_path / "live.duckdb")


def test_nothing_but_the_snapshot_and_the_lock_stays_behind(tmp_path: Path) -> None:
    build(tmp_path, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["builder.lock", "live.duckdb"]


def test_copy_adds_to_what_was_there_and_empty_begins_anew(tmp_path: Path) -> None:
    build(tmp_path, 1)
    with publish(tmp_path, start="copy") as con:
        con.execute("CREATE TABLE other AS SELECT 2 AS value")
    assert rows(tmp_path, "SELECT * FROM core.thing, other") == [(1, 2)]
    with publish(tmp_path, start="empty") as con:
        con.execute("CREATE TABLE other AS SELECT 3 AS value")
    names = rows(tmp_path, "SELECT table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'main')")
    assert names == [("other",)]


def test_as_of_and_kind_survive_a_copy_and_built_at_moves_on(tmp_path: Path) -> None:
    with publish(tmp_path) as con:
        set_snapshot(con, "demo", date(2026, 1, 2))
    first = snapshot_info(tmp_path)
    build(tmp_path, 1)
    second = snapshot_info(tmp_path)
    assert (second.kind, second.as_of) == ("demo", date(2026, 1, 2))
    assert second.built_at > first.built_at


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_an_exception_leaves_the_old_snapshot_and_no_building_file(tmp_path: Path, error: BaseException) -> None:
    build(tmp_path, 1)
    old = (tmp_path / "live.duckdb").read_bytes()
    with pytest.raises(type(error)), publish(tmp_path) as con:
        drop_and_raise(con, error)
    assert (tmp_path / "live.duckdb").read_bytes() == old
    assert sorted(path.name for path in tmp_path.iterdir()) == ["builder.lock", "live.duckdb"]
    build(tmp_path, 2)  # and the lock is free again
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(2,)]


def test_an_error_of_the_database_arrives_as_a_build_error(tmp_path: Path) -> None:
    build(tmp_path, 1)
    with pytest.raises(BuildError, match="nowhere") as caught, publish(tmp_path) as con:
        con.execute("SELECT * FROM nowhere")
    assert isinstance(caught.value.__cause__, duckdb.Error)
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(1,)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("DROP SCHEMA mart", "schemas are missing: mart"),
        ("DELETE FROM meta.snapshot", "meta.snapshot must have one row"),
        ("DROP TABLE meta.source_freshness", "source_freshness"),
        ("BEGIN; CREATE TABLE core.half AS SELECT 1 AS value", "transaction"),
    ],
)
def test_a_build_that_is_not_whole_is_not_published(tmp_path: Path, fault: str, words: str) -> None:
    build(tmp_path, 1)
    with pytest.raises(BuildError, match=words), publish(tmp_path) as con:
        con.execute(fault)
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(1,)]


def test_a_second_builder_is_told_who_is_at_work(tmp_path: Path) -> None:
    build(tmp_path, 1)
    with builder_process(tmp_path, *HELD) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "inside\n"
        with pytest.raises(BuildError, match=rf"process {other.pid}\). Wait until it ends, or stop"):
            build(tmp_path, 2)
        assert rows(tmp_path, "SELECT value FROM core.thing") == [(1,)]
        other.communicate("go on\n")
        assert other.returncode == 0
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(99,)]


def test_two_builders_in_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    with publish(tmp_path), pytest.raises(BuildError, match=f"process {os.getpid()}"):
        build(tmp_path, 2)


AT_REPLACE = (
    "warehouse.build.os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)",
    "with warehouse.build.publish(Path(sys.argv[1])) as con:",
    "    con.execute('CREATE OR REPLACE TABLE core.thing AS SELECT 99 AS value')",
    "    print('inside', flush=True)",
)


@pytest.mark.parametrize("body", [HELD, AT_REPLACE], ids=["while building", "just before the replacement"])
def test_kill_leaves_the_old_snapshot_and_the_next_builder_cleans_up(tmp_path: Path, body: tuple[str, ...]) -> None:
    build(tmp_path, 1)
    with builder_process(tmp_path, *body) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "inside\n"
        if body is HELD:
            other.kill()
        assert other.wait() == -signal.SIGKILL
    assert list(tmp_path.glob("building-*"))
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(1,)]
    build(tmp_path, 2)
    assert not list(tmp_path.glob("building-*"))
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(2,)]


def test_a_reader_keeps_the_old_snapshot_while_new_ones_are_published(tmp_path: Path) -> None:
    build(tmp_path, 1)
    assert snapshot_info(tmp_path).kind == "custom"
    with duckdb.connect(str(live_path(tmp_path)), read_only=True, config={"threads": 1}) as reader:
        with publish(tmp_path) as con:
            con.execute("UPDATE core.thing SET value = 2")
            set_snapshot(con, "files")
        assert reader.execute("SELECT value FROM core.thing").fetchall() == [(1,)]
        # the reader's handle is still open in this very process: what the file is now must be seen nevertheless
        assert snapshot_info(tmp_path).kind == "files"


def test_a_log_left_beside_the_old_file_is_not_replayed_into_the_new_one(tmp_path: Path) -> None:
    build(tmp_path, 1)
    (tmp_path / "live.duckdb.wal").write_bytes(b"a log of somebody's own")
    build(tmp_path, 2, start="empty")
    assert not (tmp_path / "live.duckdb.wal").exists()
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(2,)]


def test_no_snapshot_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing, match="Load files or build the demo company"):
        snapshot_info(tmp_path / "nothing")


def test_a_broken_live_file_is_named_and_can_be_built_over(tmp_path: Path) -> None:
    live_path(tmp_path).write_bytes(b"not a database" * 1000)
    with pytest.raises(SnapshotUnreadable, match="cannot be read"):
        snapshot_info(tmp_path)
    with pytest.raises(BuildError, match="Build a new one from nothing"):
        build(tmp_path, 1)
    build(tmp_path, 1, start="empty")
    assert rows(tmp_path, "SELECT value FROM core.thing") == [(1,)]


def test_a_directory_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="file"):
        build(tmp_path / "file", 1)


def test_views_of_the_building_file_work_under_the_live_name(tmp_path: Path) -> None:
    build(tmp_path, 5)
    with publish(tmp_path) as con:
        con.execute("CREATE VIEW mart.doubled AS SELECT 2 * value AS value FROM core.thing")
    assert rows(tmp_path, "SELECT value FROM mart.doubled") == [(10,)]
