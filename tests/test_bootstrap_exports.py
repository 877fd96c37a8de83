"""What the bootstrap makes of exports as small companies have them: amounts with a currency, per cent, no-shows."""

from __future__ import annotations

from datetime import date

from assistant.answer import Plan
from assistant.understanding import Understanding
from semantic_layer import with_implied
from tests.bootstrap_tables import found, table

SHOP = (
    table(
        "orders",
        60,
        order_no="'A' || i",
        order_date="DATE '2026-01-01' + CAST(i AS INTEGER)",
        status="['paid', 'open'][1 + i % 2]",
        discount_pct="i % 20",
        order_total_eur="i * 1.25",
    ),
    table("classes", 30, class_id="i", held_on="DATE '2026-01-01' + CAST(i AS INTEGER)", no_shows="i % 4"),
)
INVOICES = (
    table(
        "invoices",
        40,
        invoice_no="'I' || CASE WHEN i = 40 THEN 39 ELSE i END",
        invoice_date="DATE '2026-01-01' + CAST(i AS INTEGER)",
        currency="['EUR', 'GBP'][1 + i % 2]",
        net_amount="i * 10.5",
        gross_amount="i * 12.5",
    ),
)
TICKETS = (
    table(
        "tickets",
        30,
        ticket_id="i",
        created_at="TIMESTAMP '2026-01-01' + INTERVAL (i) HOUR",
        replied_at="TIMESTAMP '2026-01-01' + INTERVAL (i + 2) HOUR",
        solved_at="TIMESTAMP '2026-01-01' + INTERVAL (i + 30) HOUR",
    ),
)


def test_an_amount_is_called_without_its_currency_and_is_the_revenue() -> None:
    metric = found(*SHOP).layer.metrics["total_order_amount"]
    assert (metric.title, metric.unit, metric.format) == ("Total order amount", "EUR", "currency")
    assert {"revenue", "order amount", "order total"} <= set(metric.synonyms)


def test_per_cent_are_not_added_up() -> None:
    names = {name for name in found(*SHOP).layer.metrics if "discount" in name}
    assert names == {"average_discount_percent", "highest_discount_percent", "lowest_discount_percent"}


def test_no_shows_are_not_a_number_of_shows() -> None:
    assert found(*SHOP).layer.metrics["total_no_shows"].title == "Total no shows"


def test_amounts_of_several_currencies_say_so() -> None:
    one = found(*INVOICES)
    told = "mounts are in the currency of each row (EUR, GBP) and are added up as they are: choose one."
    assert one.layer.metrics["total_net_amount"].caveats == (f"A{told}",)
    assert one.layer.metrics["invoices"].caveats == ()
    assert f"invoices: a{told}" in one.proposal.doubts


def test_the_net_amount_is_the_revenue_where_there_is_a_gross_one() -> None:
    metrics = found(*INVOICES).layer.metrics
    assert "revenue" in metrics["total_net_amount"].synonyms
    assert "revenue" not in metrics["total_gross_amount"].synonyms


def test_a_key_that_some_rows_share_is_told() -> None:
    doubts = found(*INVOICES).proposal.doubts
    assert "invoices: invoice_no is called like its key, but some rows share one; do they stand there twice?" in doubts


def test_things_whose_id_stands_on_several_rows_are_not_counted_by_their_rows() -> None:
    orders = table("orders", 60, order_id="1 + i // 3", paid_on="DATE '2026-01-01' + CAST(i AS INTEGER)", price="i * 2")
    one = found(orders)  # order 1 has two rows, order 21 one, all between three
    assert one.rows("orders") == {"orders": 21}
    assert one.rows("order_rows") == {"order_rows": 60}
    told = "orders: order_id is called like its key, but some rows share one; do they stand there twice?"
    assert told in one.proposal.doubts


def test_the_time_that_counts_begins_durations_even_when_it_is_called_created() -> None:
    fields = {field.title for field in found(*TICKETS).layer.datasets["ticket"].fields}
    assert {"Days from created at to solved at", "Days from created at to replied at"} <= fields


def test_orders_are_not_the_total_of_orders() -> None:
    understanding = Understanding(with_implied(found(*SHOP).layer), {}, date(2026, 6, 30))
    for question, metric in (("orders by status", "orders"), ("order total in May", "total_order_amount")):
        plan = understanding.plan(question)
        assert isinstance(plan, Plan), plan
        assert plan.query.metrics == (metric,)
