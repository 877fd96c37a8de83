"""The people behind the customers: the names, addresses and numbers they go by, old ones and shared ones included.

The customer table knows each customer once, by one name and one address. People marry and move, have a private and an
office mailbox, and share a home, a mailbox or a phone with their family; an office has an info@ address. That is what
makes records of one person differ, and records of two look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from warehouse.sources.demo.vocabulary import FAMILIES, MEN, STREETS, WOMEN

MARRIED, MOVED, SECOND_MAILBOX, NEW_PHONE, FAMILY, SHARES_MAILBOX = 0.05, 0.12, 0.25, 0.12, 0.06, 0.4
INFO_MAILBOX = 0.1  # of business customers
HOSTS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True)
class Home:
    """Where somebody lives."""

    street: str
    postal_code: str


@dataclass(frozen=True)
class Person:
    """Somebody by position in the customer table. Of names, mailboxes, phones and homes the present one comes first.

    `erased` people asked to be forgotten: no record has more of them than ids.
    """

    number: int
    first: str
    lasts: tuple[str, ...]
    mailboxes: tuple[str, ...]
    phones: tuple[str, ...]
    homes: tuple[Home, ...]
    city: str
    country: str
    born: str | None
    account: str | None
    since: datetime
    latest: datetime
    erased: bool


def persons(customers: Sequence[dict[str, Any]], seed: int) -> list[Person]:
    """One person for each row of the customer table, in its order."""
    rng = Random(f"persons {seed}")
    found = [_person(number, row, rng) for number, row in enumerate(customers)]
    neighbour: dict[str, int] = {}
    for number, one in enumerate(found):
        if one.account is not None or one.erased:
            continue
        if one.city in neighbour and rng.random() < FAMILY:
            found[number] = _joined(found[neighbour.pop(one.city)], one, rng)
        else:
            neighbour[one.city] = number
    return found


def _person(number: int, row: dict[str, Any], rng: Random) -> Person:
    woman = rng.random() < 0.5 if row["gender"] not in ("female", "male") else row["gender"] == "female"
    first = row["first_name"] or rng.choice(WOMEN if woman else MEN)
    last = row["last_name"] or rng.choice(FAMILIES)
    mailbox = row["primary_email"] or ""
    second = f"{first[0]}{last}{rng.randrange(10_000)}@{rng.choice(HOSTS)}".lower().replace(" ", "")
    mailboxes = (mailbox, second) if rng.random() < SECOND_MAILBOX else (mailbox,)
    if row["account_id"] and rng.random() < INFO_MAILBOX:
        mailboxes = (mailbox, f"info@{row['account_id'].lower()}.example.com")
    phones = (row["primary_phone"],) if row["primary_phone"] else ()
    if phones and rng.random() < NEW_PHONE:
        phones = (*phones, f"{phones[0][:-4]}{rng.randrange(10_000):04d}")
    home = Home(_street(rng), row["postal_code"])
    homes = (home, Home(_street(rng), f"{rng.randrange(10_000, 99_999)}")) if rng.random() < MOVED else (home,)
    return Person(
        number=number,
        first=first,
        lasts=(last, rng.choice(FAMILIES)) if rng.random() < MARRIED else (last,),
        mailboxes=mailboxes,
        phones=phones,
        homes=homes,
        city=row["city"],
        country=row["country_code"],
        born=row["birth_date"].isoformat() if row["birth_date"] else None,
        account=row["account_id"],
        since=row["first_seen_at"],
        latest=row["last_seen_at"],
        erased=row["is_deleted"],
    )


def _joined(one: Person, other: Person, rng: Random) -> Person:
    """The other as family of the one: they live together, and some use one mailbox."""
    mailboxes = other.mailboxes
    if rng.random() < SHARES_MAILBOX:
        shared = f"family.{one.lasts[0]}{one.number}@{HOSTS[1]}".lower().replace(" ", "")
        mailboxes = (other.mailboxes[0], shared)
    last = one.lasts[0] if rng.random() < 0.8 else other.lasts[0]
    return replace(other, lasts=(last, *other.lasts[1:]), mailboxes=mailboxes, homes=(one.homes[0],))


def _street(rng: Random) -> str:
    return f"{rng.choice(STREETS)} {rng.randint(1, 180)}"
