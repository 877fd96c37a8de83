"""Metrics that count things by what they have: "members with bookings" beside members."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer import SemanticLayer, SimpleMetric


def counted_by_rows(layer: SemanticLayer, dataset: str) -> Iterator[tuple[str, str]]:
    """The metrics that count each row of a dataset once by the rows of another that are linked to it, with that one."""
    for name, metric in layer.metrics.items():
        if not isinstance(metric, SimpleMetric) or metric.hidden or metric.filter:
            continue
        fact, measure = metric.measure.partition(".")[0], layer.measures[metric.measure]
        links = [one for one in layer.relationships.values() if (one.from_, one.to) == (fact, dataset)]
        keyed = measure.agg == "count_distinct" and not measure.filter and fact != dataset
        if keyed and len(links) == 1 and links[0].from_columns == (measure.expression,):
            yield name, fact
