"""The plan as a model fills it in: its JSON schema over the names of one excerpt, and the query that it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.agent.errors import UnusableReply
from assistant.agent.retrieval import Excerpt
from semantic_layer import METRIC_TIME, Comparison, Filter, GroupBy, OrderBy, SemanticLayer, SemanticQuery, TimeRange

GRAINS = ("none", "hour", "day", "week", "month", "quarter", "year")
OPERATORS = ("eq", "ne", "in", "not_in", "gt", "ge", "lt", "le", "between", "is_null", "not_null", "last", "not_last")
ORDERED, AVERAGE = ("gt", "ge", "lt", "le"), "average"
COMPARISONS = ("none", "previous_period", "previous_year")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Condition(_Part):
    """A condition on a dimension, a metric or a segment; values as text.

    "average" alone, as the value of a comparison by size, is the average and no text.
    """

    field: str
    op: str = "eq"
    values: list[str | float | int | bool] = []


class Filled(_Part):
    """A plan as the model wrote it; `unplaced` are words of the question that no name covers.

    `grain` is that of the time fields in `group_by`, `descending` the direction of all of `order_by`.
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
    condition = _object({"field": _ref("name"), "op": _one_of(OPERATORS), "values": _list(_TEXT)})
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
        return SemanticQuery(
            metrics=tuple(filled.metrics),
            group_by=tuple(_group(one, filled.grain, layer) for one in filled.group_by),
            filters=tuple(_filter(one, layer) for one in filled.filters),
            time_range=_period(filled),
            compare=None if filled.compare == "none" else Comparison(kind=filled.compare),  # type: ignore[arg-type]  # pydantic checks it
            entity=filled.list_of,
            order_by=tuple(OrderBy(by=one, descending=filled.descending) for one in filled.order_by),
            limit=filled.limit or None,
        )
    except (ValidationError, ValueError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UnusableReply(f"The plan cannot be read: {said}.") from error


def _group(name: str, grain: str, layer: SemanticLayer) -> GroupBy:
    field = layer.fields.get(name)
    has_grain = grain != "none" and (name == METRIC_TIME or field is None or field.kind == "time")
    return GroupBy(field=name, grain=grain if has_grain else None)  # type: ignore[arg-type]  # pydantic checks it


def _period(filled: Filled) -> TimeRange | None:
    first, last = (date.fromisoformat(day) if day else None for day in (filled.first_day, filled.last_day))
    if first is None and last is None:
        return None
    return TimeRange(start=first, end=last + timedelta(days=1) if last else None)


def _filter(one: Condition, layer: SemanticLayer) -> Filter:
    if one.op in ORDERED and [str(value).lower() for value in one.values] == [AVERAGE]:
        return Filter(field=one.field, op=one.op, than=AVERAGE)  # type: ignore[arg-type]  # pydantic checks it
    values = tuple(_value(value, one, layer) for value in one.values)
    return Filter(field=one.field, op=one.op, values=values)  # type: ignore[arg-type]  # pydantic checks it


def _value(value: object, one: Condition, layer: SemanticLayer) -> Any:
    """The value in the type of what it is compared with; intervals and texts stay texts."""
    if one.op in ("last", "not_last"):
        return str(value)
    field = layer.fields.get(one.field)
    if one.field in layer.segments or (field is not None and field.kind == "boolean"):
        return str(value).lower() in ("true", "yes", "1")
    if one.field in layer.metrics or (field is not None and field.kind == "number"):
        return float(str(value).replace(",", ""))
    return str(value)
