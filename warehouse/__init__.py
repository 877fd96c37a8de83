"""The company's data: unified customer tables, and the one guarded way to read them."""

from __future__ import annotations

from warehouse.build import SnapshotInfo, live_path, publish, set_snapshot, snapshot_info
from warehouse.engine import Result
from warehouse.errors import (
    BuildError,
    LoadError,
    QueryFailed,
    QueryTimeout,
    QueryTooLarge,
    SnapshotMissing,
    SQLRejected,
    WarehouseError,
)
from warehouse.trusted import derive_database, query_trusted

__all__ = [
    "BuildError",
    "LoadError",
    "QueryFailed",
    "QueryTimeout",
    "QueryTooLarge",
    "Result",
    "SQLRejected",
    "SnapshotInfo",
    "SnapshotMissing",
    "WarehouseError",
    "derive_database",
    "live_path",
    "publish",
    "query_trusted",
    "set_snapshot",
    "snapshot_info",
]
