"""A model proposed for tables never seen before: keys, links, times, metrics, and what is told as doubtful."""

from __future__ import annotations

from datetime import date

import pytest

from semantic_layer import SemanticQuery, TimeRange, UnsafeQuery, to_sql, value_queries
from tests.bootstrap_tables import COMPANIES, company, found, table
from warehouse import query_trusted


@pytest.mark.parametrize("name", COMPANIES)
def test_links_are_those_that_a_person_would_write_down(name: str) -> None:
    assert company(name).links() == COMPANIES[name][1]


@pytest.mark.parametrize("name", COMPANIES)
def test_the_yaml_says_exactly_what_was_proposed(name: str) -> None:
    assert company(name).layer.definitions == company(name).proposal.definitions


@pytest.mark.parametrize(
    "name", [name if at == 0 else pytest.param(name, marks=pytest.mark.deep) for at, name in enumerate(COMPANIES)]
)
def test_every_metric_runs_alone_and_by_every_field_it_reaches(name: str) -> None:
    one = company(name)
    for sql in value_queries(one.layer, 5).values():
        query_trusted(one.path, sql)
    for metric in one.layer.metrics:
        one.rows(metric)
    for dataset in one.layer.datasets.values():
        for field in dataset.fields:
            grain = "month" if field.kind == "time" else None
            try:
                one.rows(dataset.measures[0].name, f"{dataset.name}.{field.name}", grain)
            except UnsafeQuery as error:
                pytest.fail(f"{dataset.name}.{field.name}: {error}")


@pytest.mark.parametrize(
    ("name", "source", "key"),
    [
        ("rails", "orders", ("id",)),
        ("prefixed", "client", ("c_clientkey",)),
        ("prefixed", "lineitem", ("l_orderkey", "l_linenumber")),
        ("camel", "Opportunity", ("id",)),
        ("star", "dim_article", ("article_key",)),
        ("short", "ord_itm", ("ord_no", "line_no")),
        ("short", "itm", ("itm_cd",)),
        ("suffixed", "shopco_order_reviews_dataset", ("review_id",)),
        ("suffixed", "shopco_order_payments_dataset", ("order_id", "payment_sequential")),
    ],
)
def test_primary_keys(name: str, source: str, key: tuple[str, ...]) -> None:
    assert company(name).dataset(source).primary_key == key


@pytest.mark.parametrize(
    ("name", "source", "time"),
    [
        ("rails", "orders", "ordered_at"),
        ("rails", "order_lines", "orders.ordered_at"),  # lines happen when their order does
        ("rails", "customers", None),
        ("star", "fact_sales", "date.full_date"),  # a table of days
        ("suffixed", "shopco_orders_dataset", "order_purchase_timestamp"),  # not when it was delivered
        ("short", "ord_itm", "order_header.ord_dt"),
    ],
)
def test_the_time_by_which_rows_are_counted(name: str, source: str, time: str | None) -> None:
    assert company(name).dataset(source).time == time


def test_numbers_are_right() -> None:
    one = company("rails")
    expected = query_trusted(one.path, "SELECT sum(quantity * unit_price), count(*) FROM order_lines").rows[0]
    assert one.rows("sales_amount") == {"sales_amount": expected[0]}
    assert one.rows("order_lines") == {"order_lines": expected[1]}
    by_city = query_trusted(
        one.path,
        "SELECT city, sum(quantity * unit_price) FROM order_lines JOIN orders ON order_id = orders.id"
        " JOIN customers ON customer_id = customers.id GROUP BY 1",
    )
    assert one.rows("sales_amount", "customer.city") == dict(by_city.rows)


def test_what_rows_are_called() -> None:
    one = company("short")
    label = {metric.name: metric.label for metric in one.layer.metrics.values()}
    assert label["customers"] == "Number of customers"
    assert label["orders"] == "Number of orders"  # the key of ord_hdr is ord_no
    assert one.dataset("cust").name == "customer"
    assert one.dataset("cust").label == "Customers"
    assert {"customer", "client", "clients"} <= set(one.dataset("cust").synonyms)
    assert company("rails").dataset("orders").name == "orders"  # `order` is a keyword


def test_sums_averages_and_neither() -> None:
    rails, star = company("rails"), company("star")
    assert "total_quantity" in rails.metrics("order_lines")
    assert {"average_unit_price", "highest_unit_price"} <= rails.metrics("order_lines")
    assert "total_unit_price" not in rails.metrics("order_lines")
    assert not {"total_rating"} & rails.metrics("customers")
    assert "average_rating" in rails.metrics("customers")
    assert rails.metrics("categories") == {"categories"}  # sort_order is no amount
    assert "total_discount_percent" not in star.metrics("fact_sales")
    # what is on hand adds up over shops but not over days
    assert star.metrics("fact_stock") >= {"average_on_hand"}
    assert "total_on_hand" not in star.metrics("fact_stock")
    assert company("unrelated").metrics("machines") == {"machines"}


def test_a_wide_table_is_proposed_whole_and_quickly() -> None:
    columns = {
        f"c{n}_{word}": sql
        for n in range(100)
        for word, sql in (("amount", "i"), ("kind", "'k' || i % 3"), ("at", "'2024-01-0' || 1 + i % 9"))
    }
    one = found(table("wide", 30, id="i", **columns))
    assert len(one.dataset("wide").fields) == 301
    assert len([metric for metric in one.layer.metrics if metric.startswith("total_")]) == 100
    assert not [metric for metric in one.layer.metrics if metric.startswith("highest_")]  # too many to be of use


def test_tables_without_rows_are_read_from_their_names() -> None:
    one = found(
        "CREATE TABLE customers (id INTEGER, city VARCHAR)",
        "CREATE TABLE orders (id INTEGER, customer_id INTEGER, ordered_at TIMESTAMP, amount DOUBLE)",
    )
    assert one.links() == {"orders.customer_id>customers.id"}
    assert one.dataset("orders").time == "ordered_at"
    assert {"orders", "total_amount"} <= set(one.layer.metrics)
    assert "orders: it has no rows, so everything about it was read from names." in one.proposal.doubts
    assert any("there are no values to compare" in doubt for doubt in one.proposal.doubts)


def test_a_link_that_loses_too_many_rows_is_none() -> None:
    one = found(
        table("customers", 10, id="i", name="'n' || i"),
        table("orders", 40, id="i", customer_id="i", amount="i"),
    )
    assert one.links() == set()


def test_ids_without_a_table_are_counted() -> None:
    one = found(
        table(
            "retail_lines",
            50,
            invoice_no="1000 + i % 20",
            customer_id="1 + i % 7",
            line_no="i",
            quantity="i % 4",
            unit_price="i * 0.5",
            sold_at="TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR",
        ),
    )
    assert one.rows("invoices") == {"invoices": 20}
    assert one.rows("customers") == {"customers": 7}
    expected = query_trusted(one.path, "SELECT sum(quantity * unit_price) / 20 FROM retail_lines").rows[0][0]
    assert one.rows("sales_amount_per_invoice") == {"sales_amount_per_invoice": pytest.approx(expected)}
    assert "revenue" in one.layer.metrics["sales_amount"].synonyms
    assert any(doubt.startswith("metric sales_amount: no column holds the amount") for doubt in one.proposal.doubts)


def test_undone_rows_are_pointed_out_and_not_left_out() -> None:
    one = found(
        table(
            "orders",
            30,
            order_no="CASE WHEN i > 27 THEN 'C' ELSE '' END || 5000 + i",
            status="['ok', 'cancelled'][1 + i % 2]",
            amount="CASE WHEN i > 27 THEN -5.0 ELSE 10.0 END",
        ),
    )
    told = "\n".join(one.proposal.doubts)
    assert "orders.order_no: 3 rows have ids with C in front (cancelled?); they count." in told
    assert "orders.status: rows that are cancelled count like all others" in told
    assert "orders.amount: some values are negative" in told
    assert one.rows("total_amount") == {"total_amount": 255.0}


def test_two_ways_to_one_table_stay_ambiguous_unless_one_is_plain() -> None:
    rails = company("rails")
    with pytest.raises(UnsafeQuery, match="several ways"):
        rails.rows("orders", "address.zip")
    assert any(doubt.startswith("orders to address: several ways") for doubt in rails.proposal.doubts)
    # a direct link wins over the detour by the addresses
    assert rails.layer.graph.route("orders", "customer").names == ("orders_customer",)
    plain = found(
        table("users", 9, id="i", city="'c' || i"),
        table("tickets", 30, id="i", user_id="1 + i % 9", approved_by_user_id="1 + i % 3"),
    )
    assert plain.layer.graph.route("ticket", "user").names == ("ticket_user",)


def test_the_same_word_in_two_tables_names_neither_alone() -> None:
    one = found(
        table("payments", 10, id="i", amount="i", paid_at="DATE '2024-01-01'"),
        table("refunds", 10, id="i", amount="i * 2", refunded_at="DATE '2024-01-01'"),
    )
    labels = {metric.name: metric.label for metric in one.layer.metrics.values()}
    assert labels["payment_total_amount"] == "Total amount of payments"
    assert labels["refund_total_amount"] == "Total amount of refunds"
    assert "total amount" in one.layer.metrics["refund_total_amount"].synonyms  # so that the question is asked back


def test_periods_count_by_the_default_time() -> None:
    one = company("rails")
    query = SemanticQuery(metrics=("order_lines",), time_range=TimeRange(start=date(2024, 1, 1), end=date(2024, 2, 1)))
    sql = to_sql(one.layer, query, as_of=date(2025, 1, 1)).sql
    expected = query_trusted(
        one.path,
        "SELECT count(*) FROM order_lines JOIN orders ON order_id = orders.id WHERE ordered_at < DATE '2024-02-01'",
    )
    assert query_trusted(one.path, sql).rows == expected.rows


def test_the_file_tells_what_to_check_on_top() -> None:
    text = company("rails").text
    head = text[: text.index("version:")]
    assert all(line.startswith("#") for line in head.splitlines())
    assert "# Unsure of, please check:" in head
    assert "# - link category_parent, categories.parent_id to categories.id: the names only suggest it." in head
    assert max(len(line) for line in head.splitlines()) <= 120
    assert "extends: none" in text


def test_a_key_of_two_parts_is_linked_by_both() -> None:
    one = company("parts")
    link = one.layer.relationships["sale_shelf_stock"]
    assert (link.from_columns, link.to_columns) == (("branch_id", "sku"), ("branch_id", "sku"))
    # the branch of the sale is asked for directly, not by way of the shelf
    assert one.layer.graph.route("sale", "branch").names == ("sale_branch",)


def test_pieces_of_what_does_not_happen_are_no_sales() -> None:
    one = found(table("products", 9, product_id="i", name="'P' || i", pieces="i", price="i * 2.0"))
    assert not [metric for metric in one.layer.metrics.values() if "revenue" in metric.synonyms]


def test_revenue_that_may_be_somebody_elses_is_asked_about() -> None:
    one = found(table("companies", 9, company_id="i", name="'F' || i", annual_revenue="i * 1000.0"))
    assert "metric total_annual_revenue: is what companies calls so your own revenue?" in one.proposal.doubts
    assert not {"sales", "turnover"} & set(one.layer.metrics["total_annual_revenue"].synonyms)


def test_rows_are_called_by_their_key_where_the_table_is_called_otherwise() -> None:
    one = found(
        table("teams", 12, sales_agent="'Agent ' || i", manager="'M' || i % 3"),
        table("pipeline", 40, opportunity_id="i", sales_agent="'Agent ' || 1 + i % 12", opened_on="DATE '2024-01-01'"),
    )
    labels = {metric.name: metric.label for metric in one.layer.metrics.values()}
    assert labels["sales_agents"] == "Number of sales agents"
    assert labels["opportunities"] == "Number of opportunities"
    assert "teams" not in labels
