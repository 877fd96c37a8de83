"""A small shop as tables, on which imported models are asked and hand-written SQL is run."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from semantic_layer import Imported, SemanticLayer, SemanticQuery, to_sql

FIXTURES = Path(__file__).parent / "fixtures" / "interchange"
AS_OF = date(2026, 6, 30)
TABLES = """
CREATE TABLE customers AS SELECT i AS id, 'Customer ' || i AS full_name,
  CASE WHEN i % 7 = 0 THEN NULL ELSE (['DE', 'FR', 'GB', 'US'])[1 + i % 4] END AS country,
  1950 + i * 2 AS birth_year, i % 5 = 0 AS is_business, DATE '2025-01-03' + i * 11 AS signed_up
  FROM range(1, 31) s(n), LATERAL (SELECT n::INT AS i) t;
CREATE TABLE products AS SELECT i AS id, 'Product ' || i AS title, (['toys', 'books', 'food'])[1 + i % 3] AS category,
  1.5 * i AS list_price FROM range(1, 11) t(i);
CREATE TABLE orders AS SELECT i AS id, CASE WHEN i % 13 = 0 THEN 99 WHEN i % 17 = 0 THEN NULL ELSE 1 + i * 7 % 30 END
  AS customer_id, (['complete', 'open', 'cancelled', 'complete'])[1 + i % 4] AS status,
  (['web', 'shop', 'Web'])[1 + i % 3] AS channel,
  TIMESTAMP '2025-01-05 09:00:00' + INTERVAL (i * 61) HOUR AS ordered_at,
  CAST(10 + i * 37 % 91 + i % 10 * 0.1 AS DECIMAL(10, 2)) AS amount, CAST(i % 5 AS DECIMAL(10, 2)) AS discount,
  CASE WHEN i % 6 = 0 THEN NULL ELSE i % 11 END AS days_to_ship
  FROM range(1, 181) t(i);
CREATE TABLE order_items AS SELECT i AS id, 1 + i * 5 % 180 AS order_id, 1 + i * 3 % 11 AS product_id,
  1 + i % 4 AS quantity, CAST(2 + i % 9 AS DECIMAL(10, 2)) AS unit_price FROM range(1, 401) t(i);
CREATE TABLE visits AS SELECT i AS id, 1 + i * 11 % 30 AS customer_id, (['phone', 'desktop'])[1 + i % 2] AS device,
  TIMESTAMP '2025-01-04 10:00:00' + INTERVAL (i * 29) HOUR AS visited_at FROM range(1, 301) t(i);
CREATE TABLE balances AS SELECT c * 1000 + d AS id, c AS customer_id, DATE '2025-01-01' + (d * 10)::INT AS day,
  CAST(c * 3 + d % 7 AS DECIMAL(10, 2)) AS balance FROM range(1, 11) t(c), range(0, 12 + c) u(d);
"""


@cache
def database() -> duckdb.DuckDBPyConnection:
    """The shop, once for all tests of a process."""
    connection = duckdb.connect()
    connection.execute(TABLES)
    return connection


@cache
def schema() -> dict[str, dict[str, str]]:
    """Columns and types of the shop's tables."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in (
        database()
        .execute("SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal")
        .fetchall()
    ):
        found.setdefault(table, {})[column] = kind
    return found


def answer(layer: SemanticLayer, **query: Any) -> list[tuple[Any, ...]]:
    """The rows of a query, as plain values in order."""
    made = to_sql(layer, SemanticQuery.model_validate(query), as_of=AS_OF)
    return plain(database().execute(made.sql).fetchall())


def truth(sql: str) -> list[tuple[Any, ...]]:
    """The rows of hand-written SQL, as plain values in order."""
    return plain(database().execute(sql).fetchall())


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(round(float(one), 6) if _is_number(one) else one for one in row) for row in rows]


def _is_number(value: Any) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or hasattr(value, "quantize")


def give_views(imported: Imported) -> None:
    """Give the shop the tables that an imported model stands on."""
    for view in imported.views:
        database().execute(f"CREATE OR REPLACE VIEW {view.name} AS {view.sql}")
