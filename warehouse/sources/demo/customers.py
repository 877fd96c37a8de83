"""The customer table: who each customer is, as far as the company knows."""

from __future__ import annotations

import numpy as np

from warehouse.sources.demo.campaigns import PAID, Campaigns
from warehouse.sources.demo.config import DAY, EPOCH, DemoConfig
from warehouse.sources.demo.deals import Accounts, account_names
from warehouse.sources.demo.draws import chance, pick
from warehouse.sources.demo.frame import (
    NEVER,
    Bools,
    Coded,
    Column,
    Floats,
    Frame,
    Ints,
    Key,
    Masked,
    on_day,
    plain,
    spelled,
    when,
)
from warehouse.sources.demo.people import People
from warehouse.sources.demo.purchases import Orders
from warehouse.sources.demo.sales import order_span
from warehouse.sources.demo.visits import Visits
from warehouse.sources.demo.vocabulary import (
    ACQUISITION,
    CITIES,
    COUNTRIES,
    EDUCATION,
    FAMILIES,
    GENDERS,
    INCOME,
    JOBS,
    MARITAL,
    MEN,
    REGIONS,
    SEGMENTS,
    WOMEN,
)

FORGOTTEN = 0.007  # share of customers who asked to be forgotten
UNKNOWN = {"region": 0.015, "gender": 0.03, "birth_date": 0.04, "income": 0.12, "home": 0.18, "job": 0.22}
AREAS, AREA_ODDS = ("urban", "suburban", "rural"), (0.52, 0.31, 0.17)
REGION_OF_CITY = np.array([REGIONS.index(city[2]) for city in CITIES])


def first_seen(config: DemoConfig, crowd: People, done: Orders, seen: Visits) -> Ints:
    """Second of the first contact of each customer: never after the first session or order."""
    rng, size = config.rng("first seen"), len(crowd)
    drawn = config.start + crowd.seen_day * DAY + rng.integers(6 * 3600, 22 * 3600, size)
    earliest = np.full(size, config.end - 1)
    buys, visits = done.customer >= 0, seen.customer >= 0
    np.minimum.at(earliest, done.customer[buys], done.second[buys])
    np.minimum.at(earliest, seen.customer[visits], seen.start[visits])
    return np.minimum(drawn, earliest)


def customer_frame(
    config: DemoConfig, crowd: People, firms: Accounts, run: Campaigns, times: tuple[Ints, Ints, Ints, Ints]
) -> Frame:
    """The customer table; `times` are the seconds of first contact, first order, last order and last contact."""
    rng, size = config.rng("customer details"), len(crowd)
    person, forgotten = ~crowd.business, chance(rng, FORGOTTEN, size)
    seen, first, last, latest = times
    country = [code for code, *_ in COUNTRIES]
    return {
        "customer_id": Key("C", np.arange(size) + 1, 6),
        "customer_type": Coded(np.where(person, 0, 1), ("person", "account")),
        "segment": Coded(crowd.segment, SEGMENTS),
        **_identity(config, crowd, firms, forgotten),
        **_personal(config, crowd, forgotten),
        "account_id": Key("A", np.where(person, -1, firms.of + 1), 5),
        "city": Coded(crowd.city, [city[0] for city in CITIES]),
        "region": Coded(np.where(_gap(config, "region", size), -1, REGION_OF_CITY[crowd.city]), REGIONS),
        "country_code": Coded(crowd.country, country),
        "country": Coded(crowd.country, [entry[1] for entry in COUNTRIES]),
        **_address(config, crowd),
        "acquisition_channel": Coded(crowd.acquisition, ACQUISITION),
        "acquisition_campaign_id": Key("K", _campaign(crowd, run) + 1, 4),
        "first_seen_at": when(seen),
        "first_order_at": when(first),
        "last_order_at": when(last),
        "last_seen_at": when(latest),
        "is_internal": crowd.internal,
        "is_deleted": forgotten,
        "profile_confidence": np.round(1 - rng.beta(1.2, 12.0, size), 3),
    }


def contact_times(crowd: People, done: Orders, seen: Ints, visited: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Seconds of first contact, first and last order that was kept (NEVER when none), and last contact."""
    first, last = order_span(done, done.kept, len(crowd))
    _, placed = order_span(done, np.ones(len(done), dtype=bool), len(crowd))
    return seen, first, last, np.maximum(seen, np.maximum(visited, placed))


def _campaign(crowd: People, run: Campaigns) -> Ints:
    """Campaign that won each customer; -2 when none did."""
    paid = np.array([PAID.index(name) if name in PAID else -1 for name in ACQUISITION])[crowd.acquisition]
    return np.where(paid >= 0, run.paid(paid, crowd.country, crowd.seen_day), -2)


def _identity(config: DemoConfig, crowd: People, firms: Accounts, forgotten: Bools) -> Frame:
    """Names and addresses; blank for those who asked to be forgotten."""
    rng, size = config.rng("names"), len(crowd)
    woman = np.where(crowd.gender == 2, rng.integers(0, 2, size), crowd.gender) == 0
    number, family = rng.integers(0, len(MEN), size), rng.integers(0, len(FAMILIES), size)
    given = spelled(number + len(MEN) * woman, (*MEN, *WOMEN))
    surname = spelled(family, FAMILIES)
    company = account_names(firms)
    business = crowd.business
    private = [f"{name} {last}" for name, last in zip(given, surname, strict=True)]
    shown = [company[firm] if firm >= 0 else private[row] for row, firm in enumerate(plain(firms.of))]
    mail = [
        f"{name.lower().replace(' ', '.').replace('&', 'and')}.{row + 1}@example.com" for row, name in enumerate(shown)
    ]
    phone = [f"+{COUNTRIES[place][4]} 555 {row * 7919 % 10_000_000:07d}" for row, place in enumerate(crowd.country)]
    no_phone = chance(rng, 0.25, size)
    return {
        "first_name": _hide(given, business | forgotten),
        "last_name": _hide(surname, business | forgotten),
        "full_name": _hide(shown, forgotten),
        "primary_email": _hide(mail, forgotten),
        "primary_phone": _hide(phone, forgotten | no_phone),
    }


def _personal(config: DemoConfig, crowd: People, forgotten: Bools) -> dict[str, Column]:
    rng, size, business = config.rng("personal"), len(crowd), crowd.business
    leap = crowd.birth_year.astype(int) - EPOCH.year
    born = (np.floor(leap * 365.25) + rng.integers(1, 363, size)).astype(np.int64)
    hidden = business | forgotten
    kids = np.where(
        chance(rng, np.array([0.12, 0.55, 0.45, 0.05])[crowd.generation], size), rng.integers(1, 4, size), 0
    )
    together = chance(rng, np.array([0.25, 0.62, 0.68, 0.6])[crowd.generation], size)
    status = np.where(together, 1, pick(rng, (0.66, 0.0, 0.26, 0.08), size))
    settled = np.array([0.15, 0.38, 0.58, 0.66])[crowd.generation] + 0.05 * (crowd.income.astype(np.float64) - 2)
    owner = chance(rng, settled, size)
    job = pick(rng, np.ones(len(JOBS)), size)
    none = _gap(config, "home", size) | hidden
    return {
        "birth_date": on_day(np.where(hidden | _gap(config, "birth_date", size), NEVER, born)),
        "gender": Coded(np.where(hidden | _gap(config, "gender", size), -1, crowd.gender), GENDERS),
        "income_band": Coded(np.where(hidden | _gap(config, "income", size), -1, crowd.income), INCOME),
        "education": Coded(np.where(none, -1, pick(rng, (0.22, 0.3, 0.26, 0.19, 0.03), size)), EDUCATION),
        "marital_status": Coded(np.where(none, -1, status), MARITAL),
        "home_ownership": Coded(np.where(none, -1, np.where(owner, 0, 1)), ("owner", "renter")),
        "household_size": Masked(1 + together + kids, ~none),
        "kids": Masked(kids, ~none),
        "job_title": Coded(np.where(hidden | _gap(config, "job", size), -1, job), JOBS),
    }


def _address(config: DemoConfig, crowd: People) -> dict[str, Column]:
    rng, size = config.rng("addresses"), len(crowd)
    place: Floats = np.array([city[4:6] for city in CITIES])[crowd.city]
    off = rng.normal(0.0, 0.06, (size, 2))
    languages = sorted({entry[3] for entry in COUNTRIES})
    spoken = np.array([languages.index(entry[3]) for entry in COUNTRIES])[crowd.country]
    code = crowd.city * 137 % 90 * 1000 + 10_000 + rng.integers(0, 60, size)
    return {
        "postal_code": Key("", code, 5),
        "area_type": Coded(pick(rng, AREA_ODDS, size), AREAS),
        "lat": np.round(place[:, 0] + off[:, 0], 4),
        "lon": np.round(place[:, 1] + off[:, 1], 4),
        "language": Coded(spoken, languages),
    }


def _gap(config: DemoConfig, attribute: str, size: int) -> Bools:
    """Whose attribute the company does not know."""
    return chance(config.rng(f"unknown {attribute}"), UNKNOWN[attribute], size)


def _hide(words: list[str], hidden: Bools) -> list[str | None]:
    return [None if gone else word for word, gone in zip(words, hidden, strict=True)]
