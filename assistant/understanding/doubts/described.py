"""Doubts of what a word describes: the thing that it stands before, or somebody or something linked to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.understanding.concepts import HEAD_WORD, Concept
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import Filter

LONGEST_NAME = 3


def _described(asked: Doubted) -> Iterator[tuple[int, int, Filter]]:
    """The stretches of words that name a condition and stand right before what they describe: first, behind, it."""
    conditions = {
        (one.field, str(value)): one
        for one in asked.query.filters
        if one.op in ("in", "eq") and not one.entity
        for value in one.values
    }
    for first in range(len(asked.tokens)):
        for behind in range(first + 1, min(first + LONGEST_NAME, len(asked.tokens) - 1) + 1):
            named = [c for c in asked.concepts(first, behind) if (c.target, str(c.value)) in conditions]
            if named:
                yield first, behind, conditions[named[0].target, str(named[0].value)]


def _things_at(asked: Doubted, at: int) -> set[str]:
    """What the words from here on name: datasets by their noun, or by the number that counts their rows."""
    found: set[str] = set()
    for behind in range(at + 1, min(at + LONGEST_NAME, len(asked.tokens)) + 1):
        for concept in asked.concepts(at, behind):
            found |= _rows_of(asked, concept)
    return found


def _rows_of(asked: Doubted, concept: Concept) -> set[str]:
    if concept.kind == "noun":
        return {concept.target}
    layer = asked.world.layer
    counts = concept.kind == "metric" and layer.metrics[concept.target].format == "integer"
    return set(asked.world.reach.facts(concept.target)) if counts else set()


def _of_somebody(asked: Doubted) -> Iterator[Doubt]:
    """ "high-value orders", "inactive subscriptions": of such people, or such things, which nobody has marked?"""
    layer = asked.world.layer
    persons = asked.words("person_nouns")
    for first, behind, condition in _described(asked):
        segment = layer.segments.get(condition.field)
        if segment is None or any(token.plain in persons for token in asked.tokens[first:behind]):
            continue
        things = _things_at(asked, behind)
        if things and not any(layer.datasets[name].entity for name in things):
            yield Doubt(raw(asked.tokens[first : behind + 1]), "of_somebody")


def _of_far_off(asked: Doubted) -> Iterator[Doubt]:
    """ "retail orders": such orders, or those of companies in a trade called so?"""
    for first, behind, condition in _described(asked):
        owner = condition.field.partition(".")[0]
        metrics = {
            c.target
            for end in range(behind + 1, min(behind + LONGEST_NAME, len(asked.tokens)) + 1)
            for c in asked.concepts(behind, end)
            if c.kind == "metric" and not c.inflected
        }
        named = any(c.kind == "dimension" and c.target == condition.field for c in asked.concepts(behind))
        stored = {str(value).casefold() for value in condition.values}
        done = asked.is_plural(behind - 1) and asked.text(behind - 1) not in stored  # "women return" is a clause
        if not named and not done and _is_past_another(asked, metrics, owner):
            yield Doubt(raw(asked.tokens[first : behind + 1]), "of_far_off")


def _is_past_another(asked: Doubted, metrics: set[str], owner: str) -> bool:
    """Whether the way from these numbers to whom a field is told of leads past somebody of whom it is not told."""
    layer, reach = asked.world.layer, asked.world.reach
    facts = {fact for name in metrics & set(asked.query.metrics) for fact in reach.facts(name)}
    for link in layer.relationships.values():
        between = layer.datasets[link.from_]
        shared = link.to == owner and between.entity and tuple(link.from_columns) != tuple(between.primary_key)
        if shared and facts and all(reach.steps(fact, link.from_) not in (None, 0) for fact in facts):
            return True
    return False


def _thing_unused(asked: Doubted) -> Iterator[Doubt]:
    """ "complaints that email campaigns caused": campaigns are asked for, and not what came in by e-mail."""
    layer, reach = asked.world.layer, asked.world.reach
    used = {fact for name in asked.query.metrics for fact in reach.facts(name)}
    used |= {one.field.partition(".")[0] for one in (*asked.query.filters, *asked.query.group_by)}
    used |= {asked.query.entity or ""}
    for first, behind, condition in _described(asked):
        owner = condition.field.partition(".")[0]
        nouns = {c.target for c in asked.concepts(behind) if c.kind == "noun" and c.weight > HEAD_WORD}
        plural = behind < len(asked.tokens) and asked.is_plural(behind)
        persons = any(layer.datasets[name].entity for name in nouns)
        if not plural or not nouns or persons or owner not in layer.datasets or nouns & used:
            continue
        if all(reach.steps(one, owner) is None for one in nouns):
            yield Doubt(raw(asked.tokens[first : behind + 1]), "thing_unused")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_of_somebody, _of_far_off, _thing_unused)
