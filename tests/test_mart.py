"""The derived tables: what they hold today, what they hold of any earlier day, all against SQL written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from warehouse import BuildError, DuckDBEngine, build_mart, customer_360_at
from warehouse.build import read_snapshot
from warehouse.mart import mart_tables, personal_columns
from warehouse.sources.demo import DemoConfig, build_demo

SCHEMA = Path(__file__).parent.parent / "warehouse" / "schema"
TODAY, EARLIER = date(2026, 3, 17), date(2025, 11, 24)
TABLES = sorted(path.stem for path in (SCHEMA / "mart").glob("*.sql"))


@pytest.fixture(scope="module")
def company() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    build_demo(con, DemoConfig(as_of=TODAY, seed=3, customers=400, days=400))
    yield con
    con.close()


def rows(con: duckdb.DuckDBPyConnection, sql: str, **values: object) -> list[tuple[object, ...]]:
    return con.execute(sql, values or None).fetchall()


# what the files say


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_means(table: str) -> None:
    ddl, _, filling = (SCHEMA / "mart" / f"{table}.sql").read_text(encoding="utf-8").partition("\n);\n")
    lines = ddl.splitlines()
    head = [line for line in lines if line.startswith("-- ")]
    assert head
    assert lines[len(head)] == f"CREATE TABLE mart.{table} ("
    assert [line for line in lines[len(head) + 1 :] if "-- " not in line] == []
    assert filling.startswith(f"INSERT INTO mart.{table} BY NAME")


def test_a_table_is_built_after_those_that_it_reads() -> None:
    order = mart_tables()
    assert sorted(order) == TABLES
    assert order.index("customer_month") < order.index("cohort_retention")


def test_personal_columns_are_told() -> None:
    assert personal_columns("customer_360") == {"full_name", "primary_email", "primary_phone", "birth_date"}
    assert personal_columns("customer_month") == frozenset()


@pytest.mark.xdist_group("mart")
def test_nothing_of_the_way_is_kept_in_the_database(company: duckdb.DuckDBPyConnection) -> None:
    kept = rows(company, "SELECT function_name FROM duckdb_functions() WHERE schema_name = 'mart'")
    assert kept == []
    assert rows(company, "SELECT getvariable('mart_as_of')") == [(None,)]


@pytest.mark.xdist_group("mart")
def test_the_look_back_has_the_columns_of_the_table(company: duckdb.DuckDBPyConnection) -> None:
    described = rows(company, "DESCRIBE mart.customer_360")
    assert customer_360_at(company, EARLIER).columns == [row[0] for row in described]


# customer_360: each column against a plain sub-query for one customer

REAL = "o.customer_id = c.customer_id AND o.status <> 'cancelled' AND NOT o.is_test AND o.ordered_at::DATE <= $day"
BY_HAND = {
    "tenure_days": "date_diff('day', c.first_seen_at::DATE, $day)",
    "age": "year($day) - year(birth_date) - (strftime(birth_date, '%m%d') > strftime($day, '%m%d'))::INT",
    "orders_n": f"(SELECT count(*) FROM orders o WHERE {REAL})",
    "refund_amount": f"(SELECT coalesce(sum(r.amount), 0) FROM refund r JOIN orders o USING (order_id) WHERE {REAL}"
    " AND r.refunded_at::DATE <= $day)",
    "refunds_n": f"(SELECT count(*) FROM refund r JOIN orders o USING (order_id) WHERE {REAL}"
    " AND r.refunded_at::DATE <= $day)",
    "net_revenue": f"(SELECT coalesce(sum(o.gross_amount - o.discount_amount), 0) FROM orders o WHERE {REAL})"
    f" - (SELECT coalesce(sum(r.amount), 0) FROM refund r JOIN orders o USING (order_id) WHERE {REAL}"
    " AND r.refunded_at::DATE <= $day)",
    "recency_days": f"(SELECT min(date_diff('day', o.ordered_at::DATE, $day)) FROM orders o WHERE {REAL})",
    "last_order_channel": f"(SELECT o.channel FROM orders o WHERE {REAL} ORDER BY o.ordered_at DESC LIMIT 1)",
    "sessions_30d": "(SELECT count(*) FROM session s WHERE s.customer_id = c.customer_id AND NOT is_bot"
    " AND date_diff('day', s.started_at::DATE, $day) BETWEEN 0 AND 29)",
    "sessions_365d": "(SELECT count(*) FROM session s WHERE s.customer_id = c.customer_id AND NOT is_bot"
    " AND date_diff('day', s.started_at::DATE, $day) BETWEEN 0 AND 364)",
    "last_channel": "(SELECT channel_group FROM session s WHERE s.customer_id = c.customer_id AND NOT is_bot"
    " AND s.started_at::DATE <= $day ORDER BY s.started_at DESC LIMIT 1)",
    "tickets_90d": "(SELECT count(*) FROM ticket t WHERE t.customer_id = c.customer_id"
    " AND date_diff('day', t.created_at::DATE, $day) BETWEEN 0 AND 89)",
    "open_tickets": "(SELECT count(*) FROM ticket t WHERE t.customer_id = c.customer_id AND created_at::DATE <= $day"
    " AND (solved_at IS NULL OR solved_at::DATE > $day))",
    "avg_csat": "(SELECT round(avg(score), 9) FROM survey_response s WHERE s.customer_id = c.customer_id"
    " AND type = 'csat' AND responded_at::DATE <= $day)",
    "last_nps": "(SELECT score FROM survey_response s WHERE s.customer_id = c.customer_id AND type = 'nps'"
    " AND responded_at::DATE <= $day ORDER BY responded_at DESC LIMIT 1)",
    "email_click_rate_90d": "(SELECT avg((EXISTS (FROM email_event k WHERE k.message_id = d.message_id"
    " AND k.type = 'click' AND k.\"at\"::DATE <= $day))::INT) FROM email_event d WHERE d.customer_id = c.customer_id"
    " AND d.type = 'delivered' AND date_diff('day', d.\"at\"::DATE, $day) BETWEEN 0 AND 89)",
    "loyalty_points": "(SELECT coalesce((SELECT sum(points) FROM loyalty_transaction t WHERE t.loyalty_id ="
    ' l.loyalty_id AND t."at"::DATE <= $day), 0) FROM loyalty_account l WHERE l.customer_id = c.customer_id'
    " AND enrolled_at::DATE <= $day)",
    "is_subscriber": "EXISTS (FROM subscription s WHERE s.customer_id = c.customer_id AND started_at::DATE <= $day"
    " AND (cancelled_at IS NULL OR cancelled_at::DATE > $day))",
    "mrr": "(SELECT coalesce(sum(mrr_delta), 0) FROM subscription_event e JOIN subscription s USING (subscription_id)"
    ' WHERE s.customer_id = c.customer_id AND e."at"::DATE <= $day)',
    "consent_email": "(SELECT status = 'granted' FROM consent k WHERE k.customer_id = c.customer_id AND purpose ="
    " 'marketing' AND channel = 'email' AND valid_from::DATE <= $day ORDER BY valid_from DESC LIMIT 1)",
    "top_category": "(SELECT category FROM order_item i JOIN orders o USING (order_id) JOIN product p USING"
    " (product_id) LEFT JOIN (SELECT order_item_id, sum(amount) AS back FROM refund WHERE refunded_at::DATE <= $day"
    f" GROUP BY 1) USING (order_item_id) WHERE {REAL} GROUP BY category HAVING sum(quantity * unit_price"
    " - i.discount_amount - coalesce(back, 0)) > 0 ORDER BY sum(quantity * unit_price - i.discount_amount"
    " - coalesce(back, 0)) DESC, category LIMIT 1)",
}


@pytest.mark.xdist_group("mart")
@pytest.mark.parametrize("day", [TODAY, EARLIER])
@pytest.mark.parametrize("column", BY_HAND)
def test_a_column_agrees_with_sql_by_hand(company: duckdb.DuckDBPyConnection, column: str, day: date) -> None:
    company.execute("SET search_path = 'core'")
    expected = rows(
        company,
        f"SELECT customer_id, {BY_HAND[column]} FROM customer c WHERE first_seen_at::DATE <= $day ORDER BY 1",
        day=day,
    )
    found = customer_360_at(company, day).order("customer_id").project(f"customer_id, {column}").fetchall()
    assert [(key, _rounded(value)) for key, value in found] == [(key, _rounded(value)) for key, value in expected]
    # on the last day of so small a company no ticket may be open
    assert len({value for _, value in expected}) > 1 or (column, day) == ("open_tickets", TODAY)


def _rounded(value: object) -> object:
    return round(value, 9) if isinstance(value, float) else value


@pytest.mark.xdist_group("mart")
def test_today_is_one_row_a_customer_and_adds_up_to_the_orders(company: duckdb.DuckDBPyConnection) -> None:
    (known,) = rows(
        company,
        "SELECT count(*), sum(net_amount), sum(refund_amount) FROM core.orders"
        " WHERE customer_id IS NOT NULL AND status <> 'cancelled' AND NOT is_test",
    )
    (told,) = rows(company, "SELECT sum(orders_n), sum(net_revenue), sum(refund_amount) FROM mart.customer_360")
    assert told == known
    assert rows(company, "SELECT count(*), count(DISTINCT customer_id), max(as_of) FROM mart.customer_360") == [
        (400, 400, TODAY)
    ]
    assert rows(company, "SELECT sum(aov * orders_n) - sum(net_revenue) BETWEEN -5 AND 5 FROM mart.customer_360") == [
        (True,)
    ]


LATER = [
    "DELETE FROM core.refund WHERE refunded_at >= $day + 1",
    "UPDATE core.orders o SET refund_amount = coalesce((SELECT sum(amount) FROM core.refund r"
    " WHERE r.order_id = o.order_id), 0)",
    "DELETE FROM core.orders WHERE ordered_at >= $day + 1",
    "DELETE FROM core.session WHERE started_at >= $day + 1",
    "DELETE FROM core.ticket WHERE created_at >= $day + 1",
    "UPDATE core.ticket SET solved_at = NULL WHERE solved_at >= $day + 1",
    "DELETE FROM core.survey_response WHERE responded_at >= $day + 1",
    'DELETE FROM core.email_event WHERE "at" >= $day + 1',
    'DELETE FROM core.loyalty_transaction WHERE "at" >= $day + 1',
    "DELETE FROM core.loyalty_account WHERE enrolled_at >= $day + 1",
    "DELETE FROM core.subscription WHERE started_at >= $day + 1",
    'DELETE FROM core.subscription_event WHERE "at" >= $day + 1',
    "UPDATE core.subscription SET cancelled_at = NULL WHERE cancelled_at >= $day + 1",
    "DELETE FROM core.consent WHERE valid_from >= $day + 1",
    "UPDATE core.consent SET valid_to = NULL WHERE valid_to >= $day + 1",
    "DELETE FROM core.customer WHERE first_seen_at >= $day + 1",
]


@pytest.mark.xdist_group("mart")
def test_what_happens_later_changes_nothing_of_an_earlier_day(company: duckdb.DuckDBPyConnection) -> None:
    before = customer_360_at(company, EARLIER).order("customer_id").fetchall()
    now = rows(company, "SELECT customer_id, orders_n FROM mart.customer_360 ORDER BY 1")
    company.execute("BEGIN")
    try:
        for statement in LATER:
            company.execute(statement, {"day": EARLIER} if "$day" in statement else None)
        after = customer_360_at(company, EARLIER).order("customer_id").fetchall()
    finally:
        company.execute("ROLLBACK")
    assert after == before
    assert 50 < len(before) < len(now)


@pytest.mark.xdist_group("mart")
def test_the_tier_is_told_for_the_last_day_only(company: duckdb.DuckDBPyConnection) -> None:
    members = rows(company, "SELECT customer_id, tier FROM core.loyalty_account ORDER BY 1")
    told = customer_360_at(company, TODAY).filter("loyalty_tier IS NOT NULL").order("customer_id")
    assert told.project("customer_id, loyalty_tier").fetchall() == members
    assert customer_360_at(company, EARLIER).filter("loyalty_tier IS NOT NULL").fetchall() == []


# months and cohorts


@pytest.mark.xdist_group("mart")
def test_months_add_up_and_have_no_gaps(company: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        company,
        "SELECT month, sum(orders_n), sum(net_revenue) FROM mart.customer_month GROUP BY 1"
        " HAVING sum(orders_n) > 0 ORDER BY 1",
    ) == rows(
        company,
        "SELECT date_trunc('month', ordered_at)::DATE, count(*), sum(net_amount) FROM core.orders"
        " WHERE customer_id IS NOT NULL AND status <> 'cancelled' AND NOT is_test GROUP BY 1 ORDER BY 1",
    )
    gaps = (
        "SELECT customer_id FROM mart.customer_month JOIN core.customer USING (customer_id) GROUP BY 1"
        " HAVING min(month) <> date_trunc('month', min(first_seen_at)) OR max(month) <> DATE '2026-03-01'"
        " OR count(*) <> date_diff('month', min(month), max(month)) + 1"
    )
    assert rows(company, gaps) == []
    assert rows(company, "SELECT DISTINCT month FROM mart.customer_month WHERE NOT is_complete") == [
        (date(2026, 3, 1),)
    ]


@pytest.mark.xdist_group("mart")
def test_days_add_up_to_what_customers_did(company: duckdb.DuckDBPyConnection) -> None:
    found = "SELECT sum(orders_n), sum(net_revenue), sum(sessions_n), sum(tickets_n), sum(answers_n)"
    by_hand = (
        "SELECT (SELECT count(*) FROM core.orders"
        " WHERE customer_id IS NOT NULL AND status <> 'cancelled' AND NOT is_test),"
        " (SELECT sum(net_amount) FROM core.orders"
        " WHERE customer_id IS NOT NULL AND status <> 'cancelled' AND NOT is_test),"
        " (SELECT count(*) FROM core.session WHERE customer_id IS NOT NULL AND NOT is_bot),"
        " (SELECT count(*) FROM core.ticket WHERE customer_id IS NOT NULL),"
        f" (SELECT count(*) FROM core.survey_response WHERE responded_at < DATE '{TODAY}' + 1)"
    )
    assert rows(company, f"{found} FROM mart.customer_daily") == rows(company, by_hand)
    assert rows(company, "SELECT day FROM mart.customer_daily GROUP BY day, customer_id HAVING count(*) > 1") == []
    assert rows(company, "SELECT max(day) FROM mart.customer_daily") == [(TODAY,)]


@pytest.mark.xdist_group("mart")
def test_a_cohort_cell_agrees_with_orders_counted_by_hand(company: duckdb.DuckDBPyConnection) -> None:
    expected = rows(
        company,
        "WITH o AS (SELECT customer_id, date_trunc('month', ordered_at)::DATE AS m, net_amount FROM core.orders"
        " WHERE customer_id IS NOT NULL AND status <> 'cancelled' AND NOT is_test),"
        " f AS (SELECT customer_id, min(m) AS cohort FROM o GROUP BY 1)"
        " SELECT cohort, date_diff('month', cohort, m)::INT, count(DISTINCT customer_id), sum(net_amount) FROM o JOIN f"
        " USING (customer_id) WHERE m < DATE '2026-03-01' OR m = cohort GROUP BY 1, 2 ORDER BY 1, 2",
    )
    told = "SELECT cohort_month, months_after, customers, net_revenue FROM mart.cohort_retention WHERE customers > 0"
    assert rows(company, f"{told} ORDER BY 1, 2") == expected
    later = "(cohort_month + to_months(months_after))::DATE >= DATE '2026-03-01' AND months_after > 0"
    assert rows(company, f"SELECT DISTINCT customers, retention FROM mart.cohort_retention WHERE {later}") == [
        (None, None)
    ]
    assert rows(company, f"SELECT count(*) FROM mart.cohort_retention WHERE customers IS NULL AND NOT ({later})") == [
        (0,)
    ]


@pytest.mark.xdist_group("mart")
def test_rfm_is_kept_for_each_month_end_and_today(company: duckdb.DuckDBPyConnection) -> None:
    days = [row[0] for row in rows(company, "SELECT DISTINCT as_of FROM mart.rfm_snapshot ORDER BY 1")]
    assert days[-3:] == [date(2026, 1, 31), date(2026, 2, 28), TODAY]
    assert len(days) == 14
    for day in (days[5], TODAY):
        expected = customer_360_at(company, day).filter("orders_n > 0").order("customer_id")
        columns = "customer_id, recency_days, orders_n, net_revenue, rfm_r, rfm_f, rfm_m, rfm_segment"
        found = rows(
            company, f"SELECT {columns} FROM mart.rfm_snapshot WHERE as_of = $day ORDER BY customer_id", day=day
        )
        assert found == expected.project(columns).fetchall()


# a world of a few rows, where each answer can be reckoned in the head


@pytest.fixture
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    for statement in ("CREATE SCHEMA core", "CREATE SCHEMA mart", "CREATE SCHEMA meta"):
        con.execute(statement)
    con.execute("CREATE TABLE meta.source_freshness (source VARCHAR, max_event_at TIMESTAMP)")
    for path in (SCHEMA / "core").glob("*.sql"):
        con.execute(path.read_text(encoding="utf-8").replace("NOT NULL", ""))
    yield con
    con.close()


def customer(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    for name in names:
        con.execute(
            "INSERT INTO core.customer BY NAME SELECT ? AS customer_id, 'person' AS customer_type,"
            " FALSE AS is_internal, FALSE AS is_deleted, TIMESTAMP '2025-01-01' AS first_seen_at",
            [name],
        )


def order(con: duckdb.DuckDBPyConnection, key: str, whose: str, day: str, amount: int, refunded: int = 0) -> None:
    con.execute(
        "INSERT INTO core.orders BY NAME SELECT $1 AS order_id, $2 AS customer_id, $3::TIMESTAMP AS ordered_at,"
        " 'completed' AS status, FALSE AS is_test, 'web' AS channel, $4 AS gross_amount, 0 AS discount_amount,"
        " $5 AS refund_amount, $4 - $5 AS net_amount",
        [key, whose, day, amount, refunded],
    )


def test_a_refund_counts_from_its_day_and_an_undated_one_from_the_order(world: duckdb.DuckDBPyConnection) -> None:
    customer(world, "ann")
    order(world, "o1", "ann", "2025-02-01 10:00", 100, refunded=30)  # 20 of it dated, 10 not
    world.execute(
        "INSERT INTO core.refund BY NAME SELECT 'o1' AS order_id, 20 AS amount, TIMESTAMP '2025-02-03' AS refunded_at"
    )

    def told(day: int) -> list[tuple[object, ...]]:
        return customer_360_at(world, date(2025, 2, day)).project("net_revenue, refund_amount, refunds_n").fetchall()

    assert told(2) == [(Decimal(90), Decimal(10), 1)]
    assert told(3) == [(Decimal(70), Decimal(30), 2)]


def test_equal_customers_score_equal(world: duckdb.DuckDBPyConnection) -> None:
    customer(world, *"abcde")
    for number, whose in enumerate("abcd"):
        order(world, f"o{number}", whose, "2025-02-01", 10)
    order(world, "o5", "e", "2025-03-01", 500)
    order(world, "o6", "e", "2025-03-02", 500)
    found = customer_360_at(world, date(2025, 3, 2)).order("customer_id")
    assert found.project("rfm_r, rfm_f, rfm_m, rfm_segment").fetchall() == [
        *[(1, 1, 1, "Hibernating")] * 4,
        (5, 5, 5, "Champions"),
    ]


def test_permission_ends_is_withdrawn_and_was_never_asked(world: duckdb.DuckDBPyConnection) -> None:
    customer(world, "ann", "ben", "cas")
    for whose, status, start, end in [
        ("ann", "granted", "2025-01-01", "2025-02-01 12:00"),
        ("ann", "withdrawn", "2025-02-01 12:00", None),
        ("ben", "granted", "2025-01-01", "2025-02-01 12:00"),
    ]:
        world.execute(
            "INSERT INTO core.consent BY NAME SELECT $1 AS customer_id, 'marketing' AS purpose, 'email' AS channel,"
            " $2 AS status, $3::TIMESTAMP AS valid_from, $4::TIMESTAMP AS valid_to",
            [whose, status, start, end],
        )

    def told(day: str) -> list[object]:
        found = customer_360_at(world, date.fromisoformat(day)).order("customer_id")
        return [row[0] for row in found.project("consent_email").fetchall()]

    assert told("2025-01-31") == [True, True, None]
    assert told("2025-02-01") == [False, None, None]
    build_mart(world, date(2025, 2, 1))
    assert rows(world, "SELECT customer_id, status, since::VARCHAR FROM mart.consent_state") == [
        ("ann", "withdrawn", "2025-02-01 12:00:00")
    ]


def test_months_not_ended_are_unknown_not_zero(world: duckdb.DuckDBPyConnection) -> None:
    customer(world, "ann", "ben")
    order(world, "o1", "ann", "2025-01-05", 10)
    order(world, "o2", "ben", "2025-01-06", 10)
    order(world, "o3", "ann", "2025-02-05", 10)
    order(world, "o4", "ann", "2025-03-05", 10)
    build_mart(world, date(2025, 3, 30))
    cells = "SELECT months_after, cohort_size, customers, retention FROM mart.cohort_retention ORDER BY 1"
    assert rows(world, cells) == [(0, 2, 2, 1.0), (1, 2, 1, 0.5), (2, 2, None, None)]
    build_mart(world, date(2025, 3, 31))
    assert rows(world, cells)[2] == (2, 2, 1, 0.5)


def test_no_rows_make_no_rows(world: duckdb.DuckDBPyConnection) -> None:
    build_mart(world, TODAY)
    assert [rows(world, f"SELECT count(*) FROM mart.{table}") for table in TABLES] == [[(0,)]] * len(TABLES)


def test_missing_tables_are_named(world: duckdb.DuckDBPyConnection) -> None:
    world.execute("DROP TABLE core.ticket")
    with pytest.raises(BuildError, match=r"ticket"):
        build_mart(world, TODAY)
    with pytest.raises(BuildError, match=r"ticket"):
        customer_360_at(world, TODAY)


# in a published snapshot


@pytest.mark.xdist_group("mart")
def test_a_published_snapshot_can_be_looked_back_into_and_asked(demo_home: Path) -> None:
    path = demo_home / "warehouse" / "live.duckdb"
    with read_snapshot(path) as con:
        then = customer_360_at(con, date(2026, 1, 31)).aggregate("count(*), max(last_order_at)::DATE").fetchall()
        people = rows(con, "SELECT count(*) FROM core.customer WHERE first_seen_at < '2026-02-01'")
    assert (then[0][0],) == people[0]
    assert then[0][1] <= date(2026, 1, 31)
    engine = DuckDBEngine(path)
    try:
        assert set(TABLES) <= engine.schema.keys()
    finally:
        engine.close()
