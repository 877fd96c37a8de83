"""What a list of things shows beside their keys where the question names no fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from semantic_layer import GroupBy, SemanticLayer, SemanticQuery, stands

Called = Callable[[str], tuple[str, ...]]


def with_shown(layer: SemanticLayer, query: SemanticQuery, called: Called) -> SemanticQuery:
    """The query of a list with the fields that it shows: what its things are called, and what the definitions say.

    `called` gives the fields that the things of a dataset are called by. A list that names fields of its own, and a
    query that is no list, stay as they are.
    """
    if not query.entity:
        return query
    dataset, names = layer.datasets[query.entity], called(query.entity)
    times = (field.name for field in dataset.fields if field.kind == "time")
    own = {*names, *(f"{dataset.name}.{field}" for field in (*dataset.key_fields, *times))}
    if any(group.field not in own or group.grain for group in query.group_by):
        return query
    asked = [group.field for group in query.group_by]
    wanted = dict.fromkeys((*asked, *names, *(() if query.metrics else _told(layer, query))))
    shown = tuple(GroupBy(field=name) for name in wanted if name in asked or _can_stand(layer, dataset.name, name))
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
    return stands(layer, SemanticQuery(entity=entity, group_by=(GroupBy(field=name),)))
