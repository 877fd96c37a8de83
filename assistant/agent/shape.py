"""The plan as a model fills it in: its JSON schema over the names of one excerpt, and the query that it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.agent.errors import UnusableReply
from assistant.agent.retrieval import Excerpt
from semantic_layer import (
    METRIC_TIME,
    Comparison,
    Filter,
    GroupBy,
    OrderBy,
    SemanticLayer,
    SemanticQuery,
    Share,
    TimeRange,
)

GRAINS = ("none", "hour", "day", "week", "month", "quarter", "year")
OPERATORS = ("eq", "ne", "in", "not_in", "gt", "ge", "lt", "le", "between", "is_null", "not_null", "last", "not_last")
ORDERED, BESIDE = ("gt", "ge", "lt", "le"), ("average", "previous")
COMPARISONS = ("none", "previous_period", "previous_year")
OVER_GROUPS = ("none", "count", "average", "median", "gap")
SHARES = ("none", "of_total", "of_second_metric")
CUTS = ("rows", "together", "percent_together")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class RowCondition(_Part):
    """A condition on a dimension, a metric or a segment; values as text.

    "average" or "previous" alone, as the value of a comparison by size, is the average or the number before.
    """

    field: str
    op: str = "eq"
    values: list[str | float | int | bool] = []


class Condition(RowCondition):
    """A condition that may be on each of an entity (`of_each`); `where` narrows the rows its metric counts there."""

    of_each: str = ""
    where: list[RowCondition] = []


class NumberBands(_Part):
    """A number put in bands: a field, or a metric of each of an entity; by edges, or by steps of a width."""

    number: str = ""
    of_each: str = ""
    edges: list[float] = []
    width: float = 0


class Filled(_Part):
    """A plan as the model wrote it; `unplaced` are words of the question that no name covers.

    `grain` is that of the time fields in `group_by`, `descending` the direction of all of `order_by`. `over_groups`
    takes the values of the last of `group_by` together to one number, `cut` tells what `limit` is of.
    """

    metrics: list[str] = []
    group_by: list[str] = []
    grain: str = "none"
    filters: list[Condition] = []
    first_day: str = ""
    last_day: str = ""
    compare: str = "none"
    list_of: str = ""
    order_by: list[str] = []
    descending: bool = True
    limit: int = 0
    over_groups: str = "none"
    share: str = "none"
    per: int = 0
    cut: str = "rows"
    bands: NumberBands = NumberBands()
    unplaced: list[str] = []

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, data: Any) -> Any:
        """Models that are not held to the shape like to write {"field": ..., "grain": ...} where a name is enough."""
        if not isinstance(data, Mapping):
            return data
        group, grain = _flattened(data.get("group_by"), "field", "grain")
        order, descending = _flattened(data.get("order_by"), "by", "descending")
        known = {"group_by": group, "grain": grain, "order_by": order, "descending": descending}
        return {**data, **{name: value for name, value in known.items() if value is not None}}


def _flattened(items: Any, name: str, detail: str) -> tuple[list[Any] | None, Any]:
    """The names of a list of objects, and what the first of them says of a detail; None for what is not said."""
    if not isinstance(items, list):
        return None, None
    objects: list[Mapping[str, Any]] = [item for item in items if isinstance(item, Mapping)]
    said = (item[detail] for item in objects if item.get(detail) not in (None, "none"))
    return [item.get(name, "") if isinstance(item, Mapping) else item for item in items], next(said, None)


def schema_of(excerpt: Excerpt) -> dict[str, Any]:
    """A strict JSON schema in which only names of the excerpt can be written.

    It is part of what every call pays for: each list of names stands once, and nothing is nested that need not be.
    """
    of_each = _one_of(["", *excerpt.entities])
    condition = _object({**_ON_ROWS, "of_each": of_each, "where": _list(_object(_ON_ROWS))})
    shape = _object(
        {
            "metrics": _list(_ref("metric")),
            "group_by": _list(_ref("field")),
            "grain": _one_of(GRAINS),
            "filters": _list(condition),
            "first_day": _TEXT,
            "last_day": _TEXT,
            "compare": _one_of(COMPARISONS),
            "list_of": _one_of(["", *excerpt.entities]),
            "order_by": _list(_ref("name")),
            "descending": {"type": "boolean"},
            "limit": {"type": "integer"},
            "over_groups": _one_of(OVER_GROUPS),
            "share": _one_of(SHARES),
            "per": {"type": "integer"},
            "cut": _one_of(CUTS),
            "bands": _object(
                {
                    "number": {"anyOf": [_one_of([""]), _ref("name")]},
                    "of_each": of_each,
                    "edges": _list({"type": "number"}),
                    "width": {"type": "number"},
                }
            ),
            "unplaced": _list(_TEXT),
        }
    )
    names = {
        "metric": _one_of(excerpt.metrics),
        "field": _one_of([METRIC_TIME, *excerpt.fields, *excerpt.segments]),
        "name": {"anyOf": [_ref("field"), _ref("metric")]},
    }
    return {**shape, "$defs": names}


_TEXT: dict[str, Any] = {"type": "string"}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


_ON_ROWS: dict[str, Any] = {
    "field": _ref("name"),
    "op": {"type": "string", "enum": list(OPERATORS)},
    "values": _list(_TEXT),
}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _one_of(names: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(dict.fromkeys(names))} if names else {"type": "string"}


def read_filled(data: Mapping[str, Any]) -> Filled:
    """The reply as a plan; raises UnusableReply when it has another shape."""
    try:
        return Filled.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnusableReply(f"The reply does not keep to the shape: {place}: {first['msg']}.") from error


def query_of(filled: Filled, layer: SemanticLayer) -> SemanticQuery:
    """The typed query; raises UnusableReply for values or days that cannot be read."""
    try:
        query = SemanticQuery(
            metrics=tuple(filled.metrics),
            group_by=tuple(_group(one, filled.grain, layer) for one in filled.group_by),
            filters=tuple(_condition(one, layer) for one in filled.filters),
            time_range=_period(filled),
            compare=None if filled.compare == "none" else Comparison(kind=filled.compare),  # type: ignore[arg-type]  # pydantic checks it
            entity=filled.list_of,
            shares=_shares(filled),
            order_by=tuple(OrderBy(by=one, descending=filled.descending) for one in filled.order_by),
            limit=filled.limit or None,
        )
        return _taken_together(filled, _in_bands(filled.bands, query))
    except (ValidationError, ValueError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UnusableReply(f"The plan cannot be read: {said}.") from error


def _shares(filled: Filled) -> tuple[Share, ...]:
    if filled.share == "none":
        return ()
    if filled.share == "of_total":
        return tuple(Share(metric=name) for name in filled.metrics)
    if len(filled.metrics) != 2:
        raise ValueError("a share of the second metric needs two metrics")
    return (Share(metric=filled.metrics[0], of=filled.metrics[1], per=filled.per),)


def _in_bands(bands: NumberBands, query: SemanticQuery) -> SemanticQuery:
    """The query by the bands of a number, in their order; the period is that of the number where each has its own."""
    if not bands.number:
        return query
    told: dict[str, Any] = {"edges": bands.edges} if bands.edges else {"width": bands.width}
    whole = {name: _plain(value) if name == "width" else [_plain(one) for one in value] for name, value in told.items()}
    own = {"entity": bands.of_each, "time_range": query.time_range} if bands.of_each else {}
    group = GroupBy.model_validate({"field": bands.number, "bands": whole, **own})
    others = tuple(one for one in query.group_by if one.field != bands.number)
    span = None if bands.of_each else query.time_range
    return query.model_copy(update={"group_by": (group, *others), "order_by": (), "time_range": span})


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _taken_together(filled: Filled, query: SemanticQuery) -> SemanticQuery:
    """The query with its last grouping taken to one number, or with what the first few have together."""
    if filled.over_groups == "none" and filled.cut == "rows":
        return query
    if not query.group_by:
        raise ValueError("what is taken together has to be the last of group_by")
    last = query.group_by[-1]
    rest = {"group_by": query.group_by[:-1], "order_by": (), "limit": None}
    if filled.over_groups != "none" and last.field == METRIC_TIME:
        told: dict[str, Any] = {"per_bucket": {"grain": last.grain, "agg": filled.over_groups}}
    elif filled.over_groups != "none":
        told = {"per_group": {"fields": [last.field], "agg": filled.over_groups}}
    else:
        by = filled.order_by[0] if filled.order_by else next(iter(filled.metrics), "")
        cut = {"n": filled.limit, "percent": filled.cut == "percent_together", "descending": filled.descending}
        told = {"top": {"field": last.field, "by": by, **cut}}
    return SemanticQuery.model_validate({**query.model_copy(update=rest).model_dump(), **told})


def _group(name: str, grain: str, layer: SemanticLayer) -> GroupBy:
    field = layer.fields.get(name)
    has_grain = grain != "none" and (name == METRIC_TIME or field is None or field.kind == "time")
    return GroupBy(field=name, grain=grain if has_grain else None)  # type: ignore[arg-type]  # pydantic checks it


def _period(filled: Filled) -> TimeRange | None:
    first, last = (date.fromisoformat(day) if day else None for day in (filled.first_day, filled.last_day))
    if first is None and last is None:
        return None
    return TimeRange(start=first, end=last + timedelta(days=1) if last else None)


def _condition(one: Condition, layer: SemanticLayer) -> Filter:
    where = tuple(_filter(row, layer) for row in one.where)
    return _filter(one, layer).model_copy(update={"entity": one.of_each, "where": where})


def _filter(one: RowCondition, layer: SemanticLayer) -> Filter:
    said = [str(value).lower() for value in one.values]
    if one.op in ORDERED and len(said) == 1 and said[0] in BESIDE:
        return Filter(field=one.field, op=one.op, than=said[0])  # type: ignore[arg-type]  # pydantic checks it
    values = tuple(_value(value, one, layer) for value in one.values)
    return Filter(field=one.field, op=one.op, values=values)  # type: ignore[arg-type]  # pydantic checks it


def _value(value: object, one: RowCondition, layer: SemanticLayer) -> Any:
    """The value in the type of what it is compared with; intervals and texts stay texts."""
    if one.op in ("last", "not_last"):
        return str(value)
    field = layer.fields.get(one.field)
    if one.field in layer.segments or (field is not None and field.kind == "boolean"):
        return str(value).lower() in ("true", "yes", "1")
    if one.field in layer.metrics or (field is not None and field.kind == "number"):
        return float(str(value).replace(",", ""))
    return str(value)
