"""What a query may say about bands of numbers: of a field of each row, or of a metric of each entity."""

from __future__ import annotations

from collections.abc import Iterator

from semantic_layer.errors import QueryFault
from semantic_layer.metric_types import RetentionMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.query import METRIC_TIME, GroupBy, SemanticQuery
from semantic_layer.resolution import bases, footprints, is_windowed, keys


def bands(layer: SemanticLayer, query: SemanticQuery) -> Iterator[QueryFault]:
    """Faults of bands that no number of a row is in, and of what belongs to bands only."""
    for one in query.group_by:
        if one.bands is None:
            if one.entity or one.time_range or one.where:
                yield QueryFault("E_BANDS", f"`{one.field}` of each `{one.entity}` can be grouped by in bands only.")
        elif one.grain or one.calendar or one.apart:
            yield QueryFault("E_BANDS", f"Bands of `{one.field}` have no grain, and no values of their own.")
        else:
            yield from _of_each(layer, query, one) if one.entity else _of_row(layer, one)
    yield from _beside(query)


def _of_row(layer: SemanticLayer, one: GroupBy) -> Iterator[QueryFault]:
    known = layer.fields.get(one.field)
    if known is None or known.kind != "number":
        yield QueryFault("E_BANDS", f"`{one.field}` is no number, so it has no bands.")
    if one.time_range or one.where:
        yield QueryFault("E_BANDS", f"`{one.field}` is a number of each row; conditions on it are filters.")


def _of_each(layer: SemanticLayer, query: SemanticQuery, one: GroupBy) -> Iterator[QueryFault]:
    if one.field not in layer.metrics or query.entity:
        yield QueryFault("E_BANDS", f"`{one.field}` is no metric that every `{one.entity}` could be told by.")
        return
    for metric in bases(layer, (one.field,)):
        if is_windowed(metric) or isinstance(metric, RetentionMetric):
            yield QueryFault("E_BANDS", f"`{one.field}` looks at more than one period; an entity has no number of it.")
    if any(row.entity or row.where or row.than or "." not in row.field for row in one.where):
        yield QueryFault("E_BANDS", f"The rows of `{one.field}` are narrowed by conditions on their own fields only.")
    if one.time_range and any(not found.time for found in footprints(layer, one.field)):
        yield QueryFault("E_NO_TIME", f"`{one.field}` has no time, so it cannot be asked for a period.")


def _beside(query: SemanticQuery) -> Iterator[QueryFault]:
    """What would take bands for values of their own."""
    named = zip(keys(query), query.group_by, strict=True)
    banded = {name for key, one in named if one.bands for name in (key.name, key.ref)} - {METRIC_TIME}
    if query.top and query.top.field in banded:
        yield QueryFault("E_BANDS", "Bands follow one another; they are not cut to the largest.")
    if query.pivot and query.pivot.field in banded:
        yield QueryFault("E_BANDS", "Bands are not turned into columns.")
