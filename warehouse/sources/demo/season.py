"""How busy each day is: growth, the week, the year, holidays and shopping days, and what people noted about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import pick
from warehouse.sources.demo.frame import Floats, Frame, Ints, Key, on_day

CHANNELS = ("web", "app", "store", "phone", "marketplace")
WEB, APP, STORE, PHONE, MARKETPLACE = range(5)

# Monday to Sunday, one row a channel; stores are mostly closed on Sundays
WEEK = np.array(
    [
        [1.03, 1.00, 0.98, 0.97, 0.93, 0.97, 1.12],
        [0.98, 0.97, 0.97, 1.00, 1.00, 1.02, 1.06],
        [0.85, 0.88, 0.92, 1.00, 1.20, 1.70, 0.45],
        [1.25, 1.20, 1.15, 1.10, 1.05, 0.70, 0.55],
        [1.02, 1.00, 0.98, 0.97, 0.95, 1.00, 1.08],
    ]
)
MONTHS = (0.93, 0.91, 0.96, 0.98, 1.00, 0.99, 0.95, 0.93, 1.00, 1.04, 1.13, 1.22)  # mid-month level, January first
# share of orders in each hour of the day (UTC), online and in shops
ONLINE_HOURS = (8, 5, 3, 2, 2, 4, 10, 20, 28, 34, 38, 40, 42, 38, 36, 38, 42, 50, 60, 70, 72, 60, 40, 20)
SHOP_HOURS = (0, 0, 0, 0, 0, 0, 0, 2, 20, 50, 66, 70, 62, 58, 60, 66, 74, 78, 50, 12, 0, 0, 0, 0)

LAUNCH_BACK, APP_BACK, PRICE_BACK = 301, 455, 212  # days before as_of of the events below
PRICE_RISE, PRICE_CATEGORY = 0.06, "Home"
NEWCOMERS_AT_LAUNCH, LAUNCH_DAYS = 1.3, 45.0  # extra sign-ups when the company opened, and how fast they faded
UNDECIDED = 0.45  # audience beyond the active customers, relative to those of the last day


@dataclass(frozen=True)
class SpecialDay:
    """A day unlike others; `online` and `shop` multiply what an ordinary day would bring."""

    day: date
    title: str
    kind: str
    online: float
    shop: float


@dataclass(frozen=True)
class Season:
    """Level of every day of the history: `channel` has one row per sales channel, ordinary days are near 1.

    `newcomers` is the relative number of new customers, `base` the size of the audience (last day = 1), `coupon` the
    share of orders with a coupon.
    """

    channel: Floats
    newcomers: Floats
    base: Floats
    coupon: Floats


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Jones and Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = moon + week - 7 * ((golden + 11 * moon + 22 * week) // 451) + 114
    return date(year, shift // 31, shift % 31 + 1)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def special_days(year: int) -> tuple[SpecialDay, ...]:
    """Holidays and shopping days of a year."""
    sunday, friday = easter(year), black_friday(year)
    return (
        SpecialDay(date(year, 1, 1), "New Year's Day", "holiday", 0.70, 0.02),
        SpecialDay(sunday - timedelta(days=2), "Good Friday", "holiday", 0.90, 0.05),
        SpecialDay(sunday + timedelta(days=1), "Easter Monday", "holiday", 0.92, 0.05),
        SpecialDay(date(year, 5, 1), "Labour Day", "holiday", 0.92, 0.05),
        SpecialDay(friday, "Black Friday", "shopping_day", 2.20, 1.45),
        SpecialDay(friday + timedelta(days=1), "Black Weekend", "shopping_day", 1.50, 1.20),
        SpecialDay(friday + timedelta(days=3), "Cyber Monday", "shopping_day", 1.90, 1.00),
        SpecialDay(date(year, 12, 24), "Christmas Eve", "shopping_day", 0.55, 0.60),
        SpecialDay(date(year, 12, 25), "Christmas Day", "holiday", 0.45, 0.02),
        SpecialDay(date(year, 12, 26), "Boxing Day", "holiday", 0.80, 0.05),
        SpecialDay(date(year, 12, 31), "New Year's Eve", "shopping_day", 0.65, 0.50),
    )


def promotions(year: int) -> tuple[tuple[date, date, str], ...]:
    """First day, last day and name of each sale of a year."""
    friday, june = black_friday(year), date(year, 6, 24)
    return (
        (date(year, 1, 2), date(year, 1, 15), "January Sale"),
        (june, june + timedelta(days=13), "Summer Sale"),
        (friday - timedelta(days=4), friday + timedelta(days=3), "Black Week"),
    )


def season(config: DemoConfig) -> Season:
    """Levels of every day of the history."""
    days = [config.first_day + timedelta(days=number) for number in range(config.days)]
    channel = WEEK[:, [day.weekday() for day in days]] * _year(days)
    for special in _specials(config):
        number = config.number(special.day)
        channel[:, number] *= np.where(np.isin(np.arange(5), (STORE, PHONE)), special.shop, special.online)
    channel *= _wobble(config)
    age = np.arange(config.days)
    ramp = 1 + 0.0003 * age + NEWCOMERS_AT_LAUNCH * np.exp(-age / LAUNCH_DAYS)
    active = np.convolve(ramp, np.exp(-age / 260.0))[: config.days]
    base = (active / active[-1] + UNDECIDED) / (1 + UNDECIDED)
    return Season(channel, ramp * channel[:3].mean(axis=0), base, _coupons(config))


def seconds_of_day(config: DemoConfig, stream: str, channel: Ints) -> Ints:
    """A second of the day for each event, by the opening hours of its sales channel."""
    rng = config.rng(f"hours/{stream}")
    hour = pick(rng, ONLINE_HOURS, len(channel))
    shop = pick(rng, SHOP_HOURS, len(channel))
    in_shop = (channel == STORE) | (channel == PHONE)
    return np.where(in_shop, shop, hour) * 3600 + rng.integers(0, 3600, len(channel))


def annotation_frame(config: DemoConfig) -> Frame:
    """The annotation table: one row for every noted day of the history."""
    notes = [(special.day, special.title, special.kind, "") for special in _specials(config)]
    for year in _years(config):
        for first, last, title in promotions(year):
            span = [first + timedelta(days=step) for step in range((last - first).days + 1)]
            notes += [(day, title, "promotion", f"Coupons in use until {last.isoformat()}.") for day in span]
    notes += _events(config)
    kept = sorted(note for note in notes if 0 <= config.number(note[0]) < config.days)
    numbers = np.array([config.number(day) for day, *_ in kept], dtype=np.int64)
    return {
        "annotation_id": Key("N", np.arange(len(kept)) + 1, 4),
        "day": on_day(numbers + config.start // DAY),
        "title": [title for _, title, _, _ in kept],
        "kind": [kind for _, _, kind, _ in kept],
        "note": [note or None for *_, note in kept],
    }


def _events(config: DemoConfig) -> list[tuple[date, str, str, str]]:
    def back(days: int) -> date:
        return config.as_of - timedelta(days=days)

    rise = f"List prices in {PRICE_CATEGORY} went up by {PRICE_RISE:.0%}."
    return [
        (back(LAUNCH_BACK), "Outdoor collection launched", "launch", "New products in Outdoor went on sale."),
        (back(APP_BACK), "New app released", "launch", "Version 3 of the app on iOS and Android."),
        (back(PRICE_BACK), f"{PRICE_CATEGORY} prices raised", "price_change", rise),
    ]


def _years(config: DemoConfig) -> range:
    return range(config.first_day.year, config.as_of.year + 1)


def _specials(config: DemoConfig) -> list[SpecialDay]:
    every = [special for year in _years(config) for special in special_days(year)]
    return [special for special in every if 0 <= config.number(special.day) < config.days]


def _year(days: list[date]) -> Floats:
    """Level by day of the year, drawn smoothly through the mid-months; December runs into January."""
    knots = (np.arange(-1, 13) + 0.5) * 365.25 / 12
    levels = (MONTHS[-1], *MONTHS, MONTHS[0])
    return np.interp([day.timetuple().tm_yday for day in days], knots, levels)


def _wobble(config: DemoConfig) -> Floats:
    """What no calendar explains: slowly forgetting noise (AR(1), 0.3) with a standard deviation of about 2.5%."""
    shocks = config.rng("wobble").normal(0.0, 0.024, config.days)
    level = np.zeros(config.days)
    for number in range(1, config.days):
        level[number] = 0.3 * level[number - 1] + shocks[number]
    return np.exp(level)


def _coupons(config: DemoConfig) -> Floats:
    share = np.full(config.days, 0.11)
    for year in _years(config):
        for first, last, _ in promotions(year):
            share[max(config.number(first), 0) : max(config.number(last) + 1, 0)] = 0.42
    return share
