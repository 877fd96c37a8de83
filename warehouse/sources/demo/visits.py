"""Who visits the web shop and the app: sessions that end in an order, in a cart left behind, or in nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, numbered, pick, pick_by_row
from warehouse.sources.demo.frame import Bools, Floats, Ints
from warehouse.sources.demo.people import People, city_weights
from warehouse.sources.demo.purchases import Intents, Orders, systems
from warehouse.sources.demo.season import APP, WEB, Season, seconds_of_day

GROUPS = (
    "Paid Search", "Organic Search", "Paid Social", "Direct", "Email", "Referral", "Affiliates", "Display",
    "Organic Social",
)  # fmt: skip
KNOWN_GROUPS = (0.11, 0.20, 0.06, 0.34, 0.17, 0.03, 0.03, 0.02, 0.04)
UNKNOWN_GROUPS = (0.21, 0.29, 0.14, 0.15, 0.01, 0.06, 0.06, 0.04, 0.04)
ORDER, CART, BROWSE, BOT = range(4)
VISITS_AN_ORDER, IDLE_VISITS = 1.7, 0.006  # visits of a customer: so many for each order, so many a day anyway
UNKNOWN_VISITS = 8.0  # visits of unknown people for each order online
BOTS, RETURNING = 0.02, 0.35
LED = 0.6  # share of first orders whose session came through the channel that won the customer
# odds that a visit fills a cart and leaves it: by customers and by unknown people; small screens lose more
CART_KNOWN, CART_UNKNOWN = 0.33, 0.170
SYSTEM_CART = np.array([1.12, 1.08, 0.82, 0.86, 0.80])


@dataclass(frozen=True)
class Visits:
    """Sessions by position, oldest first. `customer` and `order` are -1 when there is none.

    `group` is a position in GROUPS, `kind` one of ORDER, CART, BROWSE, BOT; seconds count from 1970.
    """

    customer: Ints
    visitor: Ints
    start: Ints
    end: Ints
    group: Ints
    system: Ints
    city: Ints
    app: Bools
    kind: Ints
    order: Ints

    def __len__(self) -> int:
        return len(self.customer)

    def day(self, config: DemoConfig) -> Ints:
        """Day of each session, counted from the start of the history."""
        return (self.start - config.start) // DAY

    def take(self, chosen: Ints) -> Visits:
        """The sessions at the given positions."""
        return Visits(*(getattr(self, column.name)[chosen] for column in fields(self)))


def visits(config: DemoConfig, crowd: People, season: Season, orders: tuple[Orders, Intents]) -> Visits:
    """All sessions of the history."""
    done, lost = orders
    parts = (
        _ordering(config, crowd, done),
        _thwarted(config, crowd, lost),
        _known(config, crowd, season),
        _unknown(config, crowd, season, int(done.online.sum() * UNKNOWN_VISITS)),
    )
    whole = Visits(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Visits)))
    return whole.take(np.argsort(whole.start, kind="stable"))


def _ordering(config: DemoConfig, crowd: People, done: Orders) -> Visits:
    """One session for each order on the web or in the app."""
    rng, order = config.rng("ordering"), np.flatnonzero(done.online)
    customer, second = done.customer[order], done.second[order]
    group = _groups(config, "ordering groups", customer)
    led = (done.sequence[order] == 1) & (crowd.acquisition[customer] < len(GROUPS) - 1) & chance(rng, LED, len(order))
    return Visits(
        customer=customer,
        visitor=_visitors(customer, done.system[order], 6_000_000),
        start=np.maximum(second - rng.integers(180, 1500, len(order)), config.start),
        end=np.minimum(second + rng.integers(5, 300, len(order)), config.end - 1),
        group=np.where(led, crowd.acquisition[customer], group),
        system=done.system[order],
        city=_cities(config, crowd, customer, "ordering"),
        app=done.channel[order] == APP,
        kind=np.full(len(order), ORDER),
        order=order,
    )


def _thwarted(config: DemoConfig, crowd: People, lost: Intents) -> Visits:
    """Sessions whose order the checkout fault prevented: a cart stays behind."""
    size = len(lost.customer)
    return Visits(
        customer=lost.customer,
        visitor=_visitors(lost.customer, lost.system, 8_000_000),
        start=np.maximum(lost.second - config.rng("thwarted").integers(180, 1500, size), config.start),
        end=np.minimum(lost.second + 240, config.end - 1),
        group=_groups(config, "thwarted groups", lost.customer),
        system=lost.system,
        city=_cities(config, crowd, lost.customer, "thwarted"),
        app=lost.channel == APP,
        kind=np.full(size, CART),
        order=np.full(size, -1),
    )


def _known(config: DemoConfig, crowd: People, season: Season) -> Visits:
    """Visits of signed-in customers that led to no order; they fade when a customer is lost."""
    rng = config.rng("known visits")
    span = np.minimum(crowd.last_day + 15, config.days) - crowd.seen_day
    level = season.channel[WEB] / season.channel[WEB].max()
    rate = (crowd.rate * VISITS_AN_ORDER + IDLE_VISITS) / level.mean()
    customer, _ = numbered(np.asarray(rng.poisson(rate * span), dtype=np.int64))
    day = crowd.seen_day[customer] + np.floor(rng.random(len(customer)) * span[customer]).astype(np.int64)
    came = chance(rng, level[day], len(day))
    return _idle(config, crowd, (customer[came], day[came]), "known")


def _unknown(config: DemoConfig, crowd: People, season: Season, size: int) -> Visits:
    """Visits of people who did not sign in; some of them come again within weeks."""
    rng = config.rng("unknown visits")
    day = np.sort(pick(rng, season.channel[WEB] * season.base, size))
    found = _idle(config, crowd, (np.full(size, -1), day), "unknown")
    fresh = np.flatnonzero(~chance(rng, RETURNING, size))
    before = np.searchsorted(fresh, np.arange(size), side="right") - 1 - rng.integers(0, 3000, size)
    first = np.where(np.isin(np.arange(size), fresh), np.arange(size), fresh[np.maximum(before, 0)])
    return Visits(
        found.customer, first + 10_000_000, found.start, found.end, found.group,
        found.system[first], found.city[first], found.app[first], found.kind, found.order,
    )  # fmt: skip


def _idle(config: DemoConfig, crowd: People, who: tuple[Ints, Ints], stream: str) -> Visits:
    """Sessions without an order, of the given customers on the given days."""
    customer, day = who
    rng, size = config.rng(f"idle/{stream}"), len(day)
    known = stream == "known"
    app = chance(rng, 0.24 if known else 0.10, size)
    system = systems(rng, crowd, customer, app)
    odds = (CART_KNOWN if known else CART_UNKNOWN) * SYSTEM_CART[system]
    kind = np.where(chance(rng, odds, size), CART, BROWSE)
    kind = np.where(~np.full(size, known) & chance(rng, BOTS, size), BOT, kind)
    start = config.start + day * DAY + seconds_of_day(config, stream, np.zeros(size, dtype=np.int64))
    stay = np.exp(rng.normal(4.6, 0.9, size)) * np.where(kind == CART, 3.0, 1.0)
    return Visits(
        customer=customer,
        visitor=_visitors(customer, system, 0),
        start=start,
        end=np.minimum(start + stay.astype(np.int64), config.end - 1),
        group=_groups(config, f"{stream} groups", customer),
        system=system,
        city=_cities(config, crowd, customer, stream),
        app=app,
        kind=kind,
        order=np.full(size, -1),
    )


def _groups(config: DemoConfig, stream: str, customer: Ints) -> Ints:
    """Channel of each session."""
    odds: Floats = np.array([UNKNOWN_GROUPS, KNOWN_GROUPS])
    return pick_by_row(config.rng(stream), odds, (customer >= 0).astype(np.int64))


def _cities(config: DemoConfig, crowd: People, customer: Ints, stream: str) -> Ints:
    """City of each visitor: that of the customer, sometimes another; -1 when the address tells nothing."""
    rng, size = config.rng(f"cities/{stream}"), len(customer)
    drawn = pick(rng, city_weights(), size)
    home = (customer >= 0) & chance(rng, 0.95, size)
    return np.where(chance(rng, 0.06, size), -1, np.where(home, crowd.city[customer], drawn))


def _visitors(customer: Ints, system: Ints, unknown_from: int) -> Ints:
    """Number of each visitor's device: one for each customer and system, a new one for each unknown visitor."""
    return np.where(customer >= 0, customer * 5 + system, unknown_from + np.arange(len(customer)))
