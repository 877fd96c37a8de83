"""What can be asked of a model without being declared in it: counts of its rows and values, sums and averages of its
number fields, the weekday and the hour of its times.

They are metrics and fields like any other for the compiler, but nobody's definition: they are marked `implied`, have
no synonyms and are not listed. A reader finds them by what they compute, with `implied_metric`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from semantic_layer.metric_types import SimpleMetric
from semantic_layer.model import Aggregation, Dataset, Dimension, Measure, SemanticLayer
from semantic_layer.nodes import AIContext, fitted
from semantic_layer.timing import time_kind

_NUMBERS: Mapping[Aggregation, str] = {
    "average": "Average {}",
    "median": "Median {}",
    "sum": "Total {}",
    "min": "Lowest {}",
    "max": "Highest {}",
}
AGGREGATIONS = ("count_distinct", *_NUMBERS)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY, HOUR, PART_OF_WEEK = "weekday", "hour_of_day", "part_of_week"


def implied_metric(layer: SemanticLayer, field: str, aggregation: str) -> str:
    """The implied metric that aggregates a field (`dataset.field`), or counts the rows of a dataset with `rows` in
    place of a field; empty when there is none.
    """
    name = _name(aggregation, *field.split("."))
    return name if name in layer.metrics and layer.metrics[name].implied else ""


def is_weekday(layer: SemanticLayer, ref: str) -> bool:
    """Whether the field is the implied weekday of a time: its values are the `DAYS`."""
    field = layer.fields.get(ref)
    return field is not None and field.implied and field.name.endswith(f"_{WEEKDAY}") and set(field.values) == set(DAYS)


def hour_beside(layer: SemanticLayer, weekday: str) -> str:
    """The implied hour of the day of the time that an implied weekday is of; empty where that time has no hours."""
    name = f"{weekday.removesuffix(WEEKDAY)}{HOUR}"
    return name if name in layer.fields and layer.fields[name].implied else ""


def with_implied(layer: SemanticLayer) -> SemanticLayer:
    """The model with what it implies; declared names stay as they are."""
    now = layer.definitions
    fresh = {
        dataset.name: {**dict(_of_dataset(dataset)), **dict(_of_links(dataset, layer))} for dataset in now.datasets
    }
    datasets = tuple(_extended(layer, one, tuple(fresh[one.name].values())) for one in now.datasets)
    metrics = tuple(metric for made in fresh.values() for metric in made if metric.name not in layer.metrics)
    changed = now.model_copy(update={"datasets": datasets, "metrics": (*now.metrics, *metrics)})
    return SemanticLayer(changed, layer.inactive, layer.schema)


def weekday_name(time: str) -> str:
    """What the implied weekday of a time (`field`) is called."""
    return fitted(f"{time}_{WEEKDAY}")


def _name(aggregation: str, dataset: str, field: str) -> str:
    return fitted(f"{aggregation}_of_{dataset}_{field}")


def _extended(layer: SemanticLayer, dataset: Dataset, measures: tuple[Measure, ...]) -> Dataset:
    fields = (*dataset.fields, *_weekday(layer, dataset), *_part_of_week(layer, dataset), *_hour(layer, dataset))
    return dataset.model_copy(update={"fields": fields, "measures": (*dataset.measures, *measures)})


def _of_dataset(dataset: Dataset) -> Iterator[tuple[SimpleMetric, Measure]]:
    if dataset.primary_key:
        measure = Measure(name="implied_rows", agg="count", filter=dataset.population)
        yield (
            _metric(dataset, _name("count", dataset.name, "rows"), measure, f"Number of {_low(dataset.title)}"),
            measure,
        )
    for field in dataset.fields:
        if field.hidden:
            continue
        if field.kind == "number":
            for aggregation, label in _NUMBERS.items():
                measure = _measure(dataset, field, aggregation)
                name = _name(aggregation, dataset.name, field.name)
                shown = {"unit": field.unit, "format": field.format or "decimal"}
                made = _metric(dataset, name, measure, label.format(_low(field.title)))
                yield made.model_copy(update=shown), measure
        elif field.kind == "categorical" and not field.pii:
            measure = _measure(dataset, field, "count_distinct")
            name = _name("count_distinct", dataset.name, field.name)
            yield _metric(dataset, name, measure, f"Number of different values of {_low(field.title)}"), measure


def _of_links(dataset: Dataset, layer: SemanticLayer) -> Iterator[tuple[SimpleMetric, Measure]]:
    """How many different things the rows of a table link to, for a table that links to several."""
    links = [one for one in layer.relationships.values() if one.from_ == dataset.name and len(one.from_columns) == 1]
    fields = {one.name for one in dataset.fields}
    for link in links if len(links) > 1 else ():
        (column,) = link.from_columns
        if (
            column.isidentifier()
            and column.isascii()
            and column.lower() not in fields
            and sum(column in one.from_columns for one in links) == 1
        ):
            told = {
                "name": fitted(f"implied_count_distinct_{column.lower()}"),
                "agg": "count_distinct",
                "expression": column,
            }
            measure = Measure.model_validate({**told, "filter": dataset.population})
            title = f"Number of different {_low(layer.datasets[link.to].title)}"
            yield _metric(dataset, _name("count_distinct", dataset.name, column.lower()), measure, title), measure


def _measure(dataset: Dataset, field: Dimension, aggregation: Aggregation) -> Measure:
    name = fitted(f"implied_{aggregation}_{field.name}")
    return Measure(name=name, agg=aggregation, expression=field.sql, filter=dataset.population)


def _metric(dataset: Dataset, name: str, measure: Measure, label: str) -> SimpleMetric:
    return SimpleMetric(
        name=name,
        label=label,
        description=f"{label}, over {_low(dataset.title)}.",
        measure=f"{dataset.name}.{measure.name}",
        format="integer",
        implied=True,
    )


def _weekday(layer: SemanticLayer, dataset: Dataset) -> Iterator[Dimension]:
    """The day of the week of the time that counts for a dataset, when days are counted on the clock of the data."""
    times = [field for field in dataset.fields if field.name == dataset.time and field.kind == "time"]
    name = weekday_name(dataset.time or "")
    if not times or layer.definitions.time_zone or any(field.name == name for field in dataset.fields):
        return
    cases = " ".join(f"WHEN {at} THEN '{day}'" for at, day in enumerate(DAYS, start=1))
    yield Dimension(
        name=name,
        label=f"Weekday of {_low(times[0].title)}",
        description=f"Day of the week of {_low(times[0].title)}.",
        expression=f"CASE isodow({times[0].sql}) {cases} END",
        values={day: (f"{day}s",) for day in DAYS},
        implied=True,
        ai_context=AIContext(synonyms=("weekday", "day of the week", "day of week")),
    )


def _part_of_week(layer: SemanticLayer, dataset: Dataset) -> Iterator[Dimension]:
    """Whether the time that counts for a dataset lies on a weekend, when days are counted on the clock of the data."""
    times = [field for field in dataset.fields if field.name == dataset.time and field.kind == "time"]
    name = fitted(f"{dataset.time}_{PART_OF_WEEK}")
    if not times or layer.definitions.time_zone or any(field.name == name for field in dataset.fields):
        return
    day = f"isodow({times[0].sql})"
    yield Dimension(
        name=name,
        label=f"Part of the week of {_low(times[0].title)}",
        description=f"Monday to Friday, or Saturday and Sunday, of {_low(times[0].title)}.",
        expression=f"CASE WHEN {day} < 6 THEN 'Monday to Friday' WHEN {day} > 5 THEN 'Weekend' END",
        implied=True,
        ai_context=AIContext(synonyms=("part of the week", "part of week")),
    )


def _hour(layer: SemanticLayer, dataset: Dataset) -> Iterator[Dimension]:
    """The hour of the day (0 to 23) of the time that counts for a dataset, when its column is known to have hours."""
    times = [field for field in dataset.fields if field.name == dataset.time and field.kind == "time"]
    name = fitted(f"{dataset.time}_{HOUR}")
    if not times or layer.definitions.time_zone or any(field.name == name for field in dataset.fields):
        return
    if time_kind(layer, f"{dataset.name}.{dataset.time}") != "clock":
        return
    yield Dimension(
        name=name,
        label=f"Hour of {_low(times[0].title)}",
        description=f"Hour of the day of {_low(times[0].title)}, from 0 to 23.",
        expression=f"hour({times[0].sql})",
        implied=True,
        ai_context=AIContext(synonyms=("hour of the day", "hour of day", "time of day", "time of the day")),
    )


def _low(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
