"""The kinds of metric, as the YAML spells them; a new kind is a class here and a builder in the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import Discriminator, Field, Tag

from semantic_layer.nodes import Described, Direction, IntervalText, Name, NumberFormat

PeriodGrain = Literal["week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_year"]


NO_TIME = "none"


class MetricFields(Described):
    """What every metric says besides its formula.

    `unit` is what people read after the number ("EUR", "orders", "minutes"); `good_direction` tells whether up is good.
    `stand_ins` are metrics of the same meaning at a finer grain: they answer for this one when a dimension or filter is
    out of its reach (net revenue by product is counted by order line), and the answer says so. `version` goes up when
    the meaning of the metric changes. `needs` says in words what must be loaded or computed for it; a shipped metric
    that has it stays known without its data, as `unavailable`. `implied` marks what nobody declared (see `implied`).
    """

    unit: str = ""
    format: NumberFormat = "decimal"
    decimals: int | None = Field(default=None, ge=0, le=6)
    good_direction: Direction = "neutral"
    owner: str = ""
    version: int = Field(default=1, ge=1)
    hidden: bool = False
    implied: bool = False
    stand_ins: tuple[Name, ...] = ()
    caveats: tuple[str, ...] = ()
    needs: str = ""


class SimpleMetric(MetricFields):
    """One measure, named `dataset.measure`, perhaps with a filter of its own and another time than the dataset's.

    `time: none` marks a state of today (open tickets) of which no history is kept: it has no time, so it cannot be
    asked for a period.
    """

    type: Literal["simple"] = "simple"
    measure: str
    filter: str = ""
    time: str = ""
    fill_zero: bool = False


class RatioMetric(MetricFields):
    """Sum over sum: one metric divided by another at the grain asked for; nothing over nothing is empty, not zero."""

    type: Literal["ratio"]
    numerator: Name
    denominator: Name


class DerivedMetric(MetricFields):
    """Arithmetic over other metrics, by name: `gross_revenue - refunds`."""

    type: Literal["derived"]
    expression: str


class CumulativeMetric(MetricFields):
    """A simple metric over a window that ends with each period.

    With `window` the window is exactly that long, the end included and the start not: `7 days` are the day itself and
    the six before it. With `to_date` it starts with the month, quarter or year the period ends in. With neither it is a
    running total since the beginning.
    """

    type: Literal["cumulative"]
    metric: Name
    window: IntervalText | None = None
    to_date: PeriodGrain | None = None


class OffsetMetric(MetricFields):
    """Another metric as it was `offset` earlier by the calendar; where it had no value then, this has none."""

    type: Literal["offset"]
    metric: Name
    offset: IntervalText


class ConversionMetric(MetricFields):
    """Which of the events counted by `base` were followed, for the same `entity`, by one counted by `conversion`.

    An event counts from the moment of the base event until `window` later; with `closed` also exactly at that end. Its
    time is the time of the base event. `value` is the share or the number of converted base events.
    """

    type: Literal["conversion"]
    base: Name
    conversion: Name
    entity: Name
    window: IntervalText
    closed: bool = True
    value: Literal["rate", "count"] = "rate"


class RetentionMetric(MetricFields):
    """How many of a cohort of `entity` were active so many periods later.

    The cohort is the period of the time field `cohort` of the entity; a member is active in a period in which the
    simple metric `activity` counts a row of it. Asked by `cohort_age` (0 is the cohort's own period); its time is
    `cohort`.
    """

    type: Literal["retention"]
    entity: Name
    cohort: str
    activity: Name
    grain: Literal["day", "week", "month", "quarter", "year"] = "month"
    value: Literal["rate", "count"] = "rate"


class PerEntityMetric(MetricFields):
    """A metric computed for each `entity` on its own, then aggregated over the entities.

    `count` and `share` need a `condition` over metrics ("orders >= 2") and tell how many entities meet it, or which
    part of them; the other aggregates are of `metric`, over entities that meet the condition when there is one. The
    entities are those with a row of the metrics (`active`) or every row of the entity's dataset (`all`).
    """

    type: Literal["per_entity"]
    entity: Name
    agg: Literal["average", "median", "percentile", "min", "max", "sum", "count", "share"]
    metric: Name | None = None
    condition: str = ""
    percentile: float | None = Field(default=None, gt=0, lt=1)
    population: Literal["active", "all"] = "active"


class UnavailableMetric(MetricFields):
    """A metric that people ask for and nobody computes yet: known by its words, refused with what it `needs`."""

    type: Literal["unavailable"]


def _metric_type(value: Any) -> str:
    """The `type` of a metric, which may be left out of the YAML for a simple one."""
    if isinstance(value, Mapping):
        return str(cast("Mapping[str, Any]", value).get("type", "simple"))
    return str(getattr(value, "type", "simple"))


METRIC_TYPES: Mapping[str, type[MetricFields]] = {
    "simple": SimpleMetric,
    "ratio": RatioMetric,
    "derived": DerivedMetric,
    "cumulative": CumulativeMetric,
    "offset": OffsetMetric,
    "conversion": ConversionMetric,
    "retention": RetentionMetric,
    "per_entity": PerEntityMetric,
    "unavailable": UnavailableMetric,
}
Metric = Annotated[
    Annotated[SimpleMetric, Tag("simple")]
    | Annotated[RatioMetric, Tag("ratio")]
    | Annotated[DerivedMetric, Tag("derived")]
    | Annotated[CumulativeMetric, Tag("cumulative")]
    | Annotated[OffsetMetric, Tag("offset")]
    | Annotated[ConversionMetric, Tag("conversion")]
    | Annotated[RetentionMetric, Tag("retention")]
    | Annotated[PerEntityMetric, Tag("per_entity")]
    | Annotated[UnavailableMetric, Tag("unavailable")],
    Discriminator(_metric_type),
]
