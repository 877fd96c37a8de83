"""PostgreSQL as a source, against a real server that the tests start and stop."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources_world import World
from tests.test_sources_formats import DATABASE
from warehouse import LoadError

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytestmark = [
    pytest.mark.skipif(not BINARIES, reason="no PostgreSQL server in /usr/lib/postgresql/*/bin"),
    pytest.mark.xdist_group("postgres"),
]
sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra `postgres` is not installed")
pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")


def _account() -> str | None:
    """The server refuses to run as root; another account is taken then."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("the server refuses to run as root, and there is no account postgres")


@pytest.fixture(scope="module")
def server() -> Generator[str]:
    """Address of a fresh server that listens on a socket file alone."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if account:
        shutil.chown(folder, account)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(BINARIES[-1] / program), *arguments],
            user=account,
            check=True,
            capture_output=True,
            cwd=folder,
            timeout=120,
        )

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://postgres:s3cret@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, *statements: str) -> None:
    engine = sqlalchemy.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def world(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> World:
    execute(
        server,
        "DROP TABLE IF EXISTS orders",
        "CREATE TABLE orders (no bigint, day timestamptz, total numeric(12,2), state text,"
        " changed timestamptz, extra jsonb)",
        "INSERT INTO orders VALUES (1, '2026-01-05 10:00+02', 10.5, 'paid', '2026-02-01 10:00:00+00', '{\"a\": [1]}'),"
        " (2, '2026-01-06 10:00+00', 20, 'void', '2026-02-02 10:00:00.123456+00', NULL)",
    )
    monkeypatch.setenv("SHOP_DATABASE", server)
    return World(tmp_path)


def test_rows_arrive_with_times_in_utc_and_money_exact(world: World) -> None:
    world.declare(DATABASE.format(address="'${SHOP_DATABASE}'", query="orders"))
    assert world.load().loaded[0].counts.inserted == 2
    assert world.rows("SELECT order_id, ordered_at, gross_amount, status FROM core.orders ORDER BY 1") == [
        ("1", datetime(2026, 1, 5, 8), Decimal("10.50"), "completed"),
        ("2", datetime(2026, 1, 6, 10), Decimal(20), "cancelled"),
    ]
    assert world.rows("SELECT extra FROM raw.shop_orders ORDER BY no") == [('{"a": [1]}',), (None,)]


def test_later_loads_read_from_the_watermark_on(world: World, server: str) -> None:
    query = "\"SELECT * FROM orders WHERE state LIKE '%d'\""
    world.declare(DATABASE.format(address="'${SHOP_DATABASE}'", query=query))
    world.load()
    execute(server, "UPDATE orders SET total = 11, changed = '2026-02-03 10:00+00' WHERE no = 1")
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.updated, counts.unchanged) == (2, 1, 1)
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.unchanged) == (1, 1)


def test_a_query_may_not_change_the_source(world: World, server: str) -> None:
    world.declare(
        DATABASE.format(
            address="'${SHOP_DATABASE}'", query="WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone"
        )
    )
    with pytest.raises(LoadError, match=r"read-only|DECLARE CURSOR"):
        world.load()


def test_errors_never_tell_the_password(world: World, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in (server + "/nowhere", server.replace("/postgres?", "/no_such_db?"), "postgresql://u:s3cret@[bad"):
        monkeypatch.setenv("SHOP_DATABASE", address)
        world.declare(DATABASE.format(address="'${SHOP_DATABASE}'", query="orders"))
        with pytest.raises(LoadError) as caught:
            world.load()
        assert "s3cret" not in str(caught.value)
