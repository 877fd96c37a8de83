"""What a list of things shows beside their keys where the question names no fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from semantic_layer import GroupBy, QueryError, SemanticLayer, SemanticQuery, check

Called = Callable[[str], tuple[str, ...]]


def with_shown(layer: SemanticLayer, query: SemanticQuery, called: Called) -> SemanticQuery:
    """The query of a list with the fields that it shows: what its things are called, and what the definitions say.

    `called` gives the fields that the things of a dataset are called by. A list that names fields of its own, and a
    query that is no list, stay as they are.
    """
    names = called(query.entity) if query.entity else ()
    if not query.entity or any(group.field not in names for group in query.group_by):
        return query
    wanted = dict.fromkeys((*names, *(() if query.metrics else _told(layer, query))))
    shown = tuple(GroupBy(field=name) for name in wanted if _can_stand(layer, query.entity, name))
    return query.model_copy(update={"group_by": shown})


def _told(layer: SemanticLayer, query: SemanticQuery) -> Iterator[str]:
    """The fields by the definitions: those of the segments asked for, then those of the dataset."""
    for condition in query.filters:
        if condition.field in layer.segments:
            yield from layer.segments[condition.field].shows
    yield from layer.datasets[query.entity].shows


def _can_stand(layer: SemanticLayer, entity: str, name: str) -> bool:
    """Whether a field may stand in a list of the entity: the reader may see it, and each row has at most one."""
    field = layer.fields.get(name)
    if field is None or field.hidden or (field.pii and not field.listable):
        return False
    try:
        check(layer, SemanticQuery(entity=entity, group_by=(GroupBy(field=name),)))
    except QueryError:
        return False
    return True
