"""LookML views and explores: what is asked of the imported model equals hand-written SQL; the rest is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from semantic_layer import DefinitionError, import_model
from semantic_layer.interchange import Imported
from tests.interchange_world import FIXTURES, answer, give_views, schema, truth

LINKED = "FROM orders o LEFT JOIN customers c ON c.id = o.customer_id"


@pytest.fixture(scope="module")
def imported() -> Imported:
    found = import_model("lookml", FIXTURES / "lookml", schema())
    give_views(found)
    return found


def by(field: str, *metrics: str, via: str = "", **more):
    return {"metrics": metrics, "group_by": [{"field": field, "via": via}], **more}


CASES = {
    "every aggregation": (
        by(
            "orders.status", "orders_count", "revenue", "buyers", "average_net", "median_net", "p90_net", "largest",
            "smallest", "big_orders", "unshipped", "revenue_by_order", "days",
        ),
        "SELECT status, count(*), sum(amount - 1), count(DISTINCT customer_id), avg(amount - 1), median(amount - 1),"
        " quantile_cont((amount - 1)::DOUBLE, 0.9), max(amount - 1), min(amount - 1), count(*) FILTER (amount >= 60),"
        " count(*) FILTER (days_to_ship IS NULL), sum(amount - 1) / count(*), count(DISTINCT ordered_at::DATE)"
        " FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "filters of values, one over a join": (
        by("orders.sales_channel", "complete_revenue"),
        f"SELECT lower(channel), sum(amount - 1) {LINKED} WHERE status = 'complete' AND country IN ('DE', 'FR')"
        " GROUP BY 1 ORDER BY 1",
    ),
    "filters that leave out, and compare": (
        {"metrics": ["other_revenue"]},
        "SELECT sum(amount - 1) FROM orders WHERE status NOT IN ('complete', 'open') AND days_to_ship >= 3",
    ),
    "only another view is named, yet the view's own rows count": (
        {"metrics": ["german_orders"]},
        f"SELECT count(*) {LINKED} WHERE country = 'DE'",
    ),
    "case over a dimension": (
        by("orders.size", "orders_count"),
        "SELECT CASE WHEN amount - 1 >= 79 THEN 'big' WHEN amount - 1 >= 39 THEN 'middle' ELSE 'small' END, count(*)"
        " FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "dimension group by month": (
        {"metrics": ["revenue"], "group_by": [{"field": "orders.ordered", "grain": "month"}]},
        "SELECT date_trunc('month', ordered_at)::DATE, sum(amount - 1) FROM orders GROUP BY 1 ORDER BY 1",
    ),
    "inherited dimension over a join": (
        by("customers.country", "revenue", via="orders_customers"),
        f"SELECT country, sum(amount - 1) {LINKED} GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "derived table, join from the one side": (
        by("lines.category", "units"),
        "SELECT category, sum(quantity) FROM order_items i LEFT JOIN products p ON p.id = i.product_id"
        " GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "two hops": (
        by("customers.business", "units"),
        "SELECT is_business, sum(quantity) FROM order_items i LEFT JOIN orders o ON o.id = i.order_id"
        " LEFT JOIN customers c ON c.id = o.customer_id GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "a join under another name is a role": (
        by("customers.country", "visits", via="payer"),
        "SELECT country, count(*) FROM visits v LEFT JOIN customers c ON c.id = v.id GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "the other role": (
        by("customers.country", "visits", via="visits_customers"),
        "SELECT country, count(*) FROM visits v LEFT JOIN customers c ON c.id = v.customer_id"
        " GROUP BY 1 ORDER BY 1 NULLS LAST",
    ),
    "number over two views": (
        {"metrics": ["orders_by_customer"]},
        "SELECT (SELECT count(*) FROM orders) / (SELECT count(*) FROM customers)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_answers_equal_hand_written_sql(imported: Imported, case: str):
    query, sql = CASES[case]
    found = answer(imported.layer, **query)
    assert found == truth(sql)
    assert found


def test_what_cannot_be_carried_over_is_listed_with_its_place(imported: Imported):
    assert {(Path(one.file).name.split(".")[0], one.what, one.code) for one in imported.lost} == {
        ("orders", "dimension orders.status: link", "key"),
        ("orders", "dimension orders.sales_channel: group_label", "key"),
        ("orders", "dimension orders.bucket", "type"),
        ("orders", "dimension orders.personal", "template"),
        ("orders", "dimension orders.country_of_customer", "other_dataset"),
        ("orders", "ordered: day_of_week", "timeframe"),
        ("orders", "dimension_group orders.waited", "type"),
        ("orders", "view orders: filters", "key"),
        ("orders", "view orders: parameters", "key"),
        ("orders", "view orders: sets", "key"),
        ("orders", "measure orders.count: drill_fields", "key"),
        ("orders", "measure orders.recent", "filter"),
        ("orders", "measure orders.like_web", "filter"),
        ("orders", "measure orders.running", "type"),
        ("orders", "measure orders.distinct_sum", "type"),
        ("orders", "measure orders.of_recent", "input"),
        ("others", "dimension_group customers.signed_up: datatype", "key"),
        ("others", "view lines: derived_table: persist_for", "key"),
        ("others", "view of_an_explore", "derived_table"),
        ("others", "view +orders", "refinement"),
        ("shop", "file: connection", "key"),
        ("shop", "week_start_day", "key"),
        ("shop", "explore orders: sql_always_where", "always_filter"),
        ("shop", "explore orders: label", "key"),
        ("shop", "explore visits: hidden", "key"),
        ("shop", "join visits.payer: view_label", "key"),
        ("shop", "join orders.newest", "link"),
        ("shop", "join newest: type inner", "key"),
        ("shop", "join lines.visitors", "unknown_name"),
    }
    line = {one.what: one.line for one in imported.lost}
    assert line["dimension orders.bucket"] == 25
    assert line["join orders.newest"] == 17


def test_words_and_formats_come_along(imported: Imported):
    layer = imported.layer
    assert layer.fields["orders.status"].label == "State"
    assert layer.fields["orders.id"].hidden
    assert (layer.metrics["revenue"].format, layer.metrics["revenue"].decimals) == ("currency", 0)


def test_a_broken_file_is_told_with_its_place(tmp_path: Path):
    (tmp_path / "x.view.lkml").write_text("view: orders {\n  dimension: id { type: number\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="not valid LookML"):
        import_model("lookml", tmp_path)
