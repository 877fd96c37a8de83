"""Orders, limits and the clock in expected SQL."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from evals.comparison import Cut
from evals.cuts import asks_order, depends_on_today, freeze_today, open_query, ranks

TABLE = "CREATE TABLE t AS SELECT * FROM (VALUES ('a', 3, 1), ('b', 2, 1), ('c', 2, 2), ('d', 1, 2)) AS v(name, n, g)"


def opened_rows(sql: str):
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        opened = open_query(sql)
        return opened, connection.execute(opened.sql).fetchall()


@pytest.mark.parametrize(
    ("sql", "cut", "expected_ranks", "hidden"),
    [
        ("SELECT name, n FROM t ORDER BY n DESC LIMIT 2", Cut(0, 2), (0, 1, 1, 2), 0),
        ("SELECT name FROM t ORDER BY n DESC LIMIT 2", Cut(0, 2), (0, 1, 1, 2), 1),
        ("SELECT name FROM t ORDER BY n DESC LIMIT 1 OFFSET 1", Cut(1, 1), (0, 1, 1, 2), 1),
        ("SELECT name, n AS x FROM t ORDER BY 2 DESC", Cut(0, None), (0, 1, 1, 2), 0),
        ("SELECT name, n AS x FROM t ORDER BY x DESC, name", Cut(0, None), (0, 1, 2, 3), 0),
        ("SELECT g FROM t GROUP BY g ORDER BY sum(n) DESC LIMIT 1", Cut(0, 1), (0, 1), 1),
        ("SELECT DISTINCT g FROM t ORDER BY g LIMIT 1", Cut(0, 1), (0, 1), 0),
        (
            "SELECT name FROM t WHERE g = 1 UNION ALL SELECT name FROM t WHERE g = 2 ORDER BY name",
            Cut(),
            (0, 1, 2, 3),
            0,
        ),
        ("SELECT g, sum(n) AS total FROM t GROUP BY ALL ORDER BY sum(n) DESC LIMIT 1", Cut(0, 1), (0, 1), 0),
        ("SELECT name FROM t LIMIT 2", Cut(0, 2), (0, 0, 0, 0), 0),
    ],
)
def test_a_query_is_opened_at_its_cut(sql, cut, expected_ranks, hidden):
    opened, rows = opened_rows(sql)
    assert opened.key_positions is not None
    assert (opened.cut, opened.hidden, ranks(rows, opened.key_positions)) == (cut, hidden, expected_ranks)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM t ORDER BY n + g LIMIT 2",
        "SELECT name FROM t ORDER BY n LIMIT 50%",
        "SELECT DISTINCT g FROM t GROUP BY g ORDER BY count(*) LIMIT 1",
    ],
)
def test_a_query_whose_keys_cannot_be_taken_out_stays_as_it_is(sql):
    opened = open_query(sql)
    assert (opened.sql, opened.strict) == (sql, True)


def test_without_order_and_limit_nothing_changes():
    sql = "SELECT name FROM t"
    assert (open_query(sql).sql, open_query(sql).key_positions) == (sql, None)


@pytest.mark.parametrize(
    "question",
    [
        "Countries sorted by revenue",
        "list the customers in alphabetical order",
        "products by revenue, highest to lowest",
        "Rank the channels by orders",
        "customers in descending order of age",
        "order the results by date",
        "orders per month, chronologically",
    ],
)
def test_wordings_that_ask_for_an_order(question):
    assert asks_order(question)


@pytest.mark.parametrize(
    "question",
    [
        "orders by month",
        "number of orders by region",
        "average order by country",
        "Top 5 countries by revenue",
        "which customers have the most orders",
        "revenue by country",
        "what is the latest order",
    ],
)
def test_wordings_that_ask_for_none(question):
    assert not asks_order(question)


def test_the_clock_is_frozen():
    day = date(2026, 6, 30)
    sql = "SELECT current_date AS d, now()::TIMESTAMP AS t, today() AS e, 'current_date' AS word"
    assert depends_on_today(sql)
    with duckdb.connect() as connection:
        row = connection.execute(freeze_today(sql, day)).fetchone()
    assert row is not None
    assert (str(row[0]), str(row[1]), str(row[2]), row[3]) == (
        "2026-06-30",
        "2026-06-30 12:00:00",
        "2026-06-30",
        "current_date",
    )
    assert not depends_on_today("SELECT 'current_date'")
    assert freeze_today("SELECT 1", day) == "SELECT 1"
    assert freeze_today(sql, None) == sql
