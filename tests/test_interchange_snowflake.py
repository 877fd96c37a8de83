"""A semantic model of Snowflake: what is asked of the imported model equals hand-written SQL; the rest is listed."""

from __future__ import annotations

import pytest

from semantic_layer import import_model
from semantic_layer.interchange import Imported
from tests.interchange_world import FIXTURES, answer, give_views, schema, truth

KNOWN = {"field": "customers.is_business", "op": "not_null"}
MONTH = {"field": "metric_time", "grain": "month"}
LINKED = "FROM orders o LEFT JOIN customers c ON c.id = o.customer_id"


@pytest.fixture(scope="module")
def imported() -> Imported:
    found = import_model("snowflake", FIXTURES / "snowflake.yaml", schema())
    give_views(found)
    return found


def by(field: str, *metrics: str, **more):
    return {"metrics": metrics, "group_by": [{"field": field}], **more}


CASES = {
    "every aggregation": (
        by(
            "orders.status", "gross_amount", "net_revenue", "complete_revenue", "order_count", "average_amount",
            "median_amount", "p90_amount", "buyers", "about_buyers", "largest", "smallest", "big_share",
        ),
        "SELECT status, sum(amount), sum(amount - discount), sum(amount - discount) FILTER (status = 'complete'),"
        " count(*), avg(amount - discount), median(amount), quantile_cont(amount::DOUBLE, 0.9),"
        " count(DISTINCT customer_id), count(DISTINCT customer_id), max(amount), min(amount),"
        " count(*) FILTER (amount >= 60) / count(*) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "computed dimension of a linked table": (
        by(
            "customers.generation", "net_revenue", "customer_count",
            filters=[{"field": "customers.customer_id", "op": "not_null"}],
        ),
        "SELECT o.g, r, n FROM (SELECT CASE WHEN birth_year >= 1981 THEN 'young' ELSE 'old' END AS g,"
        f" sum(amount - discount) AS r {LINKED} WHERE c.id IS NOT NULL GROUP BY 1) o JOIN (SELECT"
        " CASE WHEN birth_year >= 1981 THEN 'young' ELSE 'old' END AS g, count(*) AS n FROM customers GROUP BY 1) c"
        " ON o.g = c.g ORDER BY 1",
    ),
    "filter as a boolean": (
        {"metrics": ["order_count"], "filters": [{"field": "orders.completed", "op": "eq", "values": [True]}]},
        "SELECT count(*) FROM orders WHERE status = 'complete'",
    ),
    "condition over a link": (
        {"metrics": ["german_revenue", "german_orders"]},
        f"SELECT sum(amount), count(*) {LINKED} WHERE c.country = 'DE'",
    ),
    "window function as a column of a view": (
        by("orders.customer_rank", "gross_amount", limit=2),
        "SELECT n, sum(amount) FROM (SELECT amount,"
        " row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at, id) AS n FROM orders)"
        " GROUP BY 1 ORDER BY 1 LIMIT 2",
    ),
    "table that is a SELECT, measures of the older form": (
        by("lines.category", "units", "line_total", "price_per_unit"),
        "SELECT category, sum(quantity), sum(quantity * unit_price), sum(quantity * unit_price) / sum(quantity)"
        " FROM order_items i LEFT JOIN products p ON p.id = i.product_id GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "two hops": (
        by("customers.country", "units"),
        "SELECT c.country, sum(quantity) FROM order_items i LEFT JOIN orders o ON o.id = i.order_id"
        " LEFT JOIN customers c ON c.id = o.customer_id GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "derived over two tables": (
        by("customers.is_business", "revenue_per_customer", filters=[KNOWN]),
        "SELECT is_business, (SELECT sum(amount - discount) FROM orders o JOIN customers i ON i.id = o.customer_id"
        " WHERE i.is_business = c.is_business) / count(*) FROM customers c GROUP BY 1 ORDER BY 1",
    ),
    "derived by arithmetic, by month": (
        {"metrics": ["discount_given"], "group_by": [MONTH]},
        "SELECT date_trunc('month', ordered_at)::DATE, sum(discount) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "level": (
        {"metrics": ["held"], "group_by": [MONTH]},
        "SELECT date_trunc('month', day)::DATE AS m, sum(balance) FROM balances WHERE day IN"
        " (SELECT max(day) FROM balances GROUP BY date_trunc('month', day)) GROUP BY 1 ORDER BY 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_answers_equal_hand_written_sql(imported: Imported, case: str):
    query, sql = CASES[case]
    found = answer(imported.layer, **query)
    assert found == truth(sql)
    assert found


def test_what_cannot_be_carried_over_is_listed_with_its_place(imported: Imported):
    assert {(one.what, one.code): one.line for one in imported.lost} == {
        ("CUSTOMERS.COUNTRY: is_enum", "key"): 20,
        ("CUSTOMERS.COUNTRY: cortex_search_service", "key"): 21,
        ("orders.other_country", "other_dataset"): 36,
        ("orders.channel_length", "two_meanings"): 41,
        ("metric orders.by_shipping", "using_relationships"): 60,
        ("metric orders.spread", "aggregate"): 61,
        ("metric orders.text_list", "aggregate"): 62,
        ("metric orders.nested", "nested_aggregate"): 63,
        ("relationship lines_to_orders: join_type inner", "key"): 97,
        ("relationship many", "link"): 102,
        ("verified query broken", "sql"): 118,
    }


def test_words_and_verified_queries_come_along(imported: Imported):
    layer = imported.layer
    assert layer.datasets["customers"].synonyms == ("clients", "buyers")
    assert layer.fields["customers.country"].sample_values == ("DE", "FR")
    assert layer.fields["orders.net_amount"].hidden
    assert "Amounts are in euros." in layer.definitions.ai_context.instructions
    (verified,) = imported.verified
    assert verified.question == "What is the net revenue by country?"
    expected = truth(
        f"SELECT c.country, sum(o.amount - o.discount) {LINKED} GROUP BY 1",
    )
    assert sorted(truth(verified.sql), key=repr) == sorted(expected, key=repr)
