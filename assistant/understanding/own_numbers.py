""" "the average price of all flights": which of several numbers is meant where the thing that has it is said."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.tokens import Token


def is_of_its_thing(plan: Plan, tokens: Sequence[Token], world: World) -> bool:
    """Whether the numbers of a plan are those of the one thing that the question names behind "of"."""
    things = {thing for at in range(len(tokens)) for thing in _thing_behind(tokens, at, world)}
    return len(things) == 1 and _facts(plan, world) == things


def of_the_same_rows(plans: Sequence[Plan], world: World) -> list[Plan]:
    """The plans whose several numbers are told by the same rows: "open and click rate" are both of e-mails."""
    return [plan for plan in plans if len(plan.query.metrics) > 1 and len(_facts(plan, world)) == 1]


def _thing_behind(tokens: Sequence[Token], at: int, world: World) -> set[str]:
    """The things that "of", perhaps with "all", puts behind a number."""
    if not at or tokens[at].text not in world.language.words("genitive"):
        return set()
    idle = {*world.language.determiners, *world.language.words("every_words")}
    start = at + 1
    while start < len(tokens) - 1 and tokens[start].text in idle:
        start += 1
    found = world.lexicon.lookup(tokens[start : start + 1])
    return {concept.target for concept in found if concept.kind == "noun"}


def _facts(plan: Plan, world: World) -> set[str]:
    return {fact for name in plan.query.metrics for fact in world.reach.facts(name)}
