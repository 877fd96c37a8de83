"""How quick loading is, beside DuckDB's own COPY of the same file, in the same run.

`python -m evals.bench_load` writes a file of a million orders, loads it each way several times in turn, and prints
medians and ratios, by the clock and by the processor. A load through sources.yml keeps every row twice, as text in raw
and typed in core, so it is also held against two COPYs into the same columns: one as text, one typed. Times are those
of this machine; quote the ratios.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from warehouse import LoadRequest, load_files, load_sources, publish, read_sources

DECLARED = """
sources:
  shop_orders:
    system: shop
    table: orders
    files: orders.csv
    columns:
      order_id: order_no
      customer_id: customer
      ordered_at: placed
      gross_amount: total
      discount_amount: discount
      status: {from: state, values: {paid: completed, void: cancelled}}
      channel: channel
      currency: {value: EUR}
"""
COLUMNS = (
    "order_no VARCHAR, customer VARCHAR, placed TIMESTAMP, total DOUBLE, discount DOUBLE, state VARCHAR,"
    " channel VARCHAR, units BIGINT"
)

TEXT = ", ".join(f"{column.split()[0]} VARCHAR" for column in COLUMNS.split(", "))


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Lines of the file.")
@click.option("--rounds", default=3, show_default=True, help="Counted rounds after one that warms up.")
def main(rows: int, rounds: int) -> None:
    """Print the time of loading a file as a table and through sources.yml, as ratios to COPY."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        write_orders(room / "orders.csv", rows)
        ways: dict[str, Callable[[], None]] = {
            "COPY": lambda: copy(room, COLUMNS),
            "COPY twice, text and typed": lambda: copy(room, TEXT, COLUMNS),
            "tellwise load TABLE FILE": lambda: load_table(room),
            "tellwise load (sources.yml)": lambda: load_declared(room),
        }
        times = {name: [timed(way) for _ in range(rounds + 1)][1:] for name, way in ways.items()}
    found = {name: [statistics.median(one) for one in zip(*runs, strict=True)] for name, runs in times.items()}
    plain = found["COPY"]
    click.echo(f"{rows:,} lines, {rounds} rounds:        clock           processor")
    for name, (wall, cpu) in found.items():
        click.echo(f"  {name:30} {wall:6.2f} s {wall / plain[0]:5.2f} x  {cpu:6.2f} s {cpu / plain[1]:5.2f} x")


def timed(way: Callable[[], None]) -> tuple[float, float]:
    """Seconds that one run takes by the clock, and those that processors work for it."""
    clock, processor = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - clock, time.process_time() - processor


def write_orders(path: Path, rows: int) -> None:
    """A file of orders without chance in it, so that every run reads the same bytes."""
    with path.open("w", encoding="utf-8") as file:
        file.write("order_no,customer,placed,total,discount,state,channel,units\n")
        for n in range(rows):
            placed = f"20{20 + n % 6}-{1 + n % 12:02d}-{1 + n % 28:02d} {n % 24:02d}:{n % 60:02d}:{n % 59:02d}"
            money = f"{n % 1000}.{n % 100:02d},{n % 7}.5"
            state, channel = ("void" if n % 50 == 0 else "paid"), ("web", "store", "app")[n % 3]
            file.write(f"A{n:08d},C{n * 7919 % 200_003:06d},{placed},{money},{state},{channel},{1 + n % 9}\n")


def copy(room: Path, *tables: str) -> None:
    """The file by COPY into tables of a new snapshot, one for each list of columns."""
    with publish(room / "copy", start="empty") as con:
        con.execute("RESET max_vacuum_tasks")  # as the database does it when nobody helps it
        for at, columns in enumerate(tables):
            con.execute(f"CREATE TABLE main.orders_{at} ({columns})")
            con.execute(f"COPY main.orders_{at} FROM '{room / 'orders.csv'}' (HEADER)")


def load_table(room: Path) -> None:
    """The file as `tellwise load orders_file orders.csv` loads it."""
    load_files(room / "table", LoadRequest("orders_file", (room / "orders.csv",), fresh=True))


def load_declared(room: Path) -> None:
    """The file through a mapping into raw and core, every row judged."""
    path = room / "sources.yml"
    path.write_text(DECLARED, encoding="utf-8")
    load_sources(room / "core", read_sources(path), lambda _what, _share: None, fresh=True)


if __name__ == "__main__":
    main()
