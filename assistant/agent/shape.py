"""The plan as a model fills it in: its JSON schema over the names of one excerpt, and the query that it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.agent.errors import UnusableReply
from assistant.agent.retrieval import Excerpt
from semantic_layer import METRIC_TIME, Comparison, Filter, GroupBy, OrderBy, SemanticLayer, SemanticQuery, TimeRange

GRAINS = ("none", "hour", "day", "week", "month", "quarter", "year")
OPERATORS = ("eq", "ne", "in", "not_in", "gt", "ge", "lt", "le", "between", "is_null", "not_null", "last", "not_last")
COMPARISONS = ("none", "previous_period", "previous_year")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Grouping(_Part):
    """A dimension to break down by."""

    field: str
    grain: str = "none"


class Condition(_Part):
    """A condition on a dimension, a metric or a segment; values as text."""

    field: str
    op: str = "eq"
    values: list[str | float | int | bool] = []


class Sorting(_Part):
    """What to sort by."""

    by: str
    descending: bool = True


class Filled(_Part):
    """A plan as the model wrote it; `unplaced` are words of the question that no name covers."""

    metrics: list[str] = []
    group_by: list[Grouping] = []
    filters: list[Condition] = []
    first_day: str = ""
    last_day: str = ""
    compare: str = "none"
    list_of: str = ""
    order_by: list[Sorting] = []
    limit: int = 0
    unplaced: list[str] = []


def schema_of(excerpt: Excerpt) -> dict[str, Any]:
    """A strict JSON schema in which only names of the excerpt can be written."""
    text: dict[str, Any] = {"type": "string"}
    metric, field = _ref("metric"), _ref("field")
    either = {"anyOf": [field, metric]}
    grouping = _object({"field": field, "grain": _one_of(GRAINS)})
    condition = _object({"field": either, "op": _one_of(OPERATORS), "values": {"type": "array", "items": text}})
    sorting = _object({"by": either, "descending": {"type": "boolean"}})
    shape = _object(
        {
            "metrics": {"type": "array", "items": metric},
            "group_by": {"type": "array", "items": grouping},
            "filters": {"type": "array", "items": condition},
            "first_day": text,
            "last_day": text,
            "compare": _one_of(COMPARISONS),
            "list_of": _one_of(["", *excerpt.entities]),
            "order_by": {"type": "array", "items": sorting},
            "limit": {"type": "integer"},
            "unplaced": {"type": "array", "items": text},
        }
    )
    # each list of names stands once: the schema is part of what every call pays for
    names = {"metric": _one_of(excerpt.metrics), "field": _one_of([METRIC_TIME, *excerpt.fields, *excerpt.segments])}
    return {**shape, "$defs": names}


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
            group_by=tuple(_group(one) for one in filled.group_by),
            filters=tuple(_filter(one, layer) for one in filled.filters),
            time_range=_period(filled),
            compare=None if filled.compare == "none" else Comparison(kind=filled.compare),  # type: ignore[arg-type]  # pydantic checks it
            entity=filled.list_of,
            order_by=tuple(OrderBy(by=one.by, descending=one.descending) for one in filled.order_by),
            limit=filled.limit or None,
        )
    except (ValidationError, ValueError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UnusableReply(f"The plan cannot be read: {said}.") from error


def _group(one: Grouping) -> GroupBy:
    return GroupBy(field=one.field, grain=None if one.grain == "none" else one.grain)  # type: ignore[arg-type]  # pydantic checks it


def _period(filled: Filled) -> TimeRange | None:
    first, last = (date.fromisoformat(day) if day else None for day in (filled.first_day, filled.last_day))
    if first is None and last is None:
        return None
    return TimeRange(start=first, end=last + timedelta(days=1) if last else None)


def _filter(one: Condition, layer: SemanticLayer) -> Filter:
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
