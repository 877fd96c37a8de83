"""A question of several sentences answered by one of them, when the others say nothing that it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer import Clarification, Explanation, Plan, Refusal
from assistant.understanding.contexts import adds_nothing, clauses, sentences, with_period_moved
from assistant.understanding.draft import World
from assistant.understanding.halves import asks_otherwise
from assistant.understanding.pointing import pointed_out
from assistant.understanding.sentences import columns_alone, groups_told, names_columns, with_columns, with_order
from assistant.understanding.sides_carried import with_sides

MOST_SENTENCES, TWO = 3, 2
Planner = Callable[[str], Plan | Clarification | Explanation | Refusal]


def by_one_sentence(question: str, plan: Planner, world: World) -> Plan | None:
    """The plan of one sentence of several, when the others only tell columns or say the same."""
    parts = sentences(question)
    if 1 < len(parts) <= MOST_SENTENCES and names_columns(parts[-1], world):
        ordered = with_order(" ".join(parts[:-1]), parts[-1], world)
        if ordered:
            told = plan(ordered)
            return told if isinstance(told, Plan) else None
        whole = _with_columns(" ".join(parts[:-1]), parts[-1], plan, world)
        if whole is not None:
            return whole
    if len(parts) == 1 and names_columns(question, world):
        return columns_alone(question, plan, world)
    pieces = clauses(question)
    return (
        _by_hours(parts, plan, world)
        or _by_part(parts, plan, world)
        or (_by_part(pieces, plan, world) if pieces != parts else None)
        or _by_part(with_period_moved(parts, world), plan, world)
        or _by_sides(parts, plan, world)
    )


def _by_hours(parts: Sequence[str], plan: Planner, world: World) -> Plan | None:
    """The plan of "orders by hour" behind "at what time of day do people order?": by the hours of a day, not of all."""
    words = world.language.words
    if len(parts) != TWO or not any(phrase in parts[0].casefold() for phrase in words("times_of_day")):
        return None
    said = next((phrase for phrase in words("by_hours") if phrase in parts[1].casefold()), "")
    at = parts[1].casefold().find(said)
    told = plan(f"{parts[1][:at]}{words('by_hours_of_day')[0]}{parts[1][at + len(said) :]}") if said else None
    return told if isinstance(told, Plan) and adds_nothing(parts[0], told, world) else None


def _by_sides(parts: Sequence[str], plan: Planner, world: World) -> Plan | None:
    """The plan of "number of orders for each" with the two sides that the sentence before names."""
    carried = with_sides(parts[1], parts[0], world) if len(parts) == TWO else None
    told = plan(carried.sentence) if carried is not None else None
    if carried is None or not isinstance(told, Plan) or not told.query.group_by:
        return None
    return told if adds_nothing(carried.rest, told, world) else None


def all_groups(question: str, whole: Plan, plan: Planner) -> Plan:
    """The breakdown that the last sentence asks for, where the first one only sets some of its groups against others:
    "Do married people buy more than singles? Show revenue by marital status." shows them all.
    """
    parts = sentences(question)
    told = plan(parts[1]) if len(parts) == TWO and whole.query.group_by else whole
    if not isinstance(told, Plan) or told is whole:
        return whole
    grouped = {group.field for group in told.query.group_by}
    left = [one for one in whole.query.filters if one not in told.query.filters]
    same = whole.query.model_copy(update={"filters": told.query.filters}) == told.query
    return told if same and left and all(one.field in grouped and len(one.values) > 1 for one in left) else whole


def _with_columns(asked: str, columns: str, plan: Planner, world: World) -> Plan | None:
    """The plan of a question showing the columns that its last sentence tells, also with its fields as groups."""
    first = plan(asked)
    if not isinstance(first, Plan):
        return None
    whole = with_columns(first, columns, world, plan)
    if whole is not None:
        return whole
    groups = groups_told(columns, world)
    alone = not (first.query.group_by or first.query.entity)
    by_group = plan(f"{asked.rstrip(' ?.!')} by {groups}") if groups and alone else None
    return with_columns(by_group, columns, world, plan) if isinstance(by_group, Plan) else None


def _by_part(parts: Sequence[str], plan: Planner, world: World) -> Plan | None:
    """The plan of the last part, or else of the first, when the others say nothing that it leaves out."""
    if len(parts) < 2 or len(parts) > MOST_SENTENCES:
        return None
    told_columns = names_columns(parts[-1], world)  # which the first part alone would leave out
    for at in (len(parts) - 1,) if told_columns else (len(parts) - 1, 0):
        plans = _asked(parts, at, plan, world)
        others = [part for place, part in enumerate(parts) if place != at]
        for asked in plans:
            if all(_is_beside(part, asked, plan, world) for part in others):
                note = world.language.message("answered_part", part=parts[at])
                sure = round(asked.confidence - 0.1, 2)
                return replace(asked, spans=(), notes=(*asked.notes, note), confidence=sure)
        if plans:
            return None
    return None


def _is_beside(part: str, asked: Plan, plan: Planner, world: World) -> bool:
    """Whether a sentence says nothing that a plan leaves out, and is no question of its own."""
    if not adds_nothing(part, asked, world):
        return False
    alone = plan(part)
    return not isinstance(alone, Plan) or not asks_otherwise(alone, asked)


def _asked(parts: Sequence[str], at: int, plan: Planner, world: World) -> list[Plan]:
    """The plans of one sentence, also with a word of it that points back put for what the one before names."""
    whole = pointed_out(parts[at], parts[at - 1], world) if at else ()
    return [told for told in map(plan, (parts[at], *whole)) if isinstance(told, Plan)]
