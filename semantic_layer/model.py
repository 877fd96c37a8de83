"""The nouns of a semantic model, as the YAML spells them.

Names follow Apache Ossie where it has them (`datasets, source, primary_key, unique_keys, fields, relationships,
from_columns, to_columns, metrics, ai_context`); what it lacks is typed here. Unknown keys are errors. Everything is
frozen: a `SemanticLayer` never changes, a new one is loaded instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from semantic_layer.paths import Graph

FieldKind = Literal["categorical", "time", "number", "boolean"]
Aggregation = Literal["sum", "count", "count_distinct", "average", "min", "max", "median", "percentile"]
NumberFormat = Literal["integer", "decimal", "currency", "percent", "duration"]
Direction = Literal["up", "down", "neutral"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]


class Node(BaseModel):
    """Base of every noun: strict keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


class AIContext(Node):
    """Words people use for a thing, hints on its use, and questions it answers."""

    synonyms: tuple[str, ...] = ()
    instructions: str = ""
    examples: tuple[str, ...] = ()


class Described(Node):
    """What every named thing may say about itself."""

    name: Name
    label: str = ""
    description: str = ""
    ai_context: AIContext = AIContext()

    @property
    def title(self) -> str:
        """The label, or the name in plain words."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Other words for the same thing."""
        return self.ai_context.synonyms


class Dimension(Described):
    """A field of a dataset to group or filter by.

    `expression` is SQL over the dataset's own columns (default: the column of the same name). `values` maps a stored
    value to the words people use for it ("DE": ["Germany", "German"]).
    """

    expression: str = ""
    kind: FieldKind = Field(default="categorical", alias="type")
    values: Mapping[str, tuple[str, ...]] = {}
    sample_values: tuple[str, ...] = ()
    hidden: bool = False
    pii: bool = False
    unit: str = ""
    format: NumberFormat | None = None

    @property
    def sql(self) -> str:
        """SQL of the field over its dataset's columns."""
        return self.expression or self.name


class Measure(Node):
    """An aggregation over the rows of one dataset; metrics are made of measures.

    `expression` is SQL over the dataset's own fields and columns; it may be left out for `count`, which then counts
    rows. `filter` keeps only some rows. `percentile` is a share between 0 and 1.
    """

    name: Name
    agg: Aggregation
    expression: str = ""
    filter: str = ""
    percentile: float | None = Field(default=None, gt=0, lt=1)
    description: str = ""


class Dataset(Described):
    """One table with its grain: fields to group by, measures to aggregate, keys, and the time that counts.

    `source` is the table's name. `time` names the time field that counts for its measures: a field of its own, or
    `dataset.field` of a dataset that it links to ("orders.ordered_at" for order lines).
    """

    source: str
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    time: str | None = None
    entity: bool = False
    fields: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()


class Relationship(Node):
    """A many-to-one link: each row of `from` has at most one row of `to`.

    A way without a `secondary` link wins over a way with one, so a second role of a dataset (the customer of a
    cart's session beside the cart's own customer) does not make the first one ambiguous; `via` in a query names either.
    """

    name: Name
    from_: Name = Field(alias="from")
    to: Name
    from_columns: tuple[str, ...] = Field(min_length=1)
    to_columns: tuple[str, ...] = Field(min_length=1)
    secondary: bool = False
    description: str = ""


class MetricFields(Described):
    """What every metric says besides its formula.

    `unit` is what people read after the number ("EUR", "orders", "minutes"); `good_direction` tells whether up is good.
    `stand_ins` are metrics of the same meaning at a finer grain: they answer for this one when a dimension or filter is
    out of its reach (net revenue by product is counted by order line), and the answer says so.
    """

    unit: str = ""
    format: NumberFormat = "decimal"
    decimals: int | None = Field(default=None, ge=0, le=6)
    good_direction: Direction = "neutral"
    owner: str = ""
    hidden: bool = False
    stand_ins: tuple[Name, ...] = ()
    caveats: tuple[str, ...] = ()


class SimpleMetric(MetricFields):
    """One measure, named `dataset.measure`, perhaps with a filter of its own and another time than the dataset's."""

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


def _metric_type(value: Any) -> str:
    """The `type` of a metric, which may be left out of the YAML for a simple one."""
    if isinstance(value, Mapping):
        return str(cast("Mapping[str, Any]", value).get("type", "simple"))
    return str(getattr(value, "type", "simple"))


METRIC_TYPES: Mapping[str, type[MetricFields]] = {
    "simple": SimpleMetric,
    "ratio": RatioMetric,
    "derived": DerivedMetric,
}
Metric = Annotated[
    Annotated[SimpleMetric, Tag("simple")]
    | Annotated[RatioMetric, Tag("ratio")]
    | Annotated[DerivedMetric, Tag("derived")],
    Discriminator(_metric_type),
]


class Definitions(Node):
    """One definition file, or several merged: what the YAML may hold at its root.

    `extends` is `shipped` when the file adds to the customer model that comes with the product, `none` when it stands
    alone.
    """

    version: Literal[1] = 1
    name: Name = "model"
    description: str = ""
    extends: Literal["shipped", "none"] = "shipped"
    ai_context: AIContext = AIContext()
    datasets: tuple[Dataset, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    metrics: tuple[Metric, ...] = ()


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
        self.relationships = {link.name: link for link in definitions.relationships}
        self._fields = {f"{d.name}.{f.name}": f for d in definitions.datasets for f in d.fields}
        self._measures = {f"{d.name}.{m.name}": m for d in definitions.datasets for m in d.measures}

    @cached_property
    def graph(self) -> Graph:
        """The relationships as walks between datasets."""
        return Graph(self.definitions.relationships)

    @property
    def fields(self) -> Mapping[str, Dimension]:
        """Every dimension by its full name, `dataset.field`."""
        return self._fields

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Every measure by its full name, `dataset.measure`."""
        return self._measures
