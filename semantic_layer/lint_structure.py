"""Rules about structure: what nothing uses, what no metric reaches, what is said twice, ratios that mislead."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from semantic_layer.expressions import parse_expression
from semantic_layer.history import meaning_of
from semantic_layer.lint_ground import Finding, Ground
from semantic_layer.metric_types import Metric, MetricFields, SimpleMetric, UnavailableMetric
from semantic_layer.references import inputs
from semantic_layer.resolution import footprints

_SAID = frozenset(MetricFields.model_fields)


def _unused_metrics(ground: Ground) -> Iterator[Finding]:
    layer = ground.layer
    used = {name for one in layer.metrics.values() for name in (*inputs(one), *one.stand_ins)}
    used |= {item.field for one in layer.segments.values() for item in one.filters}
    for name, one in layer.metrics.items():
        if one.hidden and name not in used and not isinstance(one, UnavailableMetric):
            yield Finding("UNUSED_METRIC", "metrics", name, "it is hidden and nothing is computed from it.")


def _unused_measures(ground: Ground) -> Iterator[Finding]:
    """A measure without a metric cannot be asked for; plain counts of rows are let be, a reader finds them."""
    layer = ground.layer
    used = {one.measure for one in layer.metrics.values() if isinstance(one, SimpleMetric)}
    for dataset in layer.datasets.values():
        for measure in dataset.measures:
            name = f"{dataset.name}.{measure.name}"
            if name not in used and not (measure.agg == "count" and not measure.filter):
                yield Finding("UNUSED_MEASURE", "datasets", name, "no metric names the measure.")


def _unreachable(ground: Ground) -> Iterator[Finding]:
    """Fields by which no metric can be broken down: their dataset is linked to nothing that is measured."""
    layer = ground.layer
    facts = [{one.fact for one in footprints(layer, metric.name)} for metric in ground.metrics()]
    for name, dataset in layer.datasets.items():
        shown = [one for one in dataset.fields if not one.hidden and one.name != dataset.time]
        if shown and not any(found and all(layer.graph.reaches(fact, name) for fact in found) for found in facts):
            sentence = "no metric reaches its fields; declare a relationship or a metric."
            yield Finding("UNREACHABLE", "datasets", name, sentence)


def _twins(ground: Ground) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for one in ground.metrics():
        if ground.computed(one.name):
            other = first.setdefault(_meaning(one), one.name)
            if other != one.name:
                yield Finding("SAME_FORMULA", "metrics", one.name, f"it is computed exactly as `{other}` is.")


def _meaning(metric: Metric) -> str:
    """The metric without what it only says about itself."""
    return metric.model_dump_json(exclude=set(_SAID) | {"fill_zero"})


def _ratios(ground: Ground) -> Iterator[Finding]:
    """Averages of a ratio of each row; divisions by 0 need no rule, they are empty wherever they are compiled."""
    for dataset in ground.layer.datasets.values():
        for measure in dataset.measures:
            if measure.agg in ("average", "median") and _divides_by_column(measure.expression):
                sentence = "it averages a ratio of each row; make a metric of type ratio, which divides sum by sum."
                yield Finding("MEAN_OF_RATIOS", "datasets", f"{dataset.name}.{measure.name}", sentence)


def _divides_by_column(text: str) -> bool:
    divisions = parse_expression(text).find_all(exp.Div) if text else ()
    return any(one.expression.find(exp.Column) for one in divisions)


def _silent_changes(ground: Ground) -> Iterator[Finding]:
    """A meaning that changed since it was logged while its version stayed."""
    for one in ground.metrics():
        logged = ground.logged.get(one.name)
        if logged and logged.version == one.version and logged.meaning != meaning_of(ground.layer, one.name):
            sentence = f"it means something else since {logged.at}, and its `version` is still {one.version}."
            yield Finding("VERSION_NOT_RAISED", "metrics", one.name, sentence)


STRUCTURE_RULES = (_unused_metrics, _unused_measures, _unreachable, _twins, _ratios, _silent_changes)
