"""Which datasets a metric is made of, and how far other datasets are from them along many-to-one links."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

from semantic_layer import (
    ConversionMetric,
    CumulativeMetric,
    DerivedMetric,
    Metric,
    OffsetMetric,
    PerEntityMetric,
    RatioMetric,
    RetentionMetric,
    SemanticLayer,
    SimpleMetric,
)

NAME = re.compile(r"[a-z][a-z0-9_]*")
OUT_OF_REACH = 9


class Reach:
    """Distances over one layer, computed once."""

    def __init__(self, layer: SemanticLayer):
        self._layer = layer
        self._steps = {name: self._distances(name) for name in layer.datasets}
        self._facts = {name: self._measured(metric) for name, metric in layer.metrics.items()}

    def facts(self, metric: str) -> frozenset[str]:
        """The datasets whose rows a metric aggregates."""
        return self._facts[metric]

    def steps(self, fact: str, dataset: str) -> int | None:
        """Links to walk from a fact to a dataset, None when it cannot be reached many-to-one."""
        return self._steps.get(fact, {}).get(dataset)

    def distance(self, metrics: Iterable[str], dataset: str) -> int | None:
        """The longest walk from any fact of the metrics to a dataset, None when one cannot reach it."""
        walks = [self.steps(fact, dataset) for metric in metrics for fact in self._facts[metric]]
        return None if any(walk is None for walk in walks) else max((w for w in walks if w is not None), default=0)

    def detour(self, metrics: Iterable[str], dataset: str, listed: str = "") -> int:
        """How far off a dataset is: its distance, one more when it is not who or what the layer is about.

        What is measured on rows of its own is not off, wherever else it looks: visits of visits with an order. With
        `listed` the distance is that from the dataset whose rows are listed.
        """
        walk = self.steps(listed, dataset) if listed else self.distance(metrics, dataset)
        if walk is None:
            return OUT_OF_REACH
        if not listed and any(dataset in self._facts[metric] for metric in metrics):
            return 0
        return walk + (0 if walk == 0 or self._layer.datasets[dataset].entity else 1)

    def inputs(self, metric: Metric) -> tuple[str, ...]:
        """The metrics that a metric is computed from directly."""
        if isinstance(metric, RatioMetric):
            return metric.numerator, metric.denominator
        if isinstance(metric, CumulativeMetric | OffsetMetric):
            return (metric.metric,)
        if isinstance(metric, ConversionMetric):
            return (metric.base,)
        if isinstance(metric, DerivedMetric):
            return tuple(name for name in NAME.findall(metric.expression) if name in self._layer.metrics)
        return ()

    def leaves(self, name: str) -> tuple[str, ...]:
        """The simple metrics that a metric is computed from in the end, itself when it is simple."""
        inputs = self.inputs(self._layer.metrics[name])
        return tuple(leaf for part in inputs if part in self._layer.metrics for leaf in self.leaves(part)) or (name,)

    def _measured(self, metric: Metric) -> frozenset[str]:
        if isinstance(metric, SimpleMetric):
            return frozenset({metric.measure.partition(".")[0]})
        if isinstance(metric, RetentionMetric | PerEntityMetric):  # told of the things themselves, not of their rows
            return frozenset({metric.entity})
        inputs = (self._layer.metrics[name] for name in self.inputs(metric) if name in self._layer.metrics)
        return frozenset().union(*(self._measured(part) for part in inputs))

    def _distances(self, start: str) -> dict[str, int]:
        found, queue = {start: 0}, deque([start])
        while queue:
            here = queue.popleft()
            for link in self._layer.relationships.values():
                if link.from_ == here and link.to not in found:
                    found[link.to] = found[here] + 1
                    queue.append(link.to)
        return found
