"""What a metric's own definition leaves out, so that a condition cannot ask for exactly that and read zero."""

from __future__ import annotations

import re
from collections.abc import Iterable

from semantic_layer import RatioMetric, SemanticLayer, SimpleMetric

LEFT_OUT = re.compile(r"(?:(\w+)\.)?(\w+)\s*(?:<>|!=)\s*'((?:[^']|'')*)'")
BETWEEN_CONDITIONS = re.compile(r"\s+AND\s+", re.IGNORECASE)
KEPT_ONLY = re.compile(r"(?:(\w+)\.)?(\w+)\s*=\s*'((?:[^']|'')*)'")

BLANK_UNLESS = re.compile(r"CASE\s+WHEN\s+(.+?)\s+THEN\s+(.+?)\s+END", re.IGNORECASE | re.DOTALL)


def contradicts(layer: SemanticLayer, fact_metrics: tuple[str, ...], field: str, values: tuple[str, ...]) -> bool:
    """Whether a metric is defined without the very values that a condition on a field asks for."""
    return any(_never(layer, name, field, values) for name in fact_metrics)


def is_whole(layer: SemanticLayer, name: str, field: str, values: tuple[str, ...]) -> bool:
    """Whether a condition on a rate asks for just the rows that its numerator counts, so that it is always 100%."""
    metric = layer.metrics[name]
    if not isinstance(metric, RatioMetric):
        return False
    part, base = layer.metrics[metric.numerator], layer.metrics[metric.denominator]
    if not (isinstance(part, SimpleMetric) and isinstance(base, SimpleMetric)):
        return False
    kept = _kept(layer, part, field) - _kept(layer, base, field)
    return bool(kept) and set(values) <= kept


def is_of_one(layer: SemanticLayer, name: str, field: str) -> bool:
    """Whether a metric only counts rows of one value of a field, so that by that field it has one group."""
    metric = layer.metrics[name]
    return isinstance(metric, SimpleMetric) and field in layer.fields and len(_kept(layer, metric, field)) == 1


ALONE = frozenset({"average", "median", "max", "min"})


def is_one_each(layer: SemanticLayer, name: str, field: str, *, ranked: bool = True) -> bool:
    """Whether a metric is made of one row only, by the key of just these rows: the different values it has.

    Unless rows are ranked by it, that is as true of an average, and of the highest and the lowest.
    """
    metric, dataset = layer.metrics[name], field.partition(".")[0]
    if not isinstance(metric, SimpleMetric) or metric.measure.partition(".")[0] != dataset:
        return False
    keys = [f"{dataset}.{key}" for key in layer.datasets[dataset].key_fields]
    aggs = {"count_distinct"} if ranked else {"count_distinct", *ALONE}
    measure = layer.measures[metric.measure]
    column = (layer.fields[field].sql or field.partition(".")[2]) if field in layer.fields else ""
    itself = measure.agg == "count_distinct" and measure.expression.strip() == column  # stores counted for each store
    return itself or (measure.agg in aggs and keys == [field])


def row_filters(layer: SemanticLayer, leaves: Iterable[str]) -> frozenset[str]:
    """The conditions that every row counted by simple metrics meets, as they are written in the definitions."""
    kept = [_row_filter(layer, metric) for name in leaves if isinstance(metric := layer.metrics[name], SimpleMetric)]
    return frozenset.intersection(*kept) if kept else frozenset()


def _row_filter(layer: SemanticLayer, metric: SimpleMetric) -> frozenset[str]:
    fact = metric.measure.partition(".")[0]
    parts = [
        part.strip()
        for text in (layer.measures[metric.measure].filter, metric.filter)
        for part in BETWEEN_CONDITIONS.split(text)
    ]
    return frozenset(part if "." in part else f"{fact}.{part}" for part in parts if part)


def is_always_known(layer: SemanticLayer, name: str, field: str) -> bool:
    """Whether a metric only counts rows whose field is filled."""
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or metric.measure.partition(".")[0] != field.partition(".")[0]:
        return False
    column = layer.fields[field].sql or field.partition(".")[2]
    own = f"{metric.filter} {layer.measures[metric.measure].filter}"
    return re.search(rf"\b{re.escape(column)}\s+IS\s+NOT\s+NULL", own, re.IGNORECASE) is not None


def mentions(layer: SemanticLayer, name: str, text: str) -> bool:
    """Whether the definition of a metric, or of one that it is made of, has a text in it, capitals apart."""
    metric = layer.metrics[name]
    if isinstance(metric, RatioMetric):
        return any(mentions(layer, part, text) for part in (metric.numerator, metric.denominator))
    if not isinstance(metric, SimpleMetric):
        return True
    own = f"{metric.measure} {metric.filter} {layer.measures[metric.measure].filter}"
    return text.casefold() in own.casefold()


def is_blank_for(layer: SemanticLayer, name: str, field: str) -> bool:
    """Whether a field is always empty in the rows that a metric counts: the amount of cancelled orders, where the
    field is only filled for those that were not (`CASE WHEN status <> 'cancelled' THEN amount END`)."""
    metric, dataset = layer.metrics[name], field.partition(".")[0]
    if not isinstance(metric, SimpleMetric) or metric.measure.partition(".")[0] != dataset:
        return False
    own = " AND ".join(part for part in (metric.filter, layer.measures[metric.measure].filter) if part)
    kept = {(named, text) for place, named, text in KEPT_ONLY.findall(own) if (place or dataset) == dataset}
    return bool(kept & _blank(layer, field))


def is_blank_where(layer: SemanticLayer, field: str, other: str, values: tuple[str, ...]) -> bool:
    """Whether a field is always empty in the rows whose other field has one of these values."""
    if field.partition(".")[0] != other.partition(".")[0]:
        return False
    column = layer.fields[other].sql if layer.fields[other].sql.isidentifier() else other.partition(".")[2]
    return bool(values) and {(column, value) for value in values} <= _blank(layer, field)


def _blank(layer: SemanticLayer, field: str) -> set[tuple[str, str]]:
    """The columns and values beside which a field is empty by its own expression; empty when it has another form."""
    case = BLANK_UNLESS.fullmatch(layer.fields[field].sql.strip())
    if case is None or re.search(r"\b(OR|ELSE|WHEN)\b", case.group(1) + case.group(2), re.IGNORECASE):
        return set()
    dataset = field.partition(".")[0]
    return {(named, text) for place, named, text in LEFT_OUT.findall(case.group(1)) if (place or dataset) == dataset}


def _kept(layer: SemanticLayer, metric: SimpleMetric, field: str) -> set[str]:
    """The values of a field that a metric counts only, empty when it names none."""
    owner, (dataset, _, column) = metric.measure.partition(".")[0], field.partition(".")
    own = " AND ".join(part for part in (metric.filter, layer.measures[metric.measure].filter) if part)
    column = layer.fields[field].sql if field in layer.fields and layer.fields[field].sql.isidentifier() else column
    return {text for place, named, text in KEPT_ONLY.findall(own) if (place or owner, named) == (dataset, column)}


def kept_values(layer: SemanticLayer, name: str, field: str) -> frozenset[str]:
    """The values of a field that a metric counts rows of only, by its own definition; empty when it names none."""
    metric = layer.metrics[name]
    return frozenset(_kept(layer, metric, field)) if isinstance(metric, SimpleMetric) else frozenset()


def left_out(layer: SemanticLayer, name: str, field: str) -> frozenset[str]:
    """The values of a field that a metric counts no rows of by its own definition."""
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric) or field not in layer.fields:
        return frozenset()
    owner, (dataset, _, column) = metric.measure.partition(".")[0], field.partition(".")
    own = " AND ".join(part for part in (metric.filter, layer.measures[metric.measure].filter) if part)
    column = layer.fields[field].sql if layer.fields[field].sql.isidentifier() else column
    if re.search(r"\bOR\b", own, re.IGNORECASE):
        return frozenset()
    found = LEFT_OUT.findall(own)
    return frozenset(text for place, named, text in found if (place or owner, named) == (dataset, column))


def _never(layer: SemanticLayer, name: str, field: str, values: tuple[str, ...]) -> bool:
    metric = layer.metrics[name]
    if not isinstance(metric, SimpleMetric):
        return False
    owner = metric.measure.partition(".")[0]
    own = " AND ".join(part for part in (metric.filter, layer.measures[metric.measure].filter) if part)
    if re.search(r"\bOR\b", own, re.IGNORECASE):  # not a plain conjunction: nothing can be said
        return False
    dataset, _, column = field.partition(".")
    column = layer.fields[field].sql if layer.fields[field].sql.isidentifier() else column
    left_out = {text for place, named, text in LEFT_OUT.findall(own) if (place or owner, named) == (dataset, column)}
    kept = {text for place, named, text in KEPT_ONLY.findall(own) if (place or owner, named) == (dataset, column)}
    return all(value in left_out or (kept and value not in kept) for value in values)
