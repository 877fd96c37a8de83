"""What a statement does, read from its text: joins, origins of columns, and what the planner expects to read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.test_assistant import ORDERS, fill
from warehouse import DuckDBEngine, Join, joins_of, live_path, origins_of, validate

SCHEMA = {
    "orders": {"order_id": "INTEGER", "customer_id": "VARCHAR", "day": "DATE", "amount": "DECIMAL(18,2)"},
    "customer": {"customer_id": "VARCHAR", "region": "VARCHAR"},
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    home = tmp_path_factory.mktemp("statements")
    fill(home, ORDERS)
    with DuckDBEngine(live_path(home / "warehouse"), workers=1) as opened:
        yield opened


BOTH = (("customer_id", "customer_id"),)


@pytest.mark.parametrize(
    ("sql", "joins"),
    [
        ("SELECT count(*) FROM orders", ()),
        (
            "SELECT sum(o.amount) FROM orders o JOIN customer c ON o.customer_id = c.customer_id",
            (Join("orders", "customer", BOTH, "inner", True),),
        ),
        (
            "SELECT o.amount FROM orders o LEFT JOIN customer c USING (customer_id)",
            (Join("orders", "customer", BOTH, "left", False),),
        ),
        (
            "SELECT count(DISTINCT o.order_id) FROM customer c JOIN orders o ON c.customer_id = o.customer_id",
            (Join("customer", "orders", BOTH, "inner", False),),
        ),
        (
            "WITH a AS (SELECT sum(amount) AS n FROM orders JOIN customer USING (customer_id)) SELECT n FROM a",
            (Join("orders", "customer", BOTH, "inner", True),),
        ),
        ("SELECT 1 AS n FROM orders o JOIN (SELECT region FROM customer) c ON o.customer_id = c.region", ()),
    ],
)
def test_joins_of_stored_tables_are_found(sql: str, joins: tuple[Join, ...]) -> None:
    assert joins_of(validate(sql, SCHEMA), SCHEMA) == joins


def test_each_column_of_a_result_has_its_origin() -> None:
    sql = (
        "WITH a AS (SELECT c.region, sum(o.amount) AS n, count(*) AS k FROM orders o"
        " JOIN customer c USING (customer_id) GROUP BY 1) SELECT region, n / k AS mean FROM a"
    )
    found = {one.column: set(one.sources) for one in origins_of(validate(sql, SCHEMA), SCHEMA)}
    assert found["region"] == {"customer.region"}
    assert found["mean"] == {"orders.amount", "orders.*", "customer.*"}


def test_the_planner_tells_what_it_expects_to_read(engine: DuckDBEngine) -> None:
    statement = validate("SELECT count(*) FROM orders JOIN customer USING (customer_id)", engine.schema)
    estimate = engine.estimate(statement)
    assert dict(estimate.reads) == {"orders": 3, "customer": 2}
    assert estimate.rows == 5
    assert estimate.steps >= 3
