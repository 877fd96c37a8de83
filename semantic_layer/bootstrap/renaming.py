"""A proposal in the words of a file whose datasets a person has renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from semantic_layer.model import Definitions, Metric, SimpleMetric


def renamed(definitions: Definitions, names: Mapping[str, str]) -> Definitions:
    """The definitions with other names for datasets, wherever they stand."""
    if not names:
        return definitions
    datasets = tuple(
        dataset.model_copy(update={"name": names.get(dataset.name, dataset.name), "time": _time(dataset.time, names)})
        for dataset in definitions.datasets
    )
    links = tuple(
        link.model_copy(update={"from_": names.get(link.from_, link.from_), "to": names.get(link.to, link.to)})
        for link in definitions.relationships
    )
    metrics = tuple(_metric(metric, names) for metric in definitions.metrics)
    return definitions.model_copy(update={"datasets": datasets, "relationships": links, "metrics": metrics})


def _metric(metric: Metric, names: Mapping[str, str]) -> Any:
    if not isinstance(metric, SimpleMetric):
        return metric
    return metric.model_copy(update={"measure": _qualified(metric.measure, names)})


def _time(text: str | None, names: Mapping[str, str]) -> str | None:
    return _qualified(text, names) if text and "." in text else text


def _qualified(text: str, names: Mapping[str, str]) -> str:
    dataset, _, name = text.partition(".")
    return f"{names.get(dataset, dataset)}.{name}"
