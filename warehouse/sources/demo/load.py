"""Writing the demo company into a DuckDB file: schemas, tables, rows, how fresh they are, the mart over them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import BuildError
from warehouse.mart import build_mart
from warehouse.sources.demo.arrow import to_arrow
from warehouse.sources.demo.company import tables
from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.frame import Frame

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CORE = Path(__file__).parents[2] / "schema" / "core"
SOURCE = {
    "account": "crm", "customer": "crm", "consent": "crm", "lead": "crm", "opportunity": "crm",
    "opportunity_stage_history": "crm", "agent": "helpdesk", "ticket": "helpdesk", "annotation": "planning",
    "campaign": "marketing", "marketing_spend": "marketing", "email_event": "marketing", "touchpoint": "marketing",
    "cart": "shop", "orders": "shop", "order_item": "shop", "product": "shop", "refund": "shop", "review": "shop",
    "payment": "payments", "session": "web", "subscription": "billing", "subscription_event": "billing",
    "loyalty_account": "loyalty", "loyalty_transaction": "loyalty", "survey_response": "survey",
}  # fmt: skip
"""The system each table's rows are said to come from."""
EVENT_TIME = {
    "account": None, "agent": None, "product": None, "annotation": None, "campaign": None, "order_item": None,
    "customer": "last_seen_at", "consent": "valid_from", "lead": "created_at", "opportunity": "opened_at",
    "opportunity_stage_history": "at", "ticket": "created_at", "marketing_spend": "date", "email_event": "at",
    "touchpoint": "at", "cart": "created_at", "orders": "ordered_at", "refund": "refunded_at", "review": "at",
    "payment": "paid_at", "session": "started_at", "subscription": "started_at", "subscription_event": "at",
    "loyalty_account": "enrolled_at", "loyalty_transaction": "at", "survey_response": "sent_at",
}  # fmt: skip
"""The column that tells how far each table reaches; None where rows have no time of their own."""
_CORE_SHARE = 0.75
"""How much of the whole work the core tables are; the mart is the rest."""


def load(con: DuckDBPyConnection, config: DemoConfig, progress: Callable[[str, float], None]) -> None:
    """Replaces schemas core and mart with the demo company; `progress` hears each table and the share that is done."""
    for schema in ("raw", "core", "mart", "meta"):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    con.execute(
        "CREATE TABLE IF NOT EXISTS meta.source_freshness"
        "(source VARCHAR, last_loaded_at TIMESTAMP, max_event_at TIMESTAMP, rows BIGINT)"
    )
    for number, (table, frame) in enumerate(tables(config)):
        progress(table, _CORE_SHARE * number / len(SOURCE))
        _create(con, table)
        _fill(con, config, table, frame)
        _note_freshness(con, config, table)
    build_mart(con, config.as_of, lambda table, share: progress(table, _CORE_SHARE + (1 - _CORE_SHARE) * share))
    progress("done", 1.0)


def loaded_at(config: DemoConfig) -> datetime:
    """The moment every row is said to have been loaded: the night after the last day."""
    return datetime.combine(config.as_of + timedelta(days=1), time(2, 15))


def _create(con: DuckDBPyConnection, table: str) -> None:
    path = CORE / f"{table}.sql"
    if not path.is_file():
        raise BuildError(f"{path} is missing: the package is incomplete. Install it again.")
    con.execute(f"DROP TABLE IF EXISTS core.{table}")
    con.execute(path.read_text(encoding="utf-8"))


def _fill(con: DuckDBPyConnection, config: DemoConfig, table: str, frame: Frame) -> None:
    key = next(iter(frame))
    con.register("demo_rows", to_arrow(frame))
    try:
        con.execute(
            f"INSERT INTO core.{table} BY NAME SELECT *, ? AS source_system, {key} AS source_id, ? AS ingested_at "
            "FROM demo_rows",
            [SOURCE[table], loaded_at(config)],
        )
    finally:
        con.unregister("demo_rows")


def _note_freshness(con: DuckDBPyConnection, config: DemoConfig, table: str) -> None:
    column = EVENT_TIME[table]
    latest = f'max("{column}")::TIMESTAMP' if column else "NULL"
    con.execute("DELETE FROM meta.source_freshness WHERE source = ?", [f"core.{table}"])
    con.execute(
        f"INSERT INTO meta.source_freshness SELECT ?, ?, {latest}, count(*) FROM core.{table}",
        [f"core.{table}", loaded_at(config)],
    )
