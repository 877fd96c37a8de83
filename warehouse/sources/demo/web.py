"""Tables of the web shop and the app: sessions and carts, and which of them each order came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.basket import Items, totals
from warehouse.sources.demo.campaigns import PAID, Campaigns
from warehouse.sources.demo.catalogue import NAMES
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, pick
from warehouse.sources.demo.frame import NEVER, Coded, Frame, Ints, Key, money, when
from warehouse.sources.demo.people import CITY_COUNTRY, SYSTEMS, People
from warehouse.sources.demo.visits import BOT, BROWSE, CART, GROUPS, ORDER, Visits
from warehouse.sources.demo.vocabulary import CITIES, COUNTRIES

LANDING = ("/", "/sale", "/new", "/blog", "/app/home", *(f"/c/{name.lower()}" for name in NAMES))
LANDING_ODDS = (30, 8, 7, 5, 0, *(6,) * len(NAMES))
EXIT = ("/checkout/thanks", "/checkout/payment", "/cart", *LANDING)
REFERRERS = (
    "https://www.google.com/",
    "https://www.instagram.com/",
    "https://www.facebook.com/",
    "https://blog.example.org/",
)
# by GROUPS: referrer (-1 none), utm_source and utm_medium
REFERRER_OF = np.array([0, 0, 1, -1, -1, 3, 3, -1, 2])
SOURCES = ("google", "instagram", "newsletter", "partner", "adnetwork")
SOURCE_OF = np.array([0, -1, 1, -1, 2, -1, 3, 4, -1])
MEDIA = ("cpc", "paid-social", "email", "affiliate", "display")
MEDIUM_OF = np.array([0, -1, 1, -1, 2, -1, 3, 4, -1])
CREATIVES = ("hero", "carousel", "video", "text")
DEVICES, BROWSERS, PLATFORMS = (
    ("mobile", "desktop", "tablet"),
    ("Safari", "Chrome", "Firefox", "Edge", "App"),
    ("web", "ios", "android"),
)
PAID_OF_GROUP = np.array([PAID.index(name) if name in PAID else -1 for name in GROUPS])
STATUSES = ("converted", "abandoned", "open")


@dataclass(frozen=True)
class Links:
    """Position of the session, the cart and the campaign of each order; -1 when there is none."""

    session: Ints
    cart: Ints
    campaign: Ints


def visit_campaigns(config: DemoConfig, crowd: People, run: Campaigns, seen: Visits) -> Ints:
    """Campaign that brought each session; -1 when none did."""
    day, paid = seen.day(config), PAID_OF_GROUP[seen.group]
    place = np.where(seen.customer >= 0, crowd.country[seen.customer], CITY_COUNTRY[seen.city])
    found = np.where(paid >= 0, run.paid(paid, place, day), -1)
    return np.where(seen.group == GROUPS.index("Email"), run.newsletter(day), found)


def links(seen: Visits, campaign: Ints, count: int) -> Links:
    """Where each of `count` orders came from."""
    found = Links(*(np.full(count, -1, dtype=np.int64) for _ in range(3)))
    position = np.flatnonzero(seen.kind == ORDER)
    order = seen.order[position]
    found.session[order], found.campaign[order] = position, campaign[position]
    carts = np.flatnonzero(seen.kind <= CART)
    found.cart[order] = np.searchsorted(carts, position)
    return found


def session_frame(config: DemoConfig, seen: Visits, campaign: Ints) -> Frame:
    """The session table."""
    rng, size = config.rng("sessions"), len(seen)
    pages, engaged = _interest(config, seen)
    tagged = campaign >= 0
    return {
        "session_id": Key("S", np.arange(size) + 1),
        "customer_id": Key("C", np.where(seen.customer < 0, -1, seen.customer + 1), 6),
        "anonymous_id": Key("v", seen.visitor + 1, 8),
        "started_at": when(seen.start),
        "ended_at": when(seen.end),
        **_machine(config, seen),
        "city": Coded(seen.city, [city[0] for city in CITIES]),
        "country_code": Coded(np.where(seen.city < 0, -1, CITY_COUNTRY[seen.city]), [code for code, *_ in COUNTRIES]),
        **_pages(config, seen),
        "referrer": Coded(np.where(seen.app, -1, REFERRER_OF[seen.group]), REFERRERS),
        "utm_source": Coded(np.where(tagged, SOURCE_OF[seen.group], -1), SOURCES),
        "utm_medium": Coded(np.where(tagged, MEDIUM_OF[seen.group], -1), MEDIA),
        "utm_campaign": Key("K", np.where(tagged, campaign + 1, -1), 4),
        "utm_content": Coded(np.where(tagged, rng.integers(0, len(CREATIVES), size), -1), CREATIVES),
        "channel_group": Coded(seen.group, GROUPS),
        "page_views": pages,
        "engaged_seconds": engaged,
        "is_bounce": (pages == 1) & (engaged < 10),
        "is_engaged": (pages > 1) | (engaged >= 10),
        "is_bot": seen.kind == BOT,
    }


def cart_frame(config: DemoConfig, seen: Visits, lines: Items, orders: int) -> Frame:
    """The cart table; what is in an abandoned cart resembles what is in some order."""
    rng, position = config.rng("carts"), np.flatnonzero(seen.kind <= CART)
    size, order = len(position), seen.order[position]
    like = np.where(order >= 0, order, rng.integers(0, orders, size))
    value = totals(lines, lines.gross, orders)[like]
    start, end = seen.start[position], seen.end[position]
    fresh = (order < 0) & (end >= config.end - DAY)
    last = np.where(order >= 0, end, start + ((end - start) * rng.uniform(0.5, 1.0, size)).astype(np.int64))
    return {
        "cart_id": Key("B", np.arange(size) + 1),
        "customer_id": Key("C", np.where(seen.customer[position] < 0, -1, seen.customer[position] + 1), 6),
        "session_id": Key("S", position + 1),
        "created_at": when(start + ((end - start) * rng.uniform(0.05, 0.5, size)).astype(np.int64)),
        "last_activity_at": when(last),
        "status": Coded(np.where(order >= 0, 0, np.where(fresh, 2, 1)), STATUSES),
        "order_id": Key("O", np.where(order < 0, -1, order + 1)),
        "items": totals(lines, lines.quantity, orders)[like],
        "value": money(value),
    }


def last_visits(seen: Visits, count: int) -> Ints:
    """Second of the latest session of each of `count` customers; NEVER when there was none."""
    latest = np.full(count, NEVER, dtype=np.int64)
    known = seen.customer >= 0
    np.maximum.at(latest, seen.customer[known], seen.end[known])
    return latest


def _machine(config: DemoConfig, seen: Visits) -> Frame:
    rng, size = config.rng("machines"), len(seen)
    mobile = seen.system <= SYSTEMS.index("Android")
    tablet = mobile & chance(rng, 0.09, size)
    default = np.array([0, 1, 1, 0, 2])[seen.system]
    other = pick(rng, (0.02, 0.62, 0.18, 0.18), size)
    other = np.where((other == 0) | (mobile & (other == 3)), 1, other)
    browser = np.where(chance(rng, 0.72, size), default, other)
    platform = np.where(seen.app, 1 + (seen.system == SYSTEMS.index("Android")), 0)
    return {
        "device": Coded(np.where(tablet, 2, np.where(mobile, 0, 1)), DEVICES),
        "os": Coded(seen.system, SYSTEMS),
        "browser": Coded(np.where(seen.app, BROWSERS.index("App"), browser), BROWSERS),
        "platform": Coded(platform, PLATFORMS),
    }


def _interest(config: DemoConfig, seen: Visits) -> tuple[Ints, Ints]:
    """Pages seen and seconds of attention of each session."""
    rng, size = config.rng("interest"), len(seen)
    more = rng.poisson(np.array([9.0, 6.0, 0.0, 30.0])[seen.kind]) + np.array([4, 3, 0, 20])[seen.kind]
    browsed = np.where(chance(rng, 0.40, size), 1, 1 + rng.geometric(0.28, size))
    pages = np.where(seen.kind == BROWSE, browsed, more)
    attention = pages * np.exp(rng.normal(2.4, 0.8, size))
    engaged = np.minimum(attention.astype(np.int64), seen.end - seen.start)
    return pages, np.where(seen.kind == BOT, 0, engaged)


def _pages(config: DemoConfig, seen: Visits) -> Frame:
    rng, size = config.rng("pages"), len(seen)
    landing = np.where(seen.app, LANDING.index("/app/home"), pick(rng, LANDING_ODDS, size))
    leave = len(EXIT) - len(LANDING) + np.where(chance(rng, 0.5, size), landing, pick(rng, LANDING_ODDS, size))
    stuck = 1 + pick(rng, (0.45, 0.55), size)
    last = np.where(seen.kind == ORDER, 0, np.where(seen.kind == CART, stuck, leave))
    return {"landing_page": Coded(landing, LANDING), "exit_page": Coded(last, EXIT)}
