"""The loyalty programme, and the permissions customers gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, lognormal
from warehouse.sources.demo.frame import NEVER, Bools, Coded, Const, Frame, Ints, Key, money, when
from warehouse.sources.demo.people import People
from warehouse.sources.demo.purchases import PENDING, Orders
from warehouse.sources.demo.sales import Ledger

TIERS, TIER_POINTS = ("Bronze", "Silver", "Gold", "Platinum"), (250, 700, 1800)  # points ever earned
JOIN, REDEEM, BLOCK, SPENT = 0.42, 0.14, 100, 0.7  # points are redeemed in blocks, up to a share of those earned
IDLE_DAYS = 365  # points expire this long after the last order
EARN, REDEEMED, EXPIRE = range(3)
TYPES = ("earn", "redeem", "expire")
EMAIL_CONSENT, SMS_CONSENT, PROFILING_CONSENT, WITHDRAWN = 0.62, 0.20, 0.66, 0.09


@dataclass(frozen=True)
class Club:
    """Members by position, in order of joining, and every movement of points, oldest first."""

    customer: Ints
    joined: Ints
    earned: Ints
    balance: Ints
    member: Ints
    kind: Ints
    points: Ints
    second: Ints
    order: Ints


@dataclass(frozen=True)
class Permissions:
    """Consent of each customer to marketing by e-mail: given or not at first, and withdrawn when (NEVER: not)."""

    asked: Bools
    granted: Bools
    since: Ints
    withdrawn: Ints

    def holds(self, second: int) -> Bools:
        """Who may be written to at a time."""
        ended = (self.withdrawn != NEVER) & (self.withdrawn <= second)
        return self.asked & self.granted & (self.since <= second) & ~ended


def club(config: DemoConfig, crowd: People, done: Orders, book: Ledger) -> Club:
    """The programme's members and their points."""
    customer, joined = _members(config, crowd)
    number = np.full(len(crowd), -1)
    number[customer] = np.arange(len(customer))
    counted = done.kept & ~done.is_test & (done.status != PENDING) & (done.customer >= 0)
    member = np.where(counted, number[done.customer], -1)
    order = np.flatnonzero((member >= 0) & (done.second >= joined[member]))
    order = order[np.argsort(member[order], kind="stable")]
    member, points = member[order], ((book.gross - book.discount)[order] // 100).astype(np.int64)
    second = np.minimum(done.second[order] + 60, config.end - 2)
    spent = _redeemed(config, member, points)
    earned = np.bincount(member, weights=points, minlength=len(customer)).astype(np.int64)
    left = earned - np.bincount(member, weights=spent, minlength=len(customer)).astype(np.int64)
    gone_at = _expiry(config, member, second, len(customer))
    gone = (gone_at != NEVER) & (left > 0)
    uses = spent > 0
    moves = (
        (member, np.full(len(member), EARN), points, second, order),
        (member[uses], np.full(int(uses.sum()), REDEEMED), -spent[uses], second[uses] + 1, order[uses]),
        (
            np.flatnonzero(gone),
            np.full(int(gone.sum()), EXPIRE),
            -left[gone],
            gone_at[gone],
            np.full(int(gone.sum()), -1),
        ),
    )
    who, kind, change, at, source = (np.concatenate(part) for part in zip(*moves, strict=True))
    row = np.lexsort((kind, who, at))
    balance = np.where(gone, 0, left)
    return Club(customer, joined, earned, balance, who[row], kind[row], change[row], at[row], source[row])


def loyalty_frame(members: Club) -> Frame:
    """The loyalty_account table."""
    return {
        "loyalty_id": Key("L", np.arange(len(members.customer)) + 1, 5),
        "customer_id": Key("C", members.customer + 1, 6),
        "programme": Const("Circle"),
        "tier": Coded(np.searchsorted(TIER_POINTS, members.earned, side="right"), TIERS),
        "enrolled_at": when(members.joined),
        "points_balance": members.balance,
    }


def loyalty_transaction_frame(members: Club) -> Frame:
    """The loyalty_transaction table; a point is worth one cent."""
    return {
        "id": Key("T", np.arange(len(members.kind)) + 1),
        "loyalty_id": Key("L", members.member + 1, 5),
        "type": Coded(members.kind, TYPES),
        "points": members.points,
        "value": money(members.points),
        "at": when(members.second),
        "order_id": Key("O", np.where(members.order < 0, -1, members.order + 1)),
    }


def permissions(config: DemoConfig, crowd: People, first_seen: Ints) -> Permissions:
    """Who agreed to marketing by e-mail, and who took it back when."""
    rng, size = config.rng("consent"), len(crowd)
    asked = ~crowd.internal
    granted = asked & chance(rng, EMAIL_CONSENT, size)
    moment = first_seen + 60 + np.floor(rng.random(size) * (config.end - first_seen - 60)).astype(np.int64)
    leaves = granted & chance(rng, WITHDRAWN, size) & (moment < config.end)
    return Permissions(asked, granted, first_seen, np.where(leaves, moment, NEVER))


def consent_frame(config: DemoConfig, mail: Permissions) -> Frame:
    """The consent table: marketing by e-mail (with withdrawals), by text message, and profiling."""
    rng, asked = config.rng("other consents"), np.flatnonzero(mail.asked)
    gone = np.flatnonzero(mail.withdrawn != NEVER)
    size, never = len(asked), np.full(len(asked), NEVER)
    sms, profiling = chance(rng, SMS_CONSENT, size), chance(rng, PROFILING_CONSENT, size)
    customer = np.r_[asked, gone, asked, asked]
    topic = np.repeat([0, 0, 1, 2], [size, len(gone), size, size])
    status = np.r_[~mail.granted[asked], np.full(len(gone), 2), ~sms, ~profiling].astype(np.int64)
    since = np.r_[mail.since[asked], mail.withdrawn[gone], mail.since[asked], mail.since[asked]]
    until = np.r_[mail.withdrawn[asked], np.full(len(gone), NEVER), never, never]
    row = np.lexsort((since, topic, customer))
    return {
        "customer_id": Key("C", customer[row] + 1, 6),
        "purpose": Coded(np.array([0, 0, 1])[topic[row]], ("marketing", "profiling")),
        "channel": Coded(topic[row], ("email", "sms", "web")),
        "valid_from": when(since[row]),
        "status": Coded(status[row], ("granted", "denied", "withdrawn")),
        "valid_to": when(until[row]),
        "source": Coded(np.where(status[row] == 2, 1, 0), ("sign-up", "unsubscribe link")),
    }


def _members(config: DemoConfig, crowd: People) -> tuple[Ints, Ints]:
    """Customers in the programme and the second they joined."""
    rng, size = config.rng("members"), len(crowd)
    odds = JOIN * np.clip(crowd.rate / crowd.rate.mean(), 0.55, 2.0) ** 0.5 * np.exp(0.1 * crowd.mood)
    day = crowd.first_day + np.floor(lognormal(rng, 2.0, 1.6, size)).astype(np.int64)
    joined = config.start + day * DAY + rng.integers(6 * 3600, 22 * 3600, size)
    inside = crowd.buyer & ~crowd.business & ~crowd.internal & (joined < config.end) & chance(rng, odds, size)
    chosen = np.flatnonzero(inside)
    chosen = chosen[np.argsort(joined[chosen], kind="stable")]
    return chosen, joined[chosen]


def _redeemed(config: DemoConfig, member: Ints, points: Ints) -> Ints:
    """Points redeemed with each earning order: now and then whole blocks of what was earned before."""
    before = np.cumsum(points) - points
    starts = np.flatnonzero(np.r_[True, member[1:] != member[:-1]])
    before = before - np.repeat(before[starts], np.diff(np.r_[starts, len(member)]))
    now = np.flatnonzero(chance(config.rng("redeem"), REDEEM, len(member)))
    total = (before[now] * SPENT // BLOCK).astype(np.int64) * BLOCK
    same = np.r_[False, member[now][1:] == member[now][:-1]]
    spent = np.zeros(len(member), dtype=np.int64)
    spent[now] = total - np.where(same, np.r_[0, total[:-1]], 0)
    return spent


def _expiry(config: DemoConfig, member: Ints, second: Ints, count: int) -> Ints:
    """Second at which the points of each member expire; NEVER when not within the history."""
    last = np.full(count, NEVER)
    np.maximum.at(last, member, second)
    due = np.where(last == NEVER, config.end, last + IDLE_DAYS * DAY)
    return np.where(due < config.end, due, NEVER)
