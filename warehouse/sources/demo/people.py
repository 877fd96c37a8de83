"""Who the customers are, how often they buy, and how long they stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sources.demo.config import DemoConfig
from warehouse.sources.demo.draws import chance, lognormal, pick, pick_by_row, pick_evenly
from warehouse.sources.demo.frame import Bools, Floats, Ints
from warehouse.sources.demo.season import Season
from warehouse.sources.demo.vocabulary import CITIES, COUNTRIES

CITY_COUNTRY = np.array([[code for code, *_ in COUNTRIES].index(city[1]) for city in CITIES])
SEGMENT_SHARES = (0.83, 0.14, 0.03)
ACQUISITION_SHARES = (0.23, 0.20, 0.13, 0.12, 0.05, 0.07, 0.07, 0.03, 0.10)
# how long customers of each acquisition channel stay, relative to the average
STAY = np.array([1.0, 1.2, 0.65, 1.2, 1.1, 1.5, 0.6, 0.7, 1.1])
# generations: born from 1997, from 1981 (millennials), from 1965, before
GENERATION_STARTS, GENERATION_SHARES = (1997, 1981, 1965), (0.20, 0.34, 0.28, 0.18)
# income band by generation, youngest first
INCOMES = np.array([[30, 40, 20, 8, 2], [12, 30, 30, 18, 10], [10, 25, 30, 20, 15], [20, 34, 26, 12, 8]], dtype=float)
# operating system of the usual device by generation: iOS, Android, Windows, macOS, Linux
SYSTEMS = ("iOS", "Android", "Windows", "macOS", "Linux")
SYSTEM_ODDS = np.array([[42, 36, 13, 8, 1], [33, 31, 24, 10, 2], [25, 27, 38, 8, 2], [20, 22, 50, 7, 1]], dtype=float)

NEVER_BOUGHT, ONCE_ONLY = 0.06, 0.31
RATE_SHAPE, RATE_PER_DAY = 0.9, 1 / 43  # gamma-distributed rates of buying; mean orders a day of a customer who stays
RATE_CAP = 0.065  # orders a day; nobody buys so often that one customer moves a whole market
MEAN_STAY = 330.0  # days


@dataclass(frozen=True)
class People:
    """Customers by position, oldest first. Codes are positions in the vocabularies; days count from the start.

    `rate` is the orders a day while the customer stays, `stay` the days from the first order until the customer is
    lost, `mood` how well the customer thinks of the company (mean 0, deviation 1), `region` and `gender` are known to
    the company only where the `*_known` masks hold.
    """

    segment: Ints
    city: Ints
    country: Ints
    acquisition: Ints
    gender: Ints
    birth_year: Ints
    generation: Ints
    income: Ints
    system: Ints
    internal: Bools
    buyer: Bools
    seen_day: Ints
    first_day: Ints
    stay: Floats
    rate: Floats
    mood: Floats

    def __len__(self) -> int:
        return len(self.segment)

    @property
    def business(self) -> Bools:
        """Whether each customer is a company."""
        return self.segment > 0

    @property
    def taste(self) -> Ints:
        """0 thrifty, 1 middle, 2 premium; follows the income."""
        return np.array([0, 0, 1, 2, 2])[self.income]

    @property
    def last_day(self) -> Ints:
        """Day on which each customer is lost; may lie after the history."""
        return self.first_day + np.floor(self.stay).astype(np.int64)


def people(config: DemoConfig, season: Season) -> People:
    """The customers of the company."""
    rng, size = config.rng("people"), config.customers
    segment = pick(rng, SEGMENT_SHARES, size)
    # cost per new customer is watched by channel and country, so chance must not tell stories there
    origin = pick_evenly(rng, np.outer(ACQUISITION_SHARES, city_weights()).ravel(), size)
    acquisition, city = np.divmod(origin, len(CITIES))
    generation = pick(rng, GENERATION_SHARES, size)
    income = pick_by_row(rng, INCOMES, generation)
    internal = np.arange(size) >= size - max(2, size // 1500)
    mood = rng.normal(0.0, 1.0, size)
    seen, first = _arrivals(config, season)
    stay = rng.exponential(MEAN_STAY, size) * STAY[acquisition] * np.exp(0.3 * mood)
    stay[chance(rng, ONCE_ONLY, size)] = 0.0
    rate = rng.gamma(RATE_SHAPE, RATE_PER_DAY / RATE_SHAPE, size).clip(0.0, RATE_CAP) * (0.85 + 0.075 * income)
    return People(
        segment=np.where(internal, 0, segment),
        city=city,
        country=CITY_COUNTRY[city],
        acquisition=acquisition,
        gender=pick(rng, (0.53, 0.455, 0.015), size),
        birth_year=_birth_years(config, generation),
        generation=generation,
        income=income,
        system=pick_by_row(rng, SYSTEM_ODDS, generation),
        internal=internal,
        buyer=~chance(rng, NEVER_BOUGHT, size),
        seen_day=seen,
        first_day=first,
        stay=stay,
        rate=np.where(internal, 0.01, rate * np.where(segment > 0, 1.3, 1.0)),
        mood=mood,
    )


def city_weights() -> Floats:
    """Weight of each city: its share of its country times the country's share."""
    weights = np.array([city[3] for city in CITIES], dtype=float)
    totals = np.bincount(CITY_COUNTRY, weights)
    return weights / totals[CITY_COUNTRY] * np.array([country[2] for country in COUNTRIES])[CITY_COUNTRY]


def _arrivals(config: DemoConfig, season: Season) -> tuple[Ints, Ints]:
    """Day first seen and day of the first order, in order of the day first seen."""
    rng = config.rng("arrivals")
    first = pick(rng, season.newcomers, config.customers)
    waited = np.floor(lognormal(rng, 1.5, 1.3, config.customers)).astype(np.int64)
    seen = np.maximum(first - np.minimum(waited, 60), 0)
    order = np.argsort(seen, kind="stable")
    return seen[order], first[order]


def _birth_years(config: DemoConfig, generation: Ints) -> Ints:
    """Year of birth within each generation, nobody younger than 18 at the end of the history."""
    low = np.array([max(config.as_of.year - 29, GENERATION_STARTS[0]), *GENERATION_STARTS[1:], 1945])
    high = np.array([max(config.as_of.year - 19, low[0]), *(start - 1 for start in GENERATION_STARTS)])
    return config.rng("birth years").integers(low[generation], high[generation] + 1)
