"""What the names of a query stand for: fields, metrics and their simple parts, times, output columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from semantic_layer.errors import QueryFault, UnsafeQuery
from semantic_layer.model import Dimension, SemanticLayer, SimpleMetric
from semantic_layer.paths import Path
from semantic_layer.query import METRIC_TIME, Filter, GroupBy, SemanticQuery, TimeGrain
from semantic_layer.references import inputs


@dataclass(frozen=True)
class Key:
    """One column to group by: its output name, the field, the grain of a time, the role walked."""

    name: str
    ref: str
    grain: TimeGrain | None = None
    via: str = ""

    @property
    def is_metric_time(self) -> bool:
        """True for each metric's own time."""
        return self.ref == METRIC_TIME


def keys(query: SemanticQuery) -> tuple[Key, ...]:
    """The grouping columns with their output names; a name that two would share is qualified in both."""
    short = [_short(one) for one in query.group_by]
    taken = [*short, *query.metrics]
    names = [name if taken.count(name) == 1 else _long(one) for name, one in zip(short, query.group_by, strict=True)]
    return tuple(Key(name, one.field, one.grain, one.via) for name, one in zip(names, query.group_by, strict=True))


def _short(one: GroupBy) -> str:
    if one.field == METRIC_TIME:
        return str(one.grain)
    name = one.field.rpartition(".")[2]
    return f"{name}_{one.grain}" if one.grain else name


def _long(one: GroupBy) -> str:
    if one.field == METRIC_TIME:
        return f"{METRIC_TIME}_{one.grain}"
    qualifier = one.via.replace("/", "_") or one.field.partition(".")[0]
    return f"{qualifier}_{_short(one)}"


def visible_fields(layer: SemanticLayer) -> Mapping[str, Dimension]:
    """The fields a query may name, by full name."""
    return {name: one for name, one in layer.fields.items() if not one.hidden}


def visible_metrics(layer: SemanticLayer) -> tuple[str, ...]:
    """The metrics a query may name."""
    return tuple(name for name, one in layer.metrics.items() if not one.hidden)


def is_metric_filter(layer: SemanticLayer, one: Filter) -> bool:
    """True when the condition is on a metric, and so holds after aggregation."""
    return "." not in one.field and one.field != METRIC_TIME and one.field in layer.metrics


def asked_metrics(layer: SemanticLayer, query: SemanticQuery) -> tuple[str, ...]:
    """The metrics shown and those only filtered on, each once."""
    filtered = (one.field for one in query.filters if is_metric_filter(layer, one))
    return tuple(dict.fromkeys((*query.metrics, *filtered)))


def leaves(layer: SemanticLayer, metrics: tuple[str, ...]) -> tuple[SimpleMetric, ...]:
    """The simple metrics that `metrics` are computed from, each once, in the order they are needed."""
    found: dict[str, SimpleMetric] = {}
    for name in metrics:
        found.update((leaf.name, leaf) for leaf in _parts(layer, name))
    return tuple(found.values())


def _parts(layer: SemanticLayer, name: str) -> Iterator[SimpleMetric]:
    metric = layer.metrics[name]
    if isinstance(metric, SimpleMetric):
        yield metric
    for part in inputs(metric):
        yield from _parts(layer, part)


def fact(leaf: SimpleMetric) -> str:
    """The dataset whose rows a simple metric aggregates."""
    return leaf.measure.partition(".")[0]


def time_of(layer: SemanticLayer, leaf: SimpleMetric) -> str:
    """Full name of the time field that counts for a simple metric; empty when it has none."""
    name = leaf.time or layer.datasets[fact(leaf)].time or ""
    return name if not name or "." in name else f"{fact(leaf)}.{name}"


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
    sentence = (
        f"One row of `{start}` can have many rows of `{between}`: by `{ref}` the same `{start}` would be counted more "
        f"than once."
    )
    return QueryFault("E_UNAGGREGATED_FINER_GRAIN_REFERENCE", sentence)


@lru_cache(maxsize=1024)
def as_moment(value: str) -> date | datetime | None:
    """The day or moment that ISO text stands for; None when it is neither."""
    try:
        return date.fromisoformat(value) if len(value) == len("2025-01-31") else datetime.fromisoformat(value)
    except ValueError:
        return None
