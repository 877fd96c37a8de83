"""The layer described for people and for what searches it: formulas in words, and SQL that lists a field's values."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer.compiler import sqltree as sql
from semantic_layer.metric_types import (
    ConversionMetric,
    CumulativeMetric,
    OffsetMetric,
    PerEntityMetric,
    RetentionMetric,
    SimpleMetric,
    UnavailableMetric,
)
from semantic_layer.model import Dataset, Dimension, Measure, Metric, SemanticLayer
from semantic_layer.references import inputs

_AGGREGATIONS = {
    "sum": "sum of {0}",
    "count": "number of {1}",
    "count_distinct": "number of distinct {0}",
    "average": "average of {0}",
    "min": "smallest {0}",
    "max": "largest {0}",
    "median": "median of {0}",
    "percentile": "percentile of {0}",
}

_GIVEN_BY_MACHINES = frozenset({"id", "key", "number", "no", "nr", "num", "uid", "uuid", "guid", "hash"})


def formula(layer: SemanticLayer, name: str) -> str:
    """How a metric is computed, as one line over its parts: "net_revenue / orders", "sum of net_amount, where ..."."""
    metric = layer.metrics[name]
    if metric.type == "ratio":
        return f"{metric.numerator} / {metric.denominator}"
    if metric.type == "derived":
        return metric.expression
    if isinstance(metric, UnavailableMetric):
        return f"not computed yet; needs {metric.needs}"
    if isinstance(metric, SimpleMetric):
        return _simple(layer, metric)
    return _in_words(metric)


def _in_words(metric: Metric) -> str:
    """The formula of a metric over time or over entities."""
    if isinstance(metric, CumulativeMetric):
        return f"{metric.metric}, {_window(metric)}"
    if isinstance(metric, OffsetMetric):
        return f"{metric.metric} {metric.offset} earlier"
    if isinstance(metric, ConversionMetric):
        part = "share" if metric.value == "rate" else "number"
        closing = "" if metric.closed else " (the last moment not counted)"
        followed = f"followed by {metric.conversion} of the same {metric.entity} within {metric.window}"
        return f"{part} of {metric.base} {followed}{closing}"
    if isinstance(metric, RetentionMetric):
        part = "share" if metric.value == "rate" else "number"
        return f"{part} of {metric.entity} by {metric.grain} of {metric.cohort} with {metric.activity} later"
    return _over_entities(metric) if isinstance(metric, PerEntityMetric) else metric.type


def _window(metric: CumulativeMetric) -> str:
    if metric.window:
        return f"over the last {metric.window}"
    return f"since the start of the {metric.to_date.replace('_', ' ')}" if metric.to_date else "running total"


def _over_entities(metric: PerEntityMetric) -> str:
    where = f", where {metric.condition}" if metric.condition else ""
    if metric.agg in ("count", "share"):
        return f"{'number' if metric.agg == 'count' else 'share'} of {metric.entity}{where}"
    what = f"{metric.percentile:.0%} percentile" if metric.percentile else metric.agg
    return f"{what} over {metric.entity} of {metric.metric}{where}"


def _simple(layer: SemanticLayer, metric: SimpleMetric) -> str:
    return _of_measure(layer.measures[metric.measure], metric.measure.split(".")[0], metric.filter)


def _of_measure(measure: Measure, dataset: str, extra: str) -> str:
    text = _AGGREGATIONS[measure.agg].format(measure.expression, f"rows of {dataset}")
    source = "" if measure.agg == "count" else f" over {dataset}"
    conditions = " AND ".join(part for part in (measure.filter, extra) if part)
    return f"{text}{source}" + (f", where {conditions}" if conditions else "")


def parts(layer: SemanticLayer, name: str) -> tuple[str, ...]:
    """The metric and every metric it is made of, itself first, each once."""
    found: dict[str, None] = {}
    pending = [name]
    while pending:
        current = pending.pop(0)
        if current in layer.metrics and current not in found:
            found[current] = None
            pending.extend(inputs(layer.metrics[current]))
    return tuple(found)


def value_queries(layer: SemanticLayer, limit: int = 5000) -> Mapping[str, str]:
    """SQL by full field name, each listing (value, number of rows) of a categorical field, most frequent first.

    Hidden and personal fields, and numbers that identify single rows, are left out: nobody asks by their values. Codes
    and names are asked by ("airports with code OSL").
    """
    return {
        f"{dataset.name}.{field.name}": _value_query(dataset, field, limit)
        for dataset in layer.datasets.values()
        for field in dataset.fields
        if _has_vocabulary(dataset, field)
    }


def _has_vocabulary(dataset: Dataset, field: Dimension) -> bool:
    identifies = (field.sql,) in (dataset.primary_key, *dataset.unique_keys) and not _is_spoken(field)
    return field.kind == "categorical" and not (field.hidden or field.pii or field.implied or identifies)


def _is_spoken(field: Dimension) -> bool:
    """Whether a key is a code or a name that people say, not a number that a machine gave."""
    return field.name.rpartition("_")[2] not in _GIVEN_BY_MACHINES


def _value_query(dataset: Dataset, field: Dimension, limit: int) -> str:
    value = field.expression or sql.name_of(field.name).sql(dialect=sql.DIALECT)
    source = sql.name_of(dataset.source).sql(dialect=sql.DIALECT)
    return (
        f"SELECT CAST({value} AS VARCHAR) AS value, COUNT(*) AS n FROM {source} "
        f"WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT {limit}"
    )


def spread_queries(layer: SemanticLayer) -> Mapping[str, str]:
    """SQL by full field name, each giving the smallest, the 99th of 100 and the largest number of a field in one row.

    Hidden and personal fields are left out.
    """
    return {
        f"{dataset.name}.{field.name}": _spread_query(dataset, field)
        for dataset in layer.datasets.values()
        for field in dataset.fields
        if field.kind == "number" and not (field.hidden or field.pii)
    }


def _spread_query(dataset: Dataset, field: Dimension) -> str:
    value = f"CAST({_value_of(field)} AS DOUBLE)"
    source = sql.name_of(dataset.source).sql(dialect=sql.DIALECT)
    where = f" WHERE {dataset.population}" if dataset.population else ""
    return f"SELECT MIN({value}) AS low, QUANTILE_CONT({value}, 0.99) AS high, MAX({value}) AS top FROM {source}{where}"


def value_pages(layer: SemanticLayer, field: str, pages: int) -> tuple[str, ...]:
    """SQL that together list every distinct value of a field (`dataset.field`) once, each value on one page."""
    dataset, found = _field_of(layer, field)
    return tuple(f"SELECT DISTINCT value FROM ({_texts(dataset, found)}) AS t{part}" for part in _parts(pages))


def value_count(layer: SemanticLayer, field: str) -> str:
    """SQL for the number of distinct values of a field."""
    dataset, found = _field_of(layer, field)
    return f"SELECT COUNT(DISTINCT value) FROM ({_texts(dataset, found)}) AS t"


def identifying_fields(layer: SemanticLayer) -> Mapping[str, tuple[str, ...]]:
    """The fields that tell single rows of an entity apart, by its key: ids, and personal texts such as an address.

    Only entities whose one-column key may be seen are in it; hidden fields are left out.
    """
    found: dict[str, tuple[str, ...]] = {}
    for dataset in layer.datasets.values():
        seen = [field for field in dataset.fields if not (field.hidden or field.implied)]
        keys = [field for field in seen if dataset.entity and (field.sql,) == dataset.primary_key]
        if keys:
            personal = [field.name for field in seen if field.pii and field.kind == "categorical"]
            unique = [field.name for field in seen if (field.sql,) in dataset.unique_keys]
            names = dict.fromkeys((keys[0].name, *unique, *personal))
            found[f"{dataset.name}.{keys[0].name}"] = tuple(f"{dataset.name}.{name}" for name in names)
    return found


def identity_pages(layer: SemanticLayer, key: str, field: str, pages: int) -> tuple[str, ...]:
    """SQL that together list (key, text of an identifying field) of every row of an entity's population."""
    dataset, found = _field_of(layer, field)
    row = _value_of(_field_of(layer, key)[1])
    return tuple(
        f"SELECT row_key, value FROM ({_texts(dataset, found, row, dataset.population)}) AS t{part}"
        for part in _parts(pages)
    )


def row_count(layer: SemanticLayer, field: str) -> str:
    """SQL for the number of rows of the table that a field stands in."""
    dataset, _ = _field_of(layer, field)
    return f"SELECT COUNT(*) FROM {sql.name_of(dataset.source).sql(dialect=sql.DIALECT)}"


def _field_of(layer: SemanticLayer, field: str) -> tuple[Dataset, Dimension]:
    dataset = layer.datasets[field.partition(".")[0]]
    return dataset, layer.fields[field]


def _value_of(field: Dimension) -> str:
    return field.expression or sql.name_of(field.name).sql(dialect=sql.DIALECT)


def _texts(dataset: Dataset, field: Dimension, row: str = "", condition: str = "") -> str:
    value = _value_of(field)
    source = sql.name_of(dataset.source).sql(dialect=sql.DIALECT)
    first = f"CAST({row} AS VARCHAR) AS row_key, " if row else ""
    where = f" AND ({condition})" if condition else ""
    return f"SELECT {first}CAST({value} AS VARCHAR) AS value FROM {source} WHERE {value} IS NOT NULL{where}"


def _parts(pages: int) -> tuple[str, ...]:
    return tuple(f" WHERE hash(value) % {pages} = {page}" for page in range(pages)) if pages > 1 else ("",)
