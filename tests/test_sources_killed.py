"""A load that is killed at any moment: running questions are answered on, and the next load brings everything."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sources_world import HEADER, World
from warehouse.sources.core_tables import core_tables

ROOT = Path(__file__).parent.parent
LOAD = (
    "import sys; from pathlib import Path; from tests.sources_world import World;"
    " print('begin', flush=True); World(Path(sys.argv[1])).load()"
)
READ = """
import select, sys
from pathlib import Path
from warehouse import DuckDBEngine, live_path, validate
waiting = True
while waiting:
    engine = DuckDBEngine(live_path(Path(sys.argv[1])), workers=1)
    for _ in range(20):
        waiting = waiting and not select.select([sys.stdin], [], [], 0.05)[0]
        print(*engine.run(validate("SELECT count(*) FROM orders", engine.schema)).rows[0], flush=True)
    engine.close()
"""
PEOPLE = """
  crm_people:
    system: crm
    table: person_record
    files: "people-*.csv"
    columns:
      {record_id: id, first_name: first, last_name: last, email: mail, city: city, birth_date: born, updated_at: day}
"""


def empty_tables() -> str:
    """Sources without rows for all tables that the derived tables read beside orders and people."""
    texts = " ".join(path.read_text() for path in (ROOT / "warehouse" / "schema" / "mart").rglob("*.sql"))
    read = {name for name in re.findall(r"\bcore\.(\w+)", texts) if name in core_tables()}
    lines: list[str] = []
    for name in sorted(read - {"orders", "person_record", "customer"}):
        columns = [column.name for column in core_tables()[name].columns if column.required]
        values = ", ".join(f"{column}: {{value: '1'}}" for column in columns)
        lines.append(f"  {name}: {{table: {name}, files: nothing.csv, key: id, columns: {{{values}}}}}")
    return "\n".join(lines) + "\n"


def orders(first: int, count: int) -> str:
    rows = (
        f"{n},2026-01-{1 + n % 28:02d},{n % 100}.50,{'bad' if n % 1000 == 7 else 'paid'}\n"
        for n in range(first, first + count)
    )
    return HEADER + "".join(rows)


def people(first: int, count: int) -> str:
    rows = (
        f"p{n},Ann{m},Berg{m},a{m}@example.com,City{m % 9},{1950 + m % 50}-03-0{1 + m % 9},2026-01-01\n"
        for n in range(first, first + count)
        for m in [n // 2]  # two records, one person
    )
    return "id,first,last,mail,city,born,day\n" + "".join(rows)


def write(world: World, number: int, rows: int, heads: int) -> None:
    world.write(f"orders-{number}.csv", orders(number * rows, rows))
    if heads:
        world.write(f"people-{number}.csv", people(number * heads, heads))


def start(world: World) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(world.folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "begin\n"
    return process


def stop(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill the load after some time; whether it was still at work."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    finally:
        assert process.stdout
        process.stdout.close()
    return process.returncode == -signal.SIGKILL


@contextmanager
def asking(world: World) -> Generator[list[int]]:
    """Another process asks for the number of orders all the time; what it was told, once the block ends."""
    told: list[int] = []
    process = subprocess.Popen(
        [sys.executable, "-c", READ, str(world.warehouse)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield told
    out, wrong = process.communicate("stop\n", timeout=120)
    assert process.returncode == 0, wrong
    told += map(int, out.split())


def campaign(world: World, rows: int, heads: int, kills: int) -> int:
    """Kill loads of new files at random moments while a question is asked; the number that were hit at work."""
    chance, hit = random.Random(7), 0
    write(world, 0, rows, heads)
    world.write("nothing.csv", "id,name\n")
    world.orders_from("'orders-*.csv'", PEOPLE + empty_tables() if heads else "")
    begun = time.monotonic()
    world.load()
    whole = time.monotonic() - begun
    loaded = rows - len([n for n in range(rows) if n % 1000 == 7])
    with asking(world) as told:
        for number in range(1, kills + 1):
            write(world, number, rows, heads)
            hit += stop(start(world), chance.uniform(0, whole))
            assert world.rows("SELECT count(*) FROM core.orders")[0][0] % loaded == 0
        world.load()
    assert told
    assert told == sorted(told)  # no row that was there is gone again
    assert all(count % loaded == 0 for count in told)
    held(world, rows * (kills + 1), heads * (kills + 1))
    return hit


def held(world: World, rows: int, heads: int) -> None:
    """Every row of every file is in the warehouse, once, and nothing else lies in its directory."""
    good = len([n for n in range(rows) if n % 1000 != 7])
    assert world.rows("SELECT count(*), count(DISTINCT order_id) FROM core.orders") == [(good, good)]
    assert world.rows("SELECT count(*) FROM raw.shop_orders") == [(good,)]
    assert world.rows("SELECT count(*) FROM raw.quarantine") == [(rows - good,)]
    if heads:
        assert world.rows("SELECT count(*), count(DISTINCT record_id) FROM core.person_record") == [(heads, heads)]
        # two records share an address each, and so are one customer
        assert world.rows("SELECT count(DISTINCT customer_id) FROM mart.customer_360") == [(heads // 2,)]
    assert sorted(path.name for path in world.warehouse.iterdir()) == ["builder.lock", "live.duckdb"]


@pytest.mark.deep
def test_a_killed_load_leaves_the_old_snapshot_and_the_next_one_finishes(tmp_path: Path) -> None:
    assert campaign(World(tmp_path), rows=1000, heads=0, kills=2) >= 1


@pytest.mark.deep
def test_thirty_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    assert campaign(World(tmp_path), rows=20_000, heads=200, kills=30) >= 10
