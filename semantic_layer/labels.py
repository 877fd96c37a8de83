"""A model whose things are called as in another language: what people read, not what they are understood by."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer.implied import AGGREGATIONS, HOUR, WEEKDAY
from semantic_layer.metric_types import SimpleMetric
from semantic_layer.model import Dataset, Dimension, Funnel, Metric, SemanticLayer

Labels = Mapping[str, str]
IMPLIED = ("rows", *AGGREGATIONS, WEEKDAY, HOUR)
"""What follows from every model by itself: `implied.rows: "Anzahl {title}"` names the count of a dataset's rows."""


def in_language(layer: SemanticLayer, locale: str) -> SemanticLayer:
    """The model with the labels that its definitions give for the language of a locale; what has none keeps its own.

    Names, synonyms and own labels stay, and so does what a question means.
    """
    labels = layer.definitions.labels.get(locale.replace("-", "_").partition("_")[0], {})
    if not labels:
        return layer
    now = layer.definitions
    datasets = tuple(_dataset(one, labels) for one in now.datasets)
    fields = {f"{one.name}.{field.name}": field.title for one in datasets for field in one.fields}
    titles = {one.name: one.title for one in datasets} | fields
    metrics = tuple(_metric(one, labels, titles) for one in now.metrics)
    segments = tuple(one.spoken(labels.get(one.name, "")) for one in now.segments)
    funnels = tuple(_funnel(one, labels) for one in now.funnels)
    spoken = {"datasets": datasets, "metrics": metrics, "segments": segments, "funnels": funnels}
    changed = now.model_copy(update=spoken)
    return SemanticLayer(changed, layer.inactive, layer.schema)


def _funnel(funnel: Funnel, labels: Labels) -> Funnel:
    """The funnel under its label; a step without one is called as its metric is."""
    said = {one.metric: labels.get(f"{funnel.name}.{one.metric}", "") for one in funnel.steps}
    steps = tuple(one.model_copy(update={"label": said[one.metric]}) for one in funnel.steps)
    return funnel.spoken(labels.get(funnel.name, "")).model_copy(update={"steps": steps})


def role_title(layer: SemanticLayer, via: str) -> str:
    """ "departure airport" for the link of flights to airports that `via` names: in which role the other row stands.

    Empty without a link of that name; several links of a way are told one after the other.
    """
    links = [link for name in via.split("/") if (link := layer.relationships.get(name))]
    return ", ".join(link.name.removeprefix(f"{link.from_}_").replace("_", " ") for link in links)


def _dataset(dataset: Dataset, labels: Labels) -> Dataset:
    fields = tuple(_field(dataset, one, labels) for one in dataset.fields)
    return dataset.spoken(labels.get(dataset.name, "")).model_copy(update={"fields": fields})


def _field(dataset: Dataset, field: Dimension, labels: Labels) -> Dimension:
    for part in (WEEKDAY, HOUR):
        if field.implied and field.name.endswith(f"_{part}"):
            time = f"{dataset.name}.{field.name.removesuffix(f'_{part}')}"
            return field.spoken(_filled(labels, part, labels.get(time, "")))
    return field.spoken(labels.get(f"{dataset.name}.{field.name}", ""))


def _metric(metric: Metric, labels: Labels, titles: Labels) -> Metric:
    if not (isinstance(metric, SimpleMetric) and metric.implied):
        return metric.spoken(labels.get(metric.name, ""))
    dataset, _, measure = metric.measure.partition(".")
    for part in IMPLIED:
        rest = measure.removeprefix(f"implied_{part}")
        if rest != measure and (part == "rows" or rest.startswith("_")):
            about = f"{dataset}.{rest[1:]}" if rest else dataset
            return metric.spoken(_filled(labels, part, titles.get(about, "")))
    return metric


def _filled(labels: Labels, part: str, title: str) -> str:
    template = labels.get(f"implied.{part}", "")
    return template.format(title=title) if template and title else ""
