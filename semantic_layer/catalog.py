"""The layer described for people and for what searches it: formulas in words, and SQL that lists a field's values."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer.model import Dataset, Dimension, Measure, Metric, SemanticLayer

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


def formula(layer: SemanticLayer, name: str) -> str:
    """How a metric is computed, as one line over its parts: "net_revenue / orders", "sum of net_amount, where ..."."""
    metric = layer.metrics[name]
    if metric.type == "ratio":
        return f"{metric.numerator} / {metric.denominator}"
    if metric.type == "derived":
        return metric.expression
    return _simple(layer, metric)


def _simple(layer: SemanticLayer, metric: Metric) -> str:
    reference = getattr(metric, "measure", "")
    measure = layer.measures.get(reference)
    if measure is None:
        return f"{metric.type} of {getattr(metric, 'metric', '') or reference}".strip()
    return _of_measure(measure, reference.split(".")[0], getattr(metric, "filter", ""))


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
            pending.extend(_direct_parts(layer, layer.metrics[current]))
    return tuple(found)


def _direct_parts(layer: SemanticLayer, metric: Metric) -> tuple[str, ...]:
    if metric.type == "ratio":
        return (metric.numerator, metric.denominator)
    if metric.type == "derived":
        return tuple(other for other in layer.metrics if other in _words(metric.expression))
    base = getattr(metric, "metric", "")
    return (base,) if base else ()


def _words(expression: str) -> set[str]:
    return {"".join(c for c in word if c.isalnum() or c == "_") for word in expression.replace("(", " ").split()}


def value_queries(layer: SemanticLayer, limit: int = 5000) -> Mapping[str, str]:
    """SQL by full field name, each listing (value, number of rows) of a categorical field, most frequent first.

    Hidden and personal fields, and fields that identify single rows, are left out: nobody asks by their values.
    """
    return {
        f"{dataset.name}.{field.name}": _value_query(dataset, field, limit)
        for dataset in layer.datasets.values()
        for field in dataset.fields
        if _has_vocabulary(dataset, field)
    }


def _has_vocabulary(dataset: Dataset, field: Dimension) -> bool:
    identifies = (field.sql,) in (dataset.primary_key, *dataset.unique_keys)
    return field.kind == "categorical" and not (field.hidden or field.pii or identifies)


def _value_query(dataset: Dataset, field: Dimension, limit: int) -> str:
    return (
        f"SELECT CAST({field.sql} AS VARCHAR) AS value, COUNT(*) AS n FROM {dataset.source} "
        f"WHERE {field.sql} IS NOT NULL GROUP BY 1 ORDER BY n DESC, value LIMIT {limit}"
    )
