"""Of which things a value is said: of the nearest noun before it, "events in Lyon" and not visitors from there."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.answer import Plan
from assistant.understanding.entities.links import LINKING
from assistant.understanding.entities.words import Words
from semantic_layer import Filter, SemanticQuery, UnsafeQuery, linking

FARTHEST = 4


def said_of_others(plan: Plan, words: Words) -> tuple[str, ...]:
    """ "paid for events in Lyon" answered for visitors from Lyon: the value is one of the noun before it."""
    for one in plan.query.filters:
        for at, owner in _named_before(words, one) if one.op in ("in", "not_in") and not one.via else ():
            if _is_of_another(words, plan.query, one, owner):
                return (words.tokens[at].raw,)
    return ()


def limits_groups(query: SemanticQuery, words: Words) -> bool:
    """Whether things that are counted for each of others are limited by which of these have some of them.

    "How many events did each organiser hold in large venues" counts these events, not all of who held one.
    """
    facts = {fact for name in query.metrics for fact in words.world.reach.facts(name)}
    owners = {group.field.partition(".")[0] for group in query.group_by}
    conditions = [one for one in query.filters if one.entity in owners and not one.none and "." in one.field]
    layer = words.world.layer
    return any(linking(layer, one.field.partition(".")[0], one.entity) in facts for one in conditions)


def _named_before(words: Words, one: Filter) -> Iterator[tuple[int, str]]:
    """The places of a condition's values that stand behind the noun of things, with these."""
    for at in range(1, len(words.tokens)):
        meant = {(c.target, c.value) for concepts, _ in words.concepts(at, "value") for c in concepts}
        if not meant & {(one.field, value) for value in one.values}:
            continue
        for start in range(max(0, at - FARTHEST), at):
            for dataset, behind in words.nouns(start):
                if start < behind < at and words.skip(behind, *LINKING) == at:
                    yield at, dataset


def _is_of_another(words: Words, query: SemanticQuery, one: Filter, named: str) -> bool:
    """Whether the things named have the value themselves, or a way of their own to what has it."""
    owner, reach = one.field.partition(".")[0], words.world.reach
    facts = {query.entity} if query.entity else {fact for name in query.metrics for fact in reach.facts(name)}
    if one.entity or named in facts or any(reach.steps(fact, named) is None for fact in facts):
        return False
    if reach.steps(named, owner) is None:
        return any(reach.steps(named, other) is not None for other in _others(words, one))
    return owner != named and any(named not in _passed(words, fact, owner) for fact in facts)


def _others(words: Words, one: Filter) -> set[str]:
    """What else has one of the values of a condition."""
    return {
        concept.target.partition(".")[0]
        for at in range(len(words.tokens))
        for concepts, _ in words.concepts(at, "value")
        for concept in concepts
        if concept.value in one.values and concept.target != one.field and "." in concept.target
    }


def _passed(words: Words, fact: str, owner: str) -> set[str]:
    """The datasets on the one way from rows to what has a value; none where there are several."""
    try:
        links = words.world.layer.graph.route(fact, owner).links
    except UnsafeQuery:
        return set()
    return {fact, *(link.to for link in links)}
