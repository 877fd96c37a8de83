"""The hard cases in boring-semantic-layer, by its own semantic tables; runs inside the rivals' environment.

Questions of one fact start at that fact and join outwards; questions of two facts start at the customers, from which
the documentation joins several facts.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownLambdaType=false
# (boring-semantic-layer and ibis are not in the project's own environment)

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import ibis
from answering import Rival, serve  # beside this file, which is run as a script
from boring_semantic_layer import BSLError, time_dimension, to_semantic_table

REGIONS = ibis.table({"region_id": "int32", "region_name": "string"}, name="regions")
CUSTOMERS = ibis.table(
    {"customer_id": "int32", "name": "string", "segment": "string", "region_id": "int32", "signup_date": "date"},
    name="customers",
)
ORDERS = ibis.table(
    {
        "order_id": "int32",
        "customer_id": "int32",
        "amount": "decimal(12,2)",
        "refund": "decimal(12,2)",
        "status": "string",
        "ordered_at": "timestamp",
        "billing_region_id": "int32",
        "shipping_region_id": "int32",
    },
    name="orders",
)
ITEMS = ibis.table({"item_id": "int32", "order_id": "int32", "qty": "int32", "category": "string"}, name="order_items")
TICKETS = ibis.table(
    {
        "ticket_id": "int32",
        "customer_id": "int32",
        "opened_at": "timestamp",
        "resolution_hours": "float64",
        "csat": "int32",
    },
    name="tickets",
)
CANNOT = {
    "H09": "no measures that are a level",
    "H10": "no measures that are a level",
    "H11": "no conversion metric",
    "H12": "no retention metric",
    "H19": "no time zone in a query",
    "H23": "no row policies",
    "H25": "no common time of two facts",
}


def region_table(name: str, table: Any) -> Any:
    """The regions, once for each role they play."""
    return to_semantic_table(table, name=name).with_dimensions(
        region_id=lambda t: t.region_id, region_name=lambda t: t.region_name
    )


def semantic_tables() -> dict[str, Any]:
    """The four tables with their dimensions and measures."""
    customers = (
        to_semantic_table(CUSTOMERS, name="customers")
        .with_dimensions(customer_id=lambda t: t.customer_id, segment=lambda t: t.segment)
        .with_measures(customers=lambda t: t.count())
    )
    orders = (
        to_semantic_table(ORDERS, name="orders")
        .with_dimensions(
            order_id=lambda t: t.order_id,
            status=lambda t: t.status,
            ordered_at=time_dimension(lambda t: t.ordered_at, smallest_time_grain="TIME_GRAIN_SECOND"),
            fiscal_quarter=lambda t: (t.ordered_at - ibis.interval(months=1)).truncate("Q") + ibis.interval(months=1),
        )
        .with_measures(
            revenue=lambda t: t.amount.sum(),
            refunds=lambda t: t.refund.fill_null(0).sum(),
            orders=lambda t: t.count(),
            buyers=lambda t: t.customer_id.nunique(),
            median_order=lambda t: t.amount.median(),
            p90_order=lambda t: t.amount.quantile(0.9),
            paid_revenue=lambda t: t.amount.sum(where=t.status == "paid"),
        )
        .with_measures(
            average_order=lambda t: t.revenue / t.orders,
            net_revenue=lambda t: t.revenue - t.refunds,
        )
    )
    items = (
        to_semantic_table(ITEMS, name="order_items")
        .with_dimensions(item_id=lambda t: t.item_id, category=lambda t: t.category)
        .with_measures(items=lambda t: t.qty.sum())
    )
    tickets = (
        to_semantic_table(TICKETS, name="tickets")
        .with_dimensions(ticket_id=lambda t: t.ticket_id)
        .with_measures(tickets=lambda t: t.count(), csat=lambda t: t.csat.mean())
    )
    return {"customers": customers, "orders": orders, "order_items": items, "tickets": tickets}


def joined(tables: dict[str, Any]) -> dict[str, Any]:
    """The joins that the questions start from."""
    customers, orders, tickets = tables["customers"], tables["orders"], tables["tickets"]
    by_customer = orders.join_one(customers, on="customer_id")
    both = customers.join_many(orders, on="customer_id").join_many(tickets, on="customer_id")
    with_ratio = both.with_measures(tickets_per_order=lambda t: t["tickets.tickets"] / t["orders.orders"])
    home = region_table("regions", REGIONS)
    billing, shipping = region_table("billing", REGIONS.view()), region_table("shipping", REGIONS.view())
    return {
        "orders": orders,
        "orders_customers": by_customer,
        "orders_items": by_customer.join_many(tables["order_items"], on="order_id"),
        "orders_regions": orders.join_one(customers.join_one(home, on="region_id"), on="customer_id"),
        "orders_roles": orders.join_one(billing, on=lambda o, r: o.billing_region_id == r.region_id).join_one(
            shipping, on=lambda o, r: o.shipping_region_id == r.region_id
        ),
        "tickets_customers": tickets.join_one(customers, on="customer_id"),
        "customers_orders": customers.join_many(orders, on="customer_id"),
        "both": both,
        "ratio": with_ratio,
    }


SEGMENT = "customers.segment"
# case: where it starts, dimensions, measures, and further arguments of the query
QUERIES: dict[str, tuple[str, list[str], list[str], dict[str, Any]]] = {
    "H01": ("both", [SEGMENT], ["orders.revenue", "tickets.tickets"], {}),
    "H02": ("orders_items", [SEGMENT], ["orders.revenue", "order_items.items"], {}),
    "H03": ("orders_customers", [SEGMENT], ["orders.average_order"], {}),
    "H04": ("ratio", [SEGMENT], ["tickets_per_order"], {}),
    "H05": ("orders_customers", [SEGMENT], ["orders.net_revenue"], {}),
    "H13": ("both", [SEGMENT], ["orders.median_order", "tickets.tickets"], {}),
    "H14": ("orders_customers", [SEGMENT], ["orders.p90_order"], {}),
    "H15": ("orders", ["ordered_at"], ["buyers"], {"time_grain": "TIME_GRAIN_MONTH"}),
    "H16": ("tickets_customers", [SEGMENT], ["tickets.csat"], {}),
    "H17": ("orders", ["ordered_at"], ["revenue"], {"time_grain": "TIME_GRAIN_WEEK"}),
    "H18": ("orders", ["fiscal_quarter"], ["revenue"], {}),
    "H20": (
        "orders_customers",
        [SEGMENT],
        ["orders.revenue"],
        {"filters": [{"field": "orders.revenue", "operator": ">", "value": 9000}]},
    ),
    "H21": ("orders_regions", ["regions.region_name"], ["orders.revenue"], {}),
    "H22": ("orders_roles", ["billing.region_name", "shipping.region_name"], ["orders.revenue"], {}),
    "H24": ("orders_customers", [SEGMENT], ["orders.paid_revenue", "orders.revenue"], {}),
    "H26": ("orders_items", ["order_items.category"], ["orders.revenue"], {}),
    "H27": ("customers_orders", [SEGMENT], ["customers.customers", "orders.revenue"], {}),
    "H28": (
        "both",
        [SEGMENT],
        ["tickets.tickets"],
        {"filters": [{"field": "orders.status", "operator": "=", "value": "cancelled"}]},
    ),
}


def by_time(orders: Any, grain: str) -> Any:
    """Revenue by a grain of the order time, for a window over it."""
    return orders.query(dimensions=["ordered_at"], measures=["revenue"], time_grain=grain)


def running(orders: Any) -> Any:
    """H06 by the documented running total."""
    return by_time(orders, "TIME_GRAIN_MONTH").mutate(
        total=lambda t: t.revenue.sum().over(ibis.window(rows=(None, 0), order_by="ordered_at"))
    )


def last_days(orders: Any) -> Any:
    """H07 by a window over the days; the documented one counts rows, this one counts days."""
    window = ibis.range_window(preceding=ibis.interval(days=6), following=ibis.interval(days=0), order_by="ordered_at")
    return by_time(orders, "TIME_GRAIN_DAY").mutate(total=lambda t: t.revenue.sum().over(window))


def change(orders: Any) -> Any:
    """H08 by the documented comparison with the row before."""
    return by_time(orders, "TIME_GRAIN_MONTH").mutate(
        total=lambda t: t.revenue - t.revenue.lag().over(order_by="ordered_at")
    )


def compilers() -> dict[str, tuple[Callable[[], str], list[str]]]:
    """Every case as a function that builds its query anew and gives its SQL."""
    starts = joined(semantic_tables())
    found: dict[str, tuple[Callable[[], str], list[str]]] = {}

    def declared(case: str) -> Callable[[], str]:
        start, dimensions, measures, more = QUERIES[case]
        return lambda: str(starts[start].query(dimensions=dimensions, measures=measures, **more).sql(dialect="duckdb"))

    def built(build: Callable[[Any], Any]) -> Callable[[], str]:
        return lambda: str(build(starts["orders"]).sql(dialect="duckdb"))

    for case, (_, dimensions, measures, _more) in QUERIES.items():
        found[case] = (declared(case), [*dimensions, *measures])
    for case, build in (("H06", running), ("H07", last_days), ("H08", change)):
        found[case] = (built(build), ["ordered_at", "total"])
    return found


def main() -> None:
    """Build the semantic tables, then answer."""
    serve(Rival("boring-semantic-layer", version("boring-semantic-layer"), (BSLError,), compilers(), CANNOT))


if __name__ == "__main__":
    main()
