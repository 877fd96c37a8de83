"""The nouns of a semantic model, as the YAML spells them.

Names follow Apache Ossie where it has them (`datasets, source, primary_key, unique_keys, fields, relationships,
from_columns, to_columns, metrics, ai_context`); what it lacks is typed here. Unknown keys are errors. Everything is
frozen: a `SemanticLayer` never changes, a new one is loaded instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field

from semantic_layer.metric_types import (
    METRIC_TYPES,
    ConversionMetric,
    CumulativeMetric,
    DerivedMetric,
    Metric,
    MetricFields,
    OffsetMetric,
    PerEntityMetric,
    RatioMetric,
    RetentionMetric,
    SimpleMetric,
    UnavailableMetric,
)
from semantic_layer.nodes import AIContext, Described, Direction, Name, Node, NumberFormat
from semantic_layer.paths import Graph
from semantic_layer.query import Filter

__all__ = [
    "METRIC_TYPES",
    "AIContext",
    "Bridge",
    "Calendar",
    "ConversionMetric",
    "CumulativeMetric",
    "Dataset",
    "Definitions",
    "DerivedMetric",
    "Described",
    "Dimension",
    "Direction",
    "Funnel",
    "FunnelStep",
    "Measure",
    "Metric",
    "MetricFields",
    "Name",
    "Node",
    "NonAdditive",
    "NumberFormat",
    "OffsetMetric",
    "PerEntityMetric",
    "RatioMetric",
    "Relationship",
    "RetentionMetric",
    "RowPolicy",
    "Segment",
    "SemanticLayer",
    "SimpleMetric",
    "UnavailableMetric",
]

FieldKind = Literal["categorical", "time", "number", "boolean"]
Aggregation = Literal["sum", "count", "count_distinct", "average", "min", "max", "median", "percentile"]


class Dimension(Described):
    """A field of a dataset to group or filter by.

    `expression` is SQL over the dataset's own columns (default: the column of the same name). `values` maps a stored
    value to the words people use for it ("DE": ["Germany", "German"]). `stored_in` is the zone of a time's clock where
    it is not UTC. `implied` marks what nobody declared (see `implied`). `pii` is personal data, never broken down by,
    sampled or shown to a model; where it is `listable` it may stand in a list of its own rows ("which customers ...").
    The days of a time that is `ahead` lie in the future as a rule: a month without a year is then the next one.
    """

    expression: str = ""
    kind: FieldKind = Field(default="categorical", alias="type")
    values: Mapping[str, tuple[str, ...]] = {}
    sample_values: tuple[str, ...] = ()
    hidden: bool = False
    implied: bool = False
    pii: bool = False
    listable: bool = False
    ahead: bool = False
    stored_in: str = ""
    unit: str = ""
    format: NumberFormat | None = None

    @property
    def sql(self) -> str:
        """SQL of the field over its dataset's columns."""
        return self.expression or self.name


class NonAdditive(Node):
    """How a measure that is a level (a balance, a stock) goes over time, where it cannot be summed.

    Of each period only the rows of its `last` or `first` day count (the same day for all, or the own one of each group
    of the columns in `per`), or the daily sums are averaged over the days that have any row. `time` is a field of the
    measure's dataset.
    """

    time: Name
    take: Literal["last", "first", "average"] = "last"
    per: tuple[str, ...] = ()


class Measure(Node):
    """An aggregation over the rows of one dataset; metrics are made of measures.

    `expression` is SQL over the dataset's own fields and columns; it may be left out for `count`, which then counts
    rows. `filter` keeps only some rows. `percentile` is a share between 0 and 1. `non_additive` marks a level, which
    must be a sum or a count.
    """

    name: Name
    agg: Aggregation
    expression: str = ""
    filter: str = ""
    percentile: float | None = Field(default=None, gt=0, lt=1)
    non_additive: NonAdditive | None = None
    description: str = ""


class Bridge(Node):
    """A dataset that links many rows of one dataset with many of another, and divides what it links.

    `weight` is SQL over its columns: which part of its `of` row a row stands for. The weights of each `of` row add up
    to 1, so that what is divided adds up to the whole.
    """

    of: Name
    weight: str


class RowPolicy(Node):
    """Who sees which rows of a dataset, and which fields.

    `rows` is SQL over the dataset's own columns in which `viewer.<attribute>` stands for what the viewer brings along
    (`region = viewer.region`, `country IN viewer.countries`); a viewer without the attribute sees no row.
    `hidden_fields` are unknown to viewers. Nothing of it holds for the `roles` named in `except_roles`.
    """

    rows: str = ""
    hidden_fields: tuple[Name, ...] = ()
    except_roles: tuple[str, ...] = ()


class Dataset(Described):
    """One table with its grain: fields to group by, measures to aggregate, keys, and the time that counts.

    `source` is the table's name. `entity` marks what people count and list (customers). `time` names the time field
    that counts for its measures: a field of its own, or `dataset.field` of a dataset that it links to
    ("orders.ordered_at" for order lines). `population` is SQL over its own columns: the rows that lists, segments and
    counts over all of its entities hold (not own staff, say); measures have filters of their own. `shows` names the
    fields, `dataset.field`, that a list of its rows shows beside their key and name when a question names none.
    """

    source: str
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    time: str | None = None
    entity: bool = False
    population: str = ""
    shows: tuple[str, ...] = ()
    fields: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()
    policy: RowPolicy | None = None
    bridge: Bridge | None = None

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The fields that show the key's columns, in its order; empty when one of the columns has none."""
        shown = {field.sql.strip('"').casefold(): field.name for field in reversed(self.fields)}
        names = tuple(shown.get(column.casefold(), "") for column in self.primary_key)
        return names if all(names) else ()


class Relationship(Node):
    """A many-to-one link: each row of `from` has at most one row of `to`.

    A way without a `secondary` link wins over a way with one, so a second role of a dataset (the customer of a cart's
    session beside the cart's own customer) does not make the first one ambiguous; `via` in a query names either. With
    `dedupe` measures of `to` may be grouped by fields of `from`: a row of `to` then counts once for each of its
    distinct values, so that groups overlap and do not add up to the whole.
    """

    name: Name
    from_: Name = Field(alias="from")
    to: Name
    from_columns: tuple[str, ...] = Field(min_length=1)
    to_columns: tuple[str, ...] = Field(min_length=1)
    secondary: bool = False
    dedupe: bool = False
    description: str = ""


class Segment(Described):
    """A named set of entities: the rows of dataset `entity` that meet every filter.

    A filter is on a dimension that the entity reaches, or on a metric computed for each entity. `version` goes up when
    the meaning changes. `horizon` marks a rule that is itself about the calendar period that the last day of data lies
    in ("renewal due this quarter"): a question may say that period, and no other. `shows` names fields that a list of
    its members shows before those of the dataset.
    """

    entity: Name
    filters: tuple[Filter, ...] = Field(min_length=1)
    horizon: Literal["month", "quarter", "year"] | None = None
    shows: tuple[str, ...] = ()
    version: int = Field(default=1, ge=1)
    owner: str = ""
    hidden: bool = False


class FunnelStep(Node):
    """One step of a funnel: the metric that counts who came so far, what it is called there, and other words for it."""

    metric: Name
    label: str = ""
    synonyms: tuple[str, ...] = ()


class Funnel(Described):
    """Steps that things go through one after the other, each counted by a metric ("visits, carts, orders").

    With `entity` every step must count the same things: the rows of that dataset. Without it the steps may be numbers
    of different things in the same period, and answers say so.
    """

    steps: tuple[FunnelStep, ...] = Field(min_length=2, max_length=8)
    entity: str = ""
    owner: str = ""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of the steps, in order."""
        return tuple(step.metric for step in self.steps)


class Calendar(Node):
    """A calendar kept in a table, one row a day, such as a retail year of 4-4-5 weeks.

    `grains` names its periods, each with the column that holds the first day of the period a day falls in.
    """

    name: Name
    source: str
    day: str
    grains: Mapping[Name, str] = Field(min_length=1)
    description: str = ""


class Definitions(Node):
    """One definition file, or several merged: what the YAML may hold at its root.

    `time_zone` is the zone in which people count days (empty: the clock of the data, which is UTC). `week_start` and
    `fiscal_year_start_month` shape the grains week, fiscal_quarter and fiscal_year. `extends` is `shipped` when the
    file adds to the customer model that comes with the product, `none` when it stands alone. `synonyms` adds words to
    things that another file defines, by the name of a metric, segment, dataset or funnel, by `dataset.field`, or by
    `funnel.metric` for a step; `labels` says
    by the same names what they are called in answers of other languages: `labels: {de: {net_revenue: Umsatz}}`.
    """

    version: Literal[1] = 1
    name: Name = "model"
    description: str = ""
    extends: Literal["shipped", "none"] = "shipped"
    ai_context: AIContext = AIContext()
    time_zone: str = ""
    week_start: Literal["monday", "sunday"] = "monday"
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)
    synonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    labels: dict[str, dict[str, str]] = Field(default_factory=dict)
    datasets: tuple[Dataset, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    metrics: tuple[Metric, ...] = ()
    segments: tuple[Segment, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    funnels: tuple[Funnel, ...] = ()


class SemanticLayer:
    """A loaded, checked model: look-ups by name over frozen definitions.

    `inactive` names what was left out because the warehouse lacks its table or columns, with the reason. `schema` is
    `{table: {column: type}}` as it was known when the model was loaded; empty when it was not.
    """

    def __init__(
        self,
        definitions: Definitions,
        inactive: Mapping[str, str] | None = None,
        schema: Mapping[str, Mapping[str, str]] | None = None,
    ):
        self.definitions = definitions
        self.inactive = dict(inactive or {})
        self.schema = schema or {}
        self.datasets = {dataset.name: dataset for dataset in definitions.datasets}
        self.metrics = {metric.name: metric for metric in definitions.metrics}
        self.segments = {segment.name: segment for segment in definitions.segments}
        self.funnels = {funnel.name: funnel for funnel in definitions.funnels}
        self.calendars = {calendar.name: calendar for calendar in definitions.calendars}
        self.calendar_grains = {grain: one for one in definitions.calendars for grain in one.grains}
        self.relationships = {link.name: link for link in definitions.relationships}
        self._fields = {f"{d.name}.{f.name}": f for d in definitions.datasets for f in d.fields}
        self._measures = {f"{d.name}.{m.name}": m for d in definitions.datasets for m in d.measures}

    @cached_property
    def graph(self) -> Graph:
        """The relationships as walks between datasets."""
        return Graph(self.definitions.relationships)

    @cached_property
    def with_parts(self) -> SemanticLayer:
        """The same model with every metric open: also those that only others are computed from."""
        metrics = tuple(one.model_copy(update={"hidden": False}) for one in self.definitions.metrics)
        return SemanticLayer(self.definitions.model_copy(update={"metrics": metrics}), self.inactive, self.schema)

    @cached_property
    def unhidden(self) -> SemanticLayer:
        """The same model with every name open, as definitions themselves may use them."""
        now = self.definitions
        datasets = tuple(
            one.model_copy(update={"fields": tuple(f.model_copy(update={"hidden": False}) for f in one.fields)})
            for one in now.datasets
        )
        metrics = self.with_parts.definitions.metrics
        segments = tuple(one.model_copy(update={"hidden": False}) for one in now.segments)
        shown = now.model_copy(update={"datasets": datasets, "metrics": metrics, "segments": segments})
        return SemanticLayer(shown, self.inactive, self.schema)

    @cached_property
    def visible_fields(self) -> Mapping[str, Dimension]:
        """The fields a query may name, by full name."""
        return {name: one for name, one in self._fields.items() if not one.hidden}

    @cached_property
    def visible_metrics(self) -> tuple[str, ...]:
        """The metrics a query may name."""
        return tuple(name for name, one in self.metrics.items() if not one.hidden)

    @property
    def fields(self) -> Mapping[str, Dimension]:
        """Every dimension by its full name, `dataset.field`."""
        return self._fields

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Every measure by its full name, `dataset.measure`."""
        return self._measures
