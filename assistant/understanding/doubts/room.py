"""The first doubt of a plan as a refusal, and what a plan took for granted as notes beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.answer import Clarification, Plan, Refusal
from assistant.understanding.doubts.averages import RULES as AVERAGES
from assistant.understanding.doubts.bounds import RULES as BOUNDS
from assistant.understanding.doubts.counted import RULES as COUNTED
from assistant.understanding.doubts.deeds import RULES as DEEDS
from assistant.understanding.doubts.described import RULES as DESCRIBED
from assistant.understanding.doubts.doubted import Doubt, Doubted
from assistant.understanding.doubts.events import RULES as EVENTS
from assistant.understanding.doubts.joined import RULES as JOINED
from assistant.understanding.doubts.judged import RULES as JUDGED
from assistant.understanding.doubts.names import RULES as NAMES
from assistant.understanding.doubts.numbers import RULES as NUMBERS
from assistant.understanding.doubts.owned import RULES as OWNED
from assistant.understanding.doubts.pronouns import RULES as PRONOUNS
from assistant.understanding.doubts.rates_of_parts import RULES as PARTS
from assistant.understanding.doubts.scattered_names import RULES as SCATTERED
from assistant.understanding.doubts.sides import RULES as SIDES
from assistant.understanding.doubts.single_objects import RULES as SINGLE
from assistant.understanding.doubts.times import RULES as TIMES
from assistant.understanding.doubts.torn_names import RULES as TORN
from assistant.understanding.doubts.vain import OF_QUERIES as VAIN_QUERIES
from assistant.understanding.doubts.vain import RULES as VAIN
from assistant.understanding.doubts.values import RULES as VALUES
from assistant.understanding.doubts.ways import RULES as WAYS
from assistant.understanding.doubts.wholes import OF_QUERIES as WHOLE_QUERIES
from assistant.understanding.doubts.wholes import RULES as WHOLES
from assistant.understanding.draft import World
from assistant.understanding.refusing import refuse
from assistant.understanding.tokens import Token
from semantic_layer import stands

Rule = Callable[[Doubted], Iterator[Doubt]]
RULES: tuple[Rule, ...] = (
    *VALUES,
    *WAYS,
    *NUMBERS,
    *AVERAGES,
    *NAMES,
    *TORN,
    *TIMES,
    *DESCRIBED,
    *DEEDS,
    *COUNTED,
    *BOUNDS,
    *SINGLE,
    *SCATTERED,
    *JUDGED,
    *SIDES,
    *WHOLES,
    *PARTS,
    *OWNED,
    *PRONOUNS,
    *JOINED,
    *VAIN,
    *EVENTS,
)


OF_QUERIES = (*VAIN_QUERIES, *WHOLE_QUERIES)
"""The doubts that speak against what a plan computes, whatever its words: they hold for follow-ups, too."""


def doubt(question: str, plan: Plan, tokens: Sequence[Token], world: World) -> Clarification | Refusal | None:
    """What to say instead of a plan that decides what the words leave open, None for one that stands."""
    return _personal(question, plan, world) or _first(
        question, Doubted(plan, tuple(tokens), tuple(world.language.tokens(question)), world), RULES
    )


def doubt_of_query(question: str, plan: Plan, world: World) -> Clarification | Refusal | None:
    """What to say instead of a plan that computes what nobody can ask for, None for one that stands."""
    return _personal(question, plan, world) or _first(question, Doubted(plan, (), (), world), OF_QUERIES)


def _personal(question: str, plan: Plan, world: World) -> Refusal | None:
    """The refusal of a plan that would show personal data that no list may hold, whichever form made it."""
    shown = [world.layer.fields[one.field] for one in plan.query.group_by if one.field in world.layer.fields]
    field = next((one for one in shown if one.pii and not one.listable), None)
    if field is None:
        return None
    sentence = world.language.message("personal", field=field.title)
    return refuse(question, "NOT_AVAILABLE", world, sentence=sentence)


def _first(question: str, asked: Doubted, rules: Sequence[Rule]) -> Clarification | Refusal | None:
    plan, world = asked.plan, asked.world
    found = next((one for rule in rules for one in rule(asked)), None)
    if found is None:
        return None
    sentence = world.language.message(found.message, words=found.words[0])
    plans = [replace(plan, query=query, asked=None) for query in found.choices if stands(world.layer, query)]
    if len(plans) > 1:
        return Clarification(question, sentence, found.words, world.options(plans))
    return refuse(question, "UNKNOWN_WORDS", world, found.words, sentence=sentence)


def with_assumptions(plan: Plan, question: str, world: World) -> Plan:
    """The plan with a note of each vague word that it takes for a number, and of a rounding that is not done."""
    said = f" {' '.join(token.text for token in world.language.tokens(question))} "
    notes = [
        world.language.message(message, words=phrase)
        for message, listed in (("taken_as_twice", "vague_times"), ("not_rounded", "rounding_words"))
        for phrase in world.language.words(listed)
        if f" {phrase} " in said
    ]
    return replace(plan, notes=(*plan.notes, *notes[:1])) if notes else plan
