"""A definition as YAML, and the file of the workspace in which approved changes of definitions stand.

The file is the last of the workspace's definitions in the order of loading, so that what was approved wins; it is plain
YAML that people may edit or remove.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import yaml
from pydantic import BaseModel

from assistant.catalogue.records import CannotChange, Change, EntryKind, Words
from assistant.config import Settings
from semantic_layer import DefinitionError, SemanticLayer, load_workspace

APPROVED = "zz-approved.yml"
HEAD = "# Changes of definitions that people approved in the catalogue. Edit freely; remove an entry to undo it.\n"
_SECTIONS: Mapping[EntryKind, str] = {
    "metric": "metrics", "segment": "segments", "dataset": "datasets", "funnel": "funnels",
}  # fmt: skip


def entry_yaml(layer: SemanticLayer, kind: EntryKind, name: str) -> str:
    """The present definition as YAML; raises CannotChange when there is no such entry."""
    return _dumped(_plain(layer, kind, name))


def _plain(layer: SemanticLayer, kind: EntryKind, name: str) -> dict[str, Any]:
    known: Mapping[EntryKind, Mapping[str, BaseModel]] = {
        "metric": layer.metrics, "segment": layer.segments, "dataset": layer.datasets, "dimension": layer.fields,
        "funnel": layer.funnels,
    }  # fmt: skip
    node = known[kind].get(name)
    if node is None or getattr(node, "implied", False):
        raise CannotChange(f"There is no {kind} {name!r} whose definition could be changed.")
    parts = {"fields", "measures"} if kind == "dataset" else None
    data: dict[str, Any] = node.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=parts)
    return data | ({"type": node.type} if kind == "metric" and "type" not in data and node.type != "simple" else {})  # type: ignore[attr-defined]  # metrics have a type


def with_words(text: str, words: Words) -> str:
    """The YAML with these words in the place of those it had; raises CannotChange when it cannot be read."""
    data = read_entry(text)
    data |= {"description": words.description.strip(), "owner": words.owner.strip()}
    spoken = dict(data.get("ai_context") or {})
    shared = set(spoken.get("shared") or ())
    spoken |= {"synonyms": [word for word in words.synonyms if word not in shared], "examples": list(words.examples)}
    data["ai_context"] = {key: value for key, value in spoken.items() if value}
    return _dumped({key: value for key, value in data.items() if value not in ("", {}, [])})


def read_entry(text: str) -> dict[str, Any]:
    """The entry that YAML stands for; raises CannotChange naming the line that cannot be read."""
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        raise CannotChange(f"This is not YAML: {line}{getattr(error, 'problem', error)}.") from error
    if not isinstance(data, dict):
        raise CannotChange("A definition is a list of `key: value` lines that begins with `name:`.")
    return data


def changed_layer(settings: Settings, schema: Mapping[str, Mapping[str, str]], change: Change) -> SemanticLayer:
    """The model as it would be with the change; raises CannotChange with every fault of it."""
    with TemporaryDirectory(prefix="tellwise-change-") as folder:
        place = Path(folder) / "definitions"
        place.mkdir()
        for path in sorted(settings.definitions.glob("*.y*ml")) if settings.definitions.is_dir() else ():
            (place / path.name).write_bytes(path.read_bytes())
        try:
            layer = load_workspace(settings.home, schema)
            (place / APPROVED).write_text(_overlaid(settings, layer, change), encoding="utf-8")
            return load_workspace(Path(folder), schema, settings.language)
        except DefinitionError as error:
            faults = [f"{fault.message} {fault.remedy}".strip() for fault in error.faults]
            raise CannotChange(" ".join(dict.fromkeys(faults))) from error


def write_change(settings: Settings, schema: Mapping[str, Mapping[str, str]], change: Change) -> Path:
    """The file that holds the change from now on, written as a whole or not at all; raises CannotChange."""
    changed_layer(settings, schema, change)  # what does not load is never written
    text = _overlaid(settings, load_workspace(settings.home, schema), change)
    path = settings.definitions / APPROVED
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        file.write(text)
    os.replace(file.name, path)
    return path


def _overlaid(settings: Settings, layer: SemanticLayer, change: Change) -> str:
    """The text of the file with the change in it."""
    path = settings.definitions / APPROVED
    data: dict[str, Any] = read_entry(path.read_text(encoding="utf-8")) if path.exists() else {"version": 1}
    entry = read_entry(change.after)
    if change.kind == "dimension":
        owner = change.name.partition(".")[0]
        _place(data, "datasets", _with_field(_present(data, layer, owner), entry))
    elif change.kind == "dataset":
        kept = {
            key: value for key, value in _present(data, layer, change.name).items() if key in ("fields", "measures")
        }
        _place(data, "datasets", entry | kept)
    else:
        _place(data, _SECTIONS[change.kind], entry)
    return HEAD + _dumped(data)


def _present(data: Mapping[str, Any], layer: SemanticLayer, name: str) -> dict[str, Any]:
    """The dataset as the file has it, or as it is defined elsewhere."""
    held = next((one for one in data.get("datasets") or () if one.get("name") == name), None)
    return dict(held) if held is not None else _plain(layer, "dataset", name)


def _with_field(dataset: dict[str, Any], field: dict[str, Any]) -> dict[str, Any]:
    fields = [one for one in dataset.get("fields") or () if one.get("name") != field.get("name")]
    return dataset | {"fields": [*fields, field]}


def _place(data: dict[str, Any], section: str, entry: dict[str, Any]) -> None:
    others = [one for one in data.get(section) or () if one.get("name") != entry.get("name")]
    data[section] = [*others, entry]


def _dumped(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=100)
