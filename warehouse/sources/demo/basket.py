"""What is in each order, what of it comes back, and what it all amounts to; money in whole cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.catalogue import FOREVER, NAMES, TASTES, Catalogue
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, numbered, pick, pick_by_row, rank_within
from warehouse.sources.demo.frame import Bools, Floats, Ints
from warehouse.sources.demo.people import People
from warehouse.sources.demo.purchases import PENDING, Orders
from warehouse.sources.demo.season import STORE, Season
from warehouse.sources.demo.stories import DEFECT
from warehouse.sources.demo.vocabulary import CATEGORIES

# Clothing, Shoes, Home, Electronics, Beauty, Outdoor, Kids, Kitchen: how each generation's taste differs
GENERATION_TASTE = np.array(
    [
        [1.40, 1.50, 0.55, 1.20, 1.50, 0.75, 0.25, 0.55],
        [0.95, 1.00, 0.95, 1.10, 0.90, 1.55, 1.80, 0.90],
        [0.90, 0.90, 1.25, 1.00, 0.90, 1.00, 0.90, 1.25],
        [0.85, 0.70, 1.45, 0.70, 0.85, 0.55, 0.55, 1.70],
    ]
)
GENDER_TASTE = np.array(
    [
        [1.25, 1.15, 1.05, 0.65, 1.75, 0.80, 1.10, 1.00],
        [0.75, 0.85, 0.95, 1.50, 0.35, 1.35, 0.85, 1.00],
        [1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00],
    ]
)
INCOME_TASTE = np.array([1.00, 1.00, 0.95, 1.35, 0.90, 1.60, 1.00, 0.95])  # richest band; the poorest is the inverse
BUSINESS_TASTE = np.array([0.50, 0.30, 2.00, 2.20, 0.30, 0.40, 0.30, 2.20])
LINES, LINES_BUSINESS = 0.62, 1.1  # mean lines beyond the first
COUPON_RATES, COUPON_CODES = (10, 15, 20, 25), ("SAVE10", "TREAT15", "SALE20", "VIP25")  # percent
WELCOME, WELCOME_ODDS = "WELCOME10", 0.30
REASONS = ("changed mind", "wrong size", "defective", "not as described", "arrived late")
REASON_ODDS = (0.36, 0.27, 0.12, 0.16, 0.09)
DEFECT_DAYS, DEFECT_BASE = 24, 112  # faulty shoes were sold from so many days before the story; days it is held against


@dataclass(frozen=True)
class Items:
    """Order lines by position, in order of their orders; `order` and `product` are positions, money is cents."""

    order: Ints
    line: Ints
    product: Ints
    quantity: Ints
    price: Ints
    discount: Ints

    def __len__(self) -> int:
        return len(self.order)

    @property
    def gross(self) -> Ints:
        """Cents of each line before discount."""
        return self.quantity * self.price


@dataclass(frozen=True)
class Refunds:
    """Refunded lines, oldest first; `item` is the position of the line, `second` counts from 1970."""

    item: Ints
    quantity: Ints
    amount: Ints
    reason: Ints
    second: Ints


def items(config: DemoConfig, crowd: People, goods: Catalogue, done: Orders, coupon: Ints) -> Items:
    """Lines of every order; no product stands twice in one order. `coupon` is the discount of each order, percent."""
    rng = config.rng("items")
    known = done.customer >= 0
    business = known & crowd.business[done.customer]
    order, _ = numbered(1 + rng.poisson(np.where(business, LINES_BUSINESS, LINES)))
    product = _products(config, crowd, goods, done, order)
    once = np.unique(order * len(goods) + product)
    order, product = np.divmod(once, len(goods))
    quantity = _quantities(config, crowd, done.customer[order])
    price = goods.price_on(config, product, done.day(config)[order])
    discount = np.rint(quantity * price * coupon[order] / 100).astype(np.int64)
    return Items(order, rank_within(order), product, quantity, price, discount)


def coupons(config: DemoConfig, season: Season, done: Orders) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Percent of discount of each order, the position of its coupon code (-1 when none), and the codes."""
    rng, size = config.rng("coupons"), len(done)
    code = pick(rng, (0.4, 0.3, 0.2, 0.1), size)
    code[~chance(rng, season.coupon[done.day(config)], size)] = -1
    welcome = (done.sequence == 1) & done.online & chance(rng, WELCOME_ODDS, size)
    percent = np.where(code < 0, 0, np.array(COUPON_RATES)[code])
    codes = (*COUPON_CODES, WELCOME)
    return np.where(welcome, 10, percent), np.where(welcome, len(COUPON_CODES), code), codes


def refunds(config: DemoConfig, goods: Catalogue, done: Orders, lines: Items) -> Refunds:
    """Lines given back until the end of the history: the usual ones, and those of the faulty shoes."""
    rng, size = config.rng("refunds"), len(lines)
    sold = done.second[lines.order]
    ripe = done.kept[lines.order] & (done.status[lines.order] != PENDING)
    odds = goods.refund_odds[lines.product] * np.where(done.channel[lines.order] == STORE, 0.55, 1.0)
    usual = chance(rng, odds, size)
    second = sold + ((rng.gamma(2.2, 5.0, size) + 2.0) * DAY).astype(np.int64)
    mine = ripe & (np.array(goods.brand)[lines.product] == DEFECT.slice["product.brand"])
    faulty = _faulty(config, mine & ~usual, sold, second[mine & usual])
    second = np.where(faulty, _in_story(config, sold), second)
    item = np.flatnonzero(ripe & (usual | faulty) & (second < config.end))
    item = item[np.argsort(second[item], kind="stable")]
    quantity = np.minimum(lines.quantity[item], rng.geometric(0.5, len(item)))  # of many units, most are kept
    paid = lines.gross[item] - lines.discount[item]
    amount = np.rint(paid * quantity / lines.quantity[item]).astype(np.int64)
    reason = np.where(faulty[item], REASONS.index("defective"), _reasons(config, goods, lines.product[item]))
    return Refunds(item, quantity, amount, reason, second[item])


def _reasons(config: DemoConfig, goods: Catalogue, product: Ints) -> Ints:
    """Why each product came back; only what is worn can be of the wrong size."""
    rng = config.rng("reasons")
    reason = pick(rng, REASON_ODDS, len(product))
    worn = np.isin(goods.category[product], [NAMES.index("Clothing"), NAMES.index("Shoes")])
    return np.where((reason == REASONS.index("wrong size")) & ~worn, REASONS.index("changed mind"), reason)


def _faulty(config: DemoConfig, unreturned: Bools, sold: Ints, usual: Ints) -> Bools:
    """Lines that come back for the fault: so many as make the story's effect on the seconds of the usual refunds."""
    opens, closes = (config.end - back * DAY for back in (DEFECT.first + 1, DEFECT.last))
    level = ((usual >= opens - DEFECT_BASE * DAY) & (usual < opens)).sum() * (closes - opens) / (DEFECT_BASE * DAY)
    pool = np.flatnonzero(unreturned & (sold >= opens - DEFECT_DAYS * DAY) & (sold < closes - 2 * DAY))
    more = min(len(pool), round(level * DEFECT.effect))
    faulty = np.zeros(len(sold), dtype=bool)
    faulty[config.rng("defect").choice(pool, more, replace=False)] = True
    return faulty


def _in_story(config: DemoConfig, sold: Ints) -> Ints:
    """A second inside the weeks of the faulty shoes, after the order was placed."""
    opens = np.maximum(config.end - (DEFECT.first + 1) * DAY, sold + DAY)
    closes = np.maximum(config.end - DEFECT.last * DAY, opens + 1)
    return opens + np.floor(config.rng("defect days").random(len(sold)) * (closes - opens)).astype(np.int64)


def _products(config: DemoConfig, crowd: People, goods: Catalogue, done: Orders, order: Ints) -> Ints:
    """One product for each line, on sale that day, by the taste of the customer."""
    customer, day = done.customer[order], done.day(config)[order]
    category = _categories(config, crowd, customer)
    level = np.where(customer < 0, 1, crowd.taste[customer])
    product = _choose(config, "first choice", goods, (category, level), goods.appeal)
    shelf = (day >= goods.launched[product]) & (day <= goods.ended[product])
    evergreen = (goods.launched <= 0) & (goods.ended == FOREVER)
    instead = _choose(config, "second choice", goods, (category, level), goods.appeal * evergreen)
    return np.where(shelf, product, instead)


def _choose(config: DemoConfig, stream: str, goods: Catalogue, where: tuple[Ints, Ints], appeal: Floats) -> Ints:
    rng = config.rng(stream)
    category, level = where
    chosen = np.zeros(len(category), dtype=np.int64)
    for position in range(len(NAMES)):
        for taste in range(TASTES):
            mine = (category == position) & (level == taste)
            weights = appeal[taste] * (goods.category == position)
            chosen[mine] = pick(rng, weights, int(mine.sum()))
    return chosen


def _categories(config: DemoConfig, crowd: People, customer: Ints) -> Ints:
    """Category of each line: half the time the customer's favourite, otherwise by the taste of people alike."""
    rng = config.rng("categories")
    table = category_odds()
    like = _kind(crowd)
    favourite = pick_by_row(rng, table, like)
    kind = np.where(customer < 0, len(table) - 1, like[customer])
    drawn = pick_by_row(rng, table, kind)
    loyal = (customer >= 0) & chance(rng, 0.45, len(customer))
    return np.where(loyal, favourite[customer], drawn)


def category_odds() -> Floats:
    """Odds of each category (columns) for each kind of customer; the last two rows are companies and the unknown."""
    shares = np.array([entry[1] for entry in CATEGORIES.values()])
    steps = np.linspace(-1, 1, 5)[:, None]
    taste = GENERATION_TASTE[:, None, None] * GENDER_TASTE[None, :, None] * (INCOME_TASTE[None, :] ** steps)[None, None]
    table = shares * taste.reshape(-1, len(shares))
    return np.vstack([table, shares * BUSINESS_TASTE, shares])


def _kind(crowd: People) -> Ints:
    """Row of `category_odds` of each customer."""
    person = (crowd.generation * 3 + crowd.gender) * 5 + crowd.income
    return np.where(crowd.business, 4 * 3 * 5, person)


def _quantities(config: DemoConfig, crowd: People, customer: Ints) -> Ints:
    """Units of each line: mostly one; companies buy several."""
    rng, size = config.rng("quantities"), len(customer)
    single = 1 + pick(rng, (0.87, 0.10, 0.02, 0.01), size)
    segment = np.where(customer < 0, 0, crowd.segment[customer])
    several = rng.geometric(np.array([1.0, 0.52, 0.30])[segment])
    return np.where(segment > 0, several, single)


def totals(lines: Items, values: Ints, count: int) -> Ints:
    """Sum of a value of the lines for each of `count` orders."""
    return np.rint(np.bincount(lines.order, weights=values, minlength=count)).astype(np.int64)
