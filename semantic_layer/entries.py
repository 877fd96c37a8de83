"""The named entries of all definition files, merged by name, each still knowing where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from semantic_layer.errors import Fault, suggest
from semantic_layer.model import (
    METRIC_TYPES,
    AIContext,
    Bridge,
    Calendar,
    Dataset,
    Definitions,
    Dimension,
    Funnel,
    FunnelStep,
    Measure,
    Metric,
    NonAdditive,
    Relationship,
    RowPolicy,
    Segment,
)
from semantic_layer.query import Filter, TimeRange
from semantic_layer.yaml_source import Document, Location

Node = TypeVar("Node", Dataset, Relationship, Metric, Segment, Calendar, Funnel)
_SECTIONS = ("datasets", "relationships", "metrics", "segments", "calendars", "funnels")
_NAMED = ("metrics", "segments", "datasets", "funnels")
_CLASSES: dict[str, type[BaseModel]] = {
    "datasets": Dataset,
    "relationships": Relationship,
    "fields": Dimension,
    "measures": Measure,
    "ai_context": AIContext,
    "non_additive": NonAdditive,
    "bridge": Bridge,
    "policy": RowPolicy,
    "segments": Segment,
    "calendars": Calendar,
    "funnels": Funnel,
    "steps": FunnelStep,
    "filters": Filter,
    "time_range": TimeRange,
    **METRIC_TYPES,
}


@dataclass(frozen=True)
class Entry(Generic[Node]):
    """One dataset, relationship, metric, segment, calendar or funnel, and where it stands.

    `inherited` names the fields and measures that a dataset has from an earlier file.
    """

    node: Node
    document: Document
    location: Location
    inherited: frozenset[str] = frozenset()

    def fault(self, message: str, remedy: str = "", at: Location = ()) -> Fault:
        """A fault of this entry; `at` is the place inside it."""
        return Fault(self.document.file, self.document.line((*self.location, *at)), message, remedy)


@dataclass(frozen=True)
class Entries:
    """Everything that was defined, by section and name; a name stands once."""

    header: dict[str, Any] = field(default_factory=dict[str, Any])
    datasets: dict[str, Entry[Dataset]] = field(default_factory=dict[str, Entry[Dataset]])
    relationships: dict[str, Entry[Relationship]] = field(default_factory=dict[str, Entry[Relationship]])
    metrics: dict[str, Entry[Metric]] = field(default_factory=dict[str, Entry[Metric]])
    segments: dict[str, Entry[Segment]] = field(default_factory=dict[str, Entry[Segment]])
    calendars: dict[str, Entry[Calendar]] = field(default_factory=dict[str, Entry[Calendar]])
    funnels: dict[str, Entry[Funnel]] = field(default_factory=dict[str, Entry[Funnel]])

    def definitions(self) -> Definitions:
        """The definitions without the knowledge of where they stood."""
        return Definitions(
            **self.header,
            datasets=tuple(entry.node for entry in self.datasets.values()),
            relationships=tuple(entry.node for entry in self.relationships.values()),
            metrics=tuple(entry.node for entry in self.metrics.values()),
            segments=tuple(entry.node for entry in self.segments.values()),
            calendars=tuple(entry.node for entry in self.calendars.values()),
            funnels=tuple(entry.node for entry in self.funnels.values()),
        )

    def without(self, section: str, name: str) -> Entries:
        """The same without one entry."""
        kept = {key: entry for key, entry in getattr(self, section).items() if key != name}
        return replace(self, **{section: kept})


def merge(documents: Iterable[Document]) -> Entries:
    """The entries of all documents; a name given again in a later file replaces, twice in one file is a fault.

    A dataset of the same `source` is not replaced but added to: its keys, fields and measures replace those of the same
    name, the others stay.
    Faults are added to the documents.
    """
    entries = Entries()
    words: list[tuple[Document, str, tuple[str, ...]]] = []
    labelled: list[tuple[Document, str, str]] = []
    for document in documents:
        definitions = _typed(document)
        if definitions is None:
            continue
        words += [(document, name, added) for name, added in definitions.synonyms.items()]
        entries.header.update(_header(definitions))
        labelled += _take_labels(document, definitions, entries)
        for section in _SECTIONS:
            _take(document, section, getattr(definitions, section), getattr(entries, section))
    for document, name, added in words:
        _add_words(document, name, added, entries)
    for document, language, name in labelled:
        _check_label(document, language, name, entries)
    return entries


def _add_words(document: Document, name: str, added: tuple[str, ...], entries: Entries) -> None:
    """Give what has a name more words, also a value (`dataset.field=value`) or a step of a funnel (`funnel.metric`).

    An unknown one is a fault.
    """
    owner, _, field_name = name.partition("=")[0].partition(".")
    value = name.partition("=")[2]
    for section in _NAMED:
        found: dict[str, Entry[Any]] = getattr(entries, section)
        node = found[owner].node if owner in found else None
        if node is not None and not field_name:
            found[owner] = replace(found[owner], node=_with_words(node, added))
            return
        if isinstance(node, Dataset) and any(one.name == field_name for one in node.fields):
            fields = tuple(
                _with_field_words(one, value, added) if one.name == field_name else one for one in node.fields
            )
            found[owner] = replace(found[owner], node=node.model_copy(update={"fields": fields}))
            return
        if isinstance(node, Funnel) and field_name in node.metrics:
            steps = tuple(_with_step_words(one, added) if one.metric == field_name else one for one in node.steps)
            found[owner] = replace(found[owner], node=node.model_copy(update={"steps": steps}))
            return
    known = [name for section in _NAMED for name in getattr(entries, section)]
    document.fault(("synonyms", name), f"nothing is called `{name}`.", _hint(name, known))


def _with_words(node: Any, added: tuple[str, ...]) -> Any:
    synonyms = tuple(dict.fromkeys((*node.ai_context.synonyms, *added)))
    return node.model_copy(update={"ai_context": node.ai_context.model_copy(update={"synonyms": synonyms})})


def _with_step_words(step: FunnelStep, added: tuple[str, ...]) -> FunnelStep:
    return step.model_copy(update={"synonyms": tuple(dict.fromkeys((*step.synonyms, *added)))})


def _with_field_words(field: Dimension, value: str, added: tuple[str, ...]) -> Dimension:
    """The field with more words for itself, or for one of its values."""
    if not value:
        return _with_words(field, added)
    words = tuple(dict.fromkeys((*field.values.get(value, ()), *added)))
    return field.model_copy(update={"values": {**field.values, value: words}})


def _header(definitions: Definitions) -> dict[str, Any]:
    own = definitions.model_fields_set - {*_SECTIONS, "synonyms", "labels"}
    return {key: getattr(definitions, key) for key in own}


def _take_labels(document: Document, definitions: Definitions, entries: Entries) -> list[tuple[Document, str, str]]:
    """Add the labels to those of the files before; where each of them stands comes back."""
    labels: dict[str, dict[str, str]] = entries.header.setdefault("labels", {})
    for language, given in definitions.labels.items():
        labels[language] = {**labels.get(language, {}), **given}
    return [(document, language, name) for language, given in definitions.labels.items() for name in given]


def _check_label(document: Document, language: str, name: str, entries: Entries) -> None:
    """Add a fault when nothing is called as a label says; `implied.` labels are of what follows by itself."""
    owner, _, field = name.partition(".")
    dataset, funnel = entries.datasets.get(owner), entries.funnels.get(owner)
    if field:
        known = owner == "implied" or (dataset and any(one.name == field for one in dataset.node.fields))
        known = known or (funnel and field in funnel.node.metrics)
    else:
        known = any(owner in getattr(entries, section) for section in _NAMED)
    if not known:
        names = [name for section in _NAMED for name in getattr(entries, section)]
        document.fault(("labels", language, name), f"nothing is called `{name}`.", _hint(name, names))


def _take(document: Document, section: str, nodes: Iterable[Any], into: dict[str, Entry[Any]]) -> None:
    first: dict[str, int] = {}
    for index, node in enumerate(nodes):
        if node.name in first:
            line = document.line((section, first[node.name]))
            message = f"`{node.name}` is defined twice under `{section}` (first on line {line})."
            document.fault((section, index, "name"), message, "Rename or remove one of them.")
            continue
        first[node.name] = index
        into[node.name] = _overlaid(into.get(node.name), Entry(node, document, (section, index)))


def _overlaid(under: Entry[Any] | None, over: Entry[Any]) -> Entry[Any]:
    """The later entry; over a dataset of the same source it keeps the fields and measures it does not name itself."""
    new, old = over.node, under.node if under else None
    if not isinstance(new, Dataset) or not isinstance(old, Dataset) or new.source != old.source:
        return over
    own = {"fields": {one.name for one in new.fields}, "measures": {one.name for one in new.measures}}
    kept = {key: tuple(one for one in getattr(old, key) if one.name not in names) for key, names in own.items()}
    said = {key: getattr(new, key) for key in new.model_fields_set - own.keys()}
    both = {key: getattr(new, key) + kept[key] for key in own}
    names = frozenset(one.name for found in kept.values() for one in found)
    return replace(over, node=old.model_copy(update={**said, **both}), inherited=names)


def _typed(document: Document) -> Definitions | None:
    try:
        return Definitions.model_validate(document.data)
    except ValidationError as error:
        for message, remedy, location in _messages(error):
            document.fault(location, message, remedy)
        return None


def _messages(error: ValidationError) -> Iterator[tuple[str, str, Location]]:
    for problem in error.errors(include_url=False, include_context=False):
        location = problem["loc"]
        place = tuple(part for part in location if part not in METRIC_TYPES)
        key = str(location[-1]) if location else "file"
        if problem["type"] == "extra_forbidden":
            yield _unknown_key(key, location, place)
        elif problem["type"] == "missing":
            yield f"the key `{key}` is missing.", f"Add `{key}:`.", place[:-1]
        elif problem["type"] == "union_tag_invalid":
            yield (
                f"unknown metric type{_given(problem)}.",
                _hint(str(problem["input"].get("type")), METRIC_TYPES),
                (*place, "type"),
            )
        else:
            yield f"`{key}`{_given(problem)}: {_lower(problem['msg'])}.", "", place


def _given(problem: Any) -> str:
    value = problem.get("input")
    if isinstance(value, dict):
        value = value.get("type")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # any YAML
    return f" `{value}`" if isinstance(value, str | int | float) else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _unknown_key(key: str, location: Location, place: Location) -> tuple[str, str, Location]:
    owner = next((_CLASSES[str(part)] for part in reversed(location[:-1]) if part in _CLASSES), Definitions)
    known = [info.alias or name for name, info in owner.model_fields.items()]
    return f"unknown key `{key}`.", _hint(key, known), place


def _hint(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = suggest(name, known)
    return f"Did you mean `{'`, `'.join(close)}`?" if close else f"Known here: {', '.join(known)}."
