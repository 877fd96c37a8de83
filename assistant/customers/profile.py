"""One customer in full: facts, how they stand and why, consents; only what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.customers.reading import CUSTOMER, KEY, CustomerReader, Row, literal
from assistant.errors import AssistantError

FILE = Path(__file__).with_name("facts.yml")
WHOLE, STANDING, CONSENT, MERGES = "customer_360", "customer_standing", "consent", "identity_merge_log"


class UnknownCustomer(AssistantError):
    """There is no such customer, or none that this viewer may see: the two are not told apart.

    `became` is the customer that this one was merged into, if one was.
    """

    def __init__(self, customer_id: str, became: str = ""):
        merged = f" It was merged into {became}." if became else ""
        super().__init__(f"There is no customer {customer_id} that you may see.{merged}")
        self.customer_id, self.became = customer_id, became


@dataclass(frozen=True)
class Fact:
    """One thing known of a customer; `kind` says how it is written: text, integer, decimal, currency, percent, ..."""

    name: str
    value: Any
    kind: str


@dataclass(frozen=True)
class FactGroup:
    """Facts that belong together."""

    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Mark:
    """How a customer stands in one respect: which rule says it, and the numbers that it rests on."""

    name: str
    reason: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Consent:
    """What a customer agreed to or not for one purpose on one channel, since when, and where it was said."""

    purpose: str
    channel: str
    status: str
    since: Any
    source: str


@dataclass(frozen=True)
class Profile:
    """What is known of one customer; `name` is empty where the viewer may not see names."""

    customer_id: str
    name: str
    groups: tuple[FactGroup, ...]
    marks: tuple[Mark, ...]
    consents: tuple[Consent, ...]


def read_profile(reader: CustomerReader, customer_id: str) -> Profile:
    """The profile of a customer; raises UnknownCustomer when there is none that the viewer may see."""
    known = _one(reader, CUSTOMER, customer_id)
    if known is None:
        raise UnknownCustomer(customer_id, _became(reader, customer_id))
    whole = _one(reader, WHOLE, customer_id) or {}
    visible = set(reader.columns(CUSTOMER)) | (set(whole) - set(reader.engine.schema[CUSTOMER]))
    row = {name: value for name, value in (known | whole).items() if name in visible}
    standing = _one(reader, STANDING, customer_id) or {}
    marks = tuple(mark for rule in _RULES for mark in rule(standing))
    return Profile(
        customer_id, str(row.get("full_name") or ""), _groups(row), marks, tuple(_consents(reader, customer_id))
    )


def _one(reader: CustomerReader, table: str, customer_id: str) -> Row | None:
    """The customer's row of a table, or None; what the viewer may not see of the customer is no column of it."""
    columns = reader.columns(table)
    if KEY not in columns:
        return None
    shown = ", ".join(f"t.{name}" for name in columns)
    rows = reader.rows(f"SELECT {shown} FROM {table} AS t WHERE t.{KEY} = {literal(customer_id)} LIMIT 1")
    return rows[0] if rows else None


def _became(reader: CustomerReader, customer_id: str) -> str:
    if not {"from_customer_id", "to_customer_id", "at", "undone_at"} <= set(reader.columns(MERGES)):
        return ""
    rows = reader.rows(
        f"SELECT m.to_customer_id AS became FROM {MERGES} AS m JOIN {CUSTOMER} AS c ON c.{KEY} = m.to_customer_id"
        f" WHERE m.from_customer_id = {literal(customer_id)} AND m.undone_at IS NULL ORDER BY m.at DESC LIMIT 1"
    )
    return str(rows[0]["became"]) if rows else ""


@cache
def _fact_kinds() -> Mapping[str, Mapping[str, str]]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _groups(row: Row) -> tuple[FactGroup, ...]:
    groups = (
        FactGroup(name, tuple(Fact(c, row[c], kind) for c, kind in columns.items() if row.get(c) is not None))
        for name, columns in _fact_kinds().items()
    )
    return tuple(group for group in groups if group.facts)


# --- how the customer stands: the rules are those of the table `customer_standing`, told with their numbers


def _risk(row: Row) -> Iterator[Mark]:
    if row.get("is_at_risk"):
        reason = "renewal" if str(row.get("risk_reason") or "").startswith("renewal") else "silence"
        warning = str(row.get("risk_reason") or "").partition(" with ")[2].replace(" ", "_")
        yield Mark("at_risk", reason, {"warning": warning, **_silence(row), "due": row.get("renewal_due_on")})
    elif row.get("is_lapsed"):
        yield Mark("lapsed", "silence", _silence(row))


def _silence(row: Row) -> dict[str, Any]:
    return {
        "days": row.get("days_silent"),
        "gap": row.get("usual_gap_days"),
        "of": row.get("usual_gap_of") or "all",
    }


def _value(row: Row) -> Iterator[Mark]:
    rank = row.get("value_rank")
    if rank is not None:
        yield Mark("high_value" if row.get("is_high_value") else "value", "rank", {"share": rank})


def _habits(row: Row) -> Iterator[Mark]:
    if row.get("is_loyal"):
        yield Mark("loyal", "habit" if row.get("days_silent") else "habit_today", _silence(row))
    if row.get("is_new"):
        yield Mark("new", "first_order", {})


def _rfm(row: Row) -> Iterator[Mark]:
    if row.get("rfm_segment"):
        scores = {name: row.get(f"rfm_{name}") for name in "rfm"}
        yield Mark("rfm", "scores", {"segment": row["rfm_segment"], **scores})


def _engagement(row: Row) -> Iterator[Mark]:
    score = row.get("engagement_score")
    if score is not None:
        yield Mark("engagement", "points", {"score": score, "points": row.get("engagement_points") or 0})


_RULES = (_risk, _value, _habits, _rfm, _engagement)


def _consents(reader: CustomerReader, customer_id: str) -> Iterator[Consent]:
    """The consent that holds now for each purpose and channel."""
    wanted = {"purpose", "channel", "status", "valid_from"}
    columns = set(reader.columns(CONSENT))
    if not {KEY, *wanted} <= columns:
        return
    source = "c.source" if "source" in columns else "''"
    rows = reader.rows(
        f"SELECT c.purpose, c.channel, c.status, c.valid_from, {source} AS source FROM {CONSENT} AS c"
        f" WHERE c.{KEY} = {literal(customer_id)} ORDER BY c.purpose, c.channel, c.valid_from DESC"
    )
    told: set[tuple[str, str]] = set()
    for row in rows:
        place = (str(row["purpose"]), str(row["channel"]))
        if place not in told:
            told.add(place)
            yield Consent(*place, str(row["status"]), row["valid_from"], str(row["source"] or ""))
