"""Made-up companies in different styles of naming, with the foreign keys that a person would write down for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from semantic_layer import GroupBy, SemanticLayer, SemanticQuery, load, to_sql
from semantic_layer.bootstrap import Evidence, Proposal, propose, survey, to_yaml
from semantic_layer.model import Dataset, Dimension
from warehouse import check, inclusion, live_path, profile, publish, query_trusted, validate


def built(directory: Path, statements: Sequence[str]) -> Path:
    """A published snapshot made by the statements; the path of its file."""
    with publish(directory, start="empty") as connection:
        for statement in statements:
            connection.execute(statement)
    return live_path(directory)


def table(name: str, rows: int, /, **columns: str) -> str:
    """A CREATE TABLE whose columns are SQL over `i`, the number of the row from 1."""
    listed = ", ".join(f'{sql} AS "{column}"' for column, sql in columns.items())
    return f'CREATE TABLE "{name}" AS SELECT {listed} FROM range(1, {rows + 1}) AS numbers(i)'


# fmt: off  # one table a paragraph
RAILS = (
    table(
        "customers", 40, id="i", first_name="'N' || i", city="['Rome', 'Oslo', 'Lima'][1 + i % 3]", rating="i % 5 + 1"
    ),
    table("products", 12, id="i", name="'Thing ' || i", category_id="1 + i % 4", price="i * 1.5", stock="i * 7"),
    table("categories", 5, id="i", name="'Kind ' || i", parent_id="CASE WHEN i > 2 THEN i - 2 END", sort_order="i"),
    table(
        "orders",
        90,
        id="i",
        customer_id="1 + i % 40",
        billing_address_id="1 + i % 30",
        shipping_address_id="1 + (i * 7) % 30",
        priority="1 + i % 3",
        ordered_at="TIMESTAMP '2024-01-01' + INTERVAL (i) DAY",
        status="['open', 'paid', 'cancelled'][1 + i % 3]",
    ),
    table(
        "order_lines",
        200,
        id="i",
        order_id="1 + i % 90",
        product_id="1 + i % 12",
        quantity="1 + i % 4",
        unit_price="(1 + i % 12) * 1.5",
    ),
    table(
        "addresses", 30, id="i", customer_id="1 + i", street="'Street ' || i", zip="lpad(CAST(i AS VARCHAR), 5, '0')"
    ),
)
RAILS_KEYS = {
    "products.category_id>categories.id",
    "categories.parent_id>categories.id",
    "orders.customer_id>customers.id",
    "orders.billing_address_id>addresses.id",
    "orders.shipping_address_id>addresses.id",
    "order_lines.order_id>orders.id",
    "order_lines.product_id>products.id",
    "addresses.customer_id>customers.id",
}

PREFIXED = (
    table("region", 5, r_regionkey="i - 1", r_name="'Region ' || i"),
    table("nation", 20, n_nationkey="i - 1", n_name="'Nation ' || i", n_regionkey="i % 5"),
    table("client", 50, c_clientkey="i", c_name="'Client ' || i", c_nationkey="i % 20", c_acctbal="i * 10.5"),
    table(
        "orders",
        120,
        o_orderkey="i * 4",
        o_clientkey="1 + i % 50",
        o_totalprice="i * 99.5",
        o_orderdate="DATE '2023-01-01' + CAST(i AS INT)",
    ),
    table(
        "lineitem",
        300,
        l_orderkey="(1 + i % 120) * 4",
        l_linenumber="1 + i // 120",
        l_partkey="1 + i % 25",
        l_suppkey="1 + i % 8",
        l_quantity="1 + i % 9",
        l_extendedprice="i * 3.25",
        l_shipdate="DATE '2023-02-01' + CAST(i AS INT)",
    ),
    table("part", 25, p_partkey="i", p_name="'Part ' || i", p_size="i % 7"),
    table("supplier", 8, s_suppkey="i", s_name="'Supplier ' || i", s_nationkey="i % 20"),
)
PREFIXED_KEYS = {
    "nation.n_regionkey>region.r_regionkey",
    "client.c_nationkey>nation.n_nationkey",
    "orders.o_clientkey>client.c_clientkey",
    "lineitem.l_orderkey>orders.o_orderkey",
    "lineitem.l_partkey>part.p_partkey",
    "lineitem.l_suppkey>supplier.s_suppkey",
    "supplier.s_nationkey>nation.n_nationkey",
}

CAMEL = (
    table(
        "Account",
        30,
        Id="'001' || lpad(CAST(i AS VARCHAR), 6, '0')",
        Name="'Firm ' || i",
        Industry="['Steel', 'Food'][1 + i % 2]",
        ParentId="CASE WHEN i > 20 THEN '001' || lpad(CAST(i - 20 AS VARCHAR), 6, '0') END",
        OwnerId="'005' || CAST(1 + i % 6 AS VARCHAR)",
        AnnualRevenue="i * 1000.0",
    ),
    table(
        "Contact",
        60,
        Id="'003' || CAST(i AS VARCHAR)",
        AccountId="'001' || lpad(CAST(1 + i % 30 AS VARCHAR), 6, '0')",
        LastName="'Name ' || i",
        Email="'m' || i || '@example.org'",
    ),
    table(
        "Opportunity",
        80,
        Id="'006' || CAST(i AS VARCHAR)",
        AccountId="'001' || lpad(CAST(1 + i % 30 AS VARCHAR), 6, '0')",
        OwnerId="'005' || CAST(1 + i % 6 AS VARCHAR)",
        StageName="['Open', 'Won', 'Lost'][1 + i % 3]",
        Amount="i * 250.0",
        CloseDate="DATE '2024-03-01' + CAST(i AS INT)",
        IsClosed="i % 3 > 0",
    ),
    table("User", 6, Id="'005' || CAST(i AS VARCHAR)", Name="'Seller ' || i", IsActive="i < 5"),
)
CAMEL_KEYS = {
    "Account.ParentId>Account.Id",
    "Account.OwnerId>User.Id",
    "Contact.AccountId>Account.Id",
    "Opportunity.AccountId>Account.Id",
    "Opportunity.OwnerId>User.Id",
}

STAR = (
    table(
        "dim_date",
        400,
        date_key="20240000 + i",
        full_date="DATE '2024-01-01' + CAST(i - 1 AS INT)",
        month_name="'M' || i % 12",
    ),
    table(
        "dim_shop",
        9,
        shop_key="i",
        shop_code="'S' || i",
        shop_name="'Shop ' || i",
        region="['North', 'South'][1 + i % 2]",
    ),
    table("dim_article", 30, article_key="i", article_name="'Article ' || i", list_price="i * 2.0"),
    table(
        "fact_sales",
        500,
        date_key="20240001 + i % 400",
        shop_key="1 + i % 9",
        article_key="1 + i % 30",
        qty="1 + i % 3",
        net_amt="i * 4.5",
        discount_pct="i % 20",
    ),
    table(
        "fact_stock",
        270,
        date_key="20240001 + 30 * (i % 9)",
        shop_key="1 + i % 9",
        article_key="1 + i // 9 % 30",
        on_hand="i % 50",
    ),
)
STAR_KEYS = {
    f"{fact}.{key}>dim_{dim}.{key}"
    for fact in ("fact_sales", "fact_stock")
    for key, dim in (("date_key", "date"), ("shop_key", "shop"), ("article_key", "article"))
}

SHORT = (
    table("cust", 25, cust_no="1000 + i", nm="'C' || i", ctry="['DE', 'AT'][1 + i % 2]", rep_no="1 + i % 4"),
    table("rep", 4, rep_no="i", nm="'R' || i"),
    table(
        "ord_hdr",
        60,
        ord_no="5000 + i",
        cust_no="1000 + 1 + i % 25",
        ord_dt="DATE '2024-05-01' + CAST(i AS INT)",
        tot_amt="i * 12.0",
    ),
    table("ord_itm", 150, ord_no="5000 + 1 + i % 60", line_no="1 + i // 60", itm_cd="'A' || 1 + i % 10", qty="i % 5"),
    table("itm", 10, itm_cd="'A' || i", descr="'Item ' || i", prc="i * 3.0"),
)
SHORT_KEYS = {
    "cust.rep_no>rep.rep_no",
    "ord_hdr.cust_no>cust.cust_no",
    "ord_itm.ord_no>ord_hdr.ord_no",
    "ord_itm.itm_cd>itm.itm_cd",
}

SUFFIXED = (
    table("shopco_customers_dataset", 30, customer_id="md5('c' || i)", customer_city="['A', 'B'][1 + i % 2]"),
    table(
        "shopco_orders_dataset",
        70,
        order_id="md5('o' || i)",
        customer_id="md5('c' || 1 + i % 30)",
        order_status="['sent', 'lost'][1 + i % 2]",
        order_purchase_timestamp="TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR",
        order_delivered_date="TIMESTAMP '2024-02-01' + INTERVAL (i) HOUR",
    ),
    table(
        "shopco_order_payments_dataset",
        75,
        order_id="md5('o' || 1 + i % 70)",
        payment_sequential="1 + i // 70",
        payment_type="['card', 'cash'][1 + i % 2]",
        payment_value="i * 9.5",
    ),
    # two of a hundred reviews belong to orders that were deleted
    table(
        "shopco_order_reviews_dataset",
        100,
        review_id="md5('r' || i)",
        order_id="md5('o' || CASE WHEN i > 98 THEN 900 + i ELSE 1 + i % 70 END)",
        review_score="1 + i % 5",
    ),
)
SUFFIXED_KEYS = {
    "shopco_orders_dataset.customer_id>shopco_customers_dataset.customer_id",
    "shopco_order_payments_dataset.order_id>shopco_orders_dataset.order_id",
    "shopco_order_reviews_dataset.order_id>shopco_orders_dataset.order_id",
}

# a key of two parts, of which only one has a table of its own; roles of people; one self-reference
PARTS = (
    table("branch", 4, branch_id="i", town="'T' || i"),
    table("shelf_stock", 24, branch_id="1 + i % 4", sku="'K' || i // 4", on_hand="i"),
    table(
        "sale",
        80,
        sale_id="i",
        branch_id="1 + (1 + i % 24) % 4",
        sku="'K' || (1 + i % 24) // 4",
        sold_by_id="1 + i % 5",
        pieces="i % 3",
    ),
    table("employee", 5, id="i", given_name="'E' || i", reports_to="CASE WHEN i > 1 THEN 1 END"),
)
PARTS_KEYS = {
    "shelf_stock.branch_id>branch.branch_id",
    "sale.branch_id>branch.branch_id",
    "sale.branch_id>shelf_stock.branch_id",
    "sale.sold_by_id>employee.id",
    "employee.reports_to>employee.id",
}

# whole numbers in the range of every id, and codes of the same name without a table: nothing here links to anything
UNRELATED = (
    table(
        "machines",
        20,
        machine_id="i",
        serial_number="900 + i",
        priority="1 + i % 3",
        floor="1 + i % 5",
        status_code="i % 2",
    ),
    table("visitors", 35, visitor_id="i", badge_number="i", age="20 + i % 40", status_code="i % 2", visits="1 + i % 7"),
    table("rooms", 10, room_id="i", room_number="100 + i", capacity="i", line_number="i"),
)

# fmt: on

COMPANIES = {
    "rails": (RAILS, RAILS_KEYS),
    "prefixed": (PREFIXED, PREFIXED_KEYS),
    "camel": (CAMEL, CAMEL_KEYS),
    "star": (STAR, STAR_KEYS),
    "short": (SHORT, SHORT_KEYS),
    "suffixed": (SUFFIXED, SUFFIXED_KEYS),
    "parts": (PARTS, PARTS_KEYS),
    "unrelated": (UNRELATED, set[str]()),
}


class Found:
    """A database with the model that was proposed for it, loaded from its YAML."""

    def __init__(self, statements: tuple[str, ...]):
        self._room = TemporaryDirectory(prefix="bootstrap-")  # goes with the object
        directory = Path(self._room.name)
        self.path = built(directory, statements)
        profiles = profile(self.path)
        wanted = survey(profiles)
        evidence = Evidence(inclusion(self.path, wanted.pairs), check(self.path, wanted.checks))
        self.proposal: Proposal = propose(profiles, evidence)
        self.schema = {
            name: {column: figures.type for column, figures in one.columns.items()} for name, one in profiles.items()
        }
        self.text = to_yaml(self.proposal)
        file = directory / "tables.yml"
        file.write_text(self.text, encoding="utf-8")
        self.layer: SemanticLayer = load([file], self.schema)

    def dataset(self, source: str) -> Dataset:
        return next(one for one in self.layer.datasets.values() if one.source == source)

    def field(self, source: str, name: str) -> Dimension:
        return next(one for one in self.dataset(source).fields if one.name == name)

    def metrics(self, source: str) -> set[str]:
        name = self.dataset(source).name
        return {one.name for one in self.layer.metrics.values() if getattr(one, "measure", "").startswith(f"{name}.")}

    def links(self) -> set[str]:
        source = {one.name: one.source for one in self.layer.datasets.values()}
        lower = {(t.lower(), c.lower()): c for t, columns in self.schema.items() for c in columns}
        return {
            f"{source[one.from_]}.{lower[source[one.from_].lower(), one.from_columns[0].lower()]}"
            f">{source[one.to]}.{lower[source[one.to].lower(), one.to_columns[0].lower()]}"
            for one in self.layer.relationships.values()
        }

    def rows(self, metric: str, by: str = "", grain: str | None = None) -> dict[object, object]:
        groups = (GroupBy.model_validate({"field": by, "grain": grain}),) if by else ()
        sql = to_sql(self.layer, SemanticQuery(metrics=(metric,), group_by=groups), as_of=date(2025, 1, 1)).sql
        rows = query_trusted(self.path, validate(sql, self.schema).sql).rows
        return {row[0] if by else metric: row[-1] for row in rows}


@lru_cache(maxsize=32)
def found(*statements: str) -> Found:
    return Found(statements)


def company(name: str) -> Found:
    return found(*COMPANIES[name][0])
