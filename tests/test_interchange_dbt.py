"""A dbt project with MetricFlow: what is asked of the imported model equals hand-written SQL; the rest is listed."""

from __future__ import annotations

import pytest

from semantic_layer import import_model
from semantic_layer.interchange import Imported
from tests.interchange_world import FIXTURES, answer, schema, truth

MONTH = {"field": "metric_time", "grain": "month"}
SPRING = {"start": "2025-03-01", "end": "2025-06-01"}
YEAR = {"time_range": {"start": "2025-01-01", "end": "2026-01-01"}}
LINKED = "FROM orders o LEFT JOIN customers c ON c.id = o.customer_id"


@pytest.fixture(scope="module")
def imported() -> Imported:
    return import_model("dbt", FIXTURES / "dbt", schema())


def by(field: str, *metrics: str, **more):
    return {"metrics": metrics, "group_by": [{"field": field}], **more}


CASES = {
    "simple with filter": (
        by("orders.sales_channel", "revenue"),
        "SELECT lower(channel), sum(amount) FROM orders WHERE status = 'complete' GROUP BY 1 ORDER BY 1",
    ),
    "filter over a link, filled with 0": (
        by("orders.sales_channel", "revenue_germany"),
        f"SELECT lower(channel), coalesce(sum(amount), 0) {LINKED} WHERE country = 'DE' GROUP BY 1 ORDER BY 1",
    ),
    "filter by time and a boolean": (
        {"metrics": ["revenue_2026"]},
        "SELECT sum(amount) FROM orders WHERE ordered_at >= '2026-01-01' AND amount >= 60",
    ),
    "metric made of a measure": (
        by("customers.country", "order_count"),
        f"SELECT country, count(*) {LINKED} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "every aggregation": (
        by(
            "orders.status", "buyers", "big_orders", "median_amount", "p90_amount", "largest", "smallest",
            "shipping_days", "discounts",
        ),
        "SELECT status, count(DISTINCT customer_id), sum((amount >= 60)::INT), median(amount),"
        " quantile_cont(amount::DOUBLE, 0.9), max(amount), min(amount), avg(days_to_ship), sum(discount)"
        " FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "by an entity": (
        by("visits.customer", "visits", limit=3),
        "SELECT customer_id, count(*) FROM visits GROUP BY 1 ORDER BY 1 LIMIT 3",
    ),
    "ratio over two models": (
        by("customers.country", "revenue_share_of_visits"),
        "SELECT c.country, sum(r.amount) / sum(v.n) FROM (SELECT * FROM customers UNION ALL BY NAME SELECT 99 AS id) c"
        " LEFT JOIN (SELECT coalesce(customer_id, 99) AS id, sum(amount) AS amount FROM orders"
        " WHERE status = 'complete' GROUP BY 1) r ON r.id = c.id"
        " LEFT JOIN (SELECT customer_id AS id, count(*) AS n FROM visits GROUP BY 1) v"
        " ON v.id = c.id GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "ratio with a filtered input": (
        {"metrics": ["phone_share"]},
        "SELECT count(*) FILTER (device = 'phone') / count(*) FROM visits",
    ),
    "derived with aliases": (
        by("orders.status", "net_revenue"),
        "SELECT status, sum(amount) FILTER (status = 'complete') - sum(discount) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "derived with a filter of its own": (
        {"metrics": ["business_net_revenue"]},
        f"SELECT sum(amount) FILTER (status = 'complete') - sum(discount) {LINKED} WHERE is_business",
    ),
    "offset": (
        {"metrics": ["revenue_growth"], "group_by": [MONTH], "time_range": SPRING},
        "WITH m AS (SELECT date_trunc('month', ordered_at)::DATE AS m, sum(amount) AS r FROM orders"
        " WHERE status = 'complete' GROUP BY 1) SELECT a.m, a.r - b.r FROM m a JOIN m b"
        " ON b.m = a.m - INTERVAL 1 MONTH WHERE a.m BETWEEN '2025-03-01' AND '2025-05-01' ORDER BY 1",
    ),
    "cumulative over a window": (
        {"metrics": ["revenue_30_days"], "group_by": [MONTH], "time_range": {**SPRING, "start": "2025-04-01"}},
        "SELECT m, (SELECT sum(amount) FROM orders WHERE ordered_at >= m + INTERVAL 1 MONTH - INTERVAL 30 DAY"
        " AND ordered_at < m + INTERVAL 1 MONTH)"
        " FROM (VALUES (DATE '2025-04-01'), (DATE '2025-05-01')) t(m) ORDER BY 1",
    ),
    "cumulative to date": (
        {"metrics": ["revenue_to_date"], "group_by": [MONTH], **YEAR},
        "SELECT date_trunc('month', ordered_at)::DATE, sum(amount) FROM orders WHERE year(ordered_at) = 2025"
        " GROUP BY 1 ORDER BY 1",
    ),
    "level at the end of each month": (
        {"metrics": ["held"], "group_by": [MONTH]},
        "SELECT date_trunc('month', day)::DATE AS m, sum(balance) FROM balances WHERE day IN"
        " (SELECT max(day) FROM balances GROUP BY date_trunc('month', day)) GROUP BY 1 ORDER BY 1",
    ),
    "level on the first day of each customer": (
        by("balances.customer", "held_at_first", limit=3),
        "SELECT customer_id, arg_min(balance, day) FROM balances GROUP BY 1 ORDER BY 1 LIMIT 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_answers_equal_hand_written_sql(imported: Imported, case: str):
    query, sql = CASES[case]
    found = answer(imported.layer, **query)
    assert found == truth(sql)
    assert found


def test_what_cannot_be_carried_over_is_listed_with_its_place(imported: Imported):
    listed = {(one.what, one.code): one.line for one in imported.lost}
    assert listed == {
        ("semantic model orders: config", "key"): 15,
        ("dimension is_big: is_partition", "key"): 23,
        ("measure orders.discrete_p90", "aggregate"): 32,
        ("measure orders.by_macro", "template"): 36,
        ("entity balances.branch", "link"): 45,
        ("entity customers.tier", "key"): 9,
        ("dimension valid_from: validity_params", "key"): 17,
        ("semantic model computed", "template"): 31,
        ("metric discrete", "input"): 41,
        ("metric since_month_start", "offset"): 66,
        ("metric visit_to_order", "conversion"): 77,
        ("metric active_customers", "template"): 86,
        ("metric of_nothing", "input"): 90,
        ("saved query weekly", "saved_query"): 95,
    }
    assert all(one.file.endswith(".yml") and one.why for one in imported.remarks)
    assert {"discrete", "since_month_start", "active_customers", "of_nothing"}.isdisjoint(imported.layer.metrics)


def test_labels_and_descriptions_come_along(imported: Imported):
    assert imported.layer.metrics["revenue"].description == "Amount of complete orders."
    assert imported.layer.metrics["order_count"].label == "Orders placed"
    assert imported.layer.fields["orders.status"].label == "State of the order"
