"""What a metric is made of, by name: what must exist, and what falls with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from semantic_layer.expressions import ExpressionError, columns, parse_expression
from semantic_layer.metric_types import NO_TIME
from semantic_layer.model import Dataset, DerivedMetric, Dimension, Metric, PerEntityMetric, SimpleMetric
from semantic_layer.yaml_source import Location

ReferenceKind = Literal[
    "metric", "simple", "stand_in", "measure", "column", "physical", "time", "dataset", "expression"
]  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """A name used by a metric; `dataset` is where unqualified names are looked up, `at` the key that holds it.

    Kind `simple` is a metric of type simple. Kind `physical` is a column of the table even where a field has the same
    name. Kind `expression` stands for SQL that cannot be read; `name` is then the reason.
    """

    kind: ReferenceKind
    name: str
    at: Location
    dataset: str = ""


def references(metric: Metric) -> Iterator[Reference]:
    """Every name that `metric` uses, in the order of its keys."""
    yield from (Reference("stand_in", name, ("stand_ins",)) for name in metric.stand_ins)
    if isinstance(metric, SimpleMetric):
        yield from _simple(metric)
    elif isinstance(metric, DerivedMetric):
        yield from _formula(metric.expression, "expression")
    elif isinstance(metric, PerEntityMetric):
        yield from _formula(metric.condition, "condition")
    for key, kind in _NAMED.get(metric.type, {}).items():
        name = getattr(metric, key)
        if name:
            yield Reference(kind, name, (key,), getattr(metric, "entity", ""))


def _formula(text: str, key: str) -> Iterator[Reference]:
    return (_as_metric(found) for found in column_references(text, (key,)))


_NAMED: dict[str, dict[str, ReferenceKind]] = {
    "ratio": {"numerator": "metric", "denominator": "metric"},
    "cumulative": {"metric": "simple"},
    "offset": {"metric": "metric"},
    "conversion": {"base": "simple", "conversion": "simple", "entity": "dataset"},
    "retention": {"entity": "dataset", "cohort": "time", "activity": "simple"},
    "per_entity": {"entity": "dataset", "metric": "metric"},
}


def _as_metric(found: Reference) -> Reference:
    return Reference("metric", found.name, found.at) if found.kind == "column" else found


def _simple(metric: SimpleMetric) -> Iterator[Reference]:
    dataset = metric.measure.partition(".")[0]
    yield Reference("measure", metric.measure, ("measure",))
    yield from column_references(metric.filter, ("filter",), dataset)
    if metric.time and metric.time != NO_TIME:
        yield Reference("time", metric.time, ("time",), dataset)


def column_references(text: str, at: Location, dataset: str = "") -> Iterator[Reference]:
    """The columns that the SQL `text` names, each once; one `expression` reference when it cannot be read."""
    if not text:
        return
    try:
        tree = parse_expression(text)
    except ExpressionError as error:
        yield Reference("expression", str(error), at, dataset)
        return
    names = (f"{column.table}.{column.name}" if column.table else column.name for column in columns(tree))
    yield from (Reference("column", name, at, dataset) for name in dict.fromkeys(names))


def field_references(dataset: Dataset, one: Dimension, at: Location) -> Iterator[Reference]:
    """The columns that a field of `dataset` stands on. A field's own name means the physical column there."""
    for found in column_references(one.sql, (*at, "expression"), dataset.name):
        qualifier, _, name = found.name.rpartition(".")
        if found.kind == "column" and qualifier not in ("", dataset.name):
            message = f"`{found.name}` is not a column of `{dataset.name}`."
            yield Reference("expression", message, found.at)
        elif found.kind == "column" and name == one.name:
            yield Reference("physical", name, found.at, dataset.name)
        else:
            yield found


def inputs(metric: Metric) -> tuple[str, ...]:
    """Names of the metrics that `metric` is computed from, each once."""
    return tuple(dict.fromkeys(found.name for found in references(metric) if found.kind in ("metric", "simple")))
