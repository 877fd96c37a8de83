"""A folder of Cube models: what is asked of the imported model equals hand-written SQL; the rest is listed."""

from __future__ import annotations

import pytest

from semantic_layer import import_model
from semantic_layer.interchange import Imported
from tests.interchange_world import FIXTURES, answer, give_views, schema, truth

MONTH = {"field": "metric_time", "grain": "month"}
LINKED = "FROM orders o LEFT JOIN (SELECT * FROM customers WHERE birth_year < 2010) c ON c.id = o.customer_id"
SPAN = {"time_range": {"start": "2025-04-01", "end": "2025-06-01"}}


@pytest.fixture(scope="module")
def imported() -> Imported:
    found = import_model("cube", FIXTURES / "cube", schema())
    give_views(found)
    return found


def by(field: str, *metrics: str, **more):
    return {"metrics": metrics, "group_by": [{"field": field}], **more}


CASES = {
    "every aggregation": (
        by("orders.status", "orders_count", "revenue", "buyers", "about_buyers", "average_net", "largest", "smallest"),
        "SELECT status, count(*), sum(amount - 1), count(DISTINCT customer_id), count(DISTINCT customer_id),"
        " avg(amount - 1), max(amount - 1), min(amount - 1) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "filters, one over a join": (
        by("orders.sales_channel", "complete_revenue"),
        f"SELECT lower(channel), sum(amount - 1) {LINKED} WHERE status = 'complete' AND country = 'DE'"
        " GROUP BY 1 ORDER BY 1",
    ),
    "only other cubes are named, yet the cube's own rows count": (
        {"metrics": ["german_orders", "age_of_buyers"]},
        f"SELECT count(*) FILTER (country = 'DE'), sum(birth_year) {LINKED}",
    ),
    "case": (
        by("orders.size", "orders_count"),
        "SELECT CASE WHEN amount >= 80 THEN 'big' WHEN amount >= 40 THEN 'middle' ELSE 'small' END, count(*)"
        " FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "segment as a filter": (
        {"metrics": ["revenue"], "filters": [{"field": "orders.completed", "op": "eq", "values": [True]}]},
        "SELECT sum(amount - 1) FROM orders WHERE status = 'complete'",
    ),
    "number computed from measures": (
        by("customers.country", "average_order", "complete_share"),
        "SELECT country, sum(amount - 1) / count(*), 100.0 * sum(amount - 1) FILTER (status = 'complete'"
        f" AND country = 'DE') / sum(amount - 1) {LINKED} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "number with its own aggregates": (
        by("orders.status", "shipping"),
        "SELECT status, sum(days_to_ship) / count(days_to_ship) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "inherited members, a cube that is a SELECT": (
        by("customers.country", "customers_customer_count"),
        "SELECT country, count(*) FROM customers WHERE birth_year < 2010 GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "the cube that is extended": (
        by("people.country", "people_customer_count"),
        "SELECT country, count(*) FROM customers GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "number over two cubes": (
        {"metrics": ["orders_per_customer"]},
        "SELECT (SELECT count(*) FROM orders) / (SELECT count(*) FROM customers WHERE birth_year < 2010)",
    ),
    "join said from the one side, two hops": (
        by("customers.business", "units"),
        "SELECT is_business, sum(quantity) FROM order_items i LEFT JOIN orders o ON o.id = i.order_id LEFT JOIN"
        " (SELECT * FROM customers WHERE birth_year < 2010) c ON c.id = o.customer_id"
        " GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "rolling window": (
        {"metrics": ["revenue_30_days", "revenue_ever"], "group_by": [MONTH], **SPAN},
        "SELECT m, (SELECT sum(amount - 1) FROM orders WHERE ordered_at >= m + INTERVAL 1 MONTH - INTERVAL 30 DAY"
        " AND ordered_at < m + INTERVAL 1 MONTH), (SELECT sum(amount - 1) FROM orders WHERE ordered_at"
        " < m + INTERVAL 1 MONTH) FROM (VALUES (DATE '2025-04-01'), (DATE '2025-05-01')) t(m) ORDER BY 1",
    ),
    "window to date": (
        {"metrics": ["revenue_this_month"], "group_by": [MONTH], **SPAN},
        "SELECT date_trunc('month', ordered_at)::DATE, sum(amount - 1) FROM orders"
        " WHERE ordered_at >= '2025-04-01' AND ordered_at < '2025-06-01' GROUP BY 1 ORDER BY 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_answers_equal_hand_written_sql(imported: Imported, case: str):
    query, sql = CASES[case]
    found = answer(imported.layer, **query)
    assert found == truth(sql)
    assert found


def test_what_cannot_be_carried_over_is_listed(imported: Imported):
    assert {(one.what, one.code) for one in imported.lost} == {
        ("cube orders: data_source", "key"),
        ("cube orders: refresh_key", "key"),
        ("cube orders: pre_aggregations", "key"),
        ("cube orders: access_policy", "key"),
        ("dimension orders.status: meta", "key"),
        ("dimension orders.ordered_at: granularities", "key"),
        ("dimension orders.place", "type"),
        ("dimension orders.customer_orders", "sub_query"),
        ("dimension orders.customer_country", "other_dataset"),
        ("measure orders.count: drill_members", "key"),
        ("measure orders.revenue_ahead", "window"),
        ("measure orders.of_ahead", "input"),
        ("measure customers.of_orders", "finer_grain"),
        ("measure orders.discounts", "two_meanings"),
        ("measure orders.last_status", "type"),
        ("measure orders.month_before", "multi_stage"),
        ("cube filtered", "template"),
        ("cube orphan", "extends"),
        ("file", "template"),
        ("old.js", "file"),
        ("view sales", "view"),
    }
    assert all(one.file and one.line and one.why for one in imported.remarks)


def test_words_and_formats_come_along(imported: Imported):
    layer = imported.layer
    assert layer.metrics["revenue"].description == "After discount"
    assert layer.metrics["revenue"].format == "currency"
    assert layer.datasets["orders"].label == "Orders"
    assert layer.fields["orders.net"].hidden
    assert layer.fields["orders.completed"].label == "Complete orders"
