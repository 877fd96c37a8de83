"""Which campaigns run when, and what they cost each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import numbered
from warehouse.sources.demo.frame import Coded, Const, Floats, Frame, Ints, Key, on_day
from warehouse.sources.demo.people import ACQUISITION_SHARES
from warehouse.sources.demo.season import Season, promotions
from warehouse.sources.demo.stories import SEARCH
from warehouse.sources.demo.vocabulary import ACQUISITION, COUNTRIES

PAID = ("Paid Search", "Paid Social", "Affiliates", "Display")
CPA = (27.0, 33.0, 21.0, 46.0)  # usual cost of a new customer, EUR
CLICK_COST, CLICK_RATE = (0.62, 0.48, 0.35, 0.40), (0.034, 0.011, 0.016, 0.0028)
COUNTRY_COST = (1.05, 1.15, 1.0, 0.95, 0.85, 0.85, 0.95, 0.95)
MESSAGES = ("Everything for every day", "Loved by people like you", "Only a few left", "Chosen by experts")
CHANNELS = (*PAID, "Email")
OBJECTIVES = ("acquisition", "retention", "brand")


@dataclass(frozen=True)
class Campaign:
    """One campaign; `first` and `last` are days of the history and may lie outside, `country` is -1 for all."""

    name: str
    channel: int
    objective: int
    country: int
    first: int
    last: int
    offer: str | None
    budget: float


@dataclass(frozen=True)
class Campaigns:
    """All campaigns by position: always-on (by half year, channel and country), then newsletters, then brand."""

    every: tuple[Campaign, ...]
    half_of_day: Ints
    month_of_day: Ints
    first_newsletter: int
    first_brand: int

    def paid(self, channel: Ints, country: Ints, day: Ints) -> Ints:
        """Position of the always-on campaign of a paid channel (position in PAID) in a country on a day."""
        return (self.half_of_day[day] * len(PAID) + channel) * len(COUNTRIES) + country

    def newsletter(self, day: Ints) -> Ints:
        """Position of the newsletter of the month of a day."""
        return self.first_newsletter + self.month_of_day[day]


def campaigns(config: DemoConfig) -> Campaigns:
    """Every campaign of the company."""
    days = [config.first_day + timedelta(days=number) for number in range(config.days)]
    halves = sorted({(day.year, day.month > 6) for day in days})
    months = sorted({(day.year, day.month) for day in days})
    paid = [_paid(config, half, channel, country) for half in halves for channel in range(4) for country in range(8)]
    letters = [_newsletter(config, year, month) for year, month in months]
    return Campaigns(
        every=(*paid, *letters, *_brand(config)),
        half_of_day=np.array([halves.index((day.year, day.month > 6)) for day in days]),
        month_of_day=np.array([months.index((day.year, day.month)) for day in days]),
        first_newsletter=len(paid),
        first_brand=len(paid) + len(letters),
    )


def campaign_frame(config: DemoConfig, run: Campaigns) -> Frame:
    """The campaign table."""
    country = np.array([campaign.country for campaign in run.every])
    today = config.start // DAY
    return {
        "campaign_id": Key("K", np.arange(len(run.every)) + 1, 4),
        "name": [campaign.name for campaign in run.every],
        "channel": [CHANNELS[campaign.channel] for campaign in run.every],
        "objective": [OBJECTIVES[campaign.objective] for campaign in run.every],
        "message": [MESSAGES[(3 * campaign.channel + campaign.country) % 4] for campaign in run.every],
        "offer": [campaign.offer for campaign in run.every],
        "start_date": on_day(np.array([campaign.first for campaign in run.every]) + today),
        "end_date": on_day(np.array([campaign.last for campaign in run.every]) + today),
        "budget": [f"{campaign.budget:.2f}" for campaign in run.every],
        "target": [_audience(campaign) for campaign in run.every],
        "country_code": Coded(country, [code for code, *_ in COUNTRIES]),
        "country": Coded(country, [entry[1] for entry in COUNTRIES]),
    }


def spend_frame(config: DemoConfig, run: Campaigns, season: Season) -> Frame:
    """The marketing_spend table: every campaign on every day it ran within the history."""
    first = np.clip([campaign.first for campaign in run.every], 0, config.days)
    last = np.clip([campaign.last for campaign in run.every], -1, config.days - 1)
    campaign, step = numbered(np.maximum(last - first + 1, 0))
    day = first[campaign] + step
    channel = np.array([entry.channel for entry in run.every])[campaign]
    cost = _cost(config, run, season, campaign, day)
    click_cost = np.array([*CLICK_COST, 0.05])[channel] * _drift(config, run, campaign, day)
    rng, expected = config.rng("clicks"), cost / click_cost
    shown = rng.poisson(expected / np.array([*CLICK_RATE, 0.03])[channel] * np.exp(rng.normal(0.0, 0.05, len(cost))))
    clicks = np.minimum(rng.poisson(expected), shown)
    return {
        "campaign_id": Key("K", campaign + 1, 4),
        "date": on_day(day + config.start // DAY),
        "channel": Coded(channel, CHANNELS),
        "purpose": Coded(np.array([entry.objective for entry in run.every])[campaign], OBJECTIVES),
        "impressions": shown,
        "clicks": clicks,
        "cost": np.rint(cost * 100) / 100,
        "currency": Const("EUR"),
    }


def _cost(config: DemoConfig, run: Campaigns, season: Season, campaign: Ints, day: Ints) -> Floats:
    """Cost of each campaign on each day, EUR: budgets follow the customers expected, not those who come."""
    rng, size = config.rng("spend"), len(campaign)
    expected = season.newcomers / season.newcomers.sum() * config.customers
    share = np.array([ACQUISITION_SHARES[ACQUISITION.index(name)] for name in PAID])
    channel = np.array([min(entry.channel, 3) for entry in run.every])[campaign]
    country = np.array([entry.country for entry in run.every])[campaign]
    people = expected[day] * share[channel] * np.array([entry[2] for entry in COUNTRIES])[country]
    paid = people * np.array(CPA)[channel] * np.array(COUNTRY_COST)[country] * _drift(config, run, campaign, day)
    planned = np.array([entry.budget / (entry.last - entry.first + 1) for entry in run.every])[campaign]
    return np.where(campaign < run.first_newsletter, paid, planned) * np.exp(rng.normal(0.0, 0.07, size))


def _drift(config: DemoConfig, run: Campaigns, campaign: Ints, day: Ints) -> Floats:
    """What the dearer clicks of the story multiply the cost by."""
    told = np.array(
        [
            CHANNELS[entry.channel] == SEARCH.slice["campaign.channel"]
            and entry.country == [name for _, name, *_ in COUNTRIES].index(SEARCH.slice["campaign.country"])
            for entry in run.every
        ]
    )
    return np.where(told[campaign], 1 + SEARCH.effect * SEARCH.ramp(config, day), 1.0)


def _paid(config: DemoConfig, half: tuple[int, bool], channel: int, country: int) -> Campaign:
    year, second = half
    first = date(year, 7 if second else 1, 1)
    last = date(year, 12, 31) if second else date(year, 6, 30)
    name = f"{PAID[channel]} {COUNTRIES[country][1]} {year} H{1 + second}"
    share = ACQUISITION_SHARES[ACQUISITION.index(PAID[channel])] * COUNTRIES[country][2]
    budget = round(share * CPA[channel] * config.customers / config.days * 184, -2) + 100
    return Campaign(name, channel, 0, country, config.number(first), config.number(last), None, budget)


def _newsletter(config: DemoConfig, year: int, month: int) -> Campaign:
    first = date(year, month, 1)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    offer = "10% off" if month % 3 == 0 else None
    name = f"Newsletter {first:%B} {year}"
    budget = 0.03 * config.customers
    return Campaign(name, 4, 1, -1, config.number(first), config.number(last), offer, budget)


def _brand(config: DemoConfig) -> list[Campaign]:
    """A display campaign in all countries with every sale that touches the history."""
    told: list[Campaign] = []
    for year in range(config.first_day.year, config.as_of.year + 1):
        for first, last, title in promotions(year):
            span = (config.number(first), config.number(last))
            if span[1] >= 0 and span[0] < config.days:
                budget = 0.35 * config.customers
                told.append(Campaign(f"{title} {year}", 3, 2, -1, *span, "up to 25% off", budget))
    return told


def _audience(campaign: Campaign) -> str:
    where = COUNTRIES[campaign.country][1] if campaign.country >= 0 else "all countries"
    whom = ("New customers", "Customers with consent", "Everybody")[campaign.objective]
    return f"{whom} in {where}"
