"""Whether every metric of a query reaches what it is grouped and filtered by, and has the times it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.errors import QueryFault, UnsafeQuery
from semantic_layer.many_sides import many_side
from semantic_layer.metric_types import NO_TIME, Metric, OffsetMetric, PerEntityMetric, RetentionMetric, SimpleMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.query import COHORT_AGE, METRIC_TIME, Filter, GroupBy, SemanticQuery
from semantic_layer.query_rules import Rule
from semantic_layer.references import inputs
from semantic_layer.resolution import (
    Footprint,
    asked_metrics,
    bases,
    entity_of,
    footprints,
    homes,
    is_metric_filter,
    is_on_metric,
    is_together,
    is_windowed,
    linking,
    route_to,
    visible_metrics,
)
from semantic_layer.spans import is_whole_step
from semantic_layer.timing import time_kind


def _asked(layer: SemanticLayer, query: SemanticQuery) -> tuple[Footprint, ...]:
    """Where the rows of everything asked for come from."""
    top = (query.top.by,) if query.top else ()
    names = dict.fromkeys((*asked_metrics(layer, query), *top))
    return tuple(dict.fromkeys(found for name in names for found in footprints(layer, name)))


def _named_fields(query: SemanticQuery) -> tuple[str, ...]:
    return (*(one.field for one in query.group_by), *(one.field for one in query.filters))


def _times(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    timed = query.time_range is not None or METRIC_TIME in _named_fields(query)
    for found in _asked(layer, query) if timed else ():
        if not found.time:
            yield QueryFault("E_NO_TIME", _timeless(layer, found.metric))
    if query.entity and query.time_range and not _asked(layer, query):
        yield QueryFault(
            "E_PERIOD_UNUSED", f"The period limits nothing: no metric of each `{query.entity}` is asked for."
        )


def _timed_filters(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """A condition on what each thing has within a period needs rows that have a time."""
    timed = [one for one in query.filters if is_on_metric(layer, one) and (one.time_range or one.last)]
    for name in dict.fromkeys(one.field for one in timed):
        if any(not found.time for found in footprints(layer, name)):
            yield QueryFault("E_NO_TIME", _timeless(layer, name))


def _timeless(layer: SemanticLayer, name: str) -> str:
    if getattr(layer.metrics[name], "time", "") == NO_TIME:
        return f"`{name}` is known as of today only; it has no history by date."
    return f"`{name}` has no time, so it cannot be asked for a period or by time."


def _clocks(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Hours need a clock, and another zone needs to know which."""
    zone = query.time_zone or layer.definitions.time_zone
    for name, grain in _times_named(layer, query):
        kind = time_kind(layer, name)
        if grain == "hour" and kind == "date":
            yield QueryFault("E_GRAIN_TOO_FINE", f"`{name}` holds days; it has no hours.", ("day",))
        if zone and not kind:
            sentence = f"Whether `{name}` shows a clock is not known, so its days in `{zone}` are not either."
            yield QueryFault("E_TIME_ZONE", sentence)


def _times_named(layer: SemanticLayer, query: SemanticQuery) -> list[tuple[str, str | None]]:
    own = [found.time for found in _asked(layer, query) if found.time]
    grouped = [
        (name, one.grain) for one in query.group_by for name in (own if one.field == METRIC_TIME else [one.field])
    ]
    ranged = [(name, None) for name in own if query.time_range or METRIC_TIME in _named_fields(query)]
    filtered = [(one.field, None) for one in query.filters]
    found = dict.fromkeys([*grouped, *ranged, *filtered])
    return [(name, grain) for name, grain in found if name in layer.fields and layer.fields[name].kind == "time"]


def _rows_of(layer: SemanticLayer, query: SemanticQuery) -> tuple[Footprint, ...]:
    """What the rows of the result come from: the entities listed, or the facts of the metrics."""
    return (Footprint(query.entity, query.entity, ""),) if query.entity else _asked(layer, query)


def _paths(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for home in _rows_of(layer, query):
        cut = (GroupBy(field=query.top.field),) if query.top and is_together(query) else ()
        for one in (*query.group_by, *cut):
            if one.entity:
                yield from _path(layer, home, f"{one.entity}.", one.via)
                yield from _number_paths(layer, one)
            elif one.field not in (METRIC_TIME, COHORT_AGE) and not _is_declared(layer, query, home, one):
                yield from _path(layer, home, _ref(layer, one.field), one.via)


def _number_paths(layer: SemanticLayer, one: GroupBy) -> Iterator[QueryFault]:
    """The metric of each entity leads to the entity, and its rows to what narrows them."""
    for found in homes(layer, one.field):
        yield from _path(layer, found, f"{one.entity}.", "")
        yield from (fault for row in one.where for fault in _path(layer, found, row.field, row.via))


def _is_declared(layer: SemanticLayer, query: SemanticQuery, home: Footprint, one: GroupBy) -> bool:
    """True for a field on the many side by which the model allows to group.

    Distinct values can neither be put into periods nor together afterwards: a row would count twice in one group.
    """
    side = None if query.entity else many_side(layer, home.fact, one.field, one.via)
    if side is None:
        return False
    merged = query.top is not None and query.top.others and query.top.field in (one.field, one.field.rpartition(".")[2])
    return bool(side.weight) or not (one.grain or merged)


def _weights(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Only sums and counts can be divided by weight."""
    for metric in () if query.entity else bases(layer, asked_metrics(layer, query)):
        sides = (
            many_side(layer, home.fact, one.field, one.via)
            for home in footprints(layer, metric.name)
            for one in query.group_by
        )
        if any(side and side.weight for side in sides) and not _divisible(layer, metric):
            sentence = f"`{metric.name}` cannot be divided among the many; only sums and counts can."
            yield QueryFault("E_UNSAFE_REAGGREGATION", sentence)


def _divisible(layer: SemanticLayer, metric: Metric) -> bool:
    if not isinstance(metric, SimpleMetric):
        return False
    measure = layer.measures[metric.measure]
    return measure.agg in ("sum", "count", "count_distinct") and measure.non_additive is None


def _ref(layer: SemanticLayer, field: str) -> str:
    """A field, or for a segment its entity."""
    return f"{layer.segments[field].entity}." if field in layer.segments else field


def _path(layer: SemanticLayer, home: Footprint, ref: str, via: str) -> Iterator[QueryFault]:
    try:
        route_to(layer, home.fact, ref, via)
    except UnsafeQuery as error:
        found = error.faults[0]
        sentence = f"`{home.metric}` cannot be broken down or filtered by `{ref.rstrip('.')}`. {found.sentence}"
        yield QueryFault(found.code, sentence, found.suggestions or _alternatives(layer, ref, found.code, home))


def _alternatives(layer: SemanticLayer, ref: str, code: str, home: Footprint) -> tuple[str, ...]:
    """Metrics of the same unit that can be broken down by `ref`."""
    if code == "E_AMBIGUOUS_PATH" or home.metric not in layer.metrics:
        return ()
    target, unit = ref.partition(".")[0], layer.metrics[home.metric].unit
    fitting = [
        name
        for name in visible_metrics(layer)
        if layer.metrics[name].unit == unit
        and all(layer.graph.reaches(found.fact, target) for found in footprints(layer, name))
    ]
    return tuple(fitting[:3])


def _filter_paths(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    found = _rows_of(layer, query)
    for one in (part for listed in query.filters for part in listed.alternatives):
        if one.where and not (one.entity or one.than or one.other) and query.entity:
            yield from (fault for home in found for fault in _filter_path(layer, home, one, query.entity))
        if is_metric_filter(layer, one) and not query.entity:
            own = homes(layer, one.field)
            yield from (fault for home in own for row in one.where for fault in _path(layer, home, row.field, row.via))
        if is_metric_filter(layer, one) or one.field in (METRIC_TIME, COHORT_AGE):
            continue
        about = {home.fact: entity_of(layer, home.fact, one, listed=query.entity) for home in found}
        yield from _one_level(query, one, about)
        for home in found:
            yield from _filter_path(layer, home, one, about[home.fact])


def _one_level(query: SemanticQuery, one: Filter, about: dict[str, str]) -> Iterator[QueryFault]:
    """A filter that is about the rows of one fact and about the entities of another means two things."""
    if len(set(about.values())) > 1 and not query.entity:
        entity = next(name for name in about.values() if name)
        sentence = (
            f"`{one.field}` filters the rows of some metrics, but the `{entity}` of others. Say `entity: {entity}` to "
            f"mean the same for all."
        )
        yield QueryFault("E_MIXED_PREDICATE_LEVEL", sentence, (entity,))


def _filter_path(layer: SemanticLayer, home: Footprint, one: Filter, entity: str) -> Iterator[QueryFault]:
    if not entity:
        yield from _path(layer, home, _ref(layer, one.field), one.via)
        if one.other:
            yield from _path(layer, _told_by(home, one), one.other, "")
        return
    yield from _path(layer, home, f"{entity}.", "")
    if is_on_metric(layer, one):
        for found in homes(layer, one.field):
            yield from _path(layer, found, f"{entity}.", "")
            yield from (fault for row in one.where for fault in _path(layer, found, row.field, row.via))
    else:
        yield from _rows_path(layer, home, one, entity)


def _told_by(home: Footprint, one: Filter) -> Footprint:
    """Whose rows tell what a field is compared with: its own, or those that conditions tell."""
    told = one.where[0].field.partition(".")[0] if one.where else home.fact
    return Footprint(home.metric, told, "")


def _rows_path(layer: SemanticLayer, home: Footprint, one: Filter, entity: str) -> Iterator[QueryFault]:
    """The rows that a filter on an entity is about lead to the entity and to the field, each in one way."""
    dataset = one.field.partition(".")[0]
    rows = linking(layer, dataset, entity)
    if not rows:
        sentence = f"No row of `{dataset}` belongs to one `{entity}`, so `{one.field}` cannot be asked of it."
        yield QueryFault("E_NO_PATH", sentence)
    elif rows != dataset:
        linked = Footprint(home.metric, rows, "")
        yield from _path(layer, linked, f"{entity}.", "")
        yield from _path(layer, linked, one.field, one.via)


def _listed_metrics(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Every metric in a list of entities is computed for each of them."""
    if not query.entity:
        return
    names = (*query.metrics, *(one.field for one in query.filters if is_on_metric(layer, one)))
    rows = [one for one in query.filters if "." in one.field and not one.entity]
    for name in dict.fromkeys(names):
        for found in homes(layer, name):
            yield from _path(layer, found, f"{query.entity}.", "")
            for one in rows:
                outside = not layer.graph.reaches(query.entity, one.field.partition(".")[0])
                if outside and not entity_of(layer, found.fact, one):
                    yield from _path(layer, found, one.field, one.via)


def _windows(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    grains = [one.grain for one in query.group_by if one.field == METRIC_TIME]
    first = grains[0] if grains else None
    for metric in bases(layer, asked_metrics(layer, query)):
        if is_windowed(metric) and (len(grains) > 1 or query.entity):
            yield QueryFault("E_COMPARE_GRAINS", f"`{metric.name}` can be grouped by one grain of time only.")
        elif is_windowed(metric) and query.top and {METRIC_TIME, *map(str, grains)} & set(query.top.within):
            yield QueryFault("E_COMPARE_GRAINS", f"`{metric.name}` looks beyond a period; it has no top within one.")
        elif isinstance(metric, OffsetMetric):
            if not grains and not (query.time_range and query.time_range.start and query.time_range.end):
                yield QueryFault("E_COMPARE_NEEDS_PERIOD", f"`{metric.name}` needs a period or a grouping by time.")
            elif not is_whole_step(metric.offset, first):
                sentence = f"`{metric.name}` looks back {metric.offset}, which is no whole number of {first}s."
                yield QueryFault("E_OFFSET_GRAIN", sentence)


def _time_filters(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """What looks beyond its period would lose the rows that a filter on the time leaves out."""
    times = {METRIC_TIME, *(found.time for found in _asked(layer, query))}
    filtered = [one.field for one in query.filters if one.field in times and not one.entity]
    beyond = [metric.name for metric in bases(layer, asked_metrics(layer, query)) if is_windowed(metric)]
    if filtered and (beyond or query.compare):
        what = f"`{beyond[0]}`" if beyond else "a comparison"
        sentence = (
            f"A filter on `{filtered[0]}` would cut what {what} looks back at; give the period as the time range."
        )
        yield QueryFault("E_FILTER_TIME", sentence)
    if query.entity and METRIC_TIME in filtered:
        sentence = f"A list of `{query.entity}` has no time of its own; give the period as the time range."
        yield QueryFault("E_FILTER_TIME", sentence)


def _cohorts(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    asked = bases(layer, asked_metrics(layer, query))
    others = [metric.name for metric in asked if not isinstance(metric, RetentionMetric)]
    by_age = any(one.field == COHORT_AGE for one in query.group_by)
    if (COHORT_AGE in _named_fields(query)) and (others or not asked):
        yield QueryFault("E_COHORT_AGE", f"Only retention has `{COHORT_AGE}`; {', '.join(others)} has not.")
    if len(others) < len(asked) and not by_age:
        name = next(metric.name for metric in asked if isinstance(metric, RetentionMetric))
        yield QueryFault("E_COHORT_AGE", f"`{name}` has a value for each age of a cohort only.", (COHORT_AGE,))


def _populations(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    for metric in bases(layer, asked_metrics(layer, query)):
        if not isinstance(metric, PerEntityMetric):
            continue
        if metric.population == "all":
            yield from _population(layer, query, metric)
        for inner in inputs(metric):
            if any(is_windowed(one) or isinstance(one, RetentionMetric) for one in bases(layer, (inner,))):
                yield QueryFault(
                    "E_NESTED_AGGREGATION_DEFERRED", f"`{metric.name}` is over a window; it has no meaning."
                )


def _population(layer: SemanticLayer, query: SemanticQuery, metric: PerEntityMetric) -> Iterator[QueryFault]:
    if METRIC_TIME in _named_fields(query):
        sentence = (
            f"`{metric.name}` is over every `{metric.entity}`, which no period has; it cannot be grouped by time."
        )
        yield QueryFault("E_NO_TIME", sentence)
    home = Footprint(metric.name, metric.entity, "")
    rows = (one for one in query.filters if not is_metric_filter(layer, one) and not one.entity)
    for one in (*query.group_by, *rows):
        if isinstance(one, GroupBy) and one.entity:
            yield from _path(layer, home, f"{one.entity}.", one.via)
        elif one.field not in (METRIC_TIME, COHORT_AGE):
            yield from _path(layer, home, _ref(layer, one.field), one.via)


REACH_RULES: tuple[Rule, ...] = (
    _times,
    _timed_filters,
    _clocks,
    _paths,
    _weights,
    _filter_paths,
    _listed_metrics,
    _windows,
    _time_filters,
    _cohorts,
    _populations,
)
