"""What can be asked of a semantic layer: the typed query that a parser, a model or a person fills in.

Fields are always named `dataset.field`; `via` names the relationship to walk when a dataset can be reached by more
than one. `metric_time` is each metric's own time, and what several metrics have in common.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

TimeGrain = Literal["hour", "day", "week", "month", "quarter", "half", "year"]
Operator = Literal[
    "in", "not_in", "eq", "ne", "gt", "ge", "lt", "le", "between", "like", "not_like", "is_null", "not_null"
]
Scalar = str | int | float | bool | date | datetime
METRIC_TIME = "metric_time"


class QueryNode(BaseModel):
    """Base of every part of a query: strict keys, no change after making, JSON in and out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeRange(QueryNode):
    """A half-open span `[start, end)` of days on a metric's own time; an open side is None.

    `partial` tells that the span runs past the last complete day of data, `label` how the person said it.
    """

    start: date | None = None
    end: date | None = None
    label: str = ""
    partial: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> TimeRange:
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self


class GroupBy(QueryNode):
    """A dimension to break down by; `grain` for a time, `via` for a role ("billing_region")."""

    field: str
    grain: TimeGrain | None = None
    via: str = ""


class Filter(QueryNode):
    """A condition on a dimension, or on a metric (then it holds after aggregation)."""

    field: str
    op: Operator
    values: tuple[Scalar, ...] = ()
    via: str = ""


class Comparison(QueryNode):
    """The same question for another span: the value then, the change, and the relative change, beside the value now.

    With a time grouping the other span is matched bucket by bucket through the calendar, never by row order.
    """

    kind: Literal["previous_period", "previous_year", "range"] = "previous_period"
    range: TimeRange | None = None


class OrderBy(QueryNode):
    """Sort key: a metric, `metric_time` or a dimension of the query; `column` picks which number of a comparison."""

    by: str
    descending: bool = True
    column: Literal["value", "previous", "change", "change_ratio"] = "value"


class SemanticQuery(QueryNode):
    """What to compute: metrics by dimensions, for a time, under filters, compared, sorted, cut."""

    metrics: tuple[str, ...] = ()
    group_by: tuple[GroupBy, ...] = ()
    filters: tuple[Filter, ...] = ()
    time_range: TimeRange | None = None
    compare: Comparison | None = None
    order_by: tuple[OrderBy, ...] = ()
    limit: int | None = None
