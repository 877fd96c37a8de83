"""Figures about tables: what they say is what plain SQL says, and the file is let go."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from warehouse import (
    ColumnProfile,
    QueryFailed,
    SnapshotMissing,
    check,
    distinct_values,
    inclusion,
    live_path,
    profile,
    publish,
)

TABLES = """
CREATE TABLE core.customer AS SELECT * FROM (VALUES
    (1, 'Ann', 'DE', DATE '2025-01-01', TRUE), (2, 'Bob', 'FR', NULL, FALSE), (3, 'Cid', 'DE', DATE '2025-03-01', NULL)
) AS t(customer_id, name, country, joined, vip);
CREATE TABLE core.orders AS SELECT * REPLACE (CAST(amount AS DECIMAL(9,2)) AS amount) FROM (VALUES
    (10, 1, 5.50, TIMESTAMPTZ '2026-01-01 10:00:00+02', [1, 2]),
    (11, 1, 7.25, TIMESTAMPTZ '2026-01-02 00:00:00+00', []), (12, 9, 5.50, NULL, NULL), (13, NULL, 1, NULL, [3])
) AS t(order_id, customer_id, amount, ordered_at, parts);
CREATE TABLE core.empty (id BIGINT, name VARCHAR);
CREATE TABLE mart.customer AS SELECT 'hidden by core' AS other;
CREATE TABLE raw.dump AS SELECT 1 AS x;
CREATE TABLE main."An ""odd"" name" AS SELECT 1 AS "a b", 'x' AS "select";
CREATE VIEW mart.german AS SELECT * FROM core.customer WHERE country = 'DE';
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("warehouse")
    with publish(home) as con:
        con.execute(TABLES)
    return live_path(home)


def test_columns_have_their_figures(snapshot: Path) -> None:
    customer = profile(snapshot, ["customer"])["customer"]
    assert customer.rows == 3
    assert dict(customer.columns) == {
        "customer_id": ColumnProfile("INTEGER", 0, 3, 1, 3, ("1", "2", "3"), True),
        "name": ColumnProfile("VARCHAR", 0, 3, "Ann", "Cid", ("Ann", "Bob", "Cid"), True),
        "country": ColumnProfile("VARCHAR", 0, 2, "DE", "FR", ("DE", "FR"), False),
        "joined": ColumnProfile("DATE", 1, 2, date(2025, 1, 1), date(2025, 3, 1), ("2025-01-01", "2025-03-01"), True),
        "vip": ColumnProfile("BOOLEAN", 1, 2, False, True, ("false", "true"), True),
    }
    assert customer.key_candidates == ("customer_id", "name")


def test_types_that_do_not_compare_and_times_with_a_zone(snapshot: Path) -> None:
    orders = profile(snapshot, ["orders"])["orders"].columns
    assert orders["parts"] == ColumnProfile("INTEGER[]", 1, 0, None, None, (), False)
    assert orders["amount"] == ColumnProfile(
        "DECIMAL(9,2)", 0, 3, Decimal("1.00"), Decimal("7.25"), ("5.50", "1.00", "7.25"), False
    )
    assert (orders["ordered_at"].min, orders["ordered_at"].max) == (datetime(2026, 1, 1, 8), datetime(2026, 1, 2))
    assert orders["ordered_at"].type == "TIMESTAMP WITH TIME ZONE"


def test_an_empty_table_has_no_values_and_no_key(snapshot: Path) -> None:
    empty = profile(snapshot, ["empty"])["empty"]
    assert (empty.rows, empty.key_candidates) == (0, ())
    assert empty.columns["id"] == ColumnProfile("BIGINT", 0, 0, None, None, (), False)


def test_all_tables_that_a_question_may_name_are_profiled(snapshot: Path) -> None:
    found = profile(snapshot)
    assert set(found) == {"customer", "orders", "empty", 'An "odd" name', "german"}
    assert "name" in found["customer"].columns  # core goes before mart
    assert set(found['An "odd" name'].columns) == {"a b", "select"}
    assert found["german"].rows == 2
    assert profile(snapshot, ["SNAPSHOT"])["snapshot"].rows == 1  # meta only when it is named


def test_large_columns_are_counted_nearly_and_unique_ones_exactly(tmp_path: Path) -> None:
    with publish(tmp_path) as con:
        con.execute(
            "CREATE TABLE core.big AS SELECT range AS id, range // 2 AS pair, range % 50000 AS many,"
            " CASE WHEN range = 77 THEN 78 ELSE range END AS nearly FROM range(200000)"
        )
    columns = profile(live_path(tmp_path))["big"].columns
    assert (columns["id"].unique, columns["id"].distinct) == (True, 200_000)
    assert (columns["nearly"].unique, columns["pair"].unique) == (False, False)
    assert abs(columns["many"].distinct - 50_000) < 5_000
    assert columns["id"].samples == tuple(str(n) for n in range(12))
    assert columns["nearly"].samples[0] == "78"


def test_an_open_connection_serves_as_well(snapshot: Path) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT unnest(['a', 'b', 'a']) AS letter")
        assert profile(con)["t"].columns["letter"].samples == ("a", "b")
        assert distinct_values(con, {("t", "letter")}) == {("t", "letter"): (("a", 2), ("b", 1))}


def test_inclusion_is_the_share_of_distinct_values(snapshot: Path) -> None:
    pairs = [
        ("orders", "customer_id", "customer", "customer_id"),  # 1 and 9: one of two
        ("customer", "customer_id", "orders", "customer_id"),
        ("german", "country", "customer", "country"),
        ("empty", "id", "customer", "customer_id"),
        ("customer", "customer_id", "customer", "name"),  # compared as text
    ]
    assert list(inclusion(snapshot, pairs).values()) == [1 / 2, 1 / 3, 1.0, 0.0, 0.0]
    assert set(inclusion(snapshot, pairs)) == set(pairs)


def test_distinct_values_with_their_rows_the_frequent_first(snapshot: Path) -> None:
    wanted = {("customer", "country"), ("orders", "amount"), ("customer", "joined")}
    assert distinct_values(snapshot, wanted) == {
        ("customer", "country"): (("DE", 2), ("FR", 1)),
        ("orders", "amount"): (("5.50", 2), ("1.00", 1), ("7.25", 1)),
        ("customer", "joined"): (("2025-01-01", 1), ("2025-03-01", 1)),
    }
    assert distinct_values(snapshot, wanted, limit_per_column=1)["orders", "amount"] == (("5.50", 2),)


def test_checks_give_one_value_each(snapshot: Path) -> None:
    checks = {
        "orphans": "SELECT count(*) FROM orders WHERE customer_id NOT IN (SELECT customer_id FROM customer)",
        "first": "SELECT min(joined) FROM customer",
    }
    assert check(snapshot, checks) == {"orphans": 1, "first": date(2025, 1, 1)}
    for sql in ("SELECT 1, 2", "SELECT name FROM customer", "SELECT name FROM customer WHERE false"):
        with pytest.raises(QueryFailed, match="one row of one column") as caught:
            check(snapshot, {"bad": sql})
        assert caught.value.sql == sql


def test_what_is_not_there_is_named(snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryFailed, match=r"There is no table custmer\. The tables are .*customer"):
        profile(snapshot, ["custmer"])
    with pytest.raises(QueryFailed, match=r"There is no column customer\.nam\. Its columns are customer_id, name"):
        distinct_values(snapshot, {("customer", "nam")})
    with pytest.raises(SnapshotMissing):
        profile(tmp_path / "none.duckdb")
    (tmp_path / "text.duckdb").write_text("no database" * 1000)
    with pytest.raises(QueryFailed, match="could not be profiled"):
        profile(tmp_path / "text.duckdb")


def test_a_profile_sees_the_newest_snapshot_whatever_else_is_open(tmp_path: Path) -> None:
    def build(rows: int) -> None:
        with publish(tmp_path) as con:
            con.execute(f"CREATE OR REPLACE TABLE core.t AS SELECT range AS n FROM range({rows})")

    build(1)
    # a handle of this very process on the old file, with settings of its own
    with duckdb.connect(str(live_path(tmp_path)), read_only=True, config={"threads": 1}):
        assert profile(live_path(tmp_path))["t"].rows == 1
        build(2)
        assert profile(live_path(tmp_path))["t"].rows == 2
