"""Values named behind other values: "and Clothing" after Shoes were left out, "and Italy" after two countries.

"And France" behind "only Spain" adds one to those picked among the countries shown; of a single number it asks for
that of France.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from assistant.answer import Plan
from assistant.conversation.followup import FollowUp, Reading, stripped
from assistant.conversation.phrases import words_of
from semantic_layer import Filter

MEMBERSHIP = ("in", "not_in")


def joined_or_instead(follow_up: FollowUp, usual: Callable[[FollowUp], Reading]) -> Reading | None:
    """Which of two is meant where "and" names a further value: beside those of the condition, or in their place.

    `usual` reads the words in the latter sense. None for any other follow-up.
    """
    joins = words_of(follow_up.rest)[:1] == ("and",) and follow_up.cues <= {"leaning", "polite"}
    replaced = usual(follow_up) if joins and _only_values(follow_up) else None
    if not isinstance(replaced, Plan):
        return None
    base, told = follow_up.base, replaced.query
    old = [one for one in base.filters if one not in told.filters and one.op in MEMBERSHIP]
    new = [one for one in told.filters if one not in base.filters]
    picked = len(old) == 1 and _is_picked(follow_up, old[0])
    if len(old) != 1 or len(new) != 1 or not _adds_to(old[0], new[0], picked):
        return None
    joined = old[0].model_copy(update={"values": (*old[0].values, *new[0].values)})
    query = told.model_copy(update={"filters": tuple(joined if one is new[0] else one for one in told.filters)})
    if not follow_up.stands(query):
        return None
    chosen = old[0].op == "in" and (picked or len(old[0].values) > 1)
    among = chosen and any((one.field, one.via) == (new[0].field, new[0].via) for one in base.group_by)
    if among:
        return Plan(query)
    return None if picked and len(old[0].values) == 1 else follow_up.ask_which((Plan(query), replaced))


def _is_picked(follow_up: FollowUp, condition: Filter) -> bool:
    """Whether a condition came as a choice of some among others: "only Spain"."""
    turns = (turn for turn in reversed((*follow_up.earlier, follow_up.turn)) if turn.query is not None)
    kept = list(takewhile(lambda turn: turn.query is not None and condition in turn.query.filters, turns))
    told = follow_up.understanding.tokens(kept[-1].question) if kept else ()
    return "narrowing" in stripped(told, follow_up.phrases)[1]


def _only_values(follow_up: FollowUp) -> bool:
    """Whether nothing but values is named."""
    elements = [one for one in follow_up.understanding.meanings(follow_up.tokens) if one.cues != {"filler"}]
    return bool(elements) and all(any(c.kind == "value" for c in one.concepts) for one in elements)


def _adds_to(old: Filter, new: Filter, picked: bool) -> bool:
    """Whether the new values are of the same field, and the old are left out, are several, or were picked."""
    same = (old.field, old.via, old.entity) == (new.field, new.via, new.entity)
    return same and new.op == "in" and (old.op == "not_in" or len(old.values) > 1 or picked)
