"""A load that is killed at any moment: the old snapshot answers on, and the next load brings everything."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sources_world import HEADER, World
from warehouse import DuckDBEngine, live_path, validate

ROOT = Path(__file__).parent.parent
LOAD = (
    "import sys; from pathlib import Path; from tests.sources_world import World;"
    " print('begin', flush=True); World(Path(sys.argv[1])).load()"
)


def orders(first: int, count: int) -> str:
    rows = (
        f"{n},2026-01-{1 + n % 28:02d},{n % 100}.50,{'bad' if n % 1000 == 7 else 'paid'}\n"
        for n in range(first, first + count)
    )
    return HEADER + "".join(rows)


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


def campaign(world: World, rows: int, kills: int) -> int:
    """Kill loads of new files at random moments while a question is asked; the number that were hit at work."""
    chance, hit = random.Random(7), 0
    world.write("0.csv", orders(0, rows))
    world.orders_from("'*.csv'")
    begun = time.monotonic()
    world.load()
    whole = time.monotonic() - begun
    expected = rows - len([n for n in range(rows) if n % 1000 == 7])
    for number in range(1, kills + 1):
        world.write(f"{number}.csv", orders(number * rows, rows))
        engine = DuckDBEngine(live_path(world.warehouse))
        process = start(world)
        hit += stop(process, chance.uniform(0, whole))
        sql = "SELECT count(*) FROM orders"
        seen = engine.run(validate(sql, engine.schema)).rows[0][0]
        engine.close()
        assert seen % expected == 0
        assert seen >= expected
        assert world.rows("SELECT count(*) FROM core.orders")[0][0] % expected == 0
    world.load()
    good = [n for n in range(rows * (kills + 1)) if n % 1000 != 7]
    assert world.rows("SELECT count(*), count(DISTINCT order_id) FROM core.orders") == [(len(good), len(good))]
    assert world.rows("SELECT count(*) FROM raw.shop_orders") == [(len(good),)]
    bad = rows * (kills + 1) - len(good)
    assert world.rows("SELECT count(*) FROM raw.quarantine") == [(bad,)]
    left = sorted(path.name for path in world.warehouse.iterdir())
    assert left == ["builder.lock", "live.duckdb"]
    return hit


def test_a_killed_load_leaves_the_old_snapshot_and_the_next_one_finishes(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("0.csv", orders(0, 1000))
    world.orders_from("'*.csv'")
    world.load()
    world.write("1.csv", orders(1000, 1000))
    process = start(world)
    process.kill()
    stop(process, 60)
    assert world.rows("SELECT count(*) FROM core.orders") == [(999,)]
    world.load()
    assert world.rows("SELECT count(*) FROM core.orders") == [(1998,)]
    assert sorted(path.name for path in world.warehouse.iterdir()) == ["builder.lock", "live.duckdb"]


@pytest.mark.deep
def test_thirty_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    assert campaign(World(tmp_path), rows=20_000, kills=30) >= 10
