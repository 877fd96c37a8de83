"""How the company reaches people: newsletters, and the contacts on the way to a first order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.campaigns import CLICK_COST, PAID, Campaigns
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, lognormal, numbered, pick
from warehouse.sources.demo.frame import NEVER, Bools, Coded, Frame, Ints, Key, Masked, money, when
from warehouse.sources.demo.loyalty import Permissions
from warehouse.sources.demo.people import People
from warehouse.sources.demo.purchases import Orders
from warehouse.sources.demo.visits import GROUPS, UNKNOWN_GROUPS, Visits
from warehouse.sources.demo.vocabulary import ACQUISITION, COUNTRIES
from warehouse.sources.demo.web import Links

SENT, DELIVERED, OPEN, CLICK, HARD, SOFT, UNSUBSCRIBE, COMPLAINT = range(8)
EVENTS = ("sent", "delivered", "open", "click", "bounce_hard", "bounce_soft", "unsubscribe", "complaint")
SEND_DAY = 9  # newsletters leave on this day of the month
OPENS, CLICKS, MACHINE, BOUNCED, COMPLAINS = 0.31, 0.125, 0.38, 0.016, 0.0003
URLS = ("https://shop.example.com/new", "https://shop.example.com/sale", "https://shop.example.com/c/shoes")
TOUCH_CHANNELS = (*GROUPS, "Store")
TOUCH_TYPES = ("impression", "click", "visit", "email", "call", "store")
FRUITLESS = 1.3  # paths that lead nowhere, for each that ends in an order


@dataclass(frozen=True)
class _Mail:
    """One row for each e-mail sent: receiver, newsletter (by month) and second."""

    customer: Ints
    letter: Ints
    sent: Ints


def email_frame(config: DemoConfig, crowd: People, run: Campaigns, mail: Permissions) -> Frame:
    """The email_event table, oldest first."""
    sends = _send_seconds(config, run)
    out = _sent(config, mail, sends)
    row, kind, second = _mail_events(config, crowd, mail, out, sends)
    keep = np.flatnonzero(second < config.end)
    keep = keep[np.lexsort((kind[keep], row[keep], second[keep]))]
    row, kind, second = row[keep], kind[keep], second[keep]
    rng, size = config.rng("mail details"), len(row)
    campaign = run.first_newsletter + out.letter[row]
    return {
        "id": Key("E", np.arange(size) + 1),
        "customer_id": Key("C", out.customer[row] + 1, 6),
        "campaign_id": Key("K", campaign + 1, 4),
        "message_id": Key("M", row + 1),
        "type": Coded(kind, EVENTS),
        "at": when(second),
        "url": Coded(np.where(kind == CLICK, rng.integers(0, len(URLS), size), -1), URLS),
        "is_machine_open": Masked(chance(rng, MACHINE, size), kind == OPEN),
    }


def touchpoint_frame(config: DemoConfig, crowd: People, run: Campaigns, web: tuple[Orders, Visits, Links]) -> Frame:
    """The touchpoint table: the way of every customer to the first order, and ways that led nowhere."""
    done, seen, came = web
    first = np.flatnonzero(done.sequence == 1)
    paths, rng = len(first) + round(len(first) * FRUITLESS), config.rng("touches")
    path, step = numbered(rng.geometric(0.5, paths).clip(1, 6))
    last = np.r_[path[1:] != path[:-1], True]
    order = np.r_[first, np.full(paths - len(first), -1)][path]
    ending = np.r_[done.second[first], rng.integers(config.start + DAY, config.end, paths - len(first))][path]
    bought = order >= 0
    session = np.where(bought & last, came.session[order], -1)
    channel = pick(rng, UNKNOWN_GROUPS, len(path))
    channel = np.where(bought & (step == 0), _won_through(crowd)[done.customer[order]], channel)
    channel = np.where(session >= 0, seen.group[session], channel)
    second = ending - ((lognormal(rng, 1.5, 1.0, len(path)) * DAY).astype(np.int64) + 600) * ~last
    second = np.where(session >= 0, seen.start[session], np.clip(second, config.start, config.end - 1))
    row = np.lexsort((step, path, second))
    path, channel, second, session = path[row], channel[row], second[row], session[row]
    customer = np.where(bought, done.customer[order], -1)[row]
    place = np.where(customer >= 0, crowd.country[customer], pick(rng, [c[2] for c in COUNTRIES], len(row)))
    kind = _touch_kinds(config, channel)
    return {
        "touch_id": Key("H", np.arange(len(row)) + 1, 6),
        "customer_id": Key("C", np.where(customer < 0, -1, customer + 1), 6),
        "anonymous_id": Key("p", path + 1, 6),
        "at": when(second),
        "channel": Coded(channel, TOUCH_CHANNELS),
        "campaign_id": Key("K", _touch_campaigns(config, run, channel, place, second) + 1, 4),
        "message_id": Coded(np.full(len(row), -1), ("",)),
        "type": Coded(kind, TOUCH_TYPES),
        "cost": money(_touch_cost(channel, kind)),
        "session_id": Key("S", np.where(session < 0, -1, session + 1)),
    }


def _won_through(crowd: People) -> Ints:
    """Position in TOUCH_CHANNELS of the channel that won each customer."""
    return np.array([TOUCH_CHANNELS.index(name) for name in ACQUISITION])[crowd.acquisition]


def _send_seconds(config: DemoConfig, run: Campaigns) -> Ints:
    """Second at which each newsletter leaves; before the start of the history nobody has consented yet."""
    first = np.array([run.every[run.first_newsletter + month].first for month in range(run.month_of_day[-1] + 1)])
    return config.start + (first + SEND_DAY - 1) * DAY + 8 * 3600


def _sent(config: DemoConfig, mail: Permissions, sends: Ints) -> _Mail:
    rng = config.rng("mail")
    receivers = [np.flatnonzero(mail.holds(int(second))) for second in sends]
    letter = np.repeat(np.arange(len(sends)), [len(part) for part in receivers])
    customer = np.concatenate(receivers)
    return _Mail(customer, letter, sends[letter] + rng.integers(0, 3600, len(customer)))


def _mail_events(
    config: DemoConfig, crowd: People, mail: Permissions, out: _Mail, sends: Ints
) -> tuple[Ints, Ints, Ints]:
    """Row of the mail, kind and second of every event; customers who are lost open less."""
    rng, size = config.rng("mail events"), len(out.sent)
    every = np.arange(size)
    lost = config.start + crowd.last_day[out.customer] * DAY < out.sent
    bounced = chance(rng, BOUNCED, size)
    opens = ~bounced & chance(rng, OPENS * np.where(lost, 0.6, 1.25), size)
    clicks = opens & chance(rng, CLICKS * np.where(lost, 0.5, 1.3), size)
    opened = out.sent + (lognormal(rng, 4.0, 1.3, size) * 3600).astype(np.int64)
    leaves = ~bounced & _leaves(mail, out, sends)
    complains = ~bounced & chance(rng, COMPLAINS, size)
    moves: list[tuple[Bools, Ints | int, Ints]] = [
        (np.ones(size, dtype=bool), SENT, out.sent),
        (~bounced, DELIVERED, out.sent + 20),
        (bounced, np.where(chance(rng, 0.2, size), HARD, SOFT), out.sent + 25),
        (opens, OPEN, opened),
        (clicks, CLICK, opened + rng.integers(5, 600, size)),
        (leaves, UNSUBSCRIBE, mail.withdrawn[out.customer]),
        (complains, COMPLAINT, opened + 60),
    ]
    row = np.concatenate([every[happened] for happened, _, _ in moves])
    kind = np.concatenate([np.broadcast_to(kind, size)[happened] for happened, kind, _ in moves])
    second = np.concatenate([second[happened] for happened, _, second in moves])
    return row, kind, second


def _leaves(mail: Permissions, out: _Mail, sends: Ints) -> Bools:
    """Whether consent was withdrawn after this newsletter and before the next one."""
    left = mail.withdrawn[out.customer]
    following = np.r_[sends, np.iinfo(np.int64).max][out.letter + 1]
    return (left != NEVER) & (left > out.sent + 20) & (left <= following)


def _touch_kinds(config: DemoConfig, channel: Ints) -> Ints:
    seen_only = chance(config.rng("touch kinds"), 0.3, len(channel))
    paid = np.isin(channel, [GROUPS.index(name) for name in PAID])
    kind = np.where(paid, np.where(seen_only, 0, 1), 2)
    kind = np.where(channel == GROUPS.index("Email"), 3, kind)
    return np.where(channel == len(GROUPS), TOUCH_TYPES.index("store"), kind)


def _touch_campaigns(config: DemoConfig, run: Campaigns, channel: Ints, place: Ints, second: Ints) -> Ints:
    """Campaign of each contact through a paid channel; -2 when there is none."""
    day = (second - config.start) // DAY
    paid = np.array([PAID.index(name) if name in PAID else -1 for name in TOUCH_CHANNELS])[channel]
    return np.where(paid >= 0, run.paid(paid, place, day), -2)


def _touch_cost(channel: Ints, kind: Ints) -> Ints:
    """Cents of each contact: what a click usually costs, or a thousandth view."""
    click = np.zeros(len(TOUCH_CHANNELS))
    for position, name in enumerate(PAID):
        click[GROUPS.index(name)] = CLICK_COST[position] * 100
    return np.where(kind == 1, np.rint(click[channel]), np.where(kind == 0, 1, 0)).astype(np.int64)
