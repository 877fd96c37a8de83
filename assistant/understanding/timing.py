"""Passes that find the period, the other period it is compared with, and the grain of a trend."""

from __future__ import annotations

from datetime import timedelta

from assistant.understanding.clause_times import outside_clauses
from assistant.understanding.draft import Draft, TimeChoice
from assistant.understanding.periods import (
    fitting_grain,
    previous_unit,
    unit_period,
)
from assistant.understanding.spans_compared import (
    before_this,
    fills,
    so_far,
    whole_named,
)
from assistant.understanding.time_phrases import TimePhrase
from assistant.understanding.times_compared import (
    CHANGE,
    compare_named,
    compare_pair,
    compare_two,
    compare_with_running,
    known_range,
    only_compared_with,
    several,
    use_all,
)
from semantic_layer import Comparison, QueryError, SemanticQuery, TimeRange, check

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
    named = [at for at, phrase in zip(places, phrases, strict=True) if not (phrase.whole_time and _is_total(draft, at))]
    if len(periods) > 1 and len(named) == len(periods):
        several(draft, named, [phrase.readings[0] for phrase in periods])
        for at in (at for at in places if at not in named and named[0] in draft.uses):
            draft.use(at, "filler")
    elif len(periods) <= 1:
        for at in places:
            draft.use(at, "time", draft.element(at).text)
        if periods:
            _one(draft, periods[0])


def _is_total(draft: Draft, at: int) -> bool:
    """ "in April and May in total": no time of its own behind the months."""
    return draft.element(at).text.casefold() in draft.world.language.words("in_total")


def _hold_against(draft: Draft, places: list[int]) -> None:
    """ "sold more than last year": the period before behind the comparison, and the one it is set beside, if named."""
    then = _phrase(draft, draft.held_against or 0)
    others = [_phrase(draft, at) for at in places if at != draft.held_against]
    if len(others) > 1 or any(len(phrase.readings) > 1 or phrase.whole_time for phrase in (then, *others)):
        return
    now = others[0].readings[0] if others else before_this(then.readings[0], draft)
    if now is None or now.start is None or then.readings[0].start is None or then.readings[0].start > now.start:
        return
    compare_pair(draft, now, then.readings[0])
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
        compare_two(draft, phrase.ends)
        return
    draft.times = tuple(TimeChoice(known_range(period, draft)) for period in phrase.readings)
    for text in (period.noted for period in phrase.readings if period.noted):
        draft.notes.append(draft.world.language.message("noted_day", day=text))
    if only_compared_with(draft):
        compare_with_running(draft, phrase.readings[0])
    elif not draft.cues(*STEPS):
        compare_named(draft, phrase.readings)


def find_steps(draft: Draft) -> None:
    """ "month over month", "year over year" without a period: each bucket beside the one before."""
    for at in draft.cues(*STEPS, "previous_year"):
        cues = draft.element(at).cues
        unit = next((STEPS[cue] for cue in sorted(cues) if cue in STEPS), "")
        if unit and draft.grain not in ("", unit):
            continue
        use_all(draft, draft.cues(*CHANGE), "comparison", "step")
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
        use_all(draft, changes, "comparison", "step")  # "growth by month" sets each month beside the one before
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
