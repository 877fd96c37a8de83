"""What customers say when asked, and unasked: satisfaction, recommendation, reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from warehouse.sources.demo.basket import Items, Refunds
from warehouse.sources.demo.catalogue import Catalogue
from warehouse.sources.demo.config import DAY, DemoConfig
from warehouse.sources.demo.draws import chance, lognormal
from warehouse.sources.demo.frame import NEVER, Coded, Floats, Frame, Ints, Key, Masked, when
from warehouse.sources.demo.people import People
from warehouse.sources.demo.phrases import COMMENTS, REVIEWS
from warehouse.sources.demo.purchases import PENDING, Orders
from warehouse.sources.demo.service import Tickets

T = TypeVar("T")
CSAT, NPS = range(2)
QUESTIONS = (
    "How satisfied are you with how we handled your request?",
    "How satisfied are you with your order?",
    "How likely are you to recommend us to a friend or colleague?",
)
# share of answers at or below each score but the highest
CSAT_STEPS = (0.045, 0.095, 0.185, 0.50)  # 1, 2, 3, 4 of 5
NPS_STEPS = (0.006, 0.010, 0.018, 0.027, 0.042, 0.085, 0.165, 0.285, 0.515, 0.760)  # 0 to 9 of 10
STAR_STEPS = (0.05, 0.11, 0.22, 0.52)
AFTER_TICKET, AFTER_ORDER, WAVE_SHARE, NPS_ORDER = 0.75, 0.06, 0.35, 0.06  # who is asked
ANSWERS_TICKET, ANSWERS_ORDER, ANSWERS_NPS = 0.42, 0.29, 0.31  # who answers
REVIEWED = 0.05


@dataclass(frozen=True)
class Surveys:
    """Surveys by position, oldest first; `score` is -1 and `answered` NEVER when nobody answered."""

    customer: Ints
    kind: Ints
    question: Ints
    score: Ints
    sent: Ints
    answered: Ints
    ticket: Ints
    order: Ints
    wave: Ints

    def ticket_scores(self, count: int) -> Ints:
        """Score of each of `count` tickets; -1 when none was given."""
        scores = np.full(count, -1, dtype=np.int64)
        about = self.ticket >= 0
        scores[self.ticket[about]] = self.score[about]
        return scores


@dataclass(frozen=True)
class _Round:
    """One kind of survey before it is sent: who is asked when, what about, and how content they are."""

    kind: int
    question: int
    customer: Ints
    sent: Ints
    ticket: Ints
    order: Ints
    wave: Ints
    content: Floats
    answers: float


def surveys(config: DemoConfig, crowd: People, done: Orders, asked: Tickets) -> Surveys:
    """All surveys of the history with their answers."""
    rounds = [
        _ticket_round(config, crowd, asked),
        _order_round(config, crowd, done, CSAT),
        _order_round(config, crowd, done, NPS),
        _waves(config, crowd),
    ]
    parts = [_answered(config, number, survey) for number, survey in enumerate(rounds)]
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
    row = np.argsort(columns[4], kind="stable")
    return Surveys(*(column[row] for column in columns))


def survey_frame(config: DemoConfig, told: Surveys) -> Frame:
    """The survey_response table."""
    rng, size = config.rng("verbatims"), len(told.sent)
    happy = np.where(told.kind == CSAT, np.digitize(told.score, (3, 4)), np.digitize(told.score, (7, 9)))
    texts, first, counts = _flat(COMMENTS)
    text = first[happy] + (rng.random(size) * counts[happy]).astype(np.int64)
    spoke = (told.score >= 0) & chance(rng, 0.3, size)
    return {
        "response_id": Key("F", np.arange(size) + 1, 6),
        "customer_id": Key("C", told.customer + 1, 6),
        "type": Coded(told.kind, ("csat", "nps")),
        "score": Masked(told.score, told.score >= 0),
        "scale_min": np.where(told.kind == CSAT, 1, 0),
        "scale_max": np.where(told.kind == CSAT, 5, 10),
        "question": Coded(told.question, QUESTIONS),
        "verbatim": Coded(np.where(spoke, text, -1), texts),
        "sent_at": when(told.sent),
        "responded_at": when(told.answered),
        "ticket_id": Key("Q", np.where(told.ticket < 0, -1, told.ticket + 1), 6),
        "order_id": Key("O", np.where(told.order < 0, -1, told.order + 1)),
        "wave": Coded(told.wave, [name for name, _ in wave_days(config)]),
    }


def review_frame(config: DemoConfig, crowd: People, goods: Catalogue, sold: tuple[Orders, Items, Refunds]) -> Frame:
    """The review table: some lines of known customers, some weeks later; what came back is judged worse."""
    done, lines, back = sold
    rng = config.rng("reviews")
    owner, bought = done.customer[lines.order], done.second[lines.order]
    written = bought + (rng.uniform(6.0, 40.0, len(lines)) * DAY).astype(np.int64)
    real = (owner >= 0) & done.kept[lines.order] & ~done.is_test[lines.order] & (written < config.end)
    line = np.flatnonzero(real & chance(rng, REVIEWED, len(lines)))
    line = line[np.argsort(written[line], kind="stable")]
    returned = np.isin(line, back.item)
    quality = rng.normal(0.0, 0.45, len(goods))[lines.product[line]]
    feeling = 0.5 * crowd.mood[owner[line]] + quality - 1.4 * returned + rng.normal(0.0, 0.9, len(line))
    rating = 1 + _scores(feeling, STAR_STEPS)
    texts, first, counts = _flat(REVIEWS)
    mood = np.digitize(rating, (3, 4))
    text = first[mood] + (rng.random(len(line)) * counts[mood]).astype(np.int64)
    return {
        "review_id": Key("W", np.arange(len(line)) + 1, 6),
        "customer_id": Key("C", owner[line] + 1, 6),
        "product_id": Key("P", lines.product[line] + 1, 5),
        "rating": rating,
        "title": Coded(text, [title for title, _ in texts]),
        "body": Coded(text, [body for _, body in texts]),
        "at": when(written[line]),
    }


def wave_days(config: DemoConfig) -> list[tuple[str, int]]:
    """Name of each quarterly survey within the history, and the day (from the start) on which it begins."""
    waves = [
        (f"{year}-Q{quarter + 1}", config.number(date(year, 3 * quarter + 2, 10)))
        for year in range(config.first_day.year, config.as_of.year + 1)
        for quarter in range(4)
    ]
    return [(name, day) for name, day in waves if 0 <= day < config.days]


def _ticket_round(config: DemoConfig, crowd: People, asked: Tickets) -> _Round:
    rng = config.rng("ticket surveys")
    due = asked.solved + 3600
    ripe = (asked.solved != NEVER) & (asked.customer >= 0) & (due < config.end)
    ticket = np.flatnonzero(ripe & chance(rng, AFTER_TICKET, len(due)))
    who, none = asked.customer[ticket], np.full(len(ticket), -1)
    content = 0.6 * crowd.mood[who] + asked.content[ticket]
    return _Round(CSAT, 0, who, due[ticket], ticket, asked.order[ticket], none, content, ANSWERS_TICKET)


def _order_round(config: DemoConfig, crowd: People, done: Orders, kind: int) -> _Round:
    rng = config.rng(f"order surveys/{kind}")
    due = done.second + 6 * DAY
    ripe = done.kept & ~done.is_test & (done.customer >= 0) & (done.status != PENDING) & (due < config.end)
    order = np.flatnonzero(ripe & chance(rng, AFTER_ORDER if kind == CSAT else NPS_ORDER, len(due)))
    who, none = done.customer[order], np.full(len(order), -1)
    share = ANSWERS_ORDER if kind == CSAT else ANSWERS_NPS
    return _Round(kind, 1 if kind == CSAT else 2, who, due[order], none, order, none, crowd.mood[who], share)


def _waves(config: DemoConfig, crowd: People) -> _Round:
    """Every quarter some of the customers who are still there, or left lately, are asked for the NPS."""
    rng = config.rng("waves")
    who: list[Ints] = []
    for _, day in wave_days(config):
        there = crowd.buyer & ~crowd.internal & (crowd.first_day < day) & (crowd.last_day + 120 >= day)
        who.append(np.flatnonzero(there & chance(rng, WAVE_SHARE, len(crowd))))
    sizes = [len(part) for part in who]
    begin = np.repeat([day for _, day in wave_days(config)], sizes)
    customer = np.concatenate([*who, np.zeros(0, dtype=np.int64)])
    sent = config.start + begin * DAY + rng.integers(9 * 3600, 9 * DAY, len(customer))
    wave, none = np.repeat(np.arange(len(sizes)), sizes), np.full(len(customer), -1)
    inside = np.flatnonzero(sent < config.end)
    return _Round(
        NPS, 2, customer[inside], sent[inside], none[inside], none[inside], wave[inside],
        crowd.mood[customer[inside]], ANSWERS_NPS,
    )  # fmt: skip


def _answered(config: DemoConfig, number: int, survey: _Round) -> tuple[Ints, ...]:
    """Columns of Surveys for one round."""
    rng, size = config.rng(f"answers/{number}"), len(survey.sent)
    answered = survey.sent + (lognormal(rng, 9.0, 1.2, size) * 3600).astype(np.int64) + 60
    spoke = chance(rng, survey.answers, size) & (answered < config.end)
    feeling = survey.content + rng.normal(0.0, 0.8, size)
    score = _scores(feeling, CSAT_STEPS) + 1 if survey.kind == CSAT else _scores(feeling, NPS_STEPS)
    return (
        survey.customer, np.full(size, survey.kind), np.full(size, survey.question), np.where(spoke, score, -1),
        survey.sent, np.where(spoke, answered, NEVER), survey.ticket, survey.order, survey.wave,
    )  # fmt: skip


def _scores(feeling: Floats, steps: tuple[float, ...]) -> Ints:
    """Position of each feeling between the given shares of all feelings, from 0 on."""
    if len(feeling) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.searchsorted(np.quantile(feeling, steps), feeling).astype(np.int64)


def _flat(groups: Sequence[Sequence[T]]) -> tuple[list[T], Ints, Ints]:
    """Entries of all groups in a row, where each group begins, and how many it has."""
    counts = np.array([len(group) for group in groups])
    return [entry for group in groups for entry in group], np.cumsum(counts) - counts, counts
