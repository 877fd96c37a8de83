"""Segments are queries kept under a name, and what lists show belongs to a query: both are checked as such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from semantic_layer.check import check
from semantic_layer.circles import circle
from semantic_layer.entries import Entries, Entry
from semantic_layer.errors import Fault, QueryError
from semantic_layer.model import Dataset, Segment, SemanticLayer
from semantic_layer.query import GroupBy, SemanticQuery


def segment_names(segment: Segment, known: set[str]) -> list[str]:
    """The segments that a segment is made of."""
    return [one.field for one in segment.filters if one.field in known]


def segment_faults(entries: Entries) -> list[Fault]:
    """Segments whose names clash with metrics, or that are made of themselves."""
    known = {name: segment_names(entry.node, set(entries.segments)) for name, entry in entries.segments.items()}
    found: list[Fault] = []
    for name, entry in entries.segments.items():
        if name in entries.metrics:
            found.append(entry.fault(f"`{name}` is a metric too.", "Rename the segment.", ("name",)))
        if way := circle(name, known):
            found.append(entry.fault(f"segment `{name}` is made of itself: {' -> '.join(way)}.", "Break the circle."))
    return found


def broken_segments(layer: SemanticLayer, entries: Entries) -> dict[str, tuple[Entry[Segment], str]]:
    """Segments that the model cannot answer, each with the reason."""
    open_layer = layer.unhidden
    found: dict[str, tuple[Entry[Segment], str]] = {}
    for name, entry in entries.segments.items():
        try:
            check(open_layer, SemanticQuery(entity=entry.node.entity, filters=entry.node.filters))
        except QueryError as error:
            found[name] = entry, " ".join(str(fault) for fault in error.faults)
    return found


def unshowable(layer: SemanticLayer, entries: Entries) -> Iterator[tuple[Entry[Dataset] | Entry[Segment], Fault]]:
    """What lists cannot show although a dataset or a segment says so, each with its entry."""
    open_layer = layer.unhidden
    shown = [(entry, entry.node.name, entry.node.shows) for entry in entries.datasets.values()]
    shown += [(entry, entry.node.entity, entry.node.shows) for entry in entries.segments.values()]
    for entry, entity, names in shown:
        for index, name in enumerate(names):
            try:
                check(open_layer, SemanticQuery(entity=entity, group_by=(GroupBy(field=name),)))
            except QueryError as error:
                reason = " ".join(fault.sentence for fault in error.faults)
                yield entry, entry.fault(reason, "Name fields of which a row has one each.", ("shows", index))


def without_segments(entries: Entries, names: set[str]) -> Entries:
    """The entries without some segments."""
    return replace(entries, segments={name: one for name, one in entries.segments.items() if name not in names})
