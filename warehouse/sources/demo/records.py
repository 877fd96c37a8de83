"""What each system knows of the customers: records with ids of its own, and all that goes wrong in writing them down.

Names are misspelt, shortened or those of before a marriage; addresses are old; numbers are missing or written in five
ways; some people opened a second account, some were entered twice. Which record belongs to whom is known here and kept
as the truth; the product has to find out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from warehouse.sources.demo.persons import Home, Person

NICKNAMES = {
    "Thomas": "Tom", "Daniel": "Dan", "David": "Dave", "Oliver": "Olli", "Victor": "Vic", "Charlotte": "Lotte",
    "Katrin": "Kati", "Julia": "Jule", "Elena": "Leni", "Matteo": "Teo", "Lukas": "Luke", "Hannah": "Hanni",
}  # fmt: skip


@dataclass(frozen=True)
class Habits:
    """How a system writes people down: shares of its records that have each thing, or have it wrong.

    `carries` is the id of another system that some of its records know, with the share that does.
    """

    system: str
    prefix: str
    email: float
    phone: float
    street: float
    born: float
    carries: tuple[str, float]
    typo: float = 0.03
    nickname: float = 0.0
    last: float = 1.0
    first: float = 1.0
    stale: float = 0.2  # of those who married or moved: still under the old name, at the old address
    second: float = 0.15  # of those with two mailboxes: the other one


CRM = Habits("crm", "C", 0.92, 1.0, 0.85, 1.0, ("", 0.0), typo=0.015, stale=0.4, second=0.1)
SHOP = Habits("shop", "U", 1.0, 0.55, 0.85, 0.4, ("crm", 0.55), nickname=0.05, second=0.1)
HELPDESK = Habits("helpdesk", "R", 0.97, 0.45, 0.0, 0.0, ("shop", 0.6), typo=0.05, nickname=0.15)
MAIL = Habits("mail", "N", 1.0, 0.0, 0.0, 0.0, ("shop", 0.5), last=0.5, first=0.7)
LOYALTY = Habits("loyalty", "L", 0.7, 0.85, 0.9, 0.85, ("shop", 0.5), nickname=0.03)
BILLING = Habits("billing", "P", 0.97, 0.2, 0.85, 0.0, ("crm", 0.5), stale=0.3)
TWO_ACCOUNTS, TWO_CARDS = 0.03, 0.01
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Record:
    """One person as one system wrote them down; times are UTC."""

    system: str
    key: str
    person: int
    first: str | None
    last: str | None
    email: str | None
    phone: str | None
    home: Home | None
    city: str | None
    country: str | None
    born: str | None
    account: str | None
    crm_id: str | None
    shop_id: str | None
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Registry:
    """All records of one system: of each person the first, the mailboxes that are written down, and second accounts
    with the moment they were opened."""

    records: list[Record]
    first: dict[int, str] = field(default_factory=dict[int, str])
    mailboxes: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    second: dict[int, tuple[str, datetime]] = field(default_factory=dict[int, tuple[str, datetime]])


class Clerk:
    """Writes people down for one system, in order; what it draws follows from the seed and the system."""

    def __init__(self, habits: Habits, seed: int, known: Sequence[Registry] = ()):
        self._habits, self._rng = habits, Random(f"{habits.system} {seed}")
        self._known = {one.records[0].system: one for one in known if one.records}

    def register(self, people: Sequence[Person], chosen: Collection[int], keys: dict[int, str]) -> Registry:
        """Records of the chosen people; `keys` are the ids of those that have one already."""
        registry = Registry([])
        for person in people:
            if person.number in chosen:
                key = keys.get(person.number) or f"{self._habits.prefix}{len(registry.records) + 1:06d}"
                self._enter(registry, self._record(person, key, person.since))
                registry.first[person.number] = key
        return registry

    def _enter(self, registry: Registry, record: Record) -> None:
        registry.records.append(record)
        if record.email:
            registry.mailboxes.setdefault(record.person, []).append(record.email.lower())

    def register_again(self, people: Sequence[Person], registry: Registry, share: float) -> None:
        """Second records of some people, opened later and under other words."""
        start = max((int(record.key[1:]) for record in registry.records), default=0)
        for person in people:
            if person.number not in registry.first or person.erased or self._rng.random() >= share:
                continue
            opened = person.since + (person.latest - person.since) * self._rng.uniform(0.3, 0.7)
            start += 1
            key = f"{self._habits.prefix}{start:06d}"
            self._enter(registry, self._record(person, key, opened))
            registry.second[person.number] = (key, opened)

    def _record(self, person: Person, key: str, created: datetime) -> Record:
        if person.erased:
            return self._erased(person, key, created)
        old = self._has(self._habits.stale)
        home = person.homes[-1 if old else 0] if self._has(self._habits.street) else None
        email = self._mailbox(person) if self._has(self._habits.email) else None
        carried = self._carried(person, email)
        return Record(
            system=self._habits.system,
            key=key,
            person=person.number,
            first=self._first(person.first) if self._has(self._habits.first) else None,
            last=self._written(person.lasts[-1 if old else 0]) if self._has(self._habits.last) else None,
            email=email,
            phone=self._phone(person) if person.phones and self._has(self._habits.phone) else None,
            home=Home(self._typed(home.street), home.postal_code) if home else None,
            city=person.city if home else None,
            country=person.country,
            born=person.born if self._has(self._habits.born) else None,
            account=person.account if self._habits.system in ("crm", "billing") else None,
            crm_id=carried.get("crm"),
            shop_id=carried.get("shop"),
            created=created,
            updated=created + (person.latest - created) * self._rng.random() if person.latest > created else created,
        )

    def _erased(self, person: Person, key: str, created: datetime) -> Record:
        """Nothing but ids is left of people who asked to be forgotten."""
        carried, none = self._carried(person, None), None
        return Record(
            self._habits.system, key, person.number, none, none, none, none, none, none, none, none, person.account,
            carried.get("crm"), carried.get("shop"), created, created,
        )  # fmt: skip

    def _has(self, share: float) -> bool:
        return self._rng.random() < share

    def _carried(self, person: Person, email: str | None) -> dict[str, str]:
        """The id of the other system, where it is known: always when no address that both have tells who it is."""
        system, share = self._habits.carries
        known = self._known.get(system)
        if known is None or person.number not in known.first:
            return {}
        needed = email is None or email.lower() not in known.mailboxes.get(person.number, ())
        return {system: known.first[person.number]} if needed or self._has(share) else {}

    def _first(self, first: str) -> str:
        short = NICKNAMES.get(first) if self._has(self._habits.nickname) else None
        return short or self._written(first)

    def _written(self, name: str) -> str:
        typed = self._typed(name)
        return typed.upper() if self._has(0.02) else typed

    def _typed(self, text: str) -> str:
        """The text, now and then with a slip: a letter dropped, doubled, swapped or replaced."""
        if len(text) < 4 or not self._has(self._habits.typo):
            return text
        at = self._rng.randrange(1, len(text) - 1)
        slips = (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
            text[:at] + self._rng.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1 :],
        )
        return self._rng.choice(slips)

    def _mailbox(self, person: Person) -> str:
        """One of the person's mailboxes; people write to the smaller systems from one that they bought with."""
        used = [box for registry in self._known.values() for box in registry.mailboxes.get(person.number, ())]
        boxes = used if used and self._habits.system not in ("crm", "shop") else person.mailboxes
        box = boxes[-1] if self._has(self._habits.second) else boxes[0]
        return box.upper() if self._has(0.03) else box

    def _phone(self, person: Person) -> str:
        prefix, _, rest = person.phones[-1 if self._has(self._habits.stale) else 0].partition(" ")
        plain = rest.replace(" ", "")
        return self._rng.choice((f"{prefix} {rest}", f"{prefix}{plain}", f"00{prefix[1:]} {plain}", f"0{rest}"))
