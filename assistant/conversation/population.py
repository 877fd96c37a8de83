"""The rows that an answer showed, as a condition of the next question."""

from __future__ import annotations

from assistant.conversation.turns import Turn
from assistant.understanding import World
from semantic_layer import METRIC_TIME, Filter, GroupBy, SemanticQuery

MOST_VALUES = 500


def column_of(turn: Turn, field: str) -> int | None:
    """The place of a field among the columns of an answer."""
    return next((i for i, column in enumerate(turn.columns) if field in (column.ref, column.name)), None)


def count_listed(base: SemanticQuery, world: World) -> SemanticQuery | None:
    """How many rows a list has: its conditions are those of each one counted. None for other queries."""
    count = world.nouns.count_of(base.entity) if base.entity else None
    if not count or base.limit is not None:
        return None
    filters = tuple(_of_each(f, base) if f.field in world.layer.metrics else f for f in base.filters)
    return SemanticQuery(metrics=(count,), filters=filters)


def _of_each(condition: Filter, base: SemanticQuery) -> Filter:
    span = condition.time_range or (None if condition.last else base.time_range)
    return condition.model_copy(update={"entity": base.entity, "time_range": span})


def population(base: SemanticQuery, turn: Turn) -> SemanticQuery | None:
    """The base with its cut made a condition on the very rows it showed; None when it has no cut, or too many rows."""
    group = telling(base, turn)
    if not is_cut(base) or group is None or not turn.whole:
        return None
    at = column_of(turn, group.field)
    values = tuple(dict.fromkeys(row[at] for row in turn.rows)) if at is not None else ()
    if not values or len(values) > MOST_VALUES or any(value is None for value in values):
        return None
    condition = Filter(field=group.field, op="in", values=values, via=group.via)
    filters = (*(f for f in base.filters if f.field != group.field), condition)
    return base.model_copy(update={"filters": filters, "limit": None, "top": None})


def count_shown(base: SemanticQuery, turn: Turn, world: World) -> SemanticQuery | None:
    """How many things a ranking showed, by their keys; None when its rows are no things that are counted."""
    shown, group = population(base, turn), telling(base, turn)
    dataset = group.field.partition(".")[0] if group is not None else ""
    keys = {f"{dataset}.{key}" for key in world.layer.datasets[dataset].key_fields} if dataset else set[str]()
    count = world.nouns.count_of(dataset) if group is not None and group.field in keys else ""
    if shown is None or group is None or not count:
        return None
    return SemanticQuery(metrics=(count,), filters=tuple(f for f in shown.filters if f.field == group.field))


def is_cut(base: SemanticQuery) -> bool:
    """Whether an answer showed only some of its rows."""
    return base.limit is not None or base.top is not None


def is_card(base: SemanticQuery, world: World) -> bool:
    """Whether an answer told all there is on one single thing."""
    if not base.entity or base.metrics or base.order_by:
        return False
    keys = {f"{base.entity}.{key}" for key in world.layer.datasets[base.entity].key_fields}
    return len(base.filters) == 1 and base.filters[0].field in keys and len(base.filters[0].values) == 1


def telling(base: SemanticQuery, turn: Turn) -> GroupBy | None:
    """The one field that tells the rows of an answer apart: the only one, or the key that names stand beside."""
    if any(group.field == METRIC_TIME or group.grain or group.bands for group in base.group_by):
        return None
    if len(base.group_by) < 2:
        return next(iter(base.group_by), None)
    places = [column_of(turn, group.field) for group in base.group_by]
    things = {group.field.partition(".")[0] for group in base.group_by}
    told = [{row[at] for row in turn.rows} for at in places if at is not None]
    alone = len(things) == 1 and len(told) == len(places) and len(told[0]) == len(turn.rows)
    return base.group_by[0] if alone else None
