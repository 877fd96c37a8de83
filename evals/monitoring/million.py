"""How long one explanation takes over a table of a million rows, from the definitions to the slices."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.drivers import ChangeExplained, explain_change
from evals.monitoring.driver_cases import DIMENSIONS, SIZES
from semantic_layer import SemanticLayer, SemanticQuery, TimeRange, load, to_sql
from warehouse import Read, live_path, publish, trusted_reader

ROWS = 1_000_000
ROUNDS = 9
LAST = date(2026, 1, 31)
_MODEL = """
version: 1
name: million
extends: none
datasets:
  - name: orders
    source: orders
    primary_key: [order_id]
    time: ordered_at
    fields:
      - {name: ordered_at, type: time}
%s
    measures:
      - {name: amount, agg: sum, expression: amount}
metrics:
  - {name: revenue, type: simple, measure: orders.amount}
"""
_SLICE = "region = 'region2' AND category = 'category7'"


def time_million() -> tuple[float, float, ChangeExplained]:
    """Median milliseconds of one explanation on the clock and of the processor, and what was found.

    A table of a million orders over two months by five dimensions, one slice of which halves in the second; the way
    goes through the semantic layer and the database, as a why-question does.
    """
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        _write(room / "warehouse")
        (room / "model.yml").write_text(_MODEL % "\n".join(f"      - {{name: {one}}}" for one in DIMENSIONS), "utf-8")
        columns = {"order_id": "BIGINT", "ordered_at": "DATE", "amount": "DOUBLE", **dict.fromkeys(DIMENSIONS, "TEXT")}
        layer = load([room / "model.yml"], {"orders": columns})
        with trusted_reader(live_path(room / "warehouse")) as read:
            return _timed(layer, read)


def _timed(layer: SemanticLayer, read: Read) -> tuple[float, float, ChangeExplained]:
    query = SemanticQuery(metrics=("revenue",), time_range=TimeRange(start=date(2026, 1, 1), end=date(2026, 2, 1)))
    vocabulary = {f"orders.{name}": size for name, size in zip(DIMENSIONS, SIZES, strict=True)}

    def ask(wanted: SemanticQuery) -> Sequence[Mapping[str, Any]]:
        result = read(to_sql(layer, wanted, as_of=LAST).sql)
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]

    wall, cpu, found = [], [], None
    for _ in range(ROUNDS + 1):
        clock, processor = time.perf_counter(), time.process_time()
        found = explain_change(layer, ask, query, vocabulary)
        wall.append((time.perf_counter() - clock) * 1000)
        cpu.append((time.process_time() - processor) * 1000)
    assert found is not None
    return statistics.median(wall[1:]), statistics.median(cpu[1:]), found


def _write(warehouse: Path) -> None:
    values = ", ".join(
        f"'{name}' || (hash(i, {at}) % {size}) AS {name}"
        for at, (name, size) in enumerate(zip(DIMENSIONS, SIZES, strict=True))
    )
    rows = f"""
        SELECT i AS order_id, DATE '2025-12-01' + (i % 62)::INTEGER AS ordered_at, 20 + hash(i, 99) % 60 AS amount,
               {values}
        FROM range({ROWS}) AS every(i)"""
    halved = f"{_SLICE} AND ordered_at >= DATE '2026-01-01'"
    with publish(warehouse, start="empty") as con:
        con.execute(
            f"CREATE TABLE main.orders AS SELECT * REPLACE (amount * CASE WHEN {halved} THEN 0.5 ELSE 1 END AS amount) "
            f"FROM ({rows})"
        )
