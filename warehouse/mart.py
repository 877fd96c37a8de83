"""The derived tables: one row per customer as of a day, activity by month, RFM, cohorts, permissions in force.

Each is a file of `schema/mart/` that creates its table, a comment per column, and fills it. What is true at the end of
any day stands in `schema/mart/as_of/`, as macros that take the day, so that the table of today and a look back are
computed by the same statements. They see only what had happened by the end of that day; who a customer is (name,
address, demographics) is kept without history and told as known now.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse.build import first_line
from warehouse.errors import BuildError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

MART = Path(__file__).parent / "schema" / "mart"
_COMMENT = re.compile(r"--.*")
_PERSONAL = re.compile(r"^    \"?(\w+)\"? .*-- .*\(personal data\)", re.MULTILINE)


def _silent(_table: str, _share: float) -> None:
    """Tells nobody."""


def build_mart(con: DuckDBPyConnection, day: date, progress: Callable[[str, float], None] = _silent) -> None:
    """Replaces every table of schema mart that the package declares, as of the end of `day`.

    `con` is a building connection with the tables of core; `progress` hears each table's name and the share that is
    done. Raises BuildError naming the table that could not be built.
    """
    _prepare(con)
    tables = mart_tables()
    con.execute("SET VARIABLE mart_as_of = ?::DATE", [day])
    try:
        for number, table in enumerate(tables):
            progress(f"mart.{table}", number / len(tables))
            _build(con, table)
    finally:
        con.execute("RESET VARIABLE mart_as_of")


def customer_360_at(con: DuckDBPyConnection, day: date) -> DuckDBPyRelation:
    """Every customer known by the end of `day` as they were then; the columns of mart.customer_360.

    The rows are computed when they are fetched. `con` may be read-only (see `read_snapshot`). Raises BuildError when
    tables that it rests on are missing.
    """
    _prepare(con)
    try:
        return con.sql("FROM customer_360_at(?::DATE)", params=[day])
    except duckdb.Error as error:
        raise BuildError(f"Customers as of {day} cannot be told: {first_line(error)}.") from error


@lru_cache(maxsize=1)
def mart_tables() -> tuple[str, ...]:
    """The tables of schema mart in the order in which they are built: each after those that it reads."""
    return _ordered(MART)


def personal_columns(table: str) -> frozenset[str]:
    """The columns of a mart table that hold personal data, as its file says."""
    return frozenset(_PERSONAL.findall((MART / f"{table}.sql").read_text(encoding="utf-8")))


def _prepare(con: DuckDBPyConnection) -> None:
    """Define the as-of macros for this connection alone; nothing of them is kept in the database file."""
    for name in _ordered(MART / "as_of"):
        try:
            con.execute((MART / "as_of" / f"{name}.sql").read_text(encoding="utf-8"))
        except duckdb.Error as error:
            raise BuildError(f"{name}.sql cannot be used on these tables: {first_line(error)}.") from error


def _build(con: DuckDBPyConnection, table: str) -> None:
    con.execute(f"DROP TABLE IF EXISTS mart.{table}")
    try:
        con.execute((MART / f"{table}.sql").read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise BuildError(f"mart.{table} could not be built: {first_line(error)}.") from error


@lru_cache(maxsize=2)
def _ordered(folder: Path) -> tuple[str, ...]:
    texts = {path.stem: _COMMENT.sub("", path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))}
    if not texts:
        raise BuildError(f"{folder} holds no statements: the package is incomplete. Install it again.")
    needs = {name: set(re.findall(r"\w+", text)) & (texts.keys() - {name}) for name, text in texts.items()}
    return tuple(TopologicalSorter(needs).static_order())
