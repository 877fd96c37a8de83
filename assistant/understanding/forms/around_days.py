"""A number before and after a day that was noted or is named: two spans of the same length around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.answer import Plan, Refusal
from assistant.understanding.dates import Clock
from assistant.understanding.forms.asking import Asking
from assistant.understanding.happenings import happening
from assistant.understanding.periods import Period
from assistant.understanding.relative_times import number_at
from assistant.understanding.time_phrases import time_phrase
from assistant.understanding.tokens import Token
from semantic_layer import Comparison, SemanticQuery, TimeRange

USUAL, FEWEST = 28, 7
DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class Around:
    """What a number is asked around: the days `[start, end)`, what they are called, and the asked length in days."""

    start: date
    end: date
    name: str
    days: int | None


def around(asking: Asking) -> Plan | Refusal | None:
    """ "orders before and after the price rise"; a refusal for a day that nothing is known of, None without one."""
    found = _found(asking)
    if found is None:
        return None
    first, behind = found
    clock = Clock(asking.tokens, asking.world.language, asking.world.as_of, noted=asking.world.noted)
    start, days = _length(asking, clock, first)
    event = _event(clock, behind)
    if event is None:
        return _unknown(asking, start, behind)
    period, end = event
    rest = [*asking.tokens[asking.past(0, "comparing") : start], *asking.tokens[end:]]
    if period.start is None or period.end is None:
        return None
    name = period.noted or " ".join(token.raw for token in asking.tokens[behind:end])
    return _compared(asking, rest, Around(period.start, period.end, name, days))


def _event(clock: Clock, at: int) -> tuple[Period, int] | None:
    """The one day or days that the words here name, with the place behind them."""
    found = happening(clock, at)
    if found is not None:
        return found[0][0], found[1]
    phrase = time_phrase(clock, at)
    return (phrase.readings[0], phrase.behind) if phrase is not None and len(phrase.readings) == 1 else None


def _found(asking: Asking) -> tuple[int, int] | None:
    """Where "before and after" stands, with the place behind it."""
    return next(iter(asking.found("around")), None)


def _length(asking: Asking, clock: Clock, first: int) -> tuple[int, int | None]:
    """Where "in the 30 days" before "before and after" begins, and how many days that is; None when nothing says so."""
    unit = asking.tokens[first - 1].plain if first else ""
    if unit not in DAYS:
        return first, None
    number = number_at(clock, first - 2) if first > 1 else None
    one = first > 1 and asking.tokens[first - 2].text in ("a", "the", "one")
    at = first - 2 if number is not None or one else first - 1
    while at and asking.tokens[at - 1].text in ("the", "in", "within", "for", "during"):
        at -= 1
    return at, DAYS[unit] * (number or 1)


def _unknown(asking: Asking, start: int, behind: int) -> Refusal | None:
    """That no such day is known, where the rest is a number."""
    asked = asking.read(asking.tokens[asking.past(0, "comparing") : start])
    words = " ".join(token.raw for token in asking.tokens[behind:])
    if asked is None or not words:
        return None
    return asking.refused("unknown_day", (words,), what=words)


def _compared(asking: Asking, rest: Sequence[Token], told: Around) -> Plan | Refusal | None:
    """The number in the span behind the day, compared with as long a span before it."""
    plan = asking.read(rest)
    if plan is None or not _is_free(plan.query):
        return None
    after = told.end if told.end - told.start > timedelta(days=1) else told.start
    since = (asking.world.as_of - after).days + 1
    days = told.days or min(USUAL, since)
    if since < max(days, FEWEST if told.days is None else 1):
        return asking.refused("too_few_days", (), what=told.name, days=str(max(since, 0)))
    length = timedelta(days=days)
    query = plan.query.model_copy(
        update={
            "time_range": TimeRange(start=after, end=after + length),
            "compare": Comparison(kind="range", range=TimeRange(start=told.start - length, end=told.start)),
        }
    )
    note = asking.world.language.message("around_day", days=str(days), what=told.name)
    return replace(plan, query=query, notes=(*plan.notes, note)) if asking.stands(query) else None


def _is_free(query: SemanticQuery) -> bool:
    """Whether nothing but metrics, groups and conditions is asked for."""
    told = query.model_copy(update={"metrics": (), "group_by": (), "filters": (), "order_by": ()})
    timed = any(one.time_range or one.last for one in query.filters) or any(one.grain for one in query.group_by)
    return told == SemanticQuery() and bool(query.metrics) and not timed
