"""Where an entry's numbers come from, how fresh they are, and how its definition changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.answer import Plan
from assistant.catalogue.records import Entry
from assistant.wording import answers
from semantic_layer import Logged, SemanticLayer, SimpleMetric, changes_of, parts

if TYPE_CHECKING:
    from assistant.assistant import Assistant


@dataclass(frozen=True)
class Provenance:
    """The tables behind an entry, how far their data reach, the metrics it is made of, and its changes of meaning.

    `banded` is a question that puts a number in bands and is read so here; empty for anything else.
    """

    tables: tuple[str, ...]
    fresh_until: datetime | None
    parts: tuple[str, ...]
    changes: tuple[tuple[Logged, Logged], ...]
    banded: str = ""


def provenance(assistant: Assistant, entry: Entry) -> Provenance:
    """What is known of an entry's origin in this workspace."""
    layer = assistant.layer
    made_of = parts(layer, entry.name)[1:] if entry.kind == "metric" else ()
    datasets = datasets_of(layer, entry)
    tables = tuple(dict.fromkeys(layer.datasets[name].source for name in datasets))
    changes = changes_of(assistant.history, entry.name) if entry.kind == "metric" else ()
    fresh = assistant.fresh_until(datasets) if datasets else None
    return Provenance(tables, fresh, made_of, changes, _banded(assistant, entry) if entry.kind == "dimension" else "")


def _banded(assistant: Assistant, entry: Entry) -> str:
    """The question for the bands of a number, where it is understood as nothing else."""
    if assistant.layer.fields[entry.name].kind != "number":
        return ""
    told = answers(assistant.settings.language).say("catalogue.distribution", {"what": entry.title})
    plan = assistant.understanding.plan(told)
    keys = plan.query.group_by if isinstance(plan, Plan) else ()
    return told if any(one.field == entry.name and one.bands is not None for one in keys) else ""


def datasets_of(layer: SemanticLayer, entry: Entry) -> tuple[str, ...]:
    """The datasets that an entry is computed from or belongs to, each once."""
    if entry.kind == "dataset":
        return (entry.name,)
    if entry.kind == "funnel":
        return _read_by(layer, *layer.funnels[entry.name].metrics)
    if entry.kind == "dimension":
        return (entry.name.partition(".")[0],)
    if entry.kind == "segment":
        return (layer.segments[entry.name].entity,)
    return _read_by(layer, entry.name)


def _read_by(layer: SemanticLayer, *names: str) -> tuple[str, ...]:
    metrics = (layer.metrics[part] for name in names for part in parts(layer, name))
    return tuple(dict.fromkeys(one.measure.partition(".")[0] for one in metrics if isinstance(one, SimpleMetric)))
