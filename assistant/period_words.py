"""Spans of days in words: "in September 2026", "from March to May 2026", "the previous quarter"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.formatting import bucket, day, span
from assistant.shape import Context, next_bucket
from assistant.wording import Wording
from semantic_layer import TimeRange

CALENDAR = ("year", "half", "quarter", "month", "week", "day")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarBucket:
    """The calendar year, half, quarter, month, week or day that a span is, or that it is the beginning of."""

    start: date
    grain: str
    whole: bool


def calendar_bucket(asked: TimeRange, as_of: date | None = None) -> CalendarBucket | None:
    """The bucket that the span fills, or begins when it says that it is partial; None when it is neither."""
    if asked.start is None or asked.end is None:
        return None
    ends = {grain: next_bucket(asked.start, grain) for grain in CALENDAR if begins(asked.start, grain)}
    for grain, end in ends.items():
        if asked.end == end:
            return CalendarBucket(asked.start, grain, whole=as_of is None or as_of >= end - ONE_DAY)
    if asked.partial:
        fitting = [grain for grain in reversed(ends) if asked.end <= ends[grain]]
        return CalendarBucket(asked.start, fitting[0], whole=False) if fitting else None
    return None


def begins(start: date, grain: str) -> bool:
    """Whether a bucket of that calendar grain begins on the day; never for a grain of no such calendar."""
    months = {"year": (1,), "half": (1, 7), "quarter": (1, 4, 7, 10), "month": range(1, 13)}
    if grain == "week":
        return start.weekday() == 0
    return grain == "day" or (start.day == 1 and start.month in months.get(grain, ()))


def at_bucket(start: date, grain: str, words: Wording, locale: str) -> str:
    """Where in time one bucket of a series lies, with its preposition: " in September 2026", " on 3 May 2026"."""
    key = f"in_{grain}" if grain in ("day", "hour", "week", "year") else "in_bucket"
    return words.say(key, {"bucket": bucket(start, grain, locale, long=True)})


def when(context: Context, words: Wording) -> str:
    """The period asked about with its preposition, or nothing when all data counts."""
    asked = context.time_range
    if asked is None or asked.start is None or asked.end is None:
        return _open_ended("since", "until", context, words)
    found, covered = calendar_bucket(asked, context.as_of), _covered(asked.start, asked.end, context)
    if found and (found.whole or found.grain == "day"):
        return at_bucket(found.start, found.grain, words, context.locale)
    if found:
        name = bucket(found.start, found.grain, context.locale, long=True)
        key = "in_year_so_far" if found.grain == "year" else "in_bucket_so_far"
        return words.say(key, {"bucket": name, "span": covered})
    relative = re.match(words.texts["relative"], asked.label.strip())
    if relative:
        return words.say("in_relative", {"label": relative[1].lower(), "span": covered})
    return _from_to(asked.start, asked.end - ONE_DAY, context, words)


def period(context: Context, words: Wording) -> str:
    """The period asked about as a label: "September 2026", "16 Mar – 2 Apr 2026", "all data"."""
    asked = context.time_range
    if asked is None or asked.start is None or asked.end is None:
        return _open_ended("since_label", "until_label", context, words) or words.say("all_time")
    found, covered = calendar_bucket(asked, context.as_of), _covered(asked.start, asked.end, context)
    if found is None:
        return covered
    name = bucket(found.start, found.grain, context.locale, long=True)
    return name if found.whole else words.say("so_far", {"bucket": name, "span": covered})


def earlier(context: Context, grain: str, words: Wording, form: str = "") -> str:
    """What a comparison compares with: "the previous month", "the year before", or the other span itself.

    With the form `_label` as it stands alone, beside a colour or above a column.
    """
    query = context.query
    if query is None or query.compare is None:
        return words.choice(f"previous{form}", "other")
    if query.compare.range is not None:
        other = query.model_copy(update={"time_range": query.compare.range})
        return period(Context(other, None, locale=context.locale), words)
    if query.compare.kind == "previous_year":
        return words.say(f"year_before{form}")
    found = calendar_bucket(query.time_range) if query.time_range else None
    return words.choice(f"previous{form}", grain or (found.grain if found and found.whole else "other"))


def _covered(start: date, end: date, context: Context) -> str:
    """The days of a span that the data can cover, both ends included."""
    last = end - ONE_DAY
    as_of = context.as_of or last
    return span(start, as_of if start <= as_of < last else last, context.locale)


def _open_ended(since: str, until: str, context: Context, words: Wording) -> str:
    asked = context.time_range
    if asked and asked.start:
        return words.say(since, {"first": day(asked.start, context.locale)})
    if asked and asked.end:
        return words.say(until, {"last": day(asked.end - ONE_DAY, context.locale)})
    return ""


def _from_to(first: date, last: date, context: Context, words: Wording) -> str:
    if first.day == 1 and (last + ONE_DAY).day == 1:
        names = [bucket(value, "month", context.locale, long=True) for value in (first, last)]
        return words.say("in_buckets", {"first": names[0], "last": names[1]})
    names = [day(value, context.locale) for value in (first, last)]
    return words.say("in_days", {"first": names[0], "last": names[1]})
