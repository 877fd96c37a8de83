"""What a period is set beside: the one before, the same one a year earlier; an unfinished one as far as it has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assistant.understanding.draft import Draft, TimeChoice
from assistant.understanding.periods import (
    UNIT_ORDER,
    Period,
    add_months,
    add_units,
    previous_unit,
    unit_period,
    unit_start,
)
from semantic_layer import Comparison, TimeRange


def compared(period: Period, kind: str, draft: Draft) -> TimeChoice:
    """A period beside the one before or a year before; an unfinished one beside as many days of it.

    "The same month last year" and "the whole of last month" name the whole.
    """
    now = period.clipped(draft.world.as_of)
    if kind == "previous_year" and period.unit == "week" and period.yearless and not now.partial:
        return TimeChoice(now, Comparison(kind="range", range=period.moved_years(-1).whole()))  # by its number
    if not now.partial or (kind == "previous_year" and not draft.same_unit):
        return TimeChoice(now, Comparison(kind="previous_year" if kind == "previous_year" else "previous_period"))
    then = period.moved_years(-1) if kind == "previous_year" else previous_unit(period)
    return TimeChoice(now, Comparison(kind="range", range=so_far(now, period, then, whole_named(draft))))


def so_far(now: TimeRange, period: Period, then: Period, whole: bool = False) -> TimeRange:
    """The other period, only as far as an unfinished one has come: half of last year beside half of this one."""
    if whole or not now.partial or period.unit != then.unit or not (now.end and period.start and then.start):
        return then.whole()
    end = _as_far(now.end, period.start, then.start)
    if then.end is None or end >= then.end:
        return then.whole()
    return TimeRange(start=then.start, end=end)


def _as_far(end: date, start: date, then: date) -> date:
    """The day of the other period that an end in this one falls on: by months where both begin with one."""
    if start.day == then.day == 1:
        months = (start.year - then.year) * 12 + start.month - then.month
        return add_months(end - timedelta(days=1), -months) + timedelta(days=1)
    return then + (end - start)


def whole_named(draft: Draft) -> bool:
    """Whether a word says that a period is meant to its end: "the whole of last year", "all of 2025"."""
    words = draft.world.language.words("whole_words")
    places = [at for at in range(1, len(draft.elements)) if draft.kind(at) == "time"]
    said = {draft.element(before).text.casefold() for at in places for before in range(max(0, at - 3), at)}
    inside = {word for at in places for word in draft.element(at).text.casefold().split()}
    return not (said | inside).isdisjoint(words)


def of_whole_units(span: TimeRange | None, unit: str, as_of: date) -> TimeRange | None:
    """The span without the units that it or the data cuts: an unfinished month is never the weakest."""
    tomorrow = as_of + timedelta(days=1)
    known = span or TimeRange()
    last = min(known.end or tomorrow, tomorrow)
    end, start = unit_start(last, unit), known.start
    if start is not None and unit_start(start, unit) != start:
        start = add_units(unit_start(start, unit), unit, 1)
    if (end == last and start == known.start) or (start is not None and start >= end):
        return span
    return TimeRange(start=start, end=end, label=known.label)


def before_this(then: Period, draft: Draft) -> Period | None:
    """The running unit, when the one named is the whole one before it, or the same one of the year before."""
    if then.unit not in UNIT_ORDER or then.unit == "hour":
        return None
    running = unit_period(draft.world.as_of, then.unit)
    year_before = running.moved_years(-1)
    same = then.unit != "week" and (then.start, then.end) == (year_before.start, year_before.end)
    return running if same or then == replace(previous_unit(running), label=then.label) else None


def span_before(period: Period) -> Period:
    """The stretch of the same length right before: "last 30 days vs the previous 30 days"."""
    if period.start is None or period.end is None:
        return period
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
    in_months = period.start.day == 1 and period.end.day == 1 and not period.counts_days
    start = add_months(period.start, -months) if in_months else period.start - (period.end - period.start)
    return replace(period, start=start, end=period.start, label="")


def is_year_later(now: TimeRange, then: TimeRange) -> bool:
    """Whether a span begins a year after another."""
    return now.start is not None and then.start is not None and add_months(then.start, 12) == now.start


def fills(period: TimeRange, unit: str) -> bool:
    """Whether a span is one unit of the calendar, perhaps an unfinished one."""
    assert period.start is not None
    whole = unit_period(period.start, unit)
    assert whole.end is not None
    ends = period.end == whole.end or (period.partial and period.end is not None and period.end < whole.end)
    return whole.start == period.start and ends
