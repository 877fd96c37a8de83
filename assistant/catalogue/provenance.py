"""Where an entry's numbers come from, how fresh they are, and how its definition changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.catalogue.records import Entry
from semantic_layer import Logged, SemanticLayer, SimpleMetric, changes_of, parts

if TYPE_CHECKING:
    from assistant.assistant import Assistant


@dataclass(frozen=True)
class Provenance:
    """The tables behind an entry, how far their data reach, the metrics it is made of, and its changes of meaning."""

    tables: tuple[str, ...]
    fresh_until: datetime | None
    parts: tuple[str, ...]
    changes: tuple[tuple[Logged, Logged], ...]


def provenance(assistant: Assistant, entry: Entry) -> Provenance:
    """What is known of an entry's origin in this workspace."""
    layer = assistant.layer
    made_of = parts(layer, entry.name)[1:] if entry.kind == "metric" else ()
    datasets = datasets_of(layer, entry)
    tables = tuple(dict.fromkeys(layer.datasets[name].source for name in datasets))
    changes = changes_of(assistant.history, entry.name) if entry.kind == "metric" else ()
    return Provenance(tables, assistant.fresh_until(datasets) if datasets else None, made_of, changes)


def datasets_of(layer: SemanticLayer, entry: Entry) -> tuple[str, ...]:
    """The datasets that an entry is computed from or belongs to, each once."""
    if entry.kind == "dataset":
        return (entry.name,)
    if entry.kind == "dimension":
        return (entry.name.partition(".")[0],)
    if entry.kind == "segment":
        return (layer.segments[entry.name].entity,)
    metrics = (layer.metrics[name] for name in parts(layer, entry.name))
    return tuple(dict.fromkeys(one.measure.partition(".")[0] for one in metrics if isinstance(one, SimpleMetric)))
