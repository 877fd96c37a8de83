"""When, where and by whom orders are placed: buying at a personal rate until lost, on busy and quiet days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, numbered, pick, pick_by_row, rank_within
from warehouse.sources.demo.frame import Bools, Floats, Ints
from warehouse.sources.demo.people import SYSTEM_ODDS, SYSTEMS, People
from warehouse.sources.demo.season import APP, STORE, WEB, Season, seconds_of_day
from warehouse.sources.demo.stories import CHECKOUT, NORTH, STORES
from warehouse.sources.demo.vocabulary import ACQUISITION, CITIES, COUNTRIES

ANONYMOUS = 0.15  # share of orders whose customer is not known
GUEST_CHANNELS = (0.26, 0.0, 0.58, 0.02, 0.14)
USUAL_CHANNELS = (0.47, 0.17, 0.27, 0.03, 0.06)
CANCELLED = 0.024
STORE_SURGE = 1.5  # extra repeat orders in the growing stores at the end of their story
COMPLETED, PENDING, CANCELLED_STATUS, REFUNDED = range(4)
STATUSES = ("completed", "pending", "cancelled", "refunded")


@dataclass(frozen=True)
class Orders:
    """Orders by position, oldest first. `customer` is -1 when unknown; `second` counts from 1970.

    `system` is the operating system of the device for orders on the web and in the app.
    """

    customer: Ints
    second: Ints
    channel: Ints
    system: Ints
    status: Ints
    sequence: Ints
    is_test: Bools

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def online(self) -> Bools:
        """Whether each order came through the web shop or the app."""
        return (self.channel == WEB) | (self.channel == APP)

    @property
    def kept(self) -> Bools:
        """Whether each order was not cancelled."""
        return self.status != CANCELLED_STATUS

    def day(self, config: DemoConfig) -> Ints:
        """Day of each order, counted from the start of the history."""
        return (self.second - config.start) // DAY


@dataclass(frozen=True)
class Intents:
    """Wishes to buy, before anything goes wrong: who, when, through which channel and on which system."""

    customer: Ints
    second: Ints
    channel: Ints
    system: Ints

    def where(self, chosen: Bools) -> Intents:
        """Those chosen."""
        return Intents(self.customer[chosen], self.second[chosen], self.channel[chosen], self.system[chosen])


def orders(config: DemoConfig, crowd: People, season: Season) -> tuple[Orders, Intents]:
    """All orders, and those that the checkout fault prevented."""
    wishes = _intents(config, crowd, season)
    day = (wishes.second - config.start) // DAY
    faulty = (wishes.system == SYSTEMS.index("iOS")) & (wishes.channel <= APP) & CHECKOUT.holds(config, day)
    lost = faulty & chance(config.rng("checkout"), -CHECKOUT.also["orders"], len(day))
    return _numbered_orders(config, crowd, wishes.where(~lost)), wishes.where(lost)


def _intents(config: DemoConfig, crowd: People, season: Season) -> Intents:
    buyers = np.flatnonzero(crowd.buyer)
    first_channel = _first_channels(config, crowd, buyers)
    again, again_day, again_channel = _repeats(config, crowd, season)
    known = len(buyers) + len(again)
    guest_day, guest_channel = _guests(config, season, round(known * ANONYMOUS / (1 - ANONYMOUS)))
    customer = np.r_[buyers, again, np.full(len(guest_day), -1)]
    day = np.r_[crowd.first_day[buyers], again_day, guest_day]
    channel = np.r_[first_channel, again_channel, guest_channel]
    second = config.start + day * DAY + seconds_of_day(config, "orders", channel)
    order = np.argsort(second, kind="stable")
    system = systems(config.rng("systems"), crowd, customer, channel == APP)
    return Intents(customer[order], second[order], channel[order], system[order])


def _first_channels(config: DemoConfig, crowd: People, buyers: Ints) -> Ints:
    rng = config.rng("first channel")
    drawn = pick(rng, (0.68, 0.16, 0.06, 0.03, 0.07), len(buyers))
    return np.where(crowd.acquisition[buyers] == ACQUISITION.index("Store"), STORE, drawn)


def _repeats(config: DemoConfig, crowd: People, season: Season) -> tuple[Ints, Ints, Ints]:
    """Customer, day and channel of every repeat order: a Poisson process thinned by season and stories."""
    rng = config.rng("repeats")
    dutch = crowd.country == [code for code, *_ in COUNTRIES].index("NL")
    room = np.where(dutch, 1 + STORE_SURGE, 1.0)
    peak = float(season.channel.max())
    span = np.clip(np.minimum(crowd.stay, config.days - 1 - crowd.first_day), 0, None) * crowd.buyer
    customer, _ = numbered(rng.poisson(crowd.rate * span * peak * room))
    day = crowd.first_day[customer] + 1 + np.floor(rng.random(len(customer)) * span[customer]).astype(np.int64)
    day = np.minimum(day, config.days - 1)
    channel = _usual_channels(config, crowd, customer)
    growth = np.where(channel == STORE, 1 + STORE_SURGE * STORES.ramp(config, day), 1.0) * dutch[customer]
    story = np.where(dutch[customer], growth / room[customer], 1.0) * _north(config, crowd, customer, day)
    taken = chance(rng, season.channel[channel, day] / peak * story, len(customer))
    return customer[taken], day[taken], channel[taken]


def _north(config: DemoConfig, crowd: People, customer: Ints, day: Ints) -> Floats:
    northern = np.array([city[2] == "North" for city in CITIES])[crowd.city[customer]]
    return np.where(northern & NORTH.holds(config, day), 1 + NORTH.effect, 1.0)


def _usual_channels(config: DemoConfig, crowd: People, customer: Ints) -> Ints:
    """Most orders of a customer go through one favourite channel."""
    rng = config.rng("usual channel")
    favourite = pick(rng, USUAL_CHANNELS, len(crowd))
    drawn = pick(rng, USUAL_CHANNELS, len(customer))
    return np.where(chance(rng, 0.7, len(customer)), favourite[customer], drawn)


def _guests(config: DemoConfig, season: Season, size: int) -> tuple[Ints, Ints]:
    """Day and channel of orders whose customer is not known."""
    rng = config.rng("guests")
    channel = pick(rng, GUEST_CHANNELS, size)
    return pick_by_row(rng, season.channel * season.base, channel), channel


def systems(rng: Generator, crowd: People, customer: Ints, app: Bools) -> Ints:
    """Operating system of each visitor; the app runs on iOS and Android only."""
    size = len(customer)
    typical = SYSTEM_ODDS.mean(axis=0)
    usual = np.where(customer < 0, pick(rng, typical, size), crowd.system[customer])
    system = np.where(chance(rng, 0.82, size), usual, pick(rng, typical, size))
    desktop = system > SYSTEMS.index("Android")
    return np.where(app & desktop, pick(rng, typical[:2], size), system)


def _numbered_orders(config: DemoConfig, crowd: People, done: Intents) -> Orders:
    rng, size = config.rng("orders"), len(done.customer)
    late = done.second >= config.end - 2 * DAY
    pending = late & (done.channel != STORE) & chance(rng, 0.4, size)
    status = np.where(pending, PENDING, COMPLETED)
    status[chance(rng, CANCELLED, size)] = CANCELLED_STATUS
    is_test = (done.customer >= 0) & crowd.internal[done.customer]
    sequence = _sequence(done.customer, status != CANCELLED_STATUS)
    return Orders(done.customer, done.second, done.channel, done.system, status, sequence, is_test)


def _sequence(customer: Ints, kept: Bools) -> Ints:
    """Number of each order among the customer's orders that were kept; -1 when cancelled or customer unknown."""
    counted = np.flatnonzero(kept & (customer >= 0))
    by_customer = counted[np.argsort(customer[counted], kind="stable")]
    sequence = np.full(len(customer), -1, dtype=np.int64)
    sequence[by_customer] = rank_within(customer[by_customer])
    return sequence
