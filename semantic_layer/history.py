"""How definitions changed: a log of what each metric meant, kept in the workspace, one line a change."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from semantic_layer.catalog import formula
from semantic_layer.metric_types import Metric, MetricFields, SimpleMetric
from semantic_layer.model import SemanticLayer
from semantic_layer.references import inputs

_SAID = frozenset(MetricFields.model_fields)  # what a metric says about itself; none of it changes a number


@dataclass(frozen=True)
class Logged:
    """What a metric meant from the day `at` on: a fingerprint of its meaning, its formula in words, its version.

    `first` marks the entry that began the log of the metric, which is no change.
    """

    name: str
    at: date
    meaning: str
    formula: str
    version: int = 1
    first: bool = False


def meaning_of(layer: SemanticLayer, name: str) -> str:
    """A fingerprint of all that decides the numbers of a metric: its formula, its measure, what it is made of."""
    text = json.dumps(_meaning(layer, name), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _meaning(layer: SemanticLayer, name: str) -> dict[str, Any]:
    metric = layer.metrics[name]
    found: dict[str, Any] = {"own": _formula_keys(metric)}
    if isinstance(metric, SimpleMetric):
        dataset = layer.datasets[metric.measure.partition(".")[0]]
        measure = layer.measures[metric.measure]
        found |= {
            "measure": measure.model_dump(exclude={"description"}),
            "source": dataset.source,
            "time": dataset.time,
            "population": dataset.population,
        }
    found["parts"] = {part: _meaning(layer, part) for part in inputs(metric)}
    return found


def _formula_keys(metric: Metric) -> dict[str, Any]:
    return metric.model_dump(exclude=set(_SAID), exclude_defaults=True) | {"type": metric.type}


def read_history(path: Path) -> tuple[Logged, ...]:
    """The log in the order in which it was written; empty when there is none, lines cut short left out."""
    if not path.exists():
        return ()
    return tuple(entry for line in path.read_text(encoding="utf-8").splitlines() if (entry := _entry(line)))


def _entry(line: str) -> Logged | None:
    try:
        data: dict[str, Any] = json.loads(line)
        data["at"] = date.fromisoformat(data["at"])
        return Logged(**data)
    except (ValueError, TypeError, KeyError):
        return None  # the end of a write that was killed


def latest(history: Iterable[Logged]) -> Mapping[str, Logged]:
    """The last entry of each metric."""
    return {entry.name: entry for entry in history}


def record_history(path: Path, layer: SemanticLayer, day: date) -> tuple[Logged, ...]:
    """Adds to the log what has changed by `day`, and returns it; a metric seen for the first time begins its log."""
    known = latest(read_history(path))
    fresh: list[Logged] = []
    for name, metric in layer.metrics.items():
        before, meaning = known.get(name), "" if metric.implied else meaning_of(layer, name)
        if meaning and (before is None or before.meaning != meaning):
            fresh.append(Logged(name, day, meaning, formula(layer, name), metric.version, before is None))
    if fresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(entry), default=str, ensure_ascii=False) + "\n" for entry in fresh)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(lines)
    return tuple(fresh)


def changes_of(history: Iterable[Logged], name: str) -> tuple[tuple[Logged, Logged], ...]:
    """Every change of a metric as (what it was, what it became), oldest first."""
    entries = [entry for entry in history if entry.name == name]
    return tuple((before, after) for before, after in pairwise(entries) if before.meaning != after.meaning)
