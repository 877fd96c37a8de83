"""Subscriptions, the loyalty programme and consents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, lognormal, pick
from warehouse.sources.demo.frame import NEVER, Bools, Coded, Frame, Ints, Key, money, on_day, when
from warehouse.sources.demo.people import People

PLANS, PRICES = ("Basic", "Plus", "Pro"), (990, 1990, 4990)  # cents a month
PLAN_ODDS, PLAN_ODDS_BUSINESS = (0.55, 0.34, 0.11), (0.25, 0.40, 0.35)
CHURN = np.array([0.036, 0.026, 0.018])  # a month, by plan
CHURN_YEARLY, YEARLY, YEARLY_DISCOUNT = 0.24, 0.22, 0.9
EXPAND, CONTRACT, REACTIVATE = 0.011, 0.004, 0.012  # a month
SUBSCRIBE = 0.19
NEW, RENEWAL, EXPANSION, CONTRACTION, CHURNED, REACTIVATION = range(6)
EVENTS = ("new", "renewal", "expansion", "contraction", "churn", "reactivation")
REASONS = (
    "too expensive",
    "not used enough",
    "missing features",
    "switched to another shop",
    "service problems",
    "moved",
)
REASON_ODDS = (0.34, 0.27, 0.12, 0.13, 0.09, 0.05)


@dataclass(frozen=True)
class Contracts:
    """Subscriptions by position, oldest first, at their latest state, and the log of what happened to them.

    `month` and `dom` are the month since 1970 and the day of the month of the start, terms run from there; `opened` and
    `closes` are the months after the start at which the current term begins and ends.
    """

    customer: Ints
    month: Ints
    dom: Ints
    started: Ints
    plan: Ints
    active: Bools
    price: Ints
    opened: Ints
    closes: Ints
    cancelled: Ints
    log: tuple[Ints, Ints, Ints, Ints]

    def boundary(self, terms: Ints) -> Ints:
        """Day since 1970 on which each subscription has run so many months."""
        return _month_day(self.month + terms, self.dom)


def contracts(config: DemoConfig, crowd: People) -> Contracts:
    """All subscriptions, carried month by month from their start to the end of the history."""
    rng, customer, month, dom = _subscribers(config, crowd)
    size = len(customer)
    business = crowd.business[customer]
    plan = np.where(business, pick(rng, PLAN_ODDS_BUSINESS, size), pick(rng, PLAN_ODDS, size))
    yearly = chance(rng, YEARLY, size)
    started = _month_day(month, dom) * DAY + rng.integers(7 * 3600, 21 * 3600, size)
    state = _Run(plan, np.ones(size, dtype=bool), np.zeros(size, dtype=np.int64), np.full(size, NEVER))
    log = [(np.arange(size), np.full(size, NEW), _price(plan, yearly), started)]
    for term in range(1, config.days // 28 + 2):
        due = _month_day(month + term, dom)
        log.append(_step(rng, crowd.mood[customer], yearly, state, (term, due, due < config.end // DAY)))
    subscription, kind, delta, second = (np.concatenate(part) for part in zip(*log, strict=True))
    order = np.lexsort((subscription, second))
    price = np.where(state.active, _price(state.plan, yearly), 0)
    closes = state.opened + np.where(yearly, 12, 1)
    history = (subscription[order], kind[order], delta[order], second[order])
    return Contracts(
        customer, month, dom, started, state.plan, state.active, price, state.opened, closes, state.cancelled, history
    )


def subscription_frame(config: DemoConfig, crowd: People, account: Ints, held: Contracts) -> Frame:
    """The subscription table."""
    reason = pick(config.rng("cancel reasons"), REASON_ODDS, len(held.customer))
    return {
        "subscription_id": Key("U", np.arange(len(held.customer)) + 1, 5),
        "customer_id": Key("C", held.customer + 1, 6),
        "account_id": Key("A", np.where(crowd.business[held.customer], account[held.customer] + 1, -1), 5),
        "plan": Coded(held.plan, PLANS),
        "status": Coded(np.where(held.active, 0, 1), ("active", "cancelled")),
        "started_at": when(held.started),
        "term_start": on_day(held.boundary(held.opened)),
        "term_end": on_day(held.boundary(held.closes)),
        "cancelled_at": when(held.cancelled),
        "cancel_reason": Coded(np.where(held.active, -1, reason), REASONS),
        "mrr": money(held.price),
    }


def subscription_event_frame(held: Contracts) -> Frame:
    """The subscription_event table, oldest first."""
    subscription, kind, delta, second = held.log
    return {
        "id": Key("V", np.arange(len(kind)) + 1),
        "subscription_id": Key("U", subscription + 1, 5),
        "type": Coded(kind, EVENTS),
        "mrr_delta": money(delta),
        "at": when(second),
    }


@dataclass
class _Run:
    """Where each subscription stands while the months are played through."""

    plan: Ints
    active: Bools
    opened: Ints
    cancelled: Ints


def _subscribers(config: DemoConfig, crowd: People) -> tuple[np.random.Generator, Ints, Ints, Ints]:
    """Random stream, customers who subscribe, and month and day of the month of their start."""
    rng, size = config.rng("subscriptions"), len(crowd)
    eager = SUBSCRIBE * np.clip(crowd.rate / crowd.rate.mean(), 0.5, 2.0)
    start = config.start // DAY + crowd.first_day + np.floor(lognormal(rng, 30.0, 1.0, size)).astype(np.int64)
    date = start.astype("datetime64[D]")
    month = date.astype("datetime64[M]").astype(np.int64)
    dom = (date - date.astype("datetime64[M]")).astype(np.int64)
    month, dom = np.where(dom > 27, month + 1, month), np.where(dom > 27, 0, dom)
    wants = crowd.buyer & ~crowd.internal & chance(rng, eager, size) & (_month_day(month, dom) < config.end // DAY)
    chosen = np.flatnonzero(wants)
    chosen = chosen[np.argsort(_month_day(month, dom)[chosen], kind="stable")]
    return rng, chosen, month[chosen], dom[chosen]


def _step(
    rng: np.random.Generator, mood: np.ndarray, yearly: Bools, state: _Run, when_due: tuple[int, Ints, Bools]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Plays one month: changes the state, and gives subscription, kind, change of price and second of each event."""
    term, due, inside = when_due
    size = len(due)
    ends = state.active & inside & (~yearly | ((term - state.opened) % 12 == 0))
    odds = np.where(yearly, CHURN_YEARLY, CHURN[state.plan] * (1.5 if term <= 2 else 1.0)) * np.exp(-0.3 * mood)
    leaves = ends & chance(rng, odds, size)
    up = ends & ~leaves & (state.plan < 2) & chance(rng, EXPAND, size)
    down = ends & ~leaves & ~up & (state.plan > 0) & chance(rng, CONTRACT, size)
    returns = ~state.active & inside & (state.cancelled != NEVER) & chance(rng, REACTIVATE, size)
    second = due * DAY + rng.integers(60, 3 * 3600, size)
    before = np.where(state.active, _price(state.plan, yearly), 0)
    state.plan = state.plan + up - down
    state.active = (state.active & ~leaves) | returns
    state.opened = np.where((ends & ~leaves) | returns, term, state.opened)
    state.cancelled = np.where(leaves, second, np.where(returns, NEVER, state.cancelled))
    delta = np.where(state.active, _price(state.plan, yearly), 0) - before
    kind = np.select([leaves, up, down, returns], [CHURNED, EXPANSION, CONTRACTION, REACTIVATION], RENEWAL)
    happened = np.flatnonzero(ends | returns)
    return happened, kind[happened], delta[happened], second[happened]


def _price(plan: Ints, yearly: Bools) -> Ints:
    monthly = np.array(PRICES)[plan]
    return np.where(yearly, np.rint(monthly * YEARLY_DISCOUNT), monthly).astype(np.int64)


def _month_day(month: Ints, dom: Ints) -> Ints:
    """Day since 1970 of a day of a month (both counted from 0)."""
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + dom
