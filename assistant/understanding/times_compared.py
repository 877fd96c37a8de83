"""The period that another one is compared with: "May versus April", "this year against last year"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from assistant.understanding.draft import Draft, TimeChoice
from assistant.understanding.periods import (
    UNIT_ORDER,
    Period,
    previous_unit,
)
from assistant.understanding.spans_compared import (
    before_this,
    compared,
    is_year_later,
    so_far,
    span_before,
    whole_named,
)
from semantic_layer import Comparison, TimeRange

CHANGE = ("change", "change_up", "change_down")
PARTS_OF_YEAR = ("day", "week", "month", "quarter", "half")
COMPARE = ("versus", "compare", *CHANGE)


def only_compared_with(draft: Draft) -> bool:
    """Whether the one period named is what to compare with: "revenue vs last month"."""
    at = next(place for place in range(len(draft.elements)) if draft.kind(place) == "time")
    return draft.has(draft.back(at), "versus")


def compare_with_running(draft: Draft, then: Period) -> None:
    """The running unit beside the one before it; any other period alone leaves the comparison open."""
    running = before_this(then, draft)
    if running is not None:
        draft.use(next(iter(draft.cues("versus"))), "comparison", "range")
        compare_two(draft, (then, running))


def known_range(period: Period, draft: Draft) -> TimeRange:
    """The days of a period as far as they have come."""
    return period.clipped(draft.world.as_of)


def compare_named(draft: Draft, periods: tuple[Period, ...]) -> None:
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
            use_all(draft, draft.cues("versus", "compare", *CHANGE), "comparison", kind)
            draft.times = tuple(compared(period, kind, draft) for period in periods)
            return
    changes = draft.cues(*CHANGE)
    if changes and not draft.grain and not draft.cues("trend") and _closed(periods) and not _over(draft):
        use_all(draft, changes, "comparison", "previous_period")
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


def use_all(draft: Draft, places: Iterable[int], role: str, target: str) -> None:
    """Take elements for a comparison, or for words that only lead to one."""
    for at in list(places):
        draft.use(at, "comparison" if role == "comparison" else "filler", target)


def several(draft: Draft, places: list[int], periods: list[Period]) -> None:
    """Several periods: two are compared when words say so, neighbours joined by "and" become one stretch."""
    if _lists_compared(draft, places, periods):
        return
    periods = _inherit_years(periods)
    against = _set_against(draft, places)
    if len(periods) == 2 and not against and (inner := _inner(*periods)) is not None:
        for at in places:  # "May revenue for Germany, 2025", "Black Friday orders last year"
            draft.use(at, "time", draft.element(at).text)
        draft.times = (TimeChoice(known_range(inner, draft)),)
    elif len({(period.start, period.end) for period in periods}) == 1 and not against:
        for at in places:  # the same period said twice: "last year (2025)"
            draft.use(at, "time", draft.element(at).text)
        draft.times = (TimeChoice(known_range(periods[0], draft)),)
    elif len(periods) == 2 and against:
        compare_pair(draft, periods[0], periods[1])
        for at in places if draft.times[0].compare else ():
            draft.use(at, "time", draft.element(at).text)
    elif _neighbours(periods) and all(draft.joined(first, "and", "or") == last for first, last in pairwise(places)):
        _join(draft, places, periods)


def _lists_compared(draft: Draft, places: list[int], periods: list[Period]) -> bool:
    """Whether as many neighbours on both sides are set against each other: "July and August 2025 vs those of 2024"."""
    gaps = enumerate(pairwise(places), start=1)
    cuts = [at for at, (a, b) in gaps if any(draft.has(i, "versus", "compare") for i in range(a + 1, b))]
    if len(periods) < len(("one", "another", "a third")) or len(cuts) != 1:
        return False
    sides = [_inherit_years(side) for side in (periods[: cuts[0]], periods[cuts[0] :])]
    alike = len({(len(side), side[0].unit) for side in sides}) == 1  # "April and May vs last year" is of another kind
    if not alike or not all(_neighbours(side) for side in sides):
        return False
    first, second = (replace(side[0], end=side[-1].end, unit="span", label=_joined_label(side)) for side in sides)
    compare_two(draft, (first, second))
    for at in places:
        draft.use(at, "time", draft.element(at).text)
    return True


def _joined_label(periods: list[Period]) -> str:
    return " and ".join(period.label for period in periods)


def _inner(first: Period, second: Period) -> Period | None:
    """The part of a year when the year is told apart from it; None when neither lies in the other."""
    for part, year in ((first, second), (second, first)):
        if year.unit != "year" or part.unit not in PARTS_OF_YEAR or not (part.start and part.end and year.start):
            continue
        moved = _to_year(part, year.start.year) if part.yearless else part
        if moved.start and moved.start.year == year.start.year:
            return moved
    return _span_inside(first, second)


def _span_inside(first: Period, second: Period) -> Period | None:
    """The days that lie in a year told apart from them: "Easter weekend sales 2026"."""
    for part, year in ((first, second), (second, first)):
        if year.unit == "year" and part.unit == "span" and part.start and part.end and year.start and year.end:
            return part if year.start <= part.start and part.end <= year.end else None
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


def compare_pair(draft: Draft, first: Period, second: Period) -> None:
    """ "last month vs the previous month" names the same month twice: the second is the one before the first.

    Of "June vs last June" that is the June before.
    """
    if (first.start, first.end) == (second.start, second.end) and first.start is not None:
        if first.unit == "day" and first.label == second.label:
            return  # "Black Friday vs last Black Friday": a day that moves from year to year
        before = previous_unit(first) if first.unit != "span" else span_before(first)
        second = first.moved_years(-1) if first.yearless and first.label == second.label else before
    if first.unit == second.unit:
        compare_two(draft, (first, second))
    elif second.unit == "span" and second.start == first.moved_years(-1).start:  # "year to date vs last year to date"
        compare_two(draft, (second, first))
    elif second.unit == "year" and first.unit in ("month", "quarter", "half", "week", "day"):
        _compare_year(draft, first, second)


def _compare_year(draft: Draft, first: Period, year: Period) -> None:
    """ "October vs last year": the same part of the year before."""
    earlier = first.moved_years(-1)
    if first.start and earlier.start and year.start and earlier.start.year == year.start.year:
        use_all(draft, draft.cues(*COMPARE), "comparison", "previous_year")
        _use_joiners(draft)
        draft.times = (compared(first, "previous_year", draft),)


def compare_two(draft: Draft, periods: tuple[Period, Period]) -> None:
    """The later period with its change against the earlier one; of that as much as has passed of the later one."""
    earlier, later = sorted(periods, key=lambda period: (period.start is not None, period.start))
    use_all(draft, draft.cues(*COMPARE, "previous_period"), "comparison", "range")
    _use_joiners(draft)
    now = known_range(later, draft)
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
    last = known_range(ordered[-1], draft)
    draft.times = (TimeChoice(TimeRange(start=ordered[0].start, end=last.end, label=label, partial=last.partial)),)
    if not _taken_together(draft):
        draft.grain = draft.grain or ordered[0].unit


def _taken_together(draft: Draft) -> bool:
    """Whether words ask for one number of all periods: "in April and May combined", "altogether"."""
    whole = [at for at in range(len(draft.elements)) if draft.has(at, "together")]
    for at in whole:
        draft.use(at, "filler")
    totals = draft.world.language.words("in_total")
    return bool(whole) or any(element.text.casefold() in totals for element in draft.elements)
