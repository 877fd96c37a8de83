"""What a customer did and what was done for them, from every source, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.customers.reading import KEY, CustomerReader, Row, literal

FILE = Path(__file__).with_name("timeline.yml")
MOST = 60
_CALLED = {"campaign_id": "campaign", "product_id": "product"}


@dataclass(frozen=True)
class EventKind:
    """Where one kind of event is kept; see timeline.yml for what each part means."""

    kind: str
    table: str
    at: str
    reference: str
    details: tuple[str, ...]
    through: Mapping[str, str]
    where: str
    quiet: bool


@dataclass(frozen=True)
class Moment:
    """One event: when, of which kind, what it is called, the system that told of it, and more by column."""

    at: datetime
    kind: str
    reference: str
    system: str
    details: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Timeline:
    """Events, the newest first, how many there are of each kind in all, and whether older ones are left out."""

    moments: tuple[Moment, ...]
    counts: Mapping[str, int]
    more: bool


@cache
def event_kinds() -> tuple[EventKind, ...]:
    """The kinds of events that a timeline may tell of, as timeline.yml lists them."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(
        EventKind(
            one["kind"], one["table"], one["at"], one["reference"], tuple(one["details"]), one.get("through", {}),
            one.get("where", ""), one.get("quiet", False),
        )
        for one in entries
    )  # fmt: skip


def read_timeline(reader: CustomerReader, customer_id: str, kinds: tuple[str, ...] = (), limit: int = MOST) -> Timeline:
    """The newest events of a customer, of some kinds or of all; kinds whose table the viewer may not see are left out.

    `counts` holds all kinds that the customer has events of, whichever were asked for.
    """
    seen = [kind for kind in event_kinds() if _is_seen(reader, kind)]
    counts = {kind.kind: _count(reader, kind, customer_id) for kind in seen}
    counts = {kind: count for kind, count in counts.items() if count}
    asked = [kind for kind in seen if kind.kind in counts and (not kinds or kind.kind in kinds)]
    moments = [moment for kind in asked for moment in _moments(reader, kind, customer_id, limit + 1)]
    moments.sort(key=lambda one: (one.at, one.kind, one.reference), reverse=True)
    return Timeline(_named(reader, moments[:limit]), counts, more=len(moments) > limit)


def _named(reader: CustomerReader, moments: list[Moment]) -> tuple[Moment, ...]:
    """The events with campaigns and products called by their names, where the viewer may see those."""
    names = {key: _names(reader, table, key, moments) for key, table in _CALLED.items()}
    return tuple(
        replace(one, details=tuple((name, names.get(name, {}).get(value, value)) for name, value in one.details))
        for one in moments
    )


def _names(reader: CustomerReader, table: str, key: str, moments: list[Moment]) -> dict[str, str]:
    wanted = sorted({str(value) for one in moments for name, value in one.details if name == key})
    if not wanted or not {key, "name"} <= set(reader.columns(table)):
        return {}
    listed = ", ".join(map(literal, wanted))
    rows = reader.rows(f"SELECT n.{key} AS id, n.name FROM {table} AS n WHERE n.{key} IN ({listed})")
    return {row["id"]: row["name"] for row in rows if row["name"]}


def _is_seen(reader: CustomerReader, kind: EventKind) -> bool:
    """Whether the viewer sees the table, its time and the way to the customer."""
    columns = reader.columns(kind.table)
    if kind.through:
        return {kind.at, kind.through["by"]} <= set(columns) and KEY in reader.columns(kind.through["table"])
    return {kind.at, KEY} <= set(columns)


def _from(kind: EventKind, customer_id: str) -> str:
    """The FROM and WHERE of a customer's events of a kind."""
    where = f" AND ({kind.where})" if kind.where else ""
    if not kind.through:
        return f"FROM {kind.table} AS t WHERE t.{KEY} = {literal(customer_id)} AND t.{kind.at} IS NOT NULL{where}"
    table, key = kind.through["table"], kind.through["by"]
    joined = f"FROM {kind.table} AS t JOIN {table} AS o ON o.{key} = t.{key}"
    return f"{joined} WHERE o.{KEY} = {literal(customer_id)} AND t.{kind.at} IS NOT NULL{where}"


def _count(reader: CustomerReader, kind: EventKind, customer_id: str) -> int:
    return int(reader.rows(f"SELECT count(*) AS n {_from(kind, customer_id)}")[0]["n"])


def _moments(reader: CustomerReader, kind: EventKind, customer_id: str, limit: int) -> Iterator[Moment]:
    columns = reader.columns(kind.table)
    wanted = dict.fromkeys((kind.reference, *kind.details, "source_system"))
    shown = "".join(f", t.{name}" for name in wanted if name in columns)
    sql = f"SELECT CAST(t.{kind.at} AS TIMESTAMP) AS moment{shown} {_from(kind, customer_id)}"
    for row in reader.rows(f"{sql} ORDER BY t.{kind.at} DESC LIMIT {limit:d}"):
        yield _moment(kind, row)


def _moment(kind: EventKind, row: Row) -> Moment:
    details = tuple((name, row[name]) for name in kind.details if row.get(name) not in (None, ""))
    reference = "" if kind.quiet else str(row.get(kind.reference) or "")
    system = str(row.get("source_system") or "")
    return Moment(row["moment"], kind.kind, reference, system, details)
