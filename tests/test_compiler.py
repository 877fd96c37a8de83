"""Compiled SQL against hand-written SQL on the data of the hard cases."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
import sqlglot

from tests.hard_cases.answers import asked, compiled, database, model, rows_of, same_rows, truth

SEGMENT = {"field": "customers.segment"}
MONTH = {"field": "metric_time", "grain": "month"}
WITH_CUSTOMERS = "orders o LEFT JOIN customers c USING (customer_id)"


def ask(*metrics, by=(), **more):
    return asked(metrics=metrics, group_by=tuple(by), **more)


CASES = {
    "one number": (ask("revenue"), "SELECT sum(amount) FROM orders"),
    "two facts, one number each": (
        ask("revenue", "tickets"),
        "SELECT (SELECT sum(amount) FROM orders), (SELECT count(*) FROM tickets)",
    ),
    "rows without a customer stay in a group without a name": (
        ask("revenue", by=[SEGMENT]),
        f"SELECT segment, sum(amount) FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "two facts keep every group of both": (
        ask("revenue", "tickets", by=[{"field": "customers.name"}]),
        """SELECT name, r, coalesce(t, 0) FROM (SELECT name, sum(amount) r FROM orders LEFT JOIN customers USING
        (customer_id) GROUP BY 1) FULL JOIN (SELECT name n, count(*) t FROM tickets LEFT JOIN customers USING
        (customer_id) GROUP BY 1) ON name IS NOT DISTINCT FROM n WHERE true
        ORDER BY coalesce(name, n) NULLS LAST""".replace("SELECT name, r", "SELECT coalesce(name, n), r"),
    ),
    "a ratio is sum over sum": (
        ask("average_order", by=[SEGMENT]),
        f"SELECT segment, sum(amount)::DOUBLE / count(*) FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "nothing over nothing is empty": (
        ask("average_order", time_range={"start": "2025-04-01", "end": "2025-05-01"}),
        "SELECT NULL",
    ),
    "counts and filled sums over no rows are 0, other sums are empty": (
        ask("orders", "refunds", "revenue", "net_revenue", time_range={"start": "2025-04-01", "end": "2025-05-01"}),
        "SELECT 0, 0, NULL, NULL",
    ),
    "a metric's own filter beside the whole": (
        ask("paid_revenue", "revenue", "paid_share", by=[SEGMENT]),
        f"""SELECT segment, sum(amount) FILTER (status = 'paid'), sum(amount),
        sum(amount) FILTER (status = 'paid') / sum(amount) FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "a measure's filter leaves out groups that it does not count": (
        ask("paid_items", by=[{"field": "orders.order_id"}]),
        """SELECT order_id::INTEGER, sum(qty) FROM order_items JOIN orders USING (order_id) WHERE status = 'paid'
        GROUP BY 1 ORDER BY 1""",
    ),
    "a metric filter that reaches two links far": (
        ask("eu_revenue", "eu_billed_revenue"),
        """SELECT (SELECT sum(amount) FROM orders JOIN customers USING (customer_id) WHERE region_id = 1),
        (SELECT sum(amount) FROM orders WHERE billing_region_id = 1)""",
    ),
    "a derived division by 0 is empty": (
        ask("revenue_per_refund", by=[{"field": "customers.name"}]),
        f"""SELECT name, sum(amount)::DOUBLE / nullif(sum(coalesce(refund, 0)), 0) FROM {WITH_CUSTOMERS} GROUP BY 1
        ORDER BY 1 NULLS LAST""",
    ),
    "a division by 0 in a row is empty and spoils no sum": (
        ask("hours_per_point"),
        "SELECT sum(resolution_hours / (csat - 1)) FROM tickets WHERE csat > 1",
    ),
    "fields computed from fields": (
        ask("net_amount", by=[{"field": "orders.is_large"}]),
        """SELECT amount - coalesce(refund, 0) >= 250, sum(amount - coalesce(refund, 0)) FROM orders
        GROUP BY 1 ORDER BY 1""",
    ),
    "two links away": (
        ask("revenue", by=[{"field": "regions.region_name"}]),
        """SELECT region_name, sum(amount) FROM orders LEFT JOIN customers USING (customer_id)
        LEFT JOIN regions USING (region_id) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "the same dimension in two roles": (
        ask(
            "revenue",
            by=[{"field": "regions.region_name", "via": role} for role in ("billing_region", "shipping_region")],
        ),
        """SELECT b.region_name, s.region_name, sum(amount) FROM orders LEFT JOIN regions b ON billing_region_id =
        b.region_id LEFT JOIN regions s ON shipping_region_id = s.region_id GROUP BY 1, 2 ORDER BY 1, 2""",
    ),
    "common months of two facts": (
        ask("revenue", "tickets", by=[MONTH]),
        """SELECT m, r, coalesce(t, 0) FROM (SELECT date_trunc('month', ordered_at)::DATE m, sum(amount) r FROM orders
        GROUP BY 1) FULL JOIN (SELECT date_trunc('month', opened_at)::DATE m, count(*) t FROM tickets GROUP BY 1)
        USING (m) ORDER BY 1""",
    ),
    "a time of another dataset": (
        ask("tickets_of_signups", by=[MONTH]),
        """SELECT date_trunc('month', signup_date)::DATE, count(*) FROM tickets JOIN customers USING (customer_id)
        GROUP BY 1 ORDER BY 1""",
    ),
    "order lines by the time of their order": (
        ask("items", by=[{"field": "metric_time", "grain": "quarter"}], time_range={"start": "2025-02-01"}),
        """SELECT date_trunc('quarter', ordered_at)::DATE, sum(qty) FROM order_items JOIN orders USING (order_id)
        WHERE ordered_at >= '2025-02-01' GROUP BY 1 ORDER BY 1""",
    ),
    "a time field that is not the metric's own": (
        ask("revenue", by=[{"field": "customers.signup_date", "grain": "month"}]),
        """SELECT date_trunc('month', signup_date)::DATE, sum(amount) FROM orders LEFT JOIN customers USING
        (customer_id) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "the end of a period is not in it": (
        ask("orders", time_range={"start": "2025-03-01", "end": "2025-03-02"}),
        "SELECT count(*) FROM orders WHERE ordered_at >= '2025-03-01' AND ordered_at < '2025-03-02'",
    ),
    "filters on the fact and on a link": (
        ask(
            "revenue",
            filters=[
                {"field": "orders.status", "op": "eq", "values": ["paid"]},
                {"field": "regions.region_name", "op": "in", "values": ["EU", "US"]},
            ],
        ),
        """SELECT sum(amount) FROM orders JOIN customers USING (customer_id) WHERE status = 'paid' AND region_id IN
        (1, 2)""",
    ),
    "a filter through a role": (
        ask(
            "orders", filters=[{"field": "regions.region_name", "via": "shipping_region", "op": "eq", "values": ["US"]}]
        ),
        "SELECT count(*) FROM orders WHERE shipping_region_id = 2",
    ),
    "a filter on a metric holds after aggregation": (
        ask("orders", by=[SEGMENT], filters=[{"field": "revenue", "op": "gt", "values": [9000]}]),
        f"""SELECT segment, count(*) FROM {WITH_CUSTOMERS} GROUP BY 1 HAVING sum(amount) > 9000
        ORDER BY 1 NULLS LAST""",
    ),
    "the five largest, ties in the order of the names": (
        ask("orders", by=[{"field": "customers.name"}], order_by=[{"by": "orders"}], limit=5),
        f"SELECT name, count(*) n FROM {WITH_CUSTOMERS} GROUP BY 1 ORDER BY n DESC NULLS LAST, 1 NULLS LAST LIMIT 5",
    ),
    "largest last, by a dimension": (
        ask("orders", by=[SEGMENT, MONTH], order_by=[{"by": "customers.segment"}, {"by": "metric_time"}]),
        f"""SELECT segment, date_trunc('month', ordered_at)::DATE, count(*) FROM {WITH_CUSTOMERS} GROUP BY 1, 2
        ORDER BY 1 DESC NULLS LAST, 2 DESC""",
    ),
    "median and percentile beside another fact": (
        ask("median_order", "p90_order", "tickets", by=[SEGMENT]),
        f"""SELECT * FROM (SELECT segment, median(amount), quantile_cont(amount, 0.9) FROM {WITH_CUSTOMERS} GROUP BY 1)
        a(s, m, p) JOIN (SELECT segment, count(*) FROM tickets JOIN customers USING (customer_id) GROUP BY 1) b(s2, t)
        ON s IS NOT DISTINCT FROM s2 ORDER BY 1 NULLS LAST""".replace("SELECT *", "SELECT s, m, p, t", 1),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_compiled_sql_gives_what_hand_written_sql_gives(name):
    query, sql = CASES[name]
    assert same_rows(rows_of(query), truth(sql)), compiled(query).sql


@pytest.mark.parametrize("grain", ["hour", "day", "week", "month", "quarter", "year"])
def test_grains_are_those_of_the_calendar(grain):
    kind = "TIMESTAMP" if grain == "hour" else "DATE"
    sql = f"SELECT date_trunc('{grain}', ordered_at)::{kind}, sum(amount) FROM orders GROUP BY 1 ORDER BY 1"
    assert same_rows(rows_of(ask("revenue", by=[{"field": "metric_time", "grain": grain}])), truth(sql))


def test_half_years_start_in_january_and_july():
    sql = """SELECT make_date(year(ordered_at), CASE WHEN month(ordered_at) > 6 THEN 7 ELSE 1 END, 1), sum(amount)
    FROM orders GROUP BY 1 ORDER BY 1"""
    found = rows_of(ask("revenue", by=[{"field": "metric_time", "grain": "half"}]))
    assert len(found) == 2
    assert same_rows(found, truth(sql))


def span(start, end):
    return {"start": start, "end": end}


MONTHLY = "(SELECT date_trunc('month', ordered_at)::DATE m, sum(amount) v FROM orders GROUP BY 1)"
COMPARISONS = {
    "each month with the calendar month before; a month without orders leaves a gap": (
        ask("revenue", by=[MONTH], compare={"kind": "previous_period"}),
        f"""SELECT a.m, a.v, b.v, a.v - b.v, (a.v - b.v)::DOUBLE / b.v FROM {MONTHLY} a
        LEFT JOIN {MONTHLY} b ON b.m = a.m - INTERVAL 1 MONTH ORDER BY 1""",
    ),
    "a month with the month before, by customer, also those of one month only": (
        ask("revenue", by=[{"field": "customers.name"}], time_range=span("2025-06-01", "2025-07-01"), compare={}),
        """SELECT coalesce(a.name, b.name), a.v, b.v, a.v - b.v, (a.v - b.v)::DOUBLE / b.v FROM (SELECT name,
        sum(amount) v FROM orders LEFT JOIN customers USING (customer_id) WHERE month(ordered_at) = 6 GROUP BY 1) a
        FULL JOIN (SELECT name, sum(amount) v FROM orders LEFT JOIN customers USING (customer_id)
        WHERE month(ordered_at) = 5 GROUP BY 1) b ON a.name IS NOT DISTINCT FROM b.name ORDER BY 1 NULLS LAST""",
    ),
    "a count that one period lacks is 0 there": (
        ask("orders", by=[{"field": "customers.name"}], time_range=span("2025-06-01", "2025-07-01"), compare={}),
        """SELECT name, count(*) FILTER (month(ordered_at) = 6) a, count(*) FILTER (month(ordered_at) = 5) b, a - b,
        (a - b)::DOUBLE / nullif(b, 0) FROM orders LEFT JOIN customers USING (customer_id) WHERE month(ordered_at) IN
        (5, 6) GROUP BY 1 ORDER BY 1 NULLS LAST""",
    ),
    "ten days with the ten days before": (
        ask("revenue", time_range=span("2025-03-05", "2025-03-15"), compare={}),
        """SELECT a, b, a - b, (a - b)::DOUBLE / b FROM (SELECT sum(amount) FILTER (ordered_at >= '2025-03-05') a,
        sum(amount) FILTER (ordered_at < '2025-03-05') b FROM orders WHERE ordered_at >= '2025-02-23' AND ordered_at <
        '2025-03-15')""",
    ),
    "a quarter with the quarter before": (
        ask("orders", time_range=span("2025-07-01", "2025-10-01"), compare={}),
        """SELECT a, b, a - b, (a - b)::DOUBLE / b FROM (SELECT count(*) FILTER (quarter(ordered_at) = 3) a,
        count(*) FILTER (quarter(ordered_at) = 2) b FROM orders)""",
    ),
    "two named periods": (
        ask("orders", time_range=span("2025-05-01", "2025-07-01"),
            compare={"kind": "range", "range": span("2025-02-01", "2025-04-01")}),
        """SELECT a, b, a - b, (a - b)::DOUBLE / b FROM (SELECT count(*) FILTER (month(ordered_at) IN (5, 6)) a,
        count(*) FILTER (month(ordered_at) IN (2, 3)) b FROM orders)""",
    ),
    "two named periods month by month": (
        ask("orders", by=[MONTH], time_range=span("2025-05-01", "2025-07-01"),
            compare={"kind": "range", "range": span("2025-02-01", "2025-04-01")}),
        """SELECT make_date(2025, m + 3, 1), a.n, b.n, a.n - b.n, (a.n - b.n)::DOUBLE / b.n FROM
        (SELECT month(ordered_at) - 3 m, count(*) n FROM orders WHERE month(ordered_at) IN (5, 6) GROUP BY 1) a
        LEFT JOIN (SELECT month(ordered_at) m, count(*) n FROM orders GROUP BY 1) b USING (m) ORDER BY 1""",
    ),
    "ratios are computed for each period from its own parts": (
        ask("average_order", by=[SEGMENT], time_range=span("2025-06-01", "2025-07-01"), compare={}),
        """SELECT segment, a, b, a - b, (a - b) / b FROM (SELECT segment, avg(amount) FILTER (month(ordered_at) = 6) a,
        avg(amount) FILTER (month(ordered_at) = 5) b FROM orders LEFT JOIN customers USING (customer_id) WHERE
        month(ordered_at) IN (5, 6) GROUP BY 1) ORDER BY 1 NULLS LAST""",
    ),
    "several facts, month by month": (
        ask("orders", "tickets", by=[MONTH], time_range=span("2025-03-01", "2025-06-01"), compare={}),
        """SELECT m, o, po, o - po, (o - po)::DOUBLE / nullif(po, 0), t, pt, t - pt, (t - pt)::DOUBLE / nullif(pt, 0)
        FROM (SELECT unnest([3, 4, 5]) k) JOIN LATERAL (SELECT make_date(2025, k, 1) m,
        (SELECT count(*) FROM orders WHERE month(ordered_at) = k) o,
        (SELECT count(*) FROM orders WHERE month(ordered_at) = k - 1) po,
        (SELECT count(*) FROM tickets WHERE month(opened_at) = k) t,
        (SELECT count(*) FROM tickets WHERE month(opened_at) = k - 1) pt) ON true ORDER BY 1""",
    ),
    "weeks a year earlier are 52 weeks earlier": (
        ask("tickets", by=[{"field": "metric_time", "grain": "week"}], compare={"kind": "previous_year"}),
        """SELECT w, n, NULL, NULL, NULL FROM (SELECT date_trunc('week', opened_at)::DATE w, count(*) n FROM tickets
        GROUP BY 1) ORDER BY 1""",
    ),
    "the largest fall first": (
        ask("orders", by=[SEGMENT], time_range=span("2025-06-01", "2025-07-01"), compare={},
            order_by=[{"by": "orders", "column": "change", "descending": False}], limit=2),
        """SELECT segment, count(*) FILTER (month(ordered_at) = 6) a, count(*) FILTER (month(ordered_at) = 5) b,
        a - b d, (a - b)::DOUBLE / nullif(b, 0) FROM orders LEFT JOIN customers USING (customer_id)
        WHERE month(ordered_at) IN (5, 6) GROUP BY 1 ORDER BY d NULLS LAST, 1 NULLS LAST LIMIT 2""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_give_what_hand_written_sql_gives(name):
    query, sql = COMPARISONS[name]
    assert same_rows(rows_of(query), truth(sql)), compiled(query).sql


def test_a_period_has_its_first_day_and_not_the_day_it_ends_with():
    """Signup dates are midnights, so that both ends are met exactly."""
    signups = truth("SELECT signup_date, count(*) FROM customers GROUP BY 1 ORDER BY 1")
    for (first, count), (following, _) in pairwise(signups):
        found = rows_of(ask("customers", time_range={"start": first, "end": following}))
        assert found == [(count,)]


def test_the_relative_change_of_a_negative_value_has_the_sign_of_the_change():
    found = rows_of(ask("loss", time_range=span("2025-06-01", "2025-07-01"), compare={}))
    (now, before, change, ratio) = found[0]
    assert before < now < 0
    assert ratio == pytest.approx(float(change) / -float(before))
    assert ratio > 0


FILTERS = [
    ({"field": "customers.segment", "op": "ne", "values": ["ent"]}, "segment IS NULL OR segment <> 'ent'"),
    ({"field": "customers.segment", "op": "not_in", "values": ["ent", "mid"]}, "segment IS NULL OR segment = 'smb'"),
    ({"field": "customers.segment", "op": "in", "values": ["ent"]}, "segment = 'ent'"),
    ({"field": "customers.segment", "op": "is_null"}, "segment IS NULL"),
    ({"field": "customers.segment", "op": "not_null"}, "segment IS NOT NULL"),
    ({"field": "customers.name", "op": "like", "values": ["customer 1%"]}, "name LIKE 'Customer 1%'"),
    ({"field": "customers.name", "op": "not_like", "values": ["%1"]}, "name IS NULL OR name NOT LIKE '%1'"),
    ({"field": "customers.name", "op": "eq", "values": ["O'Hara; --"]}, "false"),
    ({"field": "customers.customer_id", "op": "eq", "values": [7]}, "customer_id = 7"),
    ({"field": "orders.amount", "op": "between", "values": [100, 200.5]}, "amount BETWEEN 100 AND 200.5"),
    ({"field": "orders.amount", "op": "lt", "values": [-1.5]}, "false"),
    ({"field": "orders.is_large", "op": "eq", "values": [True]}, "amount - coalesce(refund, 0) >= 250"),
    ({"field": "orders.is_large", "op": "ne", "values": [True]}, "amount - coalesce(refund, 0) < 250"),
    ({"field": "metric_time", "op": "ge", "values": ["2025-05-10"]}, "ordered_at >= '2025-05-10'"),
    ({"field": "metric_time", "op": "le", "values": ["2025-03-02"]}, "ordered_at < '2025-03-03'"),
    ({"field": "metric_time", "op": "gt", "values": ["2025-03-02"]}, "ordered_at >= '2025-03-03'"),
    ({"field": "metric_time", "op": "lt", "values": ["2025-03-02T23:30:00"]}, "ordered_at < '2025-03-02 23:30:00'"),
    ({"field": "metric_time", "op": "le", "values": ["2025-03-02T23:30:00"]}, "ordered_at <= '2025-03-02 23:30:00'"),
    ({"field": "metric_time", "op": "eq", "values": ["2025-03-02"]}, "ordered_at::DATE = '2025-03-02'"),
    ({"field": "metric_time", "op": "not_in", "values": ["2025-03-02", "2025-03-03"]},
     "ordered_at::DATE NOT IN ('2025-03-02', '2025-03-03')"),
    ({"field": "orders.ordered_at", "op": "between", "values": ["2025-03-01", "2025-03-02"]},
     "ordered_at >= '2025-03-01' AND ordered_at < '2025-03-03'"),
    ({"field": "customers.signup_date", "op": "le", "values": ["2025-02-01"]}, "signup_date <= '2025-02-01'"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "where"), FILTERS, ids=lambda part: part if isinstance(part, str) else "")
def test_filters_keep_the_rows_that_sql_keeps(one, where):
    sql = f"SELECT count(*), sum(amount) FROM {WITH_CUSTOMERS} WHERE {where}"
    assert same_rows(rows_of(ask("orders", "revenue", filters=[one])), truth(sql))


def test_a_filter_and_what_it_leaves_out_make_the_whole():
    parts = [
        rows_of(ask("revenue", filters=[{"field": "customers.segment", "op": op, "values": ["ent", "smb"]}]))[0][0]
        for op in ("in", "not_in")
    ]
    assert sum(parts) == truth("SELECT sum(amount) FROM orders")[0][0]


def test_money_stays_exact():
    found = rows_of(ask("revenue", "net_revenue", by=[SEGMENT]))
    assert all(isinstance(value, Decimal) and value.as_tuple().exponent == -2 for row in found for value in row[1:])


def test_columns_say_what_they_are():
    made = compiled(ask("revenue", by=[SEGMENT, MONTH], compare={}))
    assert [(column.name, column.role, column.ref, column.grain) for column in made.columns] == [
        ("segment", "dimension", "customers.segment", ""),
        ("month", "time", "metric_time", "month"),
        ("revenue", "metric", "revenue", ""),
        ("revenue_previous", "previous", "revenue", ""),
        ("revenue_change", "change", "revenue", ""),
        ("revenue_change_ratio", "change_ratio", "revenue", ""),
    ]
    assert made.columns[2].unit == "EUR"
    assert made.columns[5].format == "percent"
    assert made.datasets == ("orders",)


def test_the_span_compared_with_is_told():
    made = compiled(ask("revenue", time_range=span("2025-03-01", "2025-04-01"), compare={}))
    assert (str(made.previous.start), str(made.previous.end)) == ("2025-02-01", "2025-03-01")


def test_names_that_would_clash_are_qualified():
    made = compiled(ask("revenue", "orders", by=[{"field": "orders.ordered_at", "grain": "month"}, MONTH]))
    assert [column.name for column in made.columns][:2] == ["ordered_at_month", "month"]
    roles = [{"field": "regions.region_name", "via": role} for role in ("billing_region", "shipping_region")]
    made = compiled(ask("revenue", by=roles))
    assert [column.name for column in made.columns][:2] == ["billing_region_region_name", "shipping_region_region_name"]


def test_the_same_query_gives_the_same_bytes():
    query = ask("revenue", "tickets_per_order", by=[SEGMENT, MONTH], compare={}, limit=3)
    assert compiled(query).sql == compiled(type(query).model_validate_json(query.model_dump_json())).sql


@pytest.mark.parametrize("name", [*CASES, *COMPARISONS])
def test_the_text_is_the_tree(name):
    made = compiled({**CASES, **COMPARISONS}[name][0])
    again = sqlglot.parse_one(made.sql, dialect="duckdb")
    assert again.sql(dialect="duckdb") == made.tree.sql(dialect="duckdb")


def test_rows_are_never_multiplied_by_what_is_joined():
    """Every order has one customer, so joining datasets must not change a total."""
    whole = truth("SELECT sum(amount) FROM orders")[0][0]
    for field in model().fields:
        if model().graph.reaches("orders", field.partition(".")[0]):
            assert sum(row[1] or 0 for row in rows_of(ask("revenue", by=[{"field": field}]))) == whole
    assert database().execute("SELECT 1").fetchone() == (1,)
