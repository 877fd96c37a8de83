"""The demo company: a made-up retailer, always up to date, with stories planted in its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.truth import Story, Truth

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["DemoConfig", "Story", "Truth", "build_demo"]


def _silent(_table: str, _share: float) -> None:
    """Tells nobody."""


def build_demo(con: DuckDBPyConnection, config: DemoConfig, progress: Callable[[str, float], None] = _silent) -> Truth:
    """What is true of the company that has been written into `con`, an open read-write DuckDB connection."""
    from warehouse.sources.demo.load import load
    from warehouse.sources.demo.stories import truth

    load(con, config, progress)
    return truth(config)
