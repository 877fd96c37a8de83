"""What `init` proposed before, so that what a person changed or deleted since then can be told from what is new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import BaseModel

from semantic_layer.errors import SemanticLayerError
from semantic_layer.model import Definitions

Plain = dict[str, Any]
_VERSION = 1
_ORDER = (
    *("name", "source", "from", "to", "from_columns", "to_columns", "agg", "expression", "filter", "type", "measure"),
    *("numerator", "denominator", "label", "description", "primary_key", "unique_keys", "time", "entity", "hidden"),
    *("pii", "unit", "format", "secondary", "ai_context", "fields", "measures"),
)


class BrokenMemory(SemanticLayerError):  # read as a noun in every message
    """The record of earlier proposals cannot be read."""


@dataclass(frozen=True)
class Memory:
    """Entries as they were proposed, by identity; the doubts told; the tables known then; what went out of use."""

    entries: Mapping[str, Plain] = field(default_factory=dict[str, Plain])
    doubts: tuple[str, ...] = ()
    schema: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    retired: frozenset[str] = frozenset()

    def to_json(self) -> str:
        """The memory as text for a file."""
        content = {
            "version": _VERSION,
            "about": "What `tellwise init` proposed. Without this file, entries you deleted are proposed again.",
            "entries": self.entries,
            "doubts": self.doubts,
            "schema": self.schema,
            "retired": sorted(self.retired),
        }
        return json.dumps(content, indent=1, ensure_ascii=False)


def read_memory(text: str) -> Memory:
    """The memory written by `to_json`; raises BrokenMemory for any other text."""
    try:
        content = json.loads(text)
        return Memory(
            cast("dict[str, Plain]", content["entries"]),
            tuple(content["doubts"]),
            cast("dict[str, dict[str, str]]", content["schema"]),
            frozenset(content["retired"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenMemory(f"the record of earlier proposals cannot be read: {error}.") from error


def plain(node: BaseModel) -> Plain:
    """The node as the YAML has it: only what differs from the defaults, in reading order."""
    data = node.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data["name"] = cast("Any", node).name
    if data.get("type") == "simple":
        del data["type"]
    return _ordered(data)


def _ordered(entry: Plain) -> Plain:
    """The entry with its keys in reading order, and those of its fields and measures."""
    for section in ("fields", "measures"):
        if section in entry:
            entry[section] = [_ordered(one) for one in entry[section]]
    rank = {key: at for at, key in enumerate(_ORDER)}
    return {key: entry[key] for key in sorted(entry, key=lambda key: rank.get(key, len(rank)))}


def entries_of(definitions: Definitions) -> Iterator[tuple[str, Plain]]:
    """Every entry by its identity; a dataset is known by its table, so that renaming it does not make another one."""
    for dataset in definitions.datasets:
        whole = plain(dataset)
        fields, measures = whole.pop("fields", []), whole.pop("measures", [])
        yield dataset_id(dataset.source), whole
        yield from ((part_id(dataset.source, "fields", one["name"]), one) for one in fields)
        yield from ((part_id(dataset.source, "measures", one["name"]), one) for one in measures)
    yield from ((f"relationships/{link.name}", plain(link)) for link in definitions.relationships)
    yield from ((f"metrics/{metric.name}", plain(metric)) for metric in definitions.metrics)


def dataset_id(source: str) -> str:
    """The identity of the dataset of a table."""
    return f"datasets/{source}"


def part_id(source: str, section: str, name: str) -> str:
    """The identity of a field or measure."""
    return f"datasets/{source}/{section}/{name}"
