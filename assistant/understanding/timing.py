"""Passes that find the period, the other period it is compared with, and the grain of a trend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from assistant.understanding.clause_times import outside_clauses
from assistant.understanding.draft import Draft, TimeChoice
from assistant.understanding.periods import (
    UNIT_ORDER,
    Period,
    fitting_grain,
    previous_unit,
    unit_period,
)
from assistant.understanding.spans_compared import (
    before_this,
    compared,
    fills,
    is_year_later,
    so_far,
    span_before,
    whole_named,
)
from assistant.understanding.time_phrases import TimePhrase
from semantic_layer import Comparison, QueryError, SemanticQuery, TimeRange, check

CHANGE = ("change", "change_up", "change_down")
PARTS_OF_YEAR = ("day", "week", "month", "quarter", "half")
COMPARE = ("versus", "compare", *CHANGE)
STEPS = {"step_month": "month", "step_quarter": "quarter", "step_week": "week", "step_day": "day"}


def find_grains(draft: Draft) -> None:
    """ "monthly", "daily": units of time that need no introduction."""
    for at in range(len(draft.elements)):
        if draft.kind(at) == "grain" and at not in draft.uses and "adverb" in draft.element(at).cues:
            draft.take_grain(at)


def find_times(draft: Draft) -> None:
    """The periods named, made into one range, a range beside another, or a choice between readings of a date."""
    timed = [at for at in range(len(draft.elements)) if draft.kind(at) == "time"]
    places = [at for at in timed if draft.uses.get(at, ("",))[0] != "condition"]  # "in both 2024 and 2025"
    places = outside_clauses(draft, places)
    phrases = [_phrase(draft, at) for at in places]
    if len(phrases) == 1 and _is_as_of_today(draft, phrases[0]):
        draft.use(places[0], "time", draft.element(places[0]).text)
        return
    if draft.held_against is not None:
        _hold_against(draft, places)
        return
    periods = [phrase for phrase in phrases if not phrase.whole_time]
    if len(periods) > 1 and len(places) == len(periods):
        _several(draft, places, [phrase.readings[0] for phrase in periods])
    elif len(periods) <= 1:
        for at in places:
            draft.use(at, "time", draft.element(at).text)
        if periods:
            _one(draft, periods[0])


def _hold_against(draft: Draft, places: list[int]) -> None:
    """ "sold more than last year": the period before behind the comparison, and the one it is set beside, if named."""
    then = _phrase(draft, draft.held_against or 0)
    others = [_phrase(draft, at) for at in places if at != draft.held_against]
    if len(others) > 1 or any(len(phrase.readings) > 1 or phrase.whole_time for phrase in (then, *others)):
        return
    now = others[0].readings[0] if others else before_this(then.readings[0], draft)
    if now is None or now.start is None or then.readings[0].start is None or then.readings[0].start > now.start:
        return
    _compare_pair(draft, now, then.readings[0])
    for at in places if draft.times[0].compare else ():
        draft.use(at, "time", draft.element(at).text)


def _is_as_of_today(draft: Draft, phrase: TimePhrase) -> bool:
    """ "what is the recurring revenue today": what is only known as of today needs no period for that."""
    days = [period for period in phrase.readings if period.unit == "day" and period.start == draft.world.as_of]
    names = [concept.target for _, choices in draft.metrics for concept in choices]
    return len(days) == len(phrase.readings) == 1 and bool(names) and all(_is_timeless(draft, name) for name in names)


def _is_timeless(draft: Draft, name: str) -> bool:
    day = TimeRange(start=draft.world.as_of, end=draft.world.as_of + timedelta(days=1))
    try:
        check(draft.world.layer, SemanticQuery(metrics=(name,), time_range=day))
    except QueryError as fault:
        return fault.code == "E_NO_TIME"
    return False


def _phrase(draft: Draft, at: int) -> TimePhrase:
    phrase = draft.element(at).time
    assert phrase is not None
    return phrase


def _one(draft: Draft, phrase: TimePhrase) -> None:
    if phrase.ends and bool(draft.cues("compare", *CHANGE)):
        _compare_two(draft, phrase.ends)
        return
    draft.times = tuple(TimeChoice(_range(period, draft)) for period in phrase.readings)
    for text in (period.noted for period in phrase.readings if period.noted):
        draft.notes.append(draft.world.language.message("noted_day", day=text))
    if _only_compared_with(draft):
        _compare_with_running(draft, phrase.readings[0])
    elif not draft.cues(*STEPS):
        _compare_named(draft, phrase.readings)


def _only_compared_with(draft: Draft) -> bool:
    """Whether the one period named is what to compare with: "revenue vs last month"."""
    at = next(place for place in range(len(draft.elements)) if draft.kind(place) == "time")
    return draft.has(draft.back(at), "versus")


def _compare_with_running(draft: Draft, then: Period) -> None:
    """The running unit beside the one before it; any other period alone leaves the comparison open."""
    running = before_this(then, draft)
    if running is not None:
        draft.use(next(iter(draft.cues("versus"))), "comparison", "range")
        _compare_two(draft, (then, running))


def _range(period: Period, draft: Draft) -> TimeRange:
    return period.clipped(draft.world.as_of)


def _compare_named(draft: Draft, periods: tuple[Period, ...]) -> None:
    """Comparison with a period that needs no dates: "vs the previous one", "year over year"."""
    for cue in ("previous_year", "previous_period"):
        for at in draft.cues(cue):
            if draft.kind(draft.ahead(at)) == "time" and draft.ahead(at) == at + 1:
                continue  # "the day before Black Friday" is another day
            kind = _kind_said(cue, draft.element(at).text, periods)
            if not kind:
                continue
            draft.same_unit = draft.has(at, "same_unit")
            draft.use(at, "comparison", kind)
            _use_all(draft, draft.cues("versus", "compare", *CHANGE), "comparison", kind)
            draft.times = tuple(compared(period, kind, draft) for period in periods)
            return
    changes = draft.cues(*CHANGE)
    if changes and not draft.grain and not draft.cues("trend") and _closed(periods) and not _over(draft):
        _use_all(draft, changes, "comparison", "previous_period")
        draft.times = tuple(compared(period, "previous_period", draft) for period in periods)


def _kind_said(cue: str, text: str, periods: tuple[Period, ...]) -> str:
    """What is compared with: "the year before" a quarter is that quarter a year ago; "the month before" it, nothing."""
    said = next((unit for unit in UNIT_ORDER if unit in text.casefold().split()), "")
    if cue != "previous_period" or not said or all(period.unit == said for period in periods):
        return cue
    return "previous_year" if said == "year" else ""


def _over(draft: Draft) -> bool:
    """Whether the period is one to look over ("changed over the last six months"), which asks for its course."""
    places = [at for at in range(1, len(draft.elements)) if draft.kind(at) == "time"]
    before = (draft.back(at) for at in places)
    spans = (range((back if back is not None else -1) + 1, at) for back, at in zip(before, places, strict=True))
    return any("link_time" in draft.element(place).cues for span in spans for place in span)


def _closed(periods: tuple[Period, ...]) -> bool:
    return all(period.unit != "span" or not period.label.startswith("since") for period in periods)


def _use_all(draft: Draft, places: Iterable[int], role: str, target: str) -> None:
    for at in list(places):
        draft.use(at, "comparison" if role == "comparison" else "filler", target)


def _several(draft: Draft, places: list[int], periods: list[Period]) -> None:
    """Several periods: two are compared when words say so, neighbours joined by "and" become one stretch."""
    periods = _inherit_years(periods)
    against = _set_against(draft, places)
    if len(periods) == 2 and not against and (inner := _inner(*periods)) is not None:
        for at in places:  # "May revenue for Germany, 2025", "Black Friday orders last year"
            draft.use(at, "time", draft.element(at).text)
        draft.times = (TimeChoice(_range(inner, draft)),)
    elif len({(period.start, period.end) for period in periods}) == 1 and not against:
        for at in places:  # the same period said twice: "last year (2025)"
            draft.use(at, "time", draft.element(at).text)
        draft.times = (TimeChoice(_range(periods[0], draft)),)
    elif len(periods) == 2 and against:
        _compare_pair(draft, periods[0], periods[1])
        for at in places if draft.times[0].compare else ():
            draft.use(at, "time", draft.element(at).text)
    elif _neighbours(periods) and all(draft.joined(first, "and", "or") == last for first, last in pairwise(places)):
        _join(draft, places, periods)


def _inner(first: Period, second: Period) -> Period | None:
    """The part of a year when the year is told apart from it; None when neither lies in the other."""
    for part, year in ((first, second), (second, first)):
        if year.unit != "year" or part.unit not in PARTS_OF_YEAR or not (part.start and part.end and year.start):
            continue
        moved = _to_year(part, year.start.year) if part.yearless else part
        if moved.start and moved.start.year == year.start.year:
            return moved
    return None


def _inherit_years(periods: list[Period]) -> list[Period]:
    """A year that only the last period names holds for those before it: "Q1 vs Q2 2025"."""
    last = periods[-1]
    if last.yearless or last.start is None:
        return periods
    moved = [_to_year(p, last.start.year) if p.yearless and p.unit == last.unit else p for p in periods[:-1]]
    alike = any((p.start, p.end) == (last.start, last.end) for p in moved)
    return periods if alike else [*moved, last]  # "June compared to last June" names two of them


def _to_year(period: Period, year: int) -> Period:
    assert period.start is not None
    label = period.label.replace(str(period.start.year), str(year))
    return replace(period.moved_years(year - period.start.year), label=label)


def _set_against(draft: Draft, places: list[int]) -> bool:
    between = range(places[0] + 1, places[1])
    if any(not draft.element(at).cues.isdisjoint(COMPARE) for at in between):
        return True
    if draft.element(0).text.casefold() in draft.world.language.words("asking_states"):
        higher = [at for at in between if at not in draft.uses and _is_comparative(draft, at)]
        for at in higher:  # "is revenue this year higher than last year"
            draft.use(at, "comparison", "range")
        if higher:
            return True
    more = [at for at in draft.cues("more") if at < places[0] or at in between]
    if more and any("than" in draft.element(at).cues for at in between):
        for at in (*more, *(at for at in between if "than" in draft.element(at).cues)):
            draft.use(at, "comparison", "range")
        return True
    if draft.cues("compare") and not any(draft.kind(at) in ("value", "dimension") for at in between):
        for at in between:
            if draft.kind(at) == "" and draft.element(at).cues & {"link_any", "link_value", "and"}:
                draft.use(at, "comparison", "range")
        return True
    tied = draft.joined(places[0], "and", "versus", "or") == places[1] or draft.ahead(places[0]) == places[1]
    return tied and bool(draft.cues(*COMPARE))


def _is_comparative(draft: Draft, at: int) -> bool:
    element = draft.element(at)
    return bool(element.cues & {"cmp_gt", "cmp_lt"}) and "than" in element.text.casefold().split()


def _compare_pair(draft: Draft, first: Period, second: Period) -> None:
    """ "last month vs the previous month" names the same month twice: the second is the one before the first.

    Of "June vs last June" that is the June before.
    """
    if (first.start, first.end) == (second.start, second.end) and first.start is not None:
        if first.unit == "day" and first.label == second.label:
            return  # "Black Friday vs last Black Friday": a day that moves from year to year
        before = previous_unit(first) if first.unit != "span" else span_before(first)
        second = first.moved_years(-1) if first.yearless and first.label == second.label else before
    if first.unit == second.unit:
        _compare_two(draft, (first, second))
    elif second.unit == "span" and second.start == first.moved_years(-1).start:  # "year to date vs last year to date"
        _compare_two(draft, (second, first))
    elif second.unit == "year" and first.unit in ("month", "quarter", "half", "week", "day"):
        _compare_year(draft, first, second)


def _compare_year(draft: Draft, first: Period, year: Period) -> None:
    """ "October vs last year": the same part of the year before."""
    earlier = first.moved_years(-1)
    if first.start and earlier.start and year.start and earlier.start.year == year.start.year:
        _use_all(draft, draft.cues(*COMPARE), "comparison", "previous_year")
        _use_joiners(draft)
        draft.times = (compared(first, "previous_year", draft),)


def _compare_two(draft: Draft, periods: tuple[Period, Period]) -> None:
    """The later period with its change against the earlier one; of that as much as has passed of the later one."""
    earlier, later = sorted(periods, key=lambda period: (period.start is not None, period.start))
    _use_all(draft, draft.cues(*COMPARE, "previous_period"), "comparison", "range")
    _use_joiners(draft)
    now = _range(later, draft)
    then = so_far(now, later, earlier, whole_named(draft))
    draft.times = (TimeChoice(now, Comparison(kind="range", range=then)),)
    if draft.grain and is_year_later(now, then):
        draft.times = (TimeChoice(now, Comparison(kind="previous_year")),)


def _use_joiners(draft: Draft) -> None:
    places = [at for at in range(len(draft.elements)) if draft.kind(at) == "time"]
    for first, last in pairwise(places):
        for at in range(first + 1, last):
            if not draft.element(at).cues.isdisjoint({"and", "or", "versus"}):
                draft.use(at, "filler")


def _neighbours(periods: list[Period]) -> bool:
    ordered = sorted(periods, key=lambda period: str(period.start))
    same = len({period.unit for period in ordered}) == 1 and ordered[0].unit in UNIT_ORDER
    return same and all(a.end == b.start for a, b in pairwise(ordered))


def _join(draft: Draft, places: list[int], periods: list[Period]) -> None:
    ordered = sorted(periods, key=lambda period: str(period.start))
    for at in places:
        draft.use(at, "time", draft.element(at).text)
    _use_joiners(draft)
    label = " and ".join(period.label for period in ordered)
    last = _range(ordered[-1], draft)
    draft.times = (TimeChoice(TimeRange(start=ordered[0].start, end=last.end, label=label, partial=last.partial)),)
    draft.grain = draft.grain or ordered[0].unit


def find_steps(draft: Draft) -> None:
    """ "month over month", "year over year" without a period: each bucket beside the one before."""
    for at in draft.cues(*STEPS, "previous_year"):
        cues = draft.element(at).cues
        unit = next((STEPS[cue] for cue in sorted(cues) if cue in STEPS), "")
        if unit and draft.grain not in ("", unit):
            continue
        _use_all(draft, draft.cues(*CHANGE), "comparison", "step")
        draft.use(at, "comparison", unit or "previous_year")
        draft.times = tuple(_stepped(choice, unit, draft) for choice in draft.times)


def _stepped(choice: TimeChoice, unit: str, draft: Draft) -> TimeChoice:
    """A step over one bucket: compares a period that fills the unit, otherwise adds the unit as the grain."""
    if not unit:
        if choice.period is None and not draft.grain:
            draft.grain = "year"
        kind = "previous_year"
        return TimeChoice(choice.period, Comparison(kind=kind))
    if choice.period is not None and choice.period.start and fills(choice.period, unit):
        if choice.period.partial:
            now = unit_period(choice.period.start, unit)
            then = so_far(choice.period, now, previous_unit(now), whole_named(draft))
            return TimeChoice(choice.period, Comparison(kind="range", range=then))
        return TimeChoice(choice.period, Comparison(kind="previous_period"))
    draft.grain = unit
    return TimeChoice(choice.period, Comparison(kind="previous_period"))


def find_trend(draft: Draft) -> None:
    """ "over time", "how has it changed": by a grain that suits the period, unless one was named."""
    cues = draft.cues("trend")
    changes = draft.cues(*CHANGE)
    asked_of = cues or draft.grain or draft.times[0].period or _asks_whether(draft)
    open_change = changes and draft.times[0].compare is None and asked_of
    if not cues and not open_change:
        return
    asked = any("how_much" in element.cues for element in draft.elements)  # "how much did revenue grow each month"
    ranked = draft.ranking is not None and draft.ranking.column == "change"  # "the biggest drop in weekly revenue"
    if changes and draft.grain and (asked or ranked or any(draft.has(at, "growth") for at in changes)):
        _use_all(draft, changes, "comparison", "step")  # "growth by month" sets each month beside the one before
        draft.times = tuple(TimeChoice(choice.period, Comparison(kind="previous_period")) for choice in draft.times)
        return
    for at in (*cues, *changes):
        draft.use(at, "grain", "trend")
    period = draft.times[0].period
    draft.grain = draft.grain or fitting_grain(*((period.start, period.end) if period else (None, None)))


def _asks_whether(draft: Draft) -> bool:
    """ "is revenue growing": asked without a period, of the course of one number as a whole."""
    opened = draft.element(0).text.casefold() in draft.world.language.words("asking_states")
    return opened and bool(draft.metrics) and draft.ranking is None and not draft.groups


def _ranks_change(draft: Draft, changes: list[int]) -> bool:
    """Whether the ranking is about the change: no metric follows it, or it follows the word of change."""
    assert draft.ranking is not None
    ranked = [at for at, use in draft.uses.items() if use[0] == "order"]
    growing = [at for at in changes if draft.has(at, "growth") and draft.back(at) == draft.ranking.metric]
    beside = any(draft.ahead(at) in ranked or draft.back(at) in ranked for at in changes)
    return draft.ranking.metric is None or bool(growing) or beside


def find_change_rank(draft: Draft) -> None:
    """ "which products grew the most": ranked by the change instead of the value."""
    changes = draft.cues(*CHANGE)
    if not changes or draft.ranking is None or not _ranks_change(draft, changes):
        return
    falling = any(draft.has(at, "change_down") for at in changes)
    draft.ranking.column = "change"
    draft.ranking.descending = draft.ranking.descending != falling
