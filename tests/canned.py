"""A canned assistant: answers built by hand from the house's own parts, so that the page can be tried without data."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from assistant.answer import (
    Answer,
    Caveat,
    Clarification,
    Definition,
    Interpretation,
    Option,
    Outcome,
    Part,
    Plan,
    Refusal,
    Span,
)
from assistant.charts import choose
from assistant.config import Settings
from assistant.conversation import Conversation
from assistant.narrate import describe
from assistant.shape import Context
from semantic_layer import Column, Comparison, Filter, GroupBy, SemanticLayer, SemanticQuery, TimeRange, load
from warehouse import OPEN, Policy, Result

Step = Callable[[str, str], None]
AS_OF = date(2026, 11, 21)
NOWHERE = "/nonexistent"
LONG_QUESTION, RELEASING = "What takes long?", "Go on with what takes long"
RELEASED = Event()
"""A question that is answered when the other one has been asked, in another tab."""
REVENUE = Column("net_revenue", "metric", "net_revenue", "Net revenue", "EUR", "currency")
BEFORE = Column("net_revenue_previous", "previous", "net_revenue", "Net revenue (before)", "EUR", "currency")
CHANGE = Column("net_revenue_change", "change", "net_revenue", "Net revenue (change)", "EUR", "currency")
RATIO = Column("net_revenue_change_ratio", "change_ratio", "net_revenue", "Net revenue (change in %)", "", "percent")
ORDERS = Column("orders", "metric", "orders", "Orders", "orders", "integer")
RATE = Column("conversion_rate", "metric", "conversion_rate", "Conversion rate", "", "percent")
BASKET = Column("average_order_value", "metric", "average_order_value", "Average order value", "EUR", "currency")
MONTH = Column("month", "time", "metric_time", "Month", "", "", "month")
DAY = Column("day", "time", "metric_time", "Day", "", "", "day")
REGION = Column("region", "dimension", "customer.region", "Region")
CATEGORY = Column("category", "dimension", "product.category", "Category")
ADDITIVE = frozenset({"net_revenue", "orders"})
SEPTEMBER = TimeRange(start=date(2026, 9, 1), end=date(2026, 10, 1), label="last month")
SQL = "SELECT category, SUM(net_amount) AS net_revenue\nFROM orders -- <b>text</b>\nWHERE status = 'done'\nGROUP BY 1"


def result(rows: list[tuple[Any, ...]], truncated: bool = False) -> Result:
    width = len(rows[0]) if rows else 0
    return Result(tuple(f"c{i}" for i in range(width)), ("VARCHAR",) * width, tuple(rows), truncated, 0.012)


def answer(question: str, columns: tuple[Column, ...], rows: list[tuple[Any, ...]], query: SemanticQuery) -> Answer:
    context, found = Context(query, AS_OF, ADDITIVE), result(rows)
    return Answer(
        question=question,
        sentence=describe(columns, found, context),
        columns=columns,
        result=found,
        chart=choose(columns, found, context),
        interpretation=Interpretation((Part("metric", "Net revenue", "net_revenue"), Part("period", "September 2026"))),
        sql=SQL,
        period="1–30 Sep 2026",
        definitions=(
            Definition("net_revenue", "Net revenue", "What customers paid, after discounts.", "SUM(net_amount)"),
        ),
        caveats=(Caveat("UNKNOWN_GROUP", "One group has no category: its rows are shown as (none), not left out."),),
        fresh_until=datetime(2026, 11, 21, 23, 59),
        plan=Plan(query, (Span(0, 7, "revenue", "metric", "net_revenue"), Span(8, 10, "by", "filler"))),
        timings={"understand": 3.2, "compile": 1.7, "run": 12.4},
    )


def months(count: int) -> list[date]:
    """The first days of the months up to November 2026."""
    last = 2026 * 12 + 10
    return [date((last - i) // 12, (last - i) % 12 + 1, 1) for i in reversed(range(count))]


def trend(question: str) -> Answer:
    rows = [(start, Decimal(180_000 + 7_000 * i + (i % 3) * 9_000)) for i, start in enumerate(months(15))]
    rows[-1] = (rows[-1][0], Decimal(140_000))
    query = SemanticQuery(
        metrics=("net_revenue",),
        group_by=(GroupBy(field="metric_time", grain="month"),),
        time_range=TimeRange(start=date(2025, 9, 1), end=date(2026, 11, 22), partial=True),
    )
    return answer(question, (MONTH, REVENUE), rows, query)


def ranking(question: str, count: int = 6) -> Answer:
    names = [
        "Chairs",
        "Tables & desks",
        "<img src=x onerror=alert(1)>",
        "Lamps",
        "A category with a very long name indeed",
    ]
    names = [*names, None, *(f"Category {i}" for i in range(count))]
    rows = [(name, Decimal(420_000 - 9_000 * i)) for i, name in enumerate(names[:count])]
    query = SemanticQuery(metrics=("net_revenue",), group_by=(GroupBy(field="product.category"),), time_range=SEPTEMBER)
    return answer(question, (CATEGORY, REVENUE), rows, query)


def number(question: str) -> Answer:
    row = (Decimal("1234567.40"), Decimal("1100000.00"), Decimal("134567.40"), 0.1223340)
    query = SemanticQuery(metrics=("net_revenue",), time_range=SEPTEMBER, compare=Comparison())
    return answer(question, (REVENUE, BEFORE, CHANGE, RATIO), [row], query)


def series(question: str) -> Answer:
    regions = ("North", "South", "East", "West", None)
    rows = [
        (start, region, Decimal(30_000 + 6_000 * j + 900 * i * (-1) ** j))
        for i, start in enumerate(months(12))
        for j, region in enumerate(regions)
    ]
    group = (GroupBy(field="metric_time", grain="month"), GroupBy(field="customer.region"))
    query = SemanticQuery(metrics=("net_revenue",), group_by=group)
    return answer(question, (MONTH, REGION, REVENUE), rows, query)


def stack(question: str) -> Answer:
    rows = [
        (region, category, Decimal(4_000 * (i + 1) + 2_500 * j))
        for i, region in enumerate(("North", "South", "East", "West"))
        for j, category in enumerate(("Chairs", "Tables", "Lamps"))
    ]
    group = (GroupBy(field="customer.region"), GroupBy(field="product.category"))
    return answer(question, (REGION, CATEGORY, REVENUE), rows, SemanticQuery(metrics=("net_revenue",), group_by=group))


def compared(question: str) -> Answer:
    pairs = (("North", 90_000, 110_000), ("South", 140_000, 100_000), ("East", 60_000, 55_000))
    rows = [(name, Decimal(now), Decimal(then), Decimal(now - then), now / then - 1) for name, now, then in pairs]
    query = SemanticQuery(
        metrics=("net_revenue",),
        group_by=(GroupBy(field="customer.region"),),
        time_range=SEPTEMBER,
        compare=Comparison(),
    )
    return answer(question, (REGION, REVENUE, BEFORE, CHANGE, RATIO), rows, query)


def nothing(question: str) -> Answer:
    where = (Filter(field="customer.region", op="in", values=("Mars",)),)
    return answer(
        question, (REVENUE,), [], SemanticQuery(metrics=("net_revenue",), filters=where, time_range=SEPTEMBER)
    )


ANSWERS = {
    "revenue by month": trend,
    "revenue by category": ranking,
    "revenue of 200 categories": lambda question: ranking(question, 200),
    "revenue last month": number,
    "revenue by month and region": series,
    "revenue by region and category": stack,
    "revenue by region against the month before": compared,
    "revenue on mars": nothing,
}


DEFINITIONS = """
version: 1
name: shop
extends: none
datasets:
  - name: customer
    source: customer
    entity: true
    primary_key: [customer_id]
    fields: [{name: customer_id}, {name: region, label: Region}]
  - name: product
    source: product
    primary_key: [product_id]
    fields: [{name: product_id}, {name: category, label: Category}]
  - name: orders
    source: orders
    primary_key: [order_id]
    time: ordered_at
    fields: [{name: order_id}, {name: customer_id}, {name: product_id}, {name: ordered_at, type: time}]
    measures: [{name: paid, agg: sum, expression: net_amount}, {name: orders, agg: count}]
relationships:
  - {name: orders_customer, from: orders, to: customer, from_columns: [customer_id], to_columns: [customer_id]}
  - {name: orders_product, from: orders, to: product, from_columns: [product_id], to_columns: [product_id]}
metrics:
  - {name: net_revenue, label: Net revenue, measure: orders.paid, unit: EUR, format: currency}
  - {name: orders, label: Orders, measure: orders.orders}
"""
VALUES = {
    "customer.region": (("North", 40), ("South", 30), ("East", 20)),
    "product.category": (("Chairs", 50), ("Tables & desks", 30), ("Lamps", 10)),
}


def _layer() -> SemanticLayer:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.yml"
        path.write_text(DEFINITIONS, encoding="utf-8")
        return load([path])


LAYER = _layer()


def silent(title: str, detail: str) -> None:
    """Hears nothing."""


@dataclass
class CannedAssistant:
    """Stands in for `Assistant`: same methods, no data behind them."""

    as_of: date = AS_OF
    settings: Settings = field(default_factory=lambda: Settings(Path(os.environ.get("TELLWISE_HOME", NOWHERE))))
    asked: list[str] = field(default_factory=list)
    viewer: None = None
    layer: SemanticLayer = field(default_factory=lambda: LAYER)
    values: Any = field(default_factory=lambda: VALUES)
    history: tuple[Any, ...] = ()
    policy: Policy = OPEN

    def starters(self) -> tuple[str, ...]:
        return ("Revenue by month", "Revenue by category", "Revenue last month", "How is business?")

    def ask(
        self, question: str, on_step: Step = silent, conversation: Conversation | None = None, live: Any = None
    ) -> Outcome:
        del live  # nothing here takes long
        outcome = self._answer(question, on_step)
        if conversation is not None:
            conversation.record(question, outcome)
        return outcome

    def _answer(self, question: str, on_step: Step) -> Outcome:
        self.asked.append(question)
        on_step("Reading the question", question)
        found = ANSWERS.get(question.lower().rstrip("?"))
        if found:
            on_step("Running the query", SQL)
            return found(question)
        if "business" in question.lower():
            labels = ("Net revenue by month", "Orders by month")
            plans = (trend("").plan, series("").plan)
            options = tuple(Option(label, plan) for label, plan in zip(labels, plans, strict=True) if plan)
            return Clarification(
                question, "“business” can mean more than one thing. Which one?", ("business",), options
            )
        if question == LONG_QUESTION:
            RELEASED.wait(20)
            return trend(question)
        if question == RELEASING:
            RELEASED.set()
        if "crash" in question.lower():
            raise RuntimeError("secret detail of the inside")
        return Refusal(
            question, "UNKNOWN_WORDS", f"I do not know what “{question}” means.", (question,), ("Revenue by month",)
        )

    def choose(
        self, option: Option, question: str, on_step: Step = silent, conversation: Conversation | None = None
    ) -> Outcome:
        on_step("Running the query", question)
        outcome = trend(option.label)
        if conversation is not None:
            conversation.record(question, outcome)
        return outcome

    def run_sql(self, sql: str) -> Answer | Refusal:
        if "delete" in sql.lower():
            return Refusal(sql, "SQL_REJECTED", "Only SELECT statements can be run; this one is a DELETE.")
        columns = (
            Column("category", "dimension", "category", "Category"),
            Column("n", "metric", "n", "N", "", "integer"),
        )
        found = result([("=1+1", 5), ("b", 3), ("Ünï", -2)])
        context = Context(None, AS_OF)
        chips = Interpretation((Part("metric", "Your own SQL"),))
        return Answer(
            "",
            describe(columns, found, context),
            columns,
            found,
            choose(columns, found, context),
            chips,
            sql,
            governed=False,
        )
