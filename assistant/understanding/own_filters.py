"""What a metric's own definition leaves out, so that a condition cannot ask for exactly that and read zero."""

from __future__ import annotations

import re

from semantic_layer import SemanticLayer, SimpleMetric

LEFT_OUT = re.compile(r"(?:(\w+)\.)?(\w+)\s*(?:<>|!=)\s*'((?:[^']|'')*)'")
KEPT_ONLY = re.compile(r"(?:(\w+)\.)?(\w+)\s*=\s*'((?:[^']|'')*)'")


def contradicts(layer: SemanticLayer, fact_metrics: tuple[str, ...], field: str, values: tuple[str, ...]) -> bool:
    """Whether a metric is defined without the very values that a condition on a field asks for."""
    return any(_never(layer, name, field, values) for name in fact_metrics)


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
