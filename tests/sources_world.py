"""A folder with files and a sources.yml, and what loading it leaves, for tests of sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import RunReport, live_path, load_sources, query_trusted, read_sources

ORDERS = """
sources:
  shop_orders:
    system: shop
    table: orders
    files: {files}
    columns:
      order_id: no
      ordered_at: day
      gross_amount: total
      status: {{from: state, values: {{paid: completed, void: cancelled}}}}
      channel: {{value: web}}
      currency: {{value: EUR}}
"""
HEADER = "no,day,total,state\n"
GOOD = HEADER + "1,2026-01-05,10.50,paid\n2,2026-01-06,20,void\n"


@dataclass(frozen=True)
class World:
    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def declare(self, text: str) -> None:
        self.write("sources.yml", text)

    def orders_from(self, files: str, more: str = "") -> None:
        self.declare(ORDERS.format(files=files) + more)

    def load(self, *only: str, fresh: bool = False) -> RunReport:
        sources = read_sources(self.folder / "sources.yml")
        return load_sources(self.warehouse, sources, lambda _what, _share: None, only, fresh)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(query_trusted(live_path(self.warehouse), sql).rows)
