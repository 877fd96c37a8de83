"""The six stories: where and when each happens, and how strongly.

All stand at fixed distances from `as_of`, so that the company always has something new to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.frame import Bools, Floats, Ints
from warehouse.sources.demo.truth import Story, Truth


@dataclass(frozen=True)
class Plot:
    """A story before it has dates: it runs from `first` to `last` days before as_of, both included."""

    name: str
    metric: str
    slice: Mapping[str, str]
    first: int
    last: int
    effect: float
    sentence: str
    also: Mapping[str, float] = field(default_factory=dict[str, float])

    def holds(self, config: DemoConfig, day: Ints) -> Bools:
        """Whether each day (numbered from the start of the history) lies in the story."""
        back = config.days - 1 - day
        return (back <= self.first) & (back >= self.last)

    def ramp(self, config: DemoConfig, day: Ints) -> Floats:
        """How far the story has grown: 0 before its first day, rising evenly to 1 on its last."""
        back = config.days - 1 - day
        return np.clip((self.first + 1 - back) / (self.first + 1 - self.last), 0.0, 1.0)

    def dated(self, config: DemoConfig) -> Story:
        """The story with its days."""
        start, end = (config.as_of - timedelta(days=back) for back in (self.first, self.last))
        return Story(self.name, self.metric, self.slice, start, end, self.effect, self.sentence, self.also)


NORTH = Plot(
    "north_repeat_orders", "repeat_orders", {"customer.region": "North"}, 41, 0, -0.18,
    "Repeat orders of customers in the North fell by about 18% over the last six weeks; other regions kept their pace.",
)  # fmt: skip
CHECKOUT = Plot(
    "ios_checkout_bug", "cart_abandonment_rate", {"session.os": "iOS"}, 19, 11, 0.23,
    "For nine days a checkout fault on iOS lost about half of the orders placed there: cart abandonment on iOS rose by "
    "almost a quarter while other systems stayed level.",
    {"orders": -0.5},
)  # fmt: skip
DEFECT = Plot(
    "strideon_refunds", "refund_amount", {"product.category": "Shoes", "product.brand": "Strideon"}, 62, 42, 5.0,
    "For three weeks refunds of Strideon shoes were about six times their usual level, most of them given as "
    "defective; other brands saw nothing of it.",
    {"refunds": 5.0},
)  # fmt: skip
SEARCH = Plot(
    "germany_paid_search_cost", "cost_per_acquisition",
    {"campaign.channel": "Paid Search", "campaign.country": "Germany"}, 55, 0, 0.80,
    "Over the last eight weeks the cost of a new customer through paid search in Germany drifted up, to about 80% "
    "above its former level by the end; other countries and channels stayed level.",
    {"cost": 0.40},
)  # fmt: skip
DELIVERY = Plot(
    "delivery_outage", "tickets", {"ticket.topic": "delivery"}, 90, 84, 2.2,
    "After a carrier outage, tickets about delivery were about three times as many for a week, and customers waited "
    "about three times as long for a first reply.",
    {"first_response_time": 2.0},
)  # fmt: skip
STORES = Plot(
    "netherlands_store_growth", "net_revenue", {"orders.channel": "store", "customer.country": "Netherlands"},
    119, 0, 1.0,
    "Store sales to customers in the Netherlands have grown since four months ago to about twice their former level, "
    "while stores elsewhere kept their pace.",
    {"orders": 1.0},
)  # fmt: skip

PLOTS = (NORTH, CHECKOUT, DEFECT, SEARCH, DELIVERY, STORES)


def truth(config: DemoConfig) -> Truth:
    """The company's settings and its stories with their days."""
    stories = tuple(plot.dated(config) for plot in PLOTS)
    return Truth(config.as_of, config.seed, config.customers, config.days, stories)
