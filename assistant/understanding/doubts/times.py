"""Doubts of when something was: a thing called after a month is not the month, and what falls due lies ahead."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from assistant.understanding.dates import Clock
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from assistant.understanding.periods import Period
from assistant.understanding.time_phrases import time_phrase
from semantic_layer import METRIC_TIME, Comparison, TimeRange

WEEK, MONTHS = timedelta(days=7), {"month": 1, "quarter": 3, "year": 12}


def _of_a_thing(asked: Doubted) -> Iterator[Doubt]:
    """ "after the May newsletter": behind that newsletter, of unknown day, and not behind the month."""
    language, said = asked.world.language, asked.said
    bounds = {word for name in ("before", "after", "since", "until") for word in language.data["time_words"][name]}
    months = language.data["months"]
    for at in range(len(said) - 3):
        opened, article, month, thing = (token.text for token in said[at : at + 4])
        if opened in bounds and article in language.determiners and month in months and _is_thing(asked, thing):
            yield Doubt(raw(said[at : at + 4]), "day_of_a_thing")


def _month_of_any_year(asked: Doubted) -> Iterator[Doubt]:
    """ "customers whose month of birth is July": that of any year, and not the last July."""
    units, months = asked.world.language.data["units"], asked.world.language.data["months"]
    bounded = {one.field for one in asked.query.filters if one.op in ("ge", "lt")}
    said = asked.said if not any(token.text.isdigit() for token in asked.said) else ()
    for at in range(len(said) - 2):
        named = {c.target for behind in (at + 2, at + 3, at + 4) for c in asked.concepts_of(said[at:behind])}
        told = next((i for i in range(at, len(said)) if said[i].text in months), 0)
        if told and said[at].text in units["month"] and named & bounded:
            yield Doubt(raw(said[at : told + 1]), "month_of_any_year")


def _is_thing(asked: Doubted, word: str) -> bool:
    """Whether a word behind a month goes on to say what is meant, and does not end the time."""
    language = asked.world.language
    ties = {*language.links["time"], *language.links["any"], *language.words("genitive"), "in", "on", "and", "or"}
    units = {unit for names in language.data["units"].values() for unit in names}
    return word.isalpha() and word not in ties | units and not language.cues.get(word)


def _lies_ahead(asked: Doubted) -> Iterator[Doubt]:
    """ "how many subscriptions renew in Q3", said before July: those of last year, or those still to come?"""
    language, past = asked.world.language, asked.words("past_auxiliaries")
    if _reaches_ahead(asked) or any(token.text in past for token in asked.said):
        return
    due = asked.words("falling_due")
    clock = Clock(asked.said, language, asked.world.as_of)
    for at in range(1, len(asked.said)):
        found = time_phrase(clock, at) if asked.said[at - 1].text in language.words("time_places") else None
        if found is not None and any(_is_over(one, asked) for one in found.readings):
            words = [" ".join(token.text for token in asked.said[at - 1 - n : at - 1]) for n in (1, 2, 3) if n < at]
            if due.intersection(words):
                yield Doubt(raw(asked.said[max(at - 2, 0) : found.behind]), "lies_ahead")


def _reaches_ahead(asked: Doubted) -> bool:
    """Whether the plan asks for days after the last one of data."""
    spans = [asked.query.time_range, *(one.time_range for one in asked.query.filters)]
    told = {str(value) for one in asked.query.filters for value in one.values if one.op in ("lt", "le")}
    last = asked.world.as_of + timedelta(days=1)
    return any(one and one.end and one.end > last for one in spans) or any(
        day > last.isoformat() for day in told if day[:2] == "20"
    )


def _is_over(period: Period, asked: Doubted) -> bool:
    """Whether a period without a year was taken for that of the year before, this year's being still to come."""
    start = period.start
    return period.yearless and start is not None and start.year < asked.world.as_of.year


def _since_then(asked: Doubted) -> Iterator[Doubt]:
    """ "revenue from customers who first ordered in May": in May, or all that they brought since?"""
    query, layer = asked.query, asked.world.layer
    if query.time_range is None or query.compare or any(one.field == METRIC_TIME for one in query.group_by):
        return
    once = asked.words("only_once")
    for one in query.filters:
        known = one.entity and one.time_range == query.time_range and one.field in layer.metrics
        if known and not once.isdisjoint(layer.metrics[one.field].title.casefold().split()):
            yield Doubt((query.time_range.label,), "since_then", (query, query.model_copy(update={"time_range": None})))


def _bucket_or_span(asked: Doubted) -> Iterator[Doubt]:
    """ "by day, versus the week before": each day beside that of the week before, or beside the day before it?"""
    query, said, units = asked.query, asked.said, asked.world.language.data["units"]
    grains = [group.grain for group in query.group_by if group.field == METRIC_TIME]
    span = query.time_range
    if not query.compare or query.compare.kind != "previous_period" or len(grains) != 1 or span is None:
        return
    for at in range(1, len(said) - 1):
        unit = next((one for one, names in units.items() if said[at].text in names), "")
        before = said[at + 1].text in asked.words("span_before") or said[at - 1].text in asked.words("span_before")
        if unit and unit != grains[0] and before and span.start and span.end:
            then = TimeRange(start=_earlier(span.start, unit), end=_earlier(span.end, unit))
            other = query.model_copy(update={"compare": Comparison(kind="range", range=then)})
            yield Doubt(raw(said[at - 1 : at + 2]), "bucket_or_span", (other, query))


def _earlier(day: date, unit: str) -> date:
    """The day a unit of time before; of a month that has no such day its first."""
    if unit not in MONTHS:
        return day - (WEEK if unit == "week" else WEEK / len(calendar.day_name))
    year, month = divmod(day.year * 12 + day.month - 1 - MONTHS[unit], 12)
    return date(year, month + 1, day.day if day.day <= calendar.monthrange(year, month + 1)[1] else 1)


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (
    _of_a_thing,
    _month_of_any_year,
    _lies_ahead,
    _since_then,
    _bucket_or_span,
)
