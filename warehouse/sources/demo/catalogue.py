"""What the demo company sells: products with categories, brands, prices, and the days they were on sale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import pick
from warehouse.sources.demo.frame import NEVER, Floats, Frame, Ints, Key, on_day, plain, spelled
from warehouse.sources.demo.season import LAUNCH_BACK, PRICE_BACK, PRICE_CATEGORY, PRICE_RISE
from warehouse.sources.demo.vocabulary import CATEGORIES, COLOURS, MATERIALS, SIZES, STYLES

NAMES = tuple(CATEGORIES)
PER_CATEGORY = 45
BRAND_SHARES = (0.32, 0.26, 0.23, 0.19)  # by rank of the brand within its category; further brands share alike
TASTES = 3  # levels of taste for dear products: thrifty, middle, premium
FOREVER = 10**6


@dataclass(frozen=True)
class Catalogue:
    """Products by position: `category` and `brand` are positions too, prices and costs are cents.

    `launched` and `ended` are days of the history, `appeal[level]` how often a product is chosen by shoppers of that
    taste, `refund_odds` the chance that a line of it comes back.
    """

    category: Ints
    brand: tuple[str, ...]
    price: Ints
    cost: Ints
    launched: Ints
    ended: Ints
    appeal: Floats
    refund_odds: Floats

    def __len__(self) -> int:
        return len(self.category)

    def price_on(self, config: DemoConfig, product: Ints, day: Ints) -> Ints:
        """Price in cents of each product on each day: today's, or the one before prices were raised."""
        raised = NAMES.index(PRICE_CATEGORY)
        before = (self.category[product] == raised) & (day < config.days - 1 - PRICE_BACK)
        old = np.rint(self.price[product] / (1 + PRICE_RISE)).astype(np.int64)
        return np.where(before, old, self.price[product])


def catalogue(config: DemoConfig) -> Catalogue:
    """The product range of the company."""
    rng = config.rng("catalogue")
    category = np.repeat(np.arange(len(NAMES)), PER_CATEGORY)
    rank = _brands(config, category)
    brand = tuple(CATEGORIES[name][5][place] for name, place in zip(spelled(category, NAMES), plain(rank), strict=True))
    typical = np.array([CATEGORIES[name][2] for name in NAMES])[category]
    raw = typical * np.exp(rng.normal(0.0, 0.5, len(category)))
    price = np.maximum(np.rint(raw).astype(np.int64) * 100 - 10, 290)
    cost = np.rint(price * rng.uniform(0.42, 0.62, len(price))).astype(np.int64)
    launched, ended = _shelf_life(config, category)
    odds = np.array([CATEGORIES[name][3] for name in NAMES])[category] * rng.uniform(0.7, 1.3, len(category))
    return Catalogue(category, brand, price, cost, launched, ended, _appeal(config, category, raw / typical), odds)


def product_frame(config: DemoConfig, goods: Catalogue) -> Frame:
    """The product table."""
    rng, rows = config.rng("product words"), range(len(goods))
    names = spelled(goods.category, NAMES)
    subs = [CATEGORIES[name][4] for name in names]
    sub = [subs[row][row % PER_CATEGORY % len(subs[row])] for row in rows]
    style = [STYLES[row % PER_CATEGORY // len(subs[row])] for row in rows]
    colour = pick(rng, np.ones(len(COLOURS)), len(goods))
    made_of, measure = rng.integers(0, 1000, len(goods)), rng.integers(0, 1000, len(goods))
    today = config.start // DAY
    return {
        "product_id": Key("P", np.arange(len(goods)) + 1, 5),
        "sku": [f"{name[:3].upper()}-{row + 1:05d}" for row, name in enumerate(names)],
        "name": [f"{goods.brand[row]} {style[row]} {sub[row]}" for row in rows],
        "category": names,
        "subcategory": sub,
        "brand": goods.brand,
        "department": [CATEGORIES[name][0] for name in names],
        "size": [_word(SIZES, name, number) for name, number in zip(names, plain(measure), strict=True)],
        "colour": spelled(colour, COLOURS),
        "material": [_word(MATERIALS, name, number) for name, number in zip(names, plain(made_of), strict=True)],
        "unit_cost": goods.cost / 100,
        "list_price": goods.price / 100,
        "launched_at": on_day(goods.launched + today),
        "discontinued_at": on_day(np.where(goods.ended == FOREVER, NEVER, goods.ended + today)),
    }


def _word(words: dict[str, tuple[str, ...]], category: str, number: int) -> str | None:
    choice = words.get(category)
    return choice[number % len(choice)] if choice else None


def _brands(config: DemoConfig, category: Ints) -> Ints:
    """Rank of each product's brand within its category."""
    rng, rank = config.rng("brands"), np.zeros(len(category), dtype=np.int64)
    for position, name in enumerate(NAMES):
        brands = len(CATEGORIES[name][5])
        shares = (*BRAND_SHARES, *(BRAND_SHARES[-1],) * brands)[:brands]
        mine = category == position
        rank[mine] = pick(rng, shares, int(mine.sum()))
    return rank


def _shelf_life(config: DemoConfig, category: Ints) -> tuple[Ints, Ints]:
    """First and last day on sale: most were there from the start, some came or went, Outdoor had a launch."""
    rng, size = config.rng("shelf life"), len(category)
    launched = -rng.integers(30, 900, size)
    late = rng.random(size) < 0.12
    launched[late] = rng.integers(0, config.days - 30, int(late.sum()))
    outdoor = (category == NAMES.index("Outdoor")) & (rng.random(size) < 0.25)
    launched[outdoor] = max(config.days - 1 - LAUNCH_BACK, 0)
    ended = np.full(size, FOREVER, dtype=np.int64)
    gone = (rng.random(size) < 0.05) & (launched < 0)
    ended[gone] = rng.integers(config.days // 4, config.days - 30, int(gone.sum()))
    return launched, ended


def _appeal(config: DemoConfig, category: Ints, dearness: Floats) -> Floats:
    """Weight of each product for each taste: a few sell much (Zipf), premium shoppers lean to the dear ones."""
    rng, rank = config.rng("appeal"), np.zeros(len(category))
    for position in range(len(NAMES)):
        rank[category == position] = rng.permutation(PER_CATEGORY) + 1
    lean = np.linspace(-0.45, 0.45, TASTES)[:, None]
    return (rank + 3.0) ** -0.7 * dearness[None, :] ** lean
