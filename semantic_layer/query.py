"""What can be asked of a semantic layer: the typed query that a parser, a model or a person fills in.

Fields are always named `dataset.field`; `via` names the relationship to walk when a dataset can be reached by more
than one. `metric_time` is each metric's own time, and what several metrics have in common.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

TimeGrain = Literal[
    "hour", "day", "week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year"
]  # fmt: skip
Operator = Literal[
    "in", "not_in", "eq", "ne", "gt", "ge", "lt", "le", "between", "like", "not_like", "is_null", "not_null",
    "last", "not_last",
]  # fmt: skip
Scalar = str | int | float | bool | date | datetime
Number = int | float
METRIC_TIME = "metric_time"
COHORT_AGE = "cohort_age"


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


class Bands(QueryNode):
    """Bands of a number: each holds its lower edge, its upper one belongs to the next; an unknown number is in none.

    Either `edges`, with an open band below the first and from the last on ("under 50, 50 to 100, over 100": 50, 100),
    or steps of `width` counted from `start` in both directions, where `top` begins the last band, which is open.

    In a result a band is told by its lower edge; the open one below the first edge by `lowest`.
    """

    edges: tuple[Number, ...] = Field(default=(), max_length=60)
    width: Number | None = Field(default=None, gt=0)
    start: Number = 0
    top: Number | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Bands:
        if bool(self.edges) == (self.width is not None):
            raise ValueError("bands have either edges or a width")
        if any(low >= high for low, high in pairwise(self.edges)):
            raise ValueError("the edges of bands go up")
        if self.top is not None and (self.width is None or not _is_step(self.top - self.start, self.width)):
            raise ValueError("the last band begins with a whole step")
        return self

    @property
    def lowest(self) -> Number:
        """The number that stands for the band below the first edge."""
        first = self.edges[0]
        return 0 if first > 0 else first - (self.edges[1] - first if len(self.edges) > 1 else 1)

    def around(self, lower: Number) -> tuple[Number | None, Number | None]:
        """The two ends of the band told by a lower edge; an open end is None."""
        if self.width is not None:
            return lower, None if self.top is not None and lower >= self.top else lower + self.width
        above = [edge for edge in self.edges if edge > lower]
        return None if len(above) == len(self.edges) else lower, above[0] if above else None


def _is_step(distance: Number, width: Number) -> bool:
    """Whether a distance upwards is a whole number of steps, as decimals are written."""
    return distance > 0 and Decimal(str(distance)) % Decimal(str(width)) == 0


class GroupBy(QueryNode):
    """A dimension to break down by; `grain` for a time, `via` for a role ("billing_region").

    `calendar` instead of `grain` names a period of a calendar that the model has in a table ("retail_period").

    Beside fields there are `metric_time`, `cohort_age` (periods since the cohort's, for retention), and the name of a
    segment (true for its members, false for others, empty for rows without an entity).

    `apart` keeps these values of a categorical field as groups of their own; every other row, also one without a value,
    is in one group called `others_label` ("gold members against everyone else").

    `bands` puts a number in bands. The number is a field of each row, or with `entity` a metric of each entity that the
    rows belong to ("customers by number of orders"), of the rows that meet `where`, within its own `time_range`.
    """

    field: str
    grain: TimeGrain | None = None
    calendar: str = ""
    via: str = ""
    apart: tuple[str, ...] = ()
    others_label: str = "(all others)"
    bands: Bands | None = None
    entity: str = ""
    time_range: TimeRange | None = None
    where: tuple[Filter, ...] = ()


class Filter(QueryNode):
    """A condition on a dimension, on a segment (`eq` true or false), or on a metric (then it holds after aggregation).

    `last` and `not_last` take an interval ("90 days") that ends with the last complete day of data. With `entity` the
    condition is on the entity of each row, not on the row: customers that have an order of which it holds (with `none`:
    that have no such order); on a metric, computed for each entity and perhaps within its own `time_range` or within
    the `last` interval ("90 days"). The rows may also be those of the one dataset that links the field's with the
    entity's. Filters told by the rows of one dataset hold for one row of it together ("students with an A in Maths"),
    but each list of values of the same field for another row ("customers with an email and a phone case").

    `like` takes patterns, of which one must fit ("J%", "%ez"), capitals apart; `not_like` those of which none may.

    `where` narrows the rows that a metric of each entity counts: conditions on fields that its own rows have
    ("customers with two orders over 100": where the amount is over 100). Other filters of the query do not narrow them.
    On a metric that groups show it is a condition of each group, within the rows that the query keeps ("cities with an
    open and a closed shop").

    `than` "average" takes the place of the value: for a field the mean over all rows of its dataset, for a metric that
    adds up its mean over the groups of the result (or over the entities that have any), for any other metric its value
    over all of them together; `where` on a field narrows the rows of its mean ("older than Ann", "paid more than the
    average nurse"). `than` "previous" is a metric of the result in the other span of a comparison; with a
    value so many times that (1.1: "grew by more than 10%"), which groups without any of it then never meet.

    `other` is a field that takes the place of the value, of the same row or of what it belongs to ("delivered after the
    due date"); days are compared where one of the two is a day. With `where` it is that of the rows told ("in the same
    city as Ann"). With `any_of` the filter and each of those listed are
    alternatives: a row is kept that meets one of them ("founded before 1950 or in Bath"). What is computed of each
    entity then names the entity.
    """

    field: str
    op: Operator
    values: tuple[Scalar, ...] = ()
    via: str = ""
    entity: str = ""
    none: bool = False
    time_range: TimeRange | None = None
    last: str = ""
    where: tuple[Filter, ...] = ()
    than: Literal["average", "previous"] | None = None
    other: str = ""
    any_of: tuple[Filter, ...] = ()

    @property
    def alternatives(self) -> tuple[Filter, ...]:
        """Each condition of which one suffices; only the filter itself where it stands alone."""
        return (self.model_copy(update={"any_of": ()}), *self.any_of) if self.any_of else (self,)


class Comparison(QueryNode):
    """The same question for another span: the value then, the change, and the relative change, beside the value now.

    With a time grouping the other span is matched bucket by bucket through the calendar, never by row order.
    """

    kind: Literal["previous_period", "previous_year", "range"] = "previous_period"
    range: TimeRange | None = None


class OrderBy(QueryNode):
    """Sort key: a metric, `metric_time` or a dimension of the query; `column` picks which of a metric's numbers."""

    by: str
    descending: bool = True
    column: Literal["value", "previous", "change", "change_ratio", "share", "rank"] = "value"


class Share(QueryNode):
    """A metric's part of its total: over everything, or within each group of the dimensions in `within`.

    `apart_from` names fields whose filters do not hold for the total ("Germany's share": filtered by country, but the
    total is that of all countries), and `apart` filters of the query that alone do not hold for it, where others on the
    same field do ("of those who ordered in May, the share that ordered in June": apart is the filter of June).

    With `of` it is the part of another metric of the query in the same unit and the same row ("fees as a share of
    revenue"), whatever belongs to both. With `per` it is no part, but how much of the metric falls to so many of the
    other, whatever their units: revenue per visit (1), tickets per 1,000 orders (1000). With `less` it is what is left
    of the metric when the other is taken off, in their common unit ("new less lost customers").

    The total is that of the whole query, whatever is cut off afterwards; it is computed on its own, so that shares of
    distinct counts are right too (and need not add up to 1).
    """

    metric: str
    within: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    apart: tuple[Filter, ...] = ()
    of: str = ""
    per: int = Field(default=0, ge=0, le=1_000_000)
    less: bool = False

    @property
    def is_of_case(self) -> bool:
        """Whether the total is wider than what the query is filtered to."""
        return bool(self.apart_from or self.apart)


class Rank(QueryNode):
    """The place of each row by a metric, 1 for the largest (or smallest); equal values share a place."""

    metric: str
    within: tuple[str, ...] = ()
    descending: bool = True


class Top(QueryNode):
    """The `n` values of dimension `field` with the largest (or smallest) metric `by`, in all or in each group `within`.

    With `others` the remaining values are put together under `others_label`, and their metrics are computed anew, so
    that ratios and distinct counts of the rest are right; otherwise they are left out.

    When the query is not grouped by `field`, what the top values have is taken together; a share is then that of the
    top ones in the whole. With `percent` so many of a hundred of the values that have any of the metric, rounded up.
    """

    field: str
    by: str
    n: int
    percent: bool = False
    within: tuple[str, ...] = ()
    descending: bool = True
    others: bool = False
    others_label: str = "(all others)"


class PerBucket(QueryNode):
    """One number over the buckets of a period: that of the average or the median one, or how many of them there are.

    Every whole bucket of `grain` in the period counts, up to the last complete day of data; one without rows is 0.
    Without a start the buckets begin with the data. `count` tells how many buckets meet the filters on metrics.
    """

    grain: TimeGrain
    agg: Literal["average", "median", "count"] = "average"


class PerGroup(QueryNode):
    """One number over the values of fields: how many there are, the average or the median of each one's metrics, or
    the gap between the highest and the lowest of them.

    The metrics are computed for each of the values, those of no value left out; only values that meet the filters on
    metrics count. What the query is grouped by stays: then there is one such number for each group.
    """

    fields: tuple[str, ...] = Field(min_length=1, max_length=3)
    agg: Literal["count", "average", "median", "gap"] = "count"


class Running(QueryNode):
    """Each bucket's metrics taken together with those of the buckets before it.

    Without `last` from the first bucket of the period on ("running total"), else over so many buckets that end with its
    own ("7-day average"); buckets before the period are then looked at too.
    """

    agg: Literal["sum", "average"] = "sum"
    last: int | None = Field(default=None, ge=2, le=400)


class Pivot(QueryNode):
    """Turn the `values` of dimension `field` into columns, one for each metric and value; other values are left out.

    The columns are named `metric_1`, `metric_2`, ... in the order of `values`; their labels hold the value.
    """

    field: str
    values: tuple[Scalar, ...] = Field(min_length=1, max_length=60)


class Case(QueryNode):
    """A column of its own for `metric`: of those rows only that meet `filters` beside the filters of the query.

    It stands in place of the metric, which has one column for each of its cases ("revenue from new customers and from
    returning customers by month"), called by `label`. No filters: of all rows.
    """

    metric: str
    filters: tuple[Filter, ...] = ()
    label: str


class SemanticQuery(QueryNode):
    """What to compute: metrics by dimensions, for a time, under filters, compared, sorted, cut.

    With `entity` the result lists the rows of that dataset ("which customers ..."): its key, the dimensions of
    `group_by` as attributes, metrics computed for each, and filters on them. `fill` "spine" adds a row for every bucket
    of the period. `time_zone` overrides the model's. `mark_partial` adds a column that is true for buckets cut by the
    period or by the end of the data. `skip` leaves out the first rows of the order ("second best": skip 1, limit 1).
    """

    metrics: tuple[str, ...] = ()
    group_by: tuple[GroupBy, ...] = ()
    filters: tuple[Filter, ...] = ()
    time_range: TimeRange | None = None
    compare: Comparison | None = None
    entity: str = ""
    shares: tuple[Share, ...] = ()
    ranks: tuple[Rank, ...] = ()
    top: Top | None = None
    pivot: Pivot | None = None
    cases: tuple[Case, ...] = Field(default=(), max_length=6)
    per_bucket: PerBucket | None = None
    per_group: PerGroup | None = None
    running: Running | None = None
    fill: Literal["none", "spine"] = "none"
    mark_partial: bool = False
    time_zone: str = ""
    order_by: tuple[OrderBy, ...] = ()
    limit: int | None = None
    skip: int = Field(default=0, ge=0)
