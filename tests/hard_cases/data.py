"""The data of the hard cases: a small shop in which every row count is known and every trap is set.

customers 60 (segments by id, some NULL; one without a region), orders 184 (three without a customer, none in April),
order_items 258 (some orders have none), tickets 130, balances 688 (some customers stop after April), events 241,
time_spine 396 days.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

TABLES = {
    "regions": "region_id INTEGER, region_name VARCHAR",
    "customers": "customer_id INTEGER, name VARCHAR, segment VARCHAR, region_id INTEGER, signup_date DATE",
    "orders": "order_id INTEGER, customer_id INTEGER, amount DECIMAL(12,2), refund DECIMAL(12,2), status VARCHAR, "
    "ordered_at TIMESTAMP, billing_region_id INTEGER, shipping_region_id INTEGER",
    "order_items": "item_id INTEGER, order_id INTEGER, qty INTEGER, category VARCHAR",
    "tickets": "ticket_id INTEGER, customer_id INTEGER, opened_at TIMESTAMP, resolution_hours DOUBLE, csat INTEGER",
    "balances": "customer_id INTEGER, snapshot_date DATE, balance DECIMAL(12,2)",
    "events": "event_id INTEGER, customer_id INTEGER, event_type VARCHAR, event_at TIMESTAMP",
    "time_spine": "ds DATE",
}
FIRST = date(2025, 1, 1)


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory database that holds the shop."""
    con = duckdb.connect()
    for name, rows in generate().items():
        con.execute(f"CREATE TABLE {name} ({TABLES[name]})")
        marks = ", ".join("?" * len(rows[0]))
        con.execute("BEGIN")
        con.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        con.execute("COMMIT")
    return con


def schema() -> dict[str, dict[str, str]]:
    """The tables and column types as a model sees them."""
    return {
        name: {part.split()[0]: part.split()[1] for part in columns.split(", ")} for name, columns in TABLES.items()
    }


def generate(seed: int = 7) -> dict[str, list[tuple[Any, ...]]]:
    """Rows by table; the same for the same seed."""
    dice = random.Random(seed)
    customers = _customers(dice)
    orders = _orders(dice, customers)
    return {
        "regions": [(1, "EU"), (2, "US"), (3, "APAC")],
        "customers": customers,
        "orders": orders,
        "order_items": _items(dice, orders),
        "tickets": _tickets(dice),
        "balances": _balances(dice),
        "events": _events(customers, orders),
        "time_spine": [(date(2024, 12, 1) + timedelta(days=n),) for n in range(396)],
    }


def _segment(number: int) -> str | None:
    if number % 4 == 0:
        return None if number % 8 == 0 else "smb"
    return {1: "smb", 2: "mid", 3: "ent"}[number % 4]


def _customers(dice: random.Random) -> list[tuple[Any, ...]]:
    return [
        (
            number,
            f"Customer {number}",
            _segment(number),
            None if number == 60 else number % 3 + 1,
            FIRST + timedelta(days=dice.randrange(150)),
        )
        for number in range(1, 61)
    ]


def _counts(dice: random.Random, places: int, least: int, most: int, total: int) -> list[int]:
    """Random counts within bounds that add up to `total`."""
    counts = [dice.randint(least, most) for _ in range(places)]
    while sum(counts) != total:
        place = dice.randrange(places)
        step = 1 if sum(counts) < total else -1
        if least <= counts[place] + step <= most:
            counts[place] += step
    return counts


def _orders(dice: random.Random, customers: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    buyers = [one for one in customers if one[0] % 10]
    found: list[tuple[Any, ...]] = []
    for customer, count in zip(buyers, _counts(dice, len(buyers), 1, 6, 181), strict=True):
        for _ in range(count):
            found.append(_order(dice, len(found) + 1, customer))
    for day in (1, 2, 3):
        moment = datetime(2025, 3, day, 23, 30)
        found.append((len(found) + 1, None, Decimal("99.99"), None, "paid", moment, 1, 2))
    return found


def _order(dice: random.Random, number: int, customer: tuple[Any, ...]) -> tuple[Any, ...]:
    moment = datetime.combine(customer[4], datetime.min.time()) + timedelta(
        days=dice.randrange(100), hours=dice.randrange(24), minutes=dice.randrange(60)
    )
    if moment.month == 4:
        moment = moment.replace(month=5)
    amount = Decimal(dice.randrange(1000, 50000)) / 100
    refund = (amount / 2).quantize(Decimal("0.01")) if dice.random() < 0.15 else None
    status = "cancelled" if dice.random() < 0.25 else "paid"
    return (number, customer[0], amount, refund, status, moment, dice.randint(1, 3), dice.randint(1, 3))


def _items(dice: random.Random, orders: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for order, count in zip(orders, _counts(dice, len(orders), 0, 3, 258), strict=True):
        for _ in range(count):
            found.append((len(found) + 1, order[0], dice.randint(1, 4), dice.choice(("hw", "sw"))))
    return found


def _tickets(dice: random.Random) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for number, count in enumerate(_counts(dice, 60, 0, 4, 130), start=1):
        for _ in range(count):
            moment = datetime(2025, 1, 5) + timedelta(minutes=dice.randrange(300 * 24 * 60))
            hours = None if dice.random() < 0.2 else round(dice.uniform(0.5, 72), 1)
            score = None if dice.random() < 0.3 else dice.randint(1, 5)
            found.append((len(found) + 1, number, moment, hours, score))
    return found


def _balances(dice: random.Random) -> list[tuple[Any, ...]]:
    return [
        (number, date(2025, month, day), Decimal(dice.randrange(1000, 100000)) / 100)
        for number in range(1, 61)
        for month in range(1, 7)
        for day in (10, 25)
        if number % 7 or month <= 4
    ]


def _events(customers: Sequence[tuple[Any, ...]], orders: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    signups = [(one[0], "signup", datetime.combine(one[4], datetime.min.time()).replace(hour=9)) for one in customers]
    purchases = [(one[1], "purchase", one[5]) for one in orders if one[1] is not None]
    return [(number, *row) for number, row in enumerate([*signups, *purchases], start=1)]
