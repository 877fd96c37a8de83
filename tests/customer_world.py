"""A small customer database for tests: the schema as plain data, random rows from a seed, statements from a file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

FIXTURES = Path(__file__).parent / "fixtures"

_COLUMNS = {
    "customer": "customer_id, segment, full_name, primary_email, birth_date DATE, gender, income_band, city, region, "
    "country, area_type, acquisition_channel, acquisition_campaign_id, first_order_at TIMESTAMP, is_internal BOOLEAN",
    "account": "account_id, name, industry, employee_count INTEGER, annual_revenue DECIMAL(18,2), parent_account_id",
    "product": "product_id, name, category, subcategory, brand, unit_cost DECIMAL(18,2), list_price DECIMAL(18,2)",
    "orders": "order_id, customer_id, ordered_at TIMESTAMP, status, channel, gross_amount DECIMAL(18,2), "
    "discount_amount DECIMAL(18,2), refund_amount DECIMAL(18,2), net_amount DECIMAL(18,2), coupon_code, campaign_id, "
    "order_seq INTEGER, is_first_order BOOLEAN, is_test BOOLEAN",
    "order_item": "order_item_id, order_id, product_id, quantity INTEGER, unit_price DECIMAL(18,2), "
    "net_amount DECIMAL(18,2)",
    "refund": "refund_id, order_id, amount DECIMAL(18,2), reason, refunded_at TIMESTAMP",
    "session": "session_id, customer_id, started_at TIMESTAMP, ended_at TIMESTAMP, device, channel_group, "
    "page_views INTEGER, is_bounce BOOLEAN, properties JSON, pages VARCHAR[]",
    "campaign": "campaign_id, name, channel, objective, budget DECIMAL(18,2)",
    "marketing_spend": 'campaign_id, "date" DATE, channel, clicks INTEGER, cost DECIMAL(18,2)',
    "ticket": "ticket_id, customer_id, order_id, channel, topic, priority, created_at TIMESTAMP, "
    "first_reply_at TIMESTAMP, solved_at TIMESTAMP, csat_score DOUBLE, subject",
    "subscription": "subscription_id, customer_id, plan, status, started_at TIMESTAMP, cancelled_at TIMESTAMP, "
    "mrr DECIMAL(18,2)",
    "subscription_event": 'event_id, subscription_id, type, mrr_delta DECIMAL(18,2), "at" TIMESTAMP',
    "survey_response": "response_id, customer_id, type, score DOUBLE, responded_at TIMESTAMP, verbatim",
    "web traffic": '"visit day" DATE, visits INTEGER',
}
_POOLS = {
    "segment": ("Consumer", "Small Business", "Enterprise"),
    "region": ("North", "South", "East", "West", None),
    "country": ("Germany", "France", "Netherlands"),
    "status": ("completed", "cancelled", "pending", "refunded", "active"),
    "channel": ("web", "app", "store", "email"),
    "type": ("new", "churn", "nps", "csat"),
    "topic": ("delivery", "billing", "product"),
    "category": ("Garden", "Kitchen", "Sport"),
    "properties": ('{"plan": "pro", "n": 3, "tags": ["a", "b"]}', '{"plan": "basic"}', "{}"),
    "pages": (["/home", "/cart"], ["/home"], [], None),
    "subject": ("Where is my order 4711?", "refund please", "O'Neil: 50% off", ""),
    "coupon_code": ("SUMMER10", None, None),
    "order_seq": (1, 2, 3, 4),
}


def schema() -> dict[str, dict[str, str]]:
    """Tables, columns and types; VARCHAR where the list above gives none."""
    parsed: dict[str, dict[str, str]] = {}
    for table, text in _COLUMNS.items():
        columns = _split(text)
        parsed[table] = {name: kind or "VARCHAR" for name, kind in columns}
    return parsed


def _split(text: str) -> Iterator[tuple[str, str]]:
    for item in text.replace("(18,2)", "(18;2)").split(", "):
        name, _, kind = item.rpartition('" ') if item.startswith('"') else item.partition(" ")
        yield name.strip('"'), kind.replace(";", ",")


def connect(rows: int = 60, seed: int = 7) -> duckdb.DuckDBPyConnection:
    """An in-memory database with the schema and random rows, one thread so that results repeat."""
    connection = duckdb.connect(config={"threads": 1})
    fill(connection, rows, seed)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, rows: int = 60, seed: int = 7) -> None:
    dice = random.Random(seed)
    for table, columns in schema().items():
        kinds = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f'CREATE TABLE "{table}" ({kinds})')
        key = next(iter(columns))
        data = [
            [
                f"{key[:2]}{row}" if name == key and kind == "VARCHAR" else _value(name, kind, dice)
                for name, kind in columns.items()
            ]
            for row in range(rows)
        ]
        if data:
            marks = ", ".join("?" for _ in columns)
            connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', data)


def _value(name: str, kind: str, dice: random.Random) -> object:
    if name in _POOLS:
        return dice.choice(_POOLS[name])
    if dice.random() < 0.08:
        return None
    if name.endswith("_id"):
        return f"{name[:2]}{dice.randrange(60)}"
    if kind in ("DATE", "TIMESTAMP"):
        moment = datetime(2024, 11, 1) + timedelta(minutes=dice.randrange(60 * 24 * 700))
        return moment.date() if kind == "DATE" else moment
    if kind == "BOOLEAN":
        return dice.random() < 0.3
    if kind == "VARCHAR":
        return f"{name} {dice.randrange(5)}"
    return dice.randrange(1, 500) if kind == "INTEGER" else round(dice.uniform(-20, 400), 2)


def statements(name: str) -> list[tuple[str, str]]:
    """(what it is, statement) of a fixture file: a `-- comment` line, the statement ending in `;`, a blank line."""
    cases: list[tuple[str, str]] = []
    for block in (FIXTURES / name).read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip("\n").split("\n")
        if len(lines) > 1:
            assert lines[0].startswith("-- "), block
            assert lines[-1].endswith(";"), block
            cases.append((lines[0][3:], "\n".join(lines[1:])[:-1]))
    return cases
