"""What two versions of a model say differently: in words, and in the SQL that they compile to."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from semantic_layer.catalog import formula
from semantic_layer.compiler import to_sql
from semantic_layer.errors import DefinitionError, QueryError
from semantic_layer.history import meaning_of
from semantic_layer.loader import load, shipped_definitions
from semantic_layer.metric_types import Metric
from semantic_layer.model import Funnel, SemanticLayer
from semantic_layer.nodes import Described
from semantic_layer.query import SemanticQuery

_WORDS = ("label", "description", "unit", "format", "good_direction", "owner", "version", "hidden", "needs")
_APART = {"fields", "measures", "ai_context", "steps"}
_LAST_DAY = date(2025, 12, 31)  # any day: both sides are compiled for the same one


@dataclass(frozen=True)
class Difference:
    """One thing that differs: `kind` added, removed or changed, what it is about, and sentences that say how.

    `numbers` tells that the metric gives other numbers now; `sql` is then the difference of its SQL, line by line.
    """

    kind: str
    section: str
    name: str
    sentences: tuple[str, ...] = ()
    numbers: bool = False
    sql: tuple[str, ...] = ()


def read_side(path: Path) -> SemanticLayer:
    """The model of a file, of a folder of files, or of a workspace: alone, or over the shipped one where it needs it.

    Raises `DefinitionError` with every fault.
    """
    folder = path / "definitions" if (path / "definitions").is_dir() else path
    files = sorted(folder.glob("*.y*ml")) if folder.is_dir() else [folder]
    try:
        return load(files)
    except DefinitionError:
        return load([*shipped_definitions(), *files])


def differences(old: SemanticLayer, new: SemanticLayer) -> tuple[Difference, ...]:
    """What `new` says differently from `old`: metrics, segments, funnels, datasets with their fields."""
    fields_old, fields_new = _fields(old), _fields(new)
    return (
        *_metrics(old, new),
        *_others("segment", old.segments, new.segments),
        *_others("funnel", old.funnels, new.funnels),
        *_others("dataset", old.datasets, new.datasets),
        *_others("field", fields_old, fields_new),
    )


def _fields(layer: SemanticLayer) -> Mapping[str, Described]:
    return dict(layer.fields)


def _metrics(old: SemanticLayer, new: SemanticLayer) -> Iterator[Difference]:
    for name in dict.fromkeys((*old.metrics, *new.metrics)):
        if name not in new.metrics:
            yield Difference("removed", "metric", name, (f"was: {formula(old, name)}",))
        elif name not in old.metrics:
            yield Difference("added", "metric", name, (f"is: {formula(new, name)}",))
        else:
            yield from _metric(old, new, name)


def _metric(old: SemanticLayer, new: SemanticLayer, name: str) -> Iterator[Difference]:
    moved = meaning_of(old, name) != meaning_of(new, name)
    sentences = [*_formulas(old, new, name), *_said(old.metrics[name], new.metrics[name])]
    if moved and not sentences:
        sentences = ["something that it is computed from has changed"]
    if sentences:
        yield Difference("changed", "metric", name, tuple(sentences), moved, _sql(old, new, name) if moved else ())


def _formulas(old: SemanticLayer, new: SemanticLayer, name: str) -> Iterator[str]:
    before, after = formula(old, name), formula(new, name)
    if before != after:
        yield f"formula: {before} → {after}"
    for key in ("filter", "time"):
        was, now = (getattr(layer.metrics[name], key, "") for layer in (old, new))
        if was != now:
            yield f"{key}: {was or '(none)'} → {now or '(none)'}"


def _said(old: Metric, new: Metric) -> Iterator[str]:
    for key in _WORDS:
        was, now = getattr(old, key), getattr(new, key)
        if was != now:
            yield f"{key.replace('_', ' ')}: {was or '(none)'} → {now or '(none)'}"
    yield from _lists("caveats", old.caveats, new.caveats)
    yield from _lists("synonyms", old.synonyms, new.synonyms)
    yield from _lists("examples", old.ai_context.examples, new.ai_context.examples)


def _lists(name: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for verb, words in (("more", [w for w in new if w not in old]), ("fewer", [w for w in old if w not in new])):
        if words:
            yield f"{verb} {name}: {', '.join(words)}"


def _sql(old: SemanticLayer, new: SemanticLayer, name: str) -> tuple[str, ...]:
    before, after = (_compiled(layer, name) for layer in (old, new))
    lines = difflib.unified_diff(before, after, "before", "after", lineterm="", n=1)
    return tuple(lines)


def _compiled(layer: SemanticLayer, name: str) -> list[str]:
    try:
        return to_sql(layer.unhidden, SemanticQuery(metrics=(name,)), as_of=_LAST_DAY).sql.splitlines()
    except QueryError as error:
        return [f"-- {fault}" for fault in error.faults]


def _others(section: str, old: Mapping[str, Described], new: Mapping[str, Described]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Difference("removed", section, name)
        elif name not in old:
            yield Difference("added", section, name)
        elif sentences := tuple(_keys(old[name], new[name])):
            yield Difference("changed", section, name, sentences)


def _keys(old: Described, new: Described) -> Iterator[str]:
    """Keys that differ, without those that are told apart (fields of a dataset, measures by their metrics)."""
    before: dict[str, Any] = old.model_dump(by_alias=True, exclude=_APART)
    after: dict[str, Any] = new.model_dump(by_alias=True, exclude=_APART)
    yield from _steps(old, new)
    for key in before:
        if before[key] != after.get(key):
            yield f"{key.replace('_', ' ')}: {before[key] or '(none)'} → {after.get(key) or '(none)'}"
    yield from _lists("synonyms", old.synonyms, new.synonyms)


def _steps(old: Described, new: Described) -> Iterator[str]:
    """That a funnel has other steps, by their metrics, or says other words for them."""
    if isinstance(old, Funnel) and isinstance(new, Funnel) and old.steps != new.steps:
        was, now = (" → ".join(funnel.metrics) for funnel in (old, new))
        yield f"steps: {was}; now {now}" if was != now else "other words for its steps"
