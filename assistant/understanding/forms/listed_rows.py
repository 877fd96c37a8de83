"""Single rows of what happens, each with its day and what it is worth ("the ten largest deals won this year")."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.answer import Plan
from assistant.understanding.draft import World
from assistant.understanding.forms.asking import Asking, counted_rows
from semantic_layer import Filter, GroupBy, OrderBy, SemanticQuery, SimpleMetric, TimeRange


@dataclass(frozen=True)
class Sorting:
    """By which field rows are sorted, how many are shown (all when None), and whether those without it are left out."""

    field: str
    descending: bool = True
    limit: int | None = None
    known: bool = True


def counted(plan: Plan | None, world: World, things: bool = False) -> str:
    """The dataset of which a plan counts rows under conditions and in a period, empty for any other plan.

    With `things` also one whose rows are things that people count and list.
    """
    if plan is None or len(plan.query.metrics) != 1:
        return ""
    told = plan.query.model_copy(update={"metrics": (), "filters": (), "time_range": None})
    dataset = counted_rows(world, plan.query.metrics[0])
    known = dataset and (things or not world.layer.datasets[dataset].entity)
    known = known and world.layer.datasets[dataset].primary_key
    return dataset if told == SemanticQuery() and known else ""


def listed(asking: Asking, plan: Plan, sorting: Sorting, *bounds: Filter) -> Plan | None:
    """The rows that a plan counts, by what they are worth; None where the layer cannot list them."""
    (metric,), dataset = plan.query.metrics, sorting.field.partition(".")[0]
    told = _told(asking.world, metric, plan.query.time_range)
    known = () if bounds or not sorting.known else (Filter(field=sorting.field, op="not_null"),)
    query = SemanticQuery(
        entity=dataset,
        group_by=tuple(GroupBy(field=name) for name in _shown(asking.world, dataset, metric, sorting.field)),
        filters=(*told, *plan.query.filters, *bounds, *known),
        order_by=(OrderBy(by=sorting.field, descending=sorting.descending),),
        limit=sorting.limit,
    )
    return replace(plan, query=query, asked=None) if asking.stands(query) else None


def _told(world: World, metric: str, span: TimeRange | None) -> tuple[Filter, ...]:
    """Which rows count: those of the metric in a period; none are told apart where it counts them all."""
    found = world.layer.metrics[metric]
    measure = world.layer.measures[found.measure] if isinstance(found, SimpleMetric) else None
    if measure is not None and not (measure.filter or getattr(found, "filter", None) or span):
        return ()
    return (Filter(field=metric, op="ge", values=(1,), time_range=span),)


def _shown(world: World, dataset: str, metric: str, field: str) -> tuple[str, ...]:
    """What a row is called by, its day, and what it is worth; its key is shown anyway."""
    shown = (*world.nouns.names(dataset), day_of(world, dataset, metric), field)
    return tuple(name for name in dict.fromkeys(shown) if name and not world.layer.fields[name].hidden)


def day_of(world: World, dataset: str, metric: str) -> str:
    """The field that says when a row counts for a metric, empty when there is none."""
    layer, found = world.layer, world.layer.metrics[metric]
    times = ((found.time if isinstance(found, SimpleMetric) else "") or "", layer.datasets[dataset].time or "")
    return next((name for time in times for name in (time, f"{dataset}.{time}") if name in layer.fields), "")
