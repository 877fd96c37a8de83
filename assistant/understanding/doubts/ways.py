"""Doubts of the way something came: that of the rows that are counted, or of whom and what they are linked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.understanding.concepts import Concept
from assistant.understanding.doubts.doubted import Doubt, Doubted, raw
from semantic_layer import Filter, SemanticQuery, stands

LONGEST_VALUE = 3
Stretch = tuple[int, int]


def _which_way(asked: Doubted) -> Iterator[Doubt]:
    """ "paid search orders": the way their customers were won, or the way of the visits that they were made in?

    "store visits" are of no such way: the word names something else, which has no link to them.
    """
    for condition in _lent(asked):
        said = tuple(_said_as(asked, condition))
        if not said or _is_named(asked, condition.field, said):
            continue
        choices = _choices(asked, condition, said)
        if len(choices) > 1 or _is_elsewhere(asked, asked.query.metrics, said):
            yield Doubt(raw(asked.tokens[slice(*said[0])]), "which_way" if len(choices) > 1 else "of_far_off", choices)


def _lent(asked: Doubted) -> Iterator[Filter]:
    """The conditions on a way that the counted rows have only through something they are linked to."""
    facts = {fact for name in asked.query.metrics for fact in asked.world.reach.facts(name)}
    for one in asked.query.filters:
        owner = one.field.rpartition(".")[0]
        own = not owner or owner in facts or owner == asked.query.entity
        if not own and one.op in ("in", "not_in") and not one.entity and _is_way(asked, one.field):
            yield one


def _is_way(asked: Doubted, field: str) -> bool:
    return not asked.words("way_fields").isdisjoint(field.rpartition(".")[2].split("_"))


def _said_as(asked: Doubted, condition: Filter) -> Iterator[Stretch]:
    """The longest stretches of words that are one of the values of a condition."""
    values, end = {str(value) for value in condition.values}, 0
    for first in range(len(asked.tokens)):
        for behind in range(min(first + LONGEST_VALUE, len(asked.tokens)), max(first, end), -1):
            found = asked.concepts(first, behind)
            if first >= end and any(c.target == condition.field and str(c.value) in values for c in found):
                yield first, behind
                end = behind


def _is_named(asked: Doubted, field: str, said: Sequence[Stretch]) -> bool:
    """Whether other words say whose way it is: the thing it is told of, or the name of the field."""
    inside = {at for first, behind in said for at in range(first, behind)}
    return any(
        _names(asked.concepts(at, end), field)
        for at in range(len(asked.tokens))
        for end in range(at + 1, min(at + LONGEST_VALUE, len(asked.tokens)) + 1)
        if inside.isdisjoint(range(at, end))
    )


def _names(found: Sequence[Concept], field: str) -> bool:
    things = {c.target for c in found if c.kind == "noun"}
    return field.partition(".")[0] in things or {c.target for c in found if c.kind == "dimension"} == {field}


def _choices(asked: Doubted, condition: Filter, said: Sequence[Stretch]) -> tuple[SemanticQuery, ...]:
    """The plan, and what it would be with the same way of something else that is linked to the rows."""
    named = [_ways(asked, condition, one) for one in said]
    fields = [one for one in named[0] if one != condition.field and all(one in others for others in named)]
    reach = asked.world.reach
    linked = [one for one in fields if reach.distance(asked.query.metrics, one.partition(".")[0]) is not None]
    queries = (_told_of(asked.query, condition, field) for field in linked)
    return asked.query, *(query for query in queries if stands(asked.world.layer, query))


def _ways(asked: Doubted, condition: Filter, said: Stretch) -> list[str]:
    """The fields for the way of anything that hold a value of the condition."""
    values = {str(value) for value in condition.values}
    found = (c.target for c in asked.concepts(*said) if str(c.value) in values and _is_way(asked, c.target))
    return list(dict.fromkeys(found))


def _told_of(query: SemanticQuery, condition: Filter, field: str) -> SemanticQuery:
    """The query with a condition, and perhaps a breakdown, by another field."""
    filters = tuple(one.model_copy(update={"field": field}) if one == condition else one for one in query.filters)
    groups = tuple(
        one.model_copy(update={"field": field}) if one.field == condition.field else one for one in query.group_by
    )
    return query.model_copy(update={"filters": filters, "group_by": groups})


def _is_elsewhere(asked: Doubted, metrics: Sequence[str], said: Sequence[Stretch]) -> bool:
    """Whether the word is the name of something that the counted rows have no link to."""
    things = {c.target.partition(".")[0] for one in said for c in asked.concepts(*one) if c.kind == "dimension"}
    return any(asked.world.reach.distance(metrics, one) is None for one in things)


def _way_of_deeds(asked: Doubted) -> Iterator[Doubt]:
    """ "how many people visited the store": the place of the deed is no way by which these people were won."""
    for deed in (one for one in asked.query.filters if one.where and one.field in asked.world.layer.metrics):
        facts = asked.world.reach.facts(deed.field)
        for condition in (one for one in deed.where if _is_way(asked, one.field) and one.op in ("in", "not_in")):
            said = tuple(_said_as(asked, condition))
            own = condition.field.partition(".")[0] in facts
            if said and not own and _is_elsewhere(asked, (deed.field,), said):
                yield Doubt(raw(asked.tokens[slice(*said[0])]), "of_far_off")


RULES: tuple[Callable[[Doubted], Iterator[Doubt]], ...] = (_which_way, _way_of_deeds)
