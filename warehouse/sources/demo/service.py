"""Customer service: agents, tickets, and how long people wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.basket import Items
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, lognormal, pick, pick_evenly
from warehouse.sources.demo.frame import NEVER, Bools, Coded, Floats, Frame, Ints, Key, Masked, when
from warehouse.sources.demo.people import People
from warehouse.sources.demo.phrases import BODIES, SUBJECTS, TOPICS
from warehouse.sources.demo.purchases import Orders
from warehouse.sources.demo.season import STORE, seconds_of_day
from warehouse.sources.demo.stories import DELIVERY

AGENTS, TEAMS = 24, ("Frontline", "Specialists", "Business desk")
AGENT_FIRST = ("Alex", "Kim", "Robin", "Sascha", "Toni", "Luca", "Noa", "Jules", "Mika", "Sam", "Charlie", "Dominique")
AGENT_LAST = (
    "Berg",
    "Costa",
    "Dietz",
    "Evans",
    "Fontaine",
    "Groen",
    "Haas",
    "Ilves",
    "Jung",
    "Keller",
    "Lang",
    "Meyer",
)
ORDER_TICKETS, OTHER_TICKETS = 0.088, 0.022  # tickets for each order: about it, or about something else
ORDER_TOPICS = (0.38, 0.24, 0.17, 0.12, 0.0, 0.0, 0.09)
OTHER_TOPICS = (0.0, 0.0, 0.0, 0.06, 0.40, 0.34, 0.20)
DAYS_AFTER = (4.0, 9.0, 8.0, 1.0, 1.0, 1.0, 3.0)  # median days from order to ticket, by topic
CHANNELS, CHANNEL_ODDS = ("email", "chat", "phone", "web form", "social"), (0.40, 0.22, 0.20, 0.14, 0.04)
WAIT = np.array([150.0, 40.0, 30.0, 170.0, 80.0])  # median minutes until the first reply, by channel
PRIORITIES, PRIORITY_ODDS = ("low", "normal", "high", "urgent"), (0.16, 0.60, 0.19, 0.05)
HASTE, PROMISED = np.array([1.3, 1.0, 0.65, 0.35]), np.array([48, 24, 6, 2]) * 60  # factor on waiting; minutes
OPEN, REPLIED, SOLVED = range(3)


@dataclass(frozen=True)
class Tickets:
    """Tickets by position, oldest first; `order` and `customer` are -1 when unknown, seconds count from 1970.

    `content` is how well the handling went (mean about 0): quick replies and skilled agents raise it.
    """

    customer: Ints
    order: Ints
    topic: Ints
    channel: Ints
    priority: Ints
    agent: Ints
    created: Ints
    replied: Ints
    solved: Ints
    replies: Ints
    content: Floats


def agent_frame(config: DemoConfig) -> Frame:
    """The agent table."""
    rng = config.rng("agents")
    team = np.arange(AGENTS) * len(TEAMS) // AGENTS
    return {
        "agent_id": Key("G", np.arange(AGENTS) + 1, 3),
        "name": [f"{AGENT_FIRST[i % 12]} {AGENT_LAST[(i * 5 + i // 12) % 12]}" for i in range(AGENTS)],
        "team": Coded(team, TEAMS),
        "cost_per_hour": np.round(rng.normal(24.0, 1.5, AGENTS) + team * 4.0, 2),
    }


def tickets(config: DemoConfig, crowd: People, done: Orders) -> Tickets:
    """All requests of the history and how they were dealt with."""
    customer, order, topic, created = _requests(config, done)
    rng, size = config.rng("tickets"), len(customer)
    channel, priority = pick(rng, CHANNEL_ODDS, size), pick(rng, PRIORITY_ODDS, size)
    agent = _assigned(config, crowd, customer, topic)
    skill = config.rng("skill").normal(0.0, 1.0, AGENTS)[agent]
    day = (created - config.start) // DAY
    told = DELIVERY.holds(config, day) & (topic == TOPICS.index(DELIVERY.slice["ticket.topic"]))
    slow = np.where(told, 1 + DELIVERY.also["first_response_time"], 1.0)
    wait = lognormal(rng, WAIT[channel] * HASTE[priority] * slow, 0.75, size)
    replies = rng.geometric(np.clip(0.62 + 0.06 * skill, 0.3, 0.9))
    replied = created + (wait * 60).astype(np.int64) + 20
    solved = replied + (lognormal(rng, 90.0, 1.1, size) * 60 * (replies * 3.0 - 2.4)).astype(np.int64)
    content = 0.5 * skill - 0.3 * np.log(wait / WAIT[channel]) - 0.35 * (replies - 1.6)
    replied, solved = (np.where(second < config.end, second, NEVER) for second in (replied, solved))
    replies = np.where(replied == NEVER, 0, np.where(solved == NEVER, 1, replies))
    return Tickets(customer, order, topic, channel, priority, agent, created, replied, solved, replies, content)


def ticket_frame(config: DemoConfig, asked: Tickets, lines: Items, score: Ints) -> Frame:
    """The ticket table; `score` is the latest satisfaction score of each ticket, -1 when none."""
    rng, size = config.rng("ticket details"), len(asked.created)
    reopened = (asked.solved != NEVER) & chance(rng, 0.06, size)
    late = np.where(asked.replied == NEVER, config.end, asked.replied) - asked.created > PROMISED[asked.priority] * 60
    minutes = np.round(lognormal(rng, 6.5, 0.5, size) * np.maximum(asked.replies, 0.3), 1)
    state = np.where(asked.solved != NEVER, SOLVED, np.where(asked.replied != NEVER, REPLIED, OPEN))
    word, sentence = rng.integers(0, 4, size), rng.integers(0, 3, size)
    return {
        "ticket_id": Key("Q", np.arange(size) + 1, 6),
        "customer_id": Key("C", np.where(asked.customer < 0, -1, asked.customer + 1), 6),
        "order_id": Key("O", np.where(asked.order < 0, -1, asked.order + 1)),
        "product_id": Key("P", _about(asked, lines), 5),
        "agent_id": Key("G", np.where(asked.replied == NEVER, -1, asked.agent + 1), 3),
        "channel": Coded(asked.channel, CHANNELS),
        "topic": Coded(asked.topic, TOPICS),
        "priority": Coded(asked.priority, PRIORITIES),
        "status": Coded(state, ("open", "pending", "solved")),
        "created_at": when(asked.created),
        "first_reply_at": when(asked.replied),
        "solved_at": when(asked.solved),
        "reopened_count": reopened.astype(np.int64),
        "replies": asked.replies + reopened,
        "handle_minutes": minutes,
        "csat_score": Masked(score, score >= 0),
        "sla_breached": late,
        "subject": Coded(asked.topic * 4 + word, [text for topic in TOPICS for text in SUBJECTS[topic]]),
        "body": Coded(asked.topic * 3 + sentence, [text for topic in TOPICS for text in BODIES[topic]]),
    }


def _about(asked: Tickets, lines: Items) -> Ints:
    """Number of the product each ticket is about: the first of the order, where quality or returns are the topic."""
    about = (asked.order >= 0) & np.isin(asked.topic, [TOPICS.index("returns"), TOPICS.index("product quality")])
    first = np.searchsorted(lines.order, np.maximum(asked.order, 0))
    return np.where(about, lines.product[first] + 1, -1)


def _requests(config: DemoConfig, done: Orders) -> tuple[Ints, Ints, Ints, Ints]:
    """Customer, order, topic and second of every request, oldest first."""
    parts = [_about_orders(config, done), _about_else(config, done)]
    parts.append(_outage(config, done, parts[0]))
    order, customer, topic, created = (np.concatenate(part) for part in zip(*parts, strict=True))
    inside = np.flatnonzero(created < config.end)
    row = inside[np.argsort(created[inside], kind="stable")]
    return customer[row], order[row], topic[row], created[row]


def _about_orders(config: DemoConfig, done: Orders) -> tuple[Ints, Ints, Ints, Ints]:
    rng = config.rng("order tickets")
    odds = ORDER_TICKETS * np.where(done.channel == STORE, 0.3, 1.25)
    order = np.flatnonzero(done.kept & ~done.is_test & chance(rng, odds, len(done)))
    topic = pick_evenly(rng, np.array(ORDER_TOPICS), len(order))
    in_store = (done.channel[order] == STORE) & (topic == TOPICS.index("delivery"))
    topic = np.where(in_store, TOPICS.index("product quality"), topic)
    days = lognormal(rng, np.array(DAYS_AFTER)[topic], 0.5, len(order)).astype(np.int64)
    created = _at_daytime(config, done.second[order], days, "order tickets")
    return order, done.customer[order], topic, created


def _about_else(config: DemoConfig, done: Orders) -> tuple[Ints, Ints, Ints, Ints]:
    """Requests of customers some time after one of their orders, about their account or subscription."""
    rng = config.rng("other tickets")
    order = np.flatnonzero((done.customer >= 0) & ~done.is_test & chance(rng, OTHER_TICKETS, len(done)))
    topic = pick_evenly(rng, np.array(OTHER_TOPICS), len(order))
    created = _at_daytime(config, done.second[order], rng.integers(1, 30, len(order)), "other tickets")
    return np.full(len(order), -1), done.customer[order], topic, created


def _outage(config: DemoConfig, done: Orders, usual: tuple[Ints, Ints, Ints, Ints]) -> tuple[Ints, Ints, Ints, Ints]:
    """What the carrier's outage adds: tickets about parcels sent shortly before or during its week."""
    rng, topic = config.rng("outage"), TOPICS.index(DELIVERY.slice["ticket.topic"])
    back = config.days - 1 - (usual[3] - config.start) // DAY
    level = ((usual[2] == topic) & (back > DELIVERY.first) & (back <= DELIVERY.first + 56)).sum() / 8
    back = config.days - 1 - done.day(config)
    waiting = done.kept & ~done.is_test & (done.channel != STORE)
    waiting &= (back <= DELIVERY.first + 6) & (back >= DELIVERY.last + 1)
    pool = np.flatnonzero(waiting)
    order = np.sort(rng.choice(pool, min(len(pool), round(level * DELIVERY.effect)), replace=False))
    opens = np.maximum(config.end - (DELIVERY.first + 1) * DAY, done.second[order] + 6 * 3600)
    closes = config.end - DELIVERY.last * DAY
    day = (opens + np.floor(rng.random(len(order)) * (closes - opens)).astype(np.int64) - config.start) // DAY
    created = config.start + day * DAY + seconds_of_day(config, "outage", np.zeros(len(order), dtype=np.int64))
    created = np.maximum(created, opens)
    return order, done.customer[order], np.full(len(order), topic), created


def _at_daytime(config: DemoConfig, second: Ints, days: Ints, stream: str) -> Ints:
    """So many days later, at an hour at which people are awake; the same day means later that day."""
    midnight = second - (second - config.start) % DAY
    hour = seconds_of_day(config, stream, np.zeros(len(second), dtype=np.int64))
    return np.maximum(midnight + days * DAY + hour, second + 900)


def _assigned(config: DemoConfig, crowd: People, customer: Ints, topic: Ints) -> Ints:
    """Agent of each ticket: businesses have their own desk, specialists take payment and quality."""
    rng, size = config.rng("assigned"), len(customer)
    business: Bools = (customer >= 0) & crowd.business[customer]
    special = np.isin(topic, [TOPICS.index("payment"), TOPICS.index("product quality")])
    team = np.where(business, 2, np.where(special, 1, 0))
    return team * (AGENTS // len(TEAMS)) + rng.integers(0, AGENTS // len(TEAMS), size)
