"""Customers by what a person knows of them: a number, a name, an address, a phone number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.customers.reading import CUSTOMER, KEY, CustomerReader, Row, literal

LONGEST_SEARCH, SHORTEST_NAME, MOST = 120, 2, 25
SHOWN = (KEY, "full_name", "primary_email", "primary_phone", "city", "country", "customer_type", "last_order_at")
"""What the list says of each customer, as far as the viewer may see it."""
_LIVE = ("is_deleted",)
_EMAIL, _PHONE, _NAME = "primary_email", "primary_phone", "full_name"
_IDENTITIES = ("customer_identity", "id_value", "id_value_norm")


@dataclass(frozen=True)
class Found:
    """The best matches, the likeliest first; `more` tells that there are others; `columns` are those that are told."""

    rows: tuple[Row, ...]
    more: bool
    columns: tuple[str, ...]


def find_customers(reader: CustomerReader, text: str, limit: int = MOST) -> Found:
    """Customers whose number, name, e-mail address or phone number fits the text; all the text's words of a name.

    Columns that the viewer may not see are neither searched nor told. An empty text finds who ordered last.
    """
    columns = tuple(name for name in SHOWN if name in reader.columns(CUSTOMER))
    if KEY not in columns:
        return Found((), more=False, columns=())
    words = " ".join(text.split())[:LONGEST_SEARCH].casefold()
    rows = reader.rows(_statement(reader, columns, words, limit + 1))
    told = tuple({name: row[name] for name in columns} for row in rows[:limit])
    return Found(told, more=len(rows) > limit, columns=columns)


def _statement(reader: CustomerReader, columns: tuple[str, ...], words: str, limit: int) -> str:
    shown = ", ".join(f"c.{name}" for name in columns)
    live = " AND ".join(f"NOT coalesce(c.{name}, FALSE)" for name in _LIVE if name in reader.columns(CUSTOMER))
    order = "c.last_order_at DESC NULLS LAST, " if "last_order_at" in columns else ""
    best = f"least({', '.join((*_ranks(reader, columns, words), '9'))})" if words else "CAST(1 AS INTEGER)"
    where = f"{best} < 9" + (f" AND {live}" if live else "")
    return f"SELECT {shown} FROM {CUSTOMER} AS c WHERE {where} ORDER BY {best}, {order}c.{KEY} LIMIT {limit:d}"


def _ranks(reader: CustomerReader, columns: tuple[str, ...], words: str) -> Iterator[str]:
    """How well a customer fits, as SQL: 0 for the very one, 9 for not at all."""
    yield _case(f"lower(c.{KEY}) = {literal(words)}", 0)
    if _EMAIL in columns and "@" in words:
        yield _case(f"lower(c.{_EMAIL}) = {literal(words)}", 0)
        yield _case(f"starts_with(lower(c.{_EMAIL}), {literal(words)})", 2)
    digits = re.sub(r"\D", "", words)
    if _PHONE in columns and len(digits) >= 5:
        yield _case(f"contains(regexp_replace(c.{_PHONE}, '[^0-9]', '', 'g'), {literal(digits)})", 1)
    if _NAME in columns and len(words) >= SHORTEST_NAME:
        yield _case(f"lower(c.{_NAME}) = {literal(words)}", 1)
        yield _case(f"starts_with(lower(c.{_NAME}), {literal(words)})", 3)
        parts = (f"contains(lower(c.{_NAME}), {literal(word)})" for word in words.split())
        yield _case(" AND ".join(parts), 4)
    yield from _by_identity(reader, words)


def _by_identity(reader: CustomerReader, words: str) -> Iterator[str]:
    """Fits by a number of a source system; only for those who may see all that identifies a customer."""
    table, value, norm = _IDENTITIES
    if not reader.sees_all(CUSTOMER) or not reader.sees_all(table):
        return
    said = literal(words)
    known = f"SELECT i.{KEY} FROM {table} AS i WHERE lower(i.{value}) = {said} OR lower(i.{norm}) = {said}"
    yield _case(f"c.{KEY} IN ({known})", 1)


def _case(condition: str, rank: int) -> str:
    return f"CASE WHEN {condition} THEN {rank:d} ELSE 9 END"
