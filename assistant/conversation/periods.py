"""Follow-ups about time that lean on the period before."""

from __future__ import annotations

from dataclasses import replace

from assistant.answer import Clarification, Option, Plan
from assistant.conversation.followup import FollowUp, Reading
from assistant.conversation.merging import merge, with_period
from assistant.conversation.phrases import Phrases
from assistant.conversation.shifting import in_year, shifted, stretch_before, unit_of
from assistant.understanding import Fragment, Said, Understanding, unit_start
from semantic_layer import SemanticQuery, TimeRange

PARTS = ("month", "quarter", "half")


def read_period(follow_up: FollowUp) -> Reading | None:
    """The base for another period told by its own ("the year before"), or for a month of the year it speaks of."""
    told = relative(follow_up)
    if told is not None:
        return Plan(with_period(follow_up.base, told))
    return _yearless(follow_up)


def relative(follow_up: FollowUp) -> TimeRange | None:
    """The period that words like "the month before" mean beside the base's; None for other words."""
    span = follow_up.base.time_range
    as_of = follow_up.understanding.world.as_of
    words = _core(follow_up.words, follow_up.phrases)
    if span is None or not words:
        return None
    if follow_up.phrases.is_one(words, "periods", "same_last_year"):
        return shifted(span, "year", -1, as_of)
    unit, direction = _unit_and_direction(words, follow_up)
    if not direction:
        return None
    return shifted(span, unit, direction, as_of) if unit else stretch_before(span, direction, as_of)


def _core(words: tuple[str, ...], phrases: Phrases) -> tuple[str, ...]:
    while words and phrases.is_one(words[:1], "periods", "links"):
        words = words[1:]
    if phrases.is_one(words, "periods", "same_last_year"):
        return words
    while words and phrases.is_one(words[:1], "periods", "articles") and len(words) > 1:
        if phrases.is_one(words[:1], "periods", "stretch"):
            break
        words = words[1:]
    return words


def _unit_and_direction(words: tuple[str, ...], follow_up: FollowUp) -> tuple[str, int]:
    """ "previous month" and "month before" as (month, -1); the unit is empty for "the one before"."""
    phrases = follow_up.phrases
    for direction, leading, trailing in ((-1, "previous", "before"), (1, "following", "after")):
        opened, closed = phrases.opens(words, "periods", leading), phrases.closes(words, "periods", trailing)
        rests = ([words[opened:]] if opened else []) + ([words[: len(words) - closed]] if closed else [])
        for rest in rests:
            unit = _unit(rest, follow_up.understanding)
            if unit or phrases.is_one(rest, "periods", "stretch"):
                return unit, direction
    return "", 0


def _unit(words: tuple[str, ...], understanding: Understanding) -> str:
    units = understanding.world.language.data["units"]
    return next((str(unit) for unit, names in units.items() if len(words) == 1 and words[0] in names), "")


def _yearless(follow_up: FollowUp) -> Reading | None:
    """A month without a year: within the period before when it lies there, asked back when its year is another."""
    span = follow_up.base.time_range
    if span is None or span.start is None:
        return None
    told: list[Said] = []

    def remember(said: Said) -> SemanticQuery | None:
        told.append(said)
        return merge(follow_up.base, said, follow_up.manner)

    fragment = Fragment(follow_up.question, follow_up.base, "metrics", remember)
    plan = follow_up.understanding.follow(follow_up.tokens, fragment)
    said = next((item for item in told if "time" in item.slots), None)
    if not isinstance(plan, Plan) or said is None or plan.query.time_range is None:
        return None
    if said.slots == {"time"} and not said.yearless:
        return _that_year(follow_up, plan, span)
    return _in_years(follow_up, plan, span) if said.yearless else None


def _that_year(follow_up: FollowUp, plan: Plan, span: TimeRange) -> Reading | None:
    """ "2024" behind December 2025: the whole year, or that December? None where words say the whole."""
    words, phrases = _core(follow_up.words, follow_up.phrases), follow_up.phrases
    year = plan.query.time_range
    bare = len(words) == 1 and words[0].isdigit()
    if not (bare or phrases.is_one(words, "periods", "last_year")) or year is None or year.start is None:
        return None
    assert span.start is not None
    running = span.partial and unit_start(span.start, "year") == span.start  # "this year" is no half of it
    if running or unit_of(year) != "year" or unit_of(span) not in PARTS or year.start.year == span.start.year:
        return None
    as_of = follow_up.understanding.world.as_of
    part = plan.query.model_copy(update={"time_range": in_year(span, year.start.year, as_of)})
    return follow_up.ask_which((replace(plan, query=part), plan), follow_up.phrases.message("which_span"))


def _in_years(follow_up: FollowUp, plan: Plan, span: TimeRange) -> Reading | None:
    asked, as_of = plan.query.time_range, follow_up.understanding.world.as_of
    assert asked is not None
    assert span.start is not None
    if asked.start is None or asked.end is None or asked.start.year == span.start.year:
        return None
    moved = in_year(asked, span.start.year, as_of)
    asked_before = plan.query.model_copy(update={"time_range": span, "compare": follow_up.base.compare})
    query = with_period(asked_before, moved)
    within = bool(span.end and moved.start and moved.end and span.start <= moved.start and moved.end <= span.end)
    same_sort = unit_of(span) == unit_of(moved) != "year"
    if within and unit_of(span) != unit_of(moved):
        return Plan(query, plan.spans, plan.confidence, plan.notes)
    if not same_sort:
        return None
    world = follow_up.understanding.world
    plans = (plan, Plan(query, plan.spans, plan.confidence, plan.notes))
    options = tuple(Option(world.told(p.query), p) for p in plans)
    return Clarification(follow_up.question, follow_up.phrases.message("which_year"), follow_up.words, options)
