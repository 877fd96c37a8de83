"""The company's tables as its systems keep them: records of people instead of customers, own ids instead of one id."""

# pyarrow ships without types, so everything it returns is unknown to the checker in this file
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false, reportUnknownParameterType=false

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from random import Random
from typing import Any

import numpy as np

from warehouse.sources.demo.arrow import to_arrow
from warehouse.sources.demo.frame import Frame, Ints, Key
from warehouse.sources.demo.persons import Person, persons
from warehouse.sources.demo.records import (
    BILLING,
    CRM,
    HELPDESK,
    LOYALTY,
    MAIL,
    SHOP,
    TWO_ACCOUNTS,
    TWO_CARDS,
    Clerk,
    Record,
    Registry,
)

BY_ADDRESS = 0.93  # of those whom a survey may know by mailbox; all others go by their number in the CRM


@dataclass(frozen=True)
class Paperwork:
    """The company's tables (Arrow, by name of the core table), the people, and the records of each system."""

    tables: dict[str, Any]
    people: list[Person]
    registries: dict[str, Registry]

    @property
    def records(self) -> list[Record]:
        """All records of people, system by system."""
        return [record for registry in self.registries.values() for record in registry.records]


def paperwork(frames: dict[str, Frame], seed: int) -> Paperwork:
    """The tables with the ids of the systems that they come from in place of the customer."""
    tables = {name: to_arrow(frame) for name, frame in frames.items()}
    people = persons(tables["customer"].to_pylist(), seed)
    registries = _registries(frames, people, seed)
    given = {
        "shop": ("orders", "cart", "review", "session", "touchpoint"),
        "crm": ("lead", "opportunity", "consent"),
        "helpdesk": ("ticket",),
        "mail": ("email_event",),
        "loyalty": ("loyalty_account",),
        "billing": ("subscription",),
    }
    for system, names in given.items():
        for name in names:
            tables[name] = _named_by(registries[system], tables[name], _customers(frames[name]))
    asked = _customers(frames["survey_response"])
    tables["survey_response"] = _with_customers(tables["survey_response"], _addresses(people, registries, asked, seed))
    return Paperwork(tables, people, registries)


def _registries(frames: dict[str, Frame], people: list[Person], seed: int) -> dict[str, Registry]:
    """The records of each system, which knows those customers that it has something to tell of."""

    def seen(*names: str) -> set[int]:
        return {int(number) for name in names for number in np.unique(_customers(frames[name])) if number >= 0}

    everyone = set(range(len(people)))
    members = {int(who): f"L{at + 1:05d}" for at, who in enumerate(_customers(frames["loyalty_account"]))}
    crm = Clerk(CRM, seed)
    cards = crm.register(people, everyone, {number: f"C{number + 1:06d}" for number in everyone})
    shop = Clerk(SHOP, seed, [cards])
    # people who asked to be forgotten have no name by which another system could know them
    erased = {person.number for person in people if person.erased}
    shopped = seen("orders", "cart", "review", "session", "touchpoint") | erased
    accounts = shop.register(people, shopped, _scattered(shopped, seed))
    crm.register_again(people, cards, TWO_CARDS)
    shop.register_again(people, accounts, TWO_ACCOUNTS)
    known = [cards, accounts]
    return {
        "crm": cards,
        "shop": accounts,
        "helpdesk": Clerk(HELPDESK, seed, known).register(people, seen("ticket"), {}),
        "mail": Clerk(MAIL, seed, known).register(people, seen("email_event"), {}),
        "loyalty": Clerk(LOYALTY, seed, known).register(people, set(members), members),
        "billing": Clerk(BILLING, seed, known).register(people, seen("subscription"), {}),
    }


def _scattered(chosen: set[int], seed: int) -> dict[int, str]:
    """Account numbers in an order of their own, so that no number gives another away."""
    numbers = list(range(1, len(chosen) + 1))
    Random(f"account numbers {seed}").shuffle(numbers)
    return {who: f"U{number:06d}" for who, number in zip(sorted(chosen), numbers, strict=True)}


def _customers(frame: Frame) -> Ints:
    """Position of the customer of each row; negative when the row has none."""
    column = frame["customer_id"]
    if not isinstance(column, Key):
        raise TypeError("customers are given as keys")
    return column.numbers - 1


def _named_by(registry: Registry, table: Any, customers: Ints) -> Any:
    """The table with ids of the registry; from the day of a second account on, every other row goes by that one."""
    import pyarrow as pa

    names = pa.array([registry.first.get(number) for number in range(int(customers.max(initial=0)) + 1)], pa.string())
    ids = names.take(pa.array(customers, mask=customers < 0))
    if registry.second:
        ids = _second_accounts(registry, table, customers, ids)
    return _with_customers(table, ids)


def _second_accounts(registry: Registry, table: Any, customers: Ints, ids: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    number = int(max(customers.max(initial=0), *registry.second)) + 1
    opened = np.full(number + 1, np.iinfo(np.int64).max)
    other: list[str | None] = [None] * (number + 1)
    for who, (key, at) in registry.second.items():
        opened[who], other[who] = int(at.replace(tzinfo=UTC).timestamp()), key
    time = next(name for name in table.column_names if pa.types.is_timestamp(table.schema.field(name).type))
    moment = table[time].cast(pa.timestamp("s")).cast(pa.int64()).fill_null(0).to_numpy()
    uses = (moment > opened[customers]) & (np.arange(len(customers)) % 2 == 0) & (customers >= 0)
    return pc.if_else(pa.array(uses), pa.array(other, pa.string()).take(pa.array(np.where(uses, customers, 0))), ids)


def _addresses(people: list[Person], papers: dict[str, Registry], customers: Ints, seed: int) -> list[str | None]:
    """How a survey tool names each customer: by number those whom the smaller systems know, and most others by mailbox.

    Only a mailbox that is the one of its owner, and nobody else's, is used.
    """
    rng, cards = Random(f"survey {seed}"), papers["crm"]
    numbered = {person for system in ("mail", "helpdesk") for person in papers[system].first}
    boxes: dict[int, set[str]] = {}
    owners: dict[str, set[int]] = {}
    for person, written in (*cards.mailboxes.items(), *papers["shop"].mailboxes.items()):
        for box in written:
            boxes.setdefault(person, set()).add(box)
            owners.setdefault(box, set()).add(person)
    named = {
        person: min(used)
        for person, used in boxes.items()
        if len(used) == 1
        and owners[min(used)] == {person}
        and person not in numbered
        and len(people[person].lasts) == 1
        and rng.random() < BY_ADDRESS
    }
    return [named.get(int(who)) or cards.first[int(who)] for who in customers]


def _with_customers(table: Any, ids: Any) -> Any:
    import pyarrow as pa

    place = table.column_names.index("customer_id")
    return table.set_column(place, "customer_id", pa.array(ids, pa.string()) if isinstance(ids, list) else ids)
