"""Business customers: accounts, leads, and deals on their way through the pipeline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.campaigns import PAID, Campaigns
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, lognormal, pick
from warehouse.sources.demo.frame import NEVER, Bools, Coded, Floats, Frame, Ints, Key, Masked, on_day, when
from warehouse.sources.demo.people import CITY_COUNTRY, People, city_weights
from warehouse.sources.demo.season import Season
from warehouse.sources.demo.vocabulary import CITIES, COMPANY_TRADES, COMPANY_WORDS, COUNTRIES, SALES_PEOPLE

HEADS, PROSPECTS = 0.85, 0.25  # accounts with customers, and without, for each business customer
LEADS = 0.13  # for each customer of any kind
LEAD_CHANNELS = ("Paid Search", "Organic Search", "Referral", "Direct", "Email", "Paid Social")
LEAD_ODDS = (0.26, 0.24, 0.16, 0.16, 0.10, 0.08)
QUALIFIED, CONVERTED = 0.55, 0.66  # of leads, of qualified leads
STAGES = ("Qualification", "Proposal", "Negotiation", "Won", "Lost")
CHANCE = np.array([0.2, 0.45, 0.7, 1.0, 0.0])
PASSES = (0.70, 0.72, 0.80)  # odds to get past each open stage
STAGE_DAYS = (12.0, 16.0, 14.0)  # median days in each open stage
WON, LOST = 3, 4
LOST_REASONS, LOST_ODDS = ("price", "competitor", "no budget", "no decision", "missing feature"), (34, 24, 18, 16, 8)


@dataclass(frozen=True)
class Accounts:
    """Accounts by position; `head` is their first customer (-1 for prospects), `of` the account of each customer."""

    head: Ints
    city: Ints
    employees: Ints
    of: Ints

    def __len__(self) -> int:
        return len(self.head)


@dataclass(frozen=True)
class Deals:
    """Opportunities by position, oldest first, in step with the leads they came from.

    `entered[k]` is the second at which stage k of the open ones was entered, `closed` the end; NEVER when not (yet).
    """

    lead: Ints
    account: Ints
    stage: Ints
    last_open: Ints
    entered: Ints
    closed: Ints
    amount: Ints


@dataclass(frozen=True)
class Leads:
    """Leads by position, oldest first; seconds are NEVER where a step was not reached."""

    account: Ints
    channel: Ints
    country: Ints
    created: Ints
    qualified: Ints
    converted: Ints


def accounts(config: DemoConfig, crowd: People) -> Accounts:
    """Companies of business customers, and companies not won yet."""
    rng, business = config.rng("accounts"), np.flatnonzero(crowd.business)
    heads = np.sort(rng.permutation(business)[: max(1, round(len(business) * HEADS))])
    prospects = max(1, round(len(business) * PROSPECTS))
    of = np.full(len(crowd), -1, dtype=np.int64)
    of[business] = rng.integers(0, len(heads), len(business))
    of[heads] = np.arange(len(heads))
    city = np.r_[crowd.city[heads], pick(rng, city_weights(), prospects)]
    large = np.r_[crowd.segment[heads] == 2, chance(rng, 0.2, prospects)]
    employees = np.ceil(lognormal(rng, np.where(large, 850.0, 14.0), 0.8, len(city))).astype(np.int64)
    return Accounts(np.r_[heads, np.full(prospects, -1)], city, employees, of)


def account_names(firms: Accounts) -> list[str]:
    """Name of each account: a word, a trade and the city; a number tells namesakes apart."""
    met: Counter[str] = Counter()
    names: list[str] = []
    for row, city in enumerate(firms.city):
        name = f"{COMPANY_WORDS[_company(row)[0]]} {COMPANY_TRADES[_company(row)[1]][0]} {CITIES[city][0]}"
        met[name] += 1
        names.append(name if met[name] == 1 else f"{name} {met[name]}")
    return names


def _company(row: int) -> tuple[int, int]:
    """Positions of the word and the trade of an account; neighbours differ."""
    return row * 7 % len(COMPANY_WORDS), row * 5 % len(COMPANY_TRADES)


def account_frame(config: DemoConfig, firms: Accounts) -> Frame:
    """The account table."""
    rng, size = config.rng("account details"), len(firms)
    groups = np.flatnonzero(firms.employees > 500)
    parent = np.full(size, -1)
    if len(groups):
        parent = np.where(chance(rng, 0.06, size), groups[rng.integers(0, len(groups), size)], -1)
    parent[parent == np.arange(size)] = -1
    names = account_names(firms)
    return {
        "account_id": Key("A", np.arange(size) + 1, 5),
        "name": names,
        "domain": [f"{name.lower().replace(' ', '-')}.example" for name in names],
        "industry": [COMPANY_TRADES[_company(row)[1]][1] for row in range(size)],
        "employee_count": firms.employees,
        "annual_revenue": np.round(firms.employees * rng.uniform(80_000, 190_000, size), -3),
        "parent_account_id": Key("A", np.where(parent < 0, -1, parent + 1), 5),
        "country_code": Coded(CITY_COUNTRY[firms.city], [code for code, *_ in COUNTRIES]),
        "owner": Coded(_owner(firms.city), SALES_PEOPLE),
    }


def leads(config: DemoConfig, season: Season, firms: Accounts) -> Leads:
    """All leads of the history and how far each came."""
    rng, size = config.rng("leads"), max(20, round(config.customers * LEADS))
    workdays = season.channel[3] * season.base
    created = config.start + pick(rng, workdays, size) * DAY + rng.integers(7 * 3600, 19 * 3600, size)
    created = np.sort(created)
    account = rng.integers(0, len(firms), size)
    known = chance(rng, 0.72, size)
    qualified = created + (lognormal(rng, 2.5, 0.8, size) * DAY).astype(np.int64)
    converted = qualified + (lognormal(rng, 5.0, 0.8, size) * DAY).astype(np.int64)
    good = known & chance(rng, QUALIFIED / 0.72, size) & (qualified < config.end)
    won = good & chance(rng, CONVERTED, size) & (converted < config.end)
    return Leads(
        account=np.where(known, account, -1),
        channel=pick(rng, LEAD_ODDS, size),
        country=CITY_COUNTRY[firms.city[account]],
        created=created,
        qualified=np.where(good, qualified, NEVER),
        converted=np.where(won, converted, NEVER),
    )


def deals(config: DemoConfig, firms: Accounts, found: Leads) -> Deals:
    """One opportunity for every converted lead, led through the stages until won, lost or the end of the history."""
    lead = np.flatnonzero(found.converted != NEVER)
    lead = lead[np.argsort(found.converted[lead], kind="stable")]
    rng, size = config.rng("deals"), len(lead)
    second = found.converted[lead]
    stage, closed = np.zeros(size, dtype=np.int64), np.full(size, NEVER)
    entered = np.full((3, size), NEVER)
    for number in range(3):
        there = (stage == number) & (closed == NEVER)
        entered[number] = np.where(there, second, NEVER)
        second = second + (lognormal(rng, STAGE_DAYS[number], 0.7, size) * DAY).astype(np.int64)
        passes = chance(rng, PASSES[number], size)
        moved = there & (second < config.end)
        ended = moved & (~passes | (number == 2))
        closed = np.where(ended, second, closed)
        stage = np.where(moved, np.where(passes, number + 1, LOST), stage)
    last_open = (entered != NEVER).sum(axis=0) - 1
    size_of_firm = np.clip(firms.employees[found.account[lead]], 1, 3000) ** 0.35
    amount = np.rint(lognormal(rng, 900.0, 0.7, size) * size_of_firm).astype(np.int64)
    return Deals(lead, found.account[lead], stage, last_open, entered, closed, amount)


def lead_frame(config: DemoConfig, run: Campaigns, found: Leads, firms: Accounts, won: Deals) -> Frame:
    """The lead table."""
    rng, size = config.rng("lead details"), len(found.created)
    day = (found.created - config.start) // DAY
    paid = np.array([PAID.index(name) if name in PAID else -1 for name in LEAD_CHANNELS])[found.channel]
    campaign = np.where(paid >= 0, run.paid(paid, found.country, day) + 1, -1)
    opportunity = np.full(size, -1)
    opportunity[won.lead] = np.arange(len(won.lead)) + 1
    head = np.where(found.converted == NEVER, -1, firms.head[found.account])
    score = np.clip(rng.normal(np.where(found.qualified == NEVER, 38, 62), 15, size), 0, 100).astype(np.int64)
    fresh = found.created > config.end - 14 * DAY
    idle = np.where(fresh, 0, 3)
    status = np.where(found.converted != NEVER, 2, np.where(found.qualified != NEVER, 1, idle))
    return {
        "lead_id": Key("D", np.arange(size) + 1, 5),
        "customer_id": Key("C", np.where(head < 0, -1, head + 1), 6),
        "account_id": Key("A", np.where(found.account < 0, -1, found.account + 1), 5),
        "campaign_id": Key("K", campaign, 4),
        "channel": Coded(found.channel, LEAD_CHANNELS),
        "country_code": Coded(found.country, [code for code, *_ in COUNTRIES]),
        "status": Coded(status, ("new", "qualified", "converted", "disqualified")),
        "score": score,
        "created_at": when(found.created),
        "qualified_at": when(found.qualified),
        "converted_at": when(found.converted),
        "opportunity_id": Key("X", opportunity, 5),
    }


def opportunity_frame(config: DemoConfig, firms: Accounts, won: Deals, products: int) -> Frame:
    """The opportunity table."""
    rng, size = config.rng("deal details"), len(won.lead)
    head = firms.head[won.account]
    planned = won.entered[0] // DAY + rng.integers(25, 70, size)
    over: Bools = won.closed != NEVER
    likely: Floats = CHANCE[won.stage]
    return {
        "opportunity_id": Key("X", np.arange(size) + 1, 5),
        "account_id": Key("A", won.account + 1, 5),
        "customer_id": Key("C", np.where(head < 0, -1, head + 1), 6),
        "owner": Coded(_owner(firms.city[won.account]), SALES_PEOPLE),
        "stage": Coded(won.stage, STAGES),
        "amount": won.amount,
        "probability": likely,
        "opened_at": when(won.entered[0]),
        "expected_close": on_day(planned),
        "closed_at": when(won.closed),
        "is_won": Masked(won.stage == WON, over),
        "lost_reason": Coded(np.where(won.stage == LOST, pick(rng, LOST_ODDS, size), -1), LOST_REASONS),
        "product_id": Key("P", rng.integers(0, products, size) + 1, 5),
    }


def stage_frame(won: Deals) -> Frame:
    """The opportunity_stage_history table, oldest first."""
    every = np.arange(len(won.lead))
    over = won.closed != NEVER
    moves = [(every[won.entered[k] != NEVER], k) for k in range(3)]
    deal = np.concatenate([*(part for part, _ in moves), every[over]])
    into = np.concatenate([*(np.full(len(part), k) for part, k in moves), won.stage[over]])
    out_of = np.concatenate([*(np.full(len(part), k - 1) for part, k in moves), won.last_open[over]])
    second = np.concatenate([*(won.entered[k][part] for part, k in moves), won.closed[over]])
    row = np.lexsort((into, deal, second))
    return {
        "id": Key("Z", np.arange(len(row)) + 1, 5),
        "opportunity_id": Key("X", deal[row] + 1, 5),
        "from_stage": Coded(out_of[row], STAGES),
        "to_stage": Coded(into[row], STAGES),
        "at": when(second[row]),
    }


def _owner(city: Ints) -> Ints:
    """Sales person of each account, by country."""
    return np.array([0, 5, 4, 3, 2, 2, 1, 3])[CITY_COUNTRY[city]]
