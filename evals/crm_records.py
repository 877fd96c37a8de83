"""A made-up customer file of five systems in which the same people appear several times, with the truth beside it.

It is hard in the ways that real files are: nicknames, typing errors, names changed by marriage, second e-mail
addresses, new phone numbers, moves, missing cells, several spellings of one phone number, and no number that tells
people apart. With `shared` set, families share an address, a phone number and a mailbox, offices share an info@
address, and addresses are named after people without making them unique, so that strangers of one name collide.
Everything follows from the settings and the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

SOURCES = ("crm", "shop", "helpdesk", "newsletter", "loyalty")
_FIRST_NAMES = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph"
    " Jessica Thomas Sarah Charles Karen Christopher Nancy Daniel Lisa Matthew Margaret Anthony Betty Mark Sandra"
    " Donald Ashley Steven Dorothy Paul Kimberly Andrew Emily Joshua Donna Kenneth Michelle Kevin Carol Brian Amanda"
    " George Melissa Edward Deborah Ronald Stephanie Timothy Rebecca Jason Laura Jeffrey Helen Ryan Sharon Jacob"
    " Cynthia Gary Kathleen Nicholas Amy Eric Angela Jonathan Shirley Stephen Anna Larry Brenda Justin Pamela Scott"
    " Emma Brandon Nicole Benjamin Ruth Samuel Katherine Gregory Samantha Frank Christine Raymond Catherine Alexander"
    " Virginia Patrick Debra Jack Rachel Dennis Janet Jerry Carolyn Tyler Maria Aaron Heather Jose Diane Henry Julie"
    " Adam Joyce Douglas Victoria Nathan Olivia Peter Kelly Zachary Christina Kyle Joan Walter Evelyn Ethan Lauren"
    " Jeremy Judith Harold Megan Keith Cheryl Christian Andrea Roger Hannah Noah Martha Gerald Jacqueline Carl Frances"
    " Terry Gloria Sean Ann Austin Teresa Arthur Kathryn Lawrence Sara Jesse Janice Dylan Jean Bryan Alice Joe Madison"
    " Jordan Doris Billy Abigail Bruce Julia Albert Judy Willie Grace Gabriel Denise Logan Amber Alan Marilyn Juan"
    " Beverly Wayne Danielle Roy Theresa Ralph Sophia Randy Marie Eugene Diana Vincent Brittany Russell Natalie Elijah"
    " Isabella Louis Charlotte Bobby Rose Philip Alexis Johnny Kayla"
)
FIRST_NAMES = tuple(_FIRST_NAMES.split())
NICKNAMES = {
    "James": "Jim", "Robert": "Bob", "Patricia": "Pat", "John": "Jack", "Jennifer": "Jen", "Michael": "Mike",
    "David": "Dave", "Elizabeth": "Liz", "William": "Bill", "Barbara": "Barb", "Richard": "Dick", "Susan": "Sue",
    "Joseph": "Joe", "Jessica": "Jess", "Thomas": "Tom", "Charles": "Chuck", "Christopher": "Chris", "Daniel": "Dan",
    "Matthew": "Matt", "Margaret": "Peggy", "Anthony": "Tony", "Donald": "Don", "Steven": "Steve", "Dorothy": "Dot",
    "Kimberly": "Kim", "Andrew": "Andy", "Joshua": "Josh", "Kenneth": "Ken", "Deborah": "Debbie", "Edward": "Ted",
    "Stephanie": "Steph", "Timothy": "Tim", "Rebecca": "Becky", "Jeffrey": "Jeff", "Ronald": "Ron",
    "Kathleen": "Kathy", "Nicholas": "Nick", "Jonathan": "Jon", "Stephen": "Steve", "Benjamin": "Ben",
    "Samuel": "Sam", "Katherine": "Kate", "Gregory": "Greg", "Samantha": "Sam", "Raymond": "Ray",
    "Catherine": "Cathy", "Alexander": "Alex", "Patrick": "Paddy", "Victoria": "Vicky", "Nathan": "Nate",
    "Zachary": "Zach", "Walter": "Walt", "Judith": "Judy", "Jacqueline": "Jackie", "Lawrence": "Larry",
    "Abigail": "Abby", "Philip": "Phil", "Theresa": "Terry", "Albert": "Bert", "Eugene": "Gene",
}  # fmt: skip
_LAST_NAMES = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson"
    " Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker"
    " Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell"
    " Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy"
    " Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson"
    " Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross"
    " Foster Jimenez"
)
LAST_NAMES = tuple(_LAST_NAMES.split())
_STARTS = "Al Bar Ben Bor Cal Car Dal Den Dor El Fal Far Gar Hal Har Hol Kel Kir Lan Lin Mal Mar Mor Nor Pel"
STARTS = tuple(_STARTS.split())
_MIDDLES = "a e i o an en in on ar er ir or al el ing ham"
MIDDLES = tuple(_MIDDLES.split())
_ENDS = "ton ley man son berg feld wood field worth ford by stein well more dale croft"
ENDS = tuple(_ENDS.split())
_STREETS = "Oak Maple Cedar Pine Elm Park Lake Hill Mill Church River Spring North South High Station"
STREETS = tuple(_STREETS.split())
KINDS = ("Street", "Road", "Avenue", "Lane", "Drive")
SHORT = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr"}
MAIL_HOSTS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "aol.com", "proton.me", "gmx.com", "mail.com")
COLUMNS = (
    "source_system", "source_id", "first_name", "last_name", "email", "phone", "street", "city", "postal_code",
    "country_code", "birth_date", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class CrmSettings:
    """How many people there are and how their records go wrong; every share is a probability per record or person."""

    people: int = 4_000
    seed: int = 1
    shared: bool = False
    email_missing: float = 0.18
    second_email: float = 0.15
    phone_missing: float = 0.25
    phone_changed: float = 0.40  # of people: an old and a new number, either in any record
    moved: float = 0.35  # of people: an old and a new address, either in any record
    married: float = 0.10  # of people: two surnames, either in any record
    nickname: float = 0.30
    typo: float = 0.08  # of each name and street
    address_missing: float = 0.30
    birth_date_missing: float = 1.0


@dataclass(frozen=True)
class _Home:
    street: str
    city: str
    postal_code: str


@dataclass(frozen=True)
class _Person:
    number: int
    first: str
    lasts: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    homes: tuple[_Home, ...]
    born: str


Row = dict[str, str | None]


def crm_records(settings: CrmSettings) -> tuple[list[Row], dict[tuple[str, str], int]]:
    """Source records in random order, and the person behind each (source_system, source_id)."""
    rng = random.Random(settings.seed)
    rows: list[Row] = []
    truth: dict[tuple[str, str], int] = {}
    for person in _people(settings, rng):
        for _ in range(_appearances(rng)):
            source = rng.choice(SOURCES)
            key = (source, f"{len(truth) + 1:07d}")
            truth[key] = person.number
            rows.append(_record(person, key, settings, rng))
    rng.shuffle(rows)
    return rows, truth


def _appearances(rng: random.Random) -> int:
    return rng.choices((1, 2, 3, 4, 5, 6), (25, 32, 22, 12, 6, 3))[0]


def _people(settings: CrmSettings, rng: random.Random) -> Iterator[_Person]:
    surnames = _Surnames(rng)
    number = 0
    while number < settings.people:
        size = rng.choices((1, 2, 3, 4), (55, 25, 12, 8))[0] if settings.shared else 1
        size = min(size, settings.people - number)
        yield from _family(number, size, surnames, settings, rng)
        number += size


def _family(start: int, size: int, surnames: _Surnames, settings: CrmSettings, rng: random.Random) -> Iterator[_Person]:
    last, home, phone = surnames.draw(), _home(rng), _phone(rng)
    mailbox = f"{last}.family{rng.randint(1, 99)}@{rng.choice(MAIL_HOSTS)}".lower()
    for member in range(size):
        own = last if rng.random() < 0.8 else surnames.draw()
        person = _person(start + member, own, home, settings, rng)
        if size > 1 and rng.random() < 0.45:
            person = replace(person, phones=(phone, *person.phones[1:]))
        if size > 1 and rng.random() < 0.35:
            person = replace(person, emails=(mailbox, *person.emails[1:]))
        if settings.shared and rng.random() < 0.02:
            person = replace(person, emails=(f"info@{surnames.office()}.com", *person.emails[1:]))
        yield person


def _person(number: int, last: str, home: _Home, settings: CrmSettings, rng: random.Random) -> _Person:
    first = rng.choices(FIRST_NAMES, _FIRST_WEIGHTS)[0]
    lasts = (last, _surname_of(rng)) if rng.random() < settings.married else (last,)
    mine = "" if settings.shared and rng.random() < 0.8 else str(number)
    # the second address has a number of its own: the file must not tell people apart by a habit of this program
    emails = (_email(first, last, mine, rng), _email(first[0], last, f"{settings.people + rng.randrange(10**6)}", rng))
    phones = (_phone(rng), _phone(rng)) if rng.random() < settings.phone_changed else (_phone(rng),)
    homes = (home, _home(rng)) if rng.random() < settings.moved else (home,)
    born = f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return _Person(number, first, lasts, emails, phones, homes, born)


def _email(first: str, last: str, mark: str, rng: random.Random) -> str:
    middle = rng.choice((".", "_", ""))
    return f"{first}{middle}{last}{mark}@{rng.choices(MAIL_HOSTS, (40, 15, 15, 10, 5, 5, 5, 5))[0]}".lower()


def _phone(rng: random.Random) -> str:
    return f"{rng.choice((212, 303, 312, 404, 415, 512, 617, 702, 713, 808))}{rng.randint(2_000_000, 9_999_999)}"


def _home(rng: random.Random) -> _Home:
    town = rng.randint(0, 399)
    street = f"{rng.randint(1, 240)} {rng.choice(STREETS)} {rng.choice(KINDS)}"
    return _Home(street, f"{STARTS[town % 25]}{MIDDLES[town // 25]}ville", f"{10_000 + town * 20 + rng.randint(0, 4)}")


class _Surnames:
    """Draws surnames as common as in a real population: a few hundred frequent ones and a long tail."""

    def __init__(self, rng: random.Random):
        self._rng = rng

    def draw(self) -> str:
        return _surname_of(self._rng)

    def office(self) -> str:
        return f"{self._rng.choice(STARTS)}{self._rng.choice(ENDS)}".lower()


_TAIL = tuple(f"{start}{middle}{end}" for start in STARTS for middle in MIDDLES for end in ENDS)
_SURNAMES = (*LAST_NAMES, *random.Random(0).sample(_TAIL, len(_TAIL)))
_SURNAME_WEIGHTS = tuple(accumulate(1 / (rank + 12) ** 0.9 for rank in range(len(_SURNAMES))))
_FIRST_WEIGHTS = tuple(1 / (rank + 15) ** 0.7 for rank in range(len(FIRST_NAMES)))


def _surname_of(rng: random.Random) -> str:
    return rng.choices(_SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]


def _record(person: _Person, key: tuple[str, str], settings: CrmSettings, rng: random.Random) -> Row:
    home = None if rng.random() < settings.address_missing else rng.choice(person.homes)
    first = NICKNAMES.get(person.first, person.first) if rng.random() < settings.nickname else person.first
    return {
        "source_system": key[0],
        "source_id": key[1],
        "first_name": _cased(_typed(first, settings.typo, rng), rng),
        "last_name": _cased(_typed(rng.choice(person.lasts), settings.typo, rng), rng),
        "email": _written_email(person, settings, rng),
        "phone": None if rng.random() < settings.phone_missing else _written_phone(rng.choice(person.phones), rng),
        "street": _written_street(home.street, settings, rng) if home else None,
        "city": home.city if home else None,
        "postal_code": home.postal_code if home else None,
        "country_code": "US",
        "birth_date": None if rng.random() < settings.birth_date_missing else person.born,
        "updated_at": f"20{rng.randint(20, 25)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d} 12:00:00",
    }


def _written_email(person: _Person, settings: CrmSettings, rng: random.Random) -> str | None:
    if rng.random() < settings.email_missing:
        return None
    local, _, host = person.emails[rng.random() < settings.second_email].partition("@")
    if rng.random() < 0.01:
        local = _typed(local, 1.0, rng)
    written = f"{local}+shop@{host}" if host == "gmail.com" and rng.random() < 0.05 else f"{local}@{host}"
    return written.upper() if rng.random() < 0.05 else written


def _written_phone(digits: str, rng: random.Random) -> str:
    area, middle, line = digits[:3], digits[3:6], digits[6:]
    return rng.choice(
        (f"+1{digits}", f"({area}) {middle}-{line}", f"{area}-{middle}-{line}", digits, f"1 {area} {middle} {line}")
    )


def _written_street(street: str, settings: CrmSettings, rng: random.Random) -> str:
    number, name, kind = street.split(" ")
    kind = SHORT[kind] if rng.random() < 0.4 else kind
    return f"{number} {_typed(name, settings.typo, rng)} {kind}"


def _cased(text: str, rng: random.Random) -> str:
    return text.upper() if rng.random() < 0.05 else text


def _typed(text: str, share: float, rng: random.Random) -> str:
    """The text, or with probability `share` the text with one letter dropped, doubled, swapped or replaced."""
    if rng.random() >= share or len(text) < 3:
        return text
    at = rng.randrange(1, len(text) - 1)
    slips: Sequence[str] = (
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] if at > 1 else text[:at] + text[at + 1 :],
        text[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1 :],
    )
    return rng.choice(slips)
