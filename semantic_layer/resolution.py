"""What the names of a query stand for: fields, segments, metrics and what they are computed from, output columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from semantic_layer.errors import QueryFault, UnsafeQuery
from semantic_layer.metric_types import (
    NO_TIME,
    ConversionMetric,
    CumulativeMetric,
    DerivedMetric,
    Metric,
    OffsetMetric,
    PerEntityMetric,
    RatioMetric,
    RetentionMetric,
    SimpleMetric,
)
from semantic_layer.model import Dimension, SemanticLayer
from semantic_layer.paths import Path
from semantic_layer.query import METRIC_TIME, Bands, Filter, GroupBy, SemanticQuery, TimeGrain, TimeRange
from semantic_layer.references import inputs


@dataclass(frozen=True)
class Key:
    """One column to group by: its output name, the field, the grain of a time, the role walked.

    With `entity` it is a metric of each entity, of the rows that meet `where` within `span`.
    """

    name: str
    ref: str
    grain: TimeGrain | None = None
    via: str = ""
    calendar: str = ""
    apart: tuple[str, ...] = ()
    others: str = ""
    bands: Bands | None = None
    entity: str = ""
    span: TimeRange | None = None
    where: tuple[Filter, ...] = ()

    @property
    def is_metric_time(self) -> bool:
        """True for each metric's own time."""
        return self.ref == METRIC_TIME


@dataclass(frozen=True)
class Footprint:
    """Where the rows of a metric come from: which metric, which dataset, by which time (empty when it has none)."""

    metric: str
    fact: str
    time: str


def keys(query: SemanticQuery, others: tuple[str, ...] = ()) -> tuple[Key, ...]:
    """The grouping columns with their output names; a name that two would share, or that `others` has, is qualified."""
    short = [_short(one) for one in query.group_by]
    taken = [*short, *query.metrics, *others]
    names = [name if taken.count(name) == 1 else _long(one) for name, one in zip(short, query.group_by, strict=True)]
    named = zip(names, query.group_by, strict=True)
    return tuple(_key(name, one) for name, one in named)


def _key(name: str, one: GroupBy) -> Key:
    others = one.others_label if one.apart else ""
    own = (one.bands, one.entity, one.time_range, one.where)
    return Key(name, one.field, one.grain, one.via, one.calendar, one.apart, others, *own)


def entity_keys(layer: SemanticLayer, entity: str) -> tuple[Key, ...]:
    """The columns that identify one row of the entity's dataset."""
    return tuple(Key(name.lower(), f"{entity}.{name}") for name in layer.datasets[entity].primary_key)


def _short(one: GroupBy) -> str:
    grain = one.calendar or one.grain
    if one.field == METRIC_TIME:
        return str(grain)
    name = one.field.rpartition(".")[2] + ("_band" if one.bands else "")
    return f"{name}_{grain}" if grain else name


def _long(one: GroupBy) -> str:
    if one.field == METRIC_TIME:
        return f"{METRIC_TIME}_{one.calendar or one.grain}"
    qualifier = one.via.replace("/", "_") or one.entity or one.field.partition(".")[0]
    return f"{qualifier}_{_short(one)}"


def visible_fields(layer: SemanticLayer) -> Mapping[str, Dimension]:
    """The fields a query may name, by full name."""
    return layer.visible_fields


def visible_metrics(layer: SemanticLayer) -> tuple[str, ...]:
    """The metrics a query may name."""
    return layer.visible_metrics


def visible_segments(layer: SemanticLayer) -> tuple[str, ...]:
    """The segments a query may name."""
    return tuple(name for name, one in layer.segments.items() if not one.hidden)


def is_metric_filter(layer: SemanticLayer, one: Filter) -> bool:
    """True when the condition is on a metric of the result, and so holds after aggregation."""
    return is_on_metric(layer, one) and not one.entity


def is_on_metric(layer: SemanticLayer, one: Filter) -> bool:
    """True when the condition is on a metric, of the result or of each entity."""
    return one.field in layer.metrics


def asked_metrics(layer: SemanticLayer, query: SemanticQuery) -> tuple[str, ...]:
    """The metrics shown, those told by cases apart, and those only filtered or cut on, each once."""
    filtered = (one.field for one in query.filters if is_metric_filter(layer, one) and not is_apart(one))
    top = (query.top.by,) if query.top and not (query.top.others or is_together(query)) else ()
    told = {case.metric for case in query.cases}
    return tuple(dict.fromkeys((*(name for name in query.metrics if name not in told), *filtered, *top)))


def is_together(query: SemanticQuery) -> bool:
    """True when what the top values have is taken together: the query is not grouped by them."""
    names = {*(one.field for one in query.group_by), *(key.name for key in keys(query))}
    return query.top is not None and query.top.field not in names


def of_each_group(query: SemanticQuery) -> SemanticQuery:
    """The query for each of the groups that are taken together afterwards; the query itself when none are."""
    if query.per_group is None:
        return query
    fields = tuple(GroupBy(field=name) for name in query.per_group.fields)
    return query.model_copy(update={"group_by": (*query.group_by, *fields)})


def is_apart(one: Filter) -> bool:
    """True when a filter on a metric looks at a time or at rows of its own."""
    return one.time_range is not None or bool(one.last) or bool(one.where)


def bases(layer: SemanticLayer, metrics: tuple[str, ...]) -> tuple[Metric, ...]:
    """The metrics that ratios and derived metrics among `metrics` are computed from, each once, as they are needed."""
    found: dict[str, Metric] = {}
    for name in metrics:
        found.update((one.name, one) for one in _bases(layer, name))
    return tuple(found.values())


def _bases(layer: SemanticLayer, name: str) -> Iterator[Metric]:
    metric = layer.metrics[name]
    if isinstance(metric, RatioMetric | DerivedMetric):
        for part in inputs(metric):
            yield from _bases(layer, part)
    else:
        yield metric


def leaves(layer: SemanticLayer, name: str) -> tuple[Metric, ...]:
    """The metrics at the bottom of a metric, which are computed from no other, each once."""
    below = inputs(layer.metrics[name])
    found = [leaf for part in below for leaf in leaves(layer, part)] if below else [layer.metrics[name]]
    return tuple(dict.fromkeys(found))


def footprints(layer: SemanticLayer, name: str) -> tuple[Footprint, ...]:
    """Where the rows that a metric groups by come from; a metric of metrics has those of all of them."""
    return tuple(dict.fromkeys(_footprints(layer, layer.metrics[name])))


def homes(layer: SemanticLayer, name: str) -> tuple[Footprint, ...]:
    """The footprints of a metric, and the populations of whole datasets that it counts over."""
    whole = (
        Footprint(one.name, one.entity, "")
        for one in bases(layer, (name,))
        if isinstance(one, PerEntityMetric) and one.population == "all"
    )
    return tuple(dict.fromkeys((*footprints(layer, name), *whole)))


def _footprints(layer: SemanticLayer, metric: Metric) -> Iterator[Footprint]:
    if isinstance(metric, SimpleMetric):
        yield Footprint(metric.name, fact(metric), time_of(layer, metric))
    elif isinstance(metric, RetentionMetric):
        yield Footprint(metric.name, metric.entity, full_name(metric.entity, metric.cohort))
    else:
        for name in _row_inputs(metric):
            yield from _footprints(layer, layer.metrics[name])


def _row_inputs(metric: Metric) -> tuple[str, ...]:
    """The metrics whose rows decide what `metric` can be grouped by."""
    return (metric.base,) if isinstance(metric, ConversionMetric) else inputs(metric)


def full_name(dataset: str, name: str) -> str:
    """`dataset.name`, unless the name is qualified already."""
    return name if "." in name else f"{dataset}.{name}"


def fact(leaf: SimpleMetric) -> str:
    """The dataset whose rows a simple metric aggregates."""
    return leaf.measure.partition(".")[0]


def time_of(layer: SemanticLayer, leaf: SimpleMetric) -> str:
    """Full name of the time field that counts for a simple metric; empty when it has none."""
    if leaf.time == NO_TIME:
        return ""
    name = leaf.time or layer.datasets[fact(leaf)].time or ""
    return full_name(fact(leaf), name) if name else ""


def is_count(layer: SemanticLayer, name: str) -> bool:
    """Whether a name is that of a metric that counts rows or different values."""
    metric = layer.metrics.get(name)
    return isinstance(metric, SimpleMetric) and layer.measures[metric.measure].agg in ("count", "count_distinct")


def simple(layer: SemanticLayer, name: str) -> SimpleMetric:
    """The simple metric of that name; definitions are checked to name only such where one is needed."""
    found = layer.metrics[name]
    if not isinstance(found, SimpleMetric):
        raise TypeError(f"{name} is not a simple metric")
    return found


def is_windowed(metric: Metric) -> bool:
    """True for a metric that looks beyond the bucket it stands in."""
    return isinstance(metric, CumulativeMetric | OffsetMetric)


def needs_entity(metric: Metric) -> str:
    """The dataset whose key the metric needs of each row; empty when it needs none."""
    return metric.entity if isinstance(metric, ConversionMetric | PerEntityMetric | RetentionMetric) else ""


def route_to(layer: SemanticLayer, start: str, ref: str, via: str = "") -> Path:
    """The many-to-one walk from dataset `start` to the dataset (or relationship) that qualifies field `ref`.

    Raises `UnsafeQuery` E_NO_PATH, E_AMBIGUOUS_PATH, or E_UNAGGREGATED_FINER_GRAIN_REFERENCE when the field is on the
    many side, so that rows of `start` would repeat.
    """
    qualifier = ref.partition(".")[0]
    link = layer.relationships.get(qualifier)
    target = link.to if link and qualifier not in layer.datasets else qualifier
    named = via or (link.name if link and qualifier not in layer.datasets else "")
    try:
        return layer.graph.route(start, target, named)
    except UnsafeQuery as error:
        between = _finer_dataset(layer, start, target) if error.code == "E_NO_PATH" and not named else ""
        if between:
            raise UnsafeQuery(_finer(start, between, ref)) from error
        raise


def _finer_dataset(layer: SemanticLayer, start: str, target: str) -> str:
    """The dataset whose rows lie many to one of `start` on the way to `target`; empty when there is none."""
    if start == target:
        return ""
    if layer.graph.reaches(target, start):
        return target
    ends = {start, target}
    return next((name for name in layer.datasets if all(layer.graph.reaches(name, end) for end in ends)), "")


def _finer(start: str, between: str, ref: str) -> QueryFault:
    by = ref.removesuffix(".")  # a thing by itself, where no field of it is named
    sentence = (
        f"One row of `{start}` can have many rows of `{between}`: by `{by}` the same `{start}` would be counted more "
        f"than once."
    )
    return QueryFault("E_UNAGGREGATED_FINER_GRAIN_REFERENCE", sentence)


def shared_entity(layer: SemanticLayer, one: str, other: str) -> tuple[str, ...]:
    """The nearest datasets that both datasets reach many-to-one; more than one means several readings."""
    common = [name for name in layer.graph.reachable(one) if layer.graph.reaches(other, name) and name != one]
    return tuple(
        name
        for name in common
        if name != other and not any(near != name and layer.graph.reaches(near, name) for near in common)
    )


def linking(layer: SemanticLayer, dataset: str, entity: str) -> str:
    """The dataset whose rows tell what of `dataset` an entity has: itself, or the only one that links both.

    Of several the one that does nothing else: whose key is just that pair. Empty where nothing links them, where
    several things do, and where each entity has one of it at most.
    """
    if layer.graph.reaches(dataset, entity):
        return dataset
    if layer.graph.reaches(entity, dataset):
        return ""
    both = [name for name in layer.datasets if all(layer.graph.reaches(name, end) for end in (dataset, entity))]
    nearest = [name for name in both if not any(near != name and layer.graph.reaches(name, near) for near in both)]
    mere = [name for name in nearest if len(nearest) > 1 and _only_ties(layer, name, {dataset, entity})]
    found = mere or nearest
    return found[0] if len(found) == 1 else ""


def _only_ties(layer: SemanticLayer, rows: str, ends: set[str]) -> bool:
    """Whether the key of a dataset is made of nothing but what ties it to both ends, or to what belongs to them."""
    links = [link for link in layer.relationships.values() if link.from_ == rows]
    links = [link for link in links if any(layer.graph.reaches(link.to, end) for end in ends)]
    columns = [column for link in links for column in link.from_columns]
    told = [end for end in ends for link in links if layer.graph.reaches(link.to, end)]
    return sorted(told) == sorted(ends) and sorted(columns) == sorted(layer.datasets[rows].primary_key)


def entity_of(layer: SemanticLayer, fact: str, one: Filter, listed: str = "") -> str:
    """The entity that a filter is about when it is not about the row itself: the one named, or the one shared.

    In a list of entities (`listed`) a field out of their reach is about the rows they have.
    """
    if one.entity:
        return one.entity
    dataset = one.field.partition(".")[0]
    if "." not in one.field or dataset not in layer.datasets or layer.graph.reaches(fact, dataset):
        return ""
    if listed:
        return listed
    if layer.graph.reaches(dataset, fact):
        return ""
    shared = shared_entity(layer, fact, dataset)
    return shared[0] if len(shared) == 1 else ""


@lru_cache(maxsize=1024)
def as_moment(value: str) -> date | datetime | None:
    """The day or moment that ISO text stands for; None when it is neither."""
    try:
        return date.fromisoformat(value) if len(value) == len("2025-01-31") else datetime.fromisoformat(value)
    except ValueError:
        return None
