"""A draft to definitions that load: what the loader refuses is left out, with its reason, until the rest stands."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from semantic_layer.errors import DefinitionError, Fault
from semantic_layer.interchange.draft import Draft, Origin, VerifiedQuery, View
from semantic_layer.interchange.draft import Path as Place
from semantic_layer.interchange.items import Plain, filled
from semantic_layer.interchange.report import Remark, in_order
from semantic_layer.loader import load
from semantic_layer.model import SemanticLayer
from semantic_layer.yaml_source import Document, Location, read_document

_SECTIONS = ("datasets", "relationships", "metrics", "segments", "calendars")
_SPARED = ("time", "bridge", "policy", "unique_keys", "ai_context")  # a dataset can stand without them
_MOST_ROUNDS = 2000


@dataclass(frozen=True)
class Imported:
    """A model read from another format.

    `layer` is the model loaded, `text` the definition file for it, with comments that name where each entry came from.
    """

    format: str
    layer: SemanticLayer
    draft: Draft = field(repr=False)
    extends: str = "none"

    @cached_property
    def text(self) -> str:
        """The definition file as YAML."""
        from semantic_layer.interchange.writing import to_yaml  # ruamel.yaml: only where a file is written

        return to_yaml(self.draft, self.format, self.extends)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What is not the same as in the original; what is lost first."""
        return in_order(self.draft.remarks)

    @property
    def views(self) -> tuple[View, ...]:
        """SELECTs that the warehouse must hold as tables."""
        return tuple(self.draft.views)

    @property
    def verified(self) -> tuple[VerifiedQuery, ...]:
        """Questions with the SQL that was found right for them."""
        return tuple(self.draft.verified)

    def origin_of(self, line: int) -> Origin | None:
        """Where in the original the dataset, or the section, on a line of `text` came from; None above them."""
        for text in reversed(self.text.splitlines()[:line]):
            if found := re.match(r"\s*# from (.+):(\d+)$", text):
                files = (one.file for one in self.draft.origins.values() if Path(one.file).name == found[1])
                return Origin(next(files, found[1]), int(found[2]))
        return None

    @property
    def lost(self) -> tuple[Remark, ...]:
        """What was left out."""
        return tuple(one for one in self.remarks if one.kind == "lost")


def finished(draft: Draft, form: str, extends: str = "none", tables: bool = False) -> Imported:
    """The definitions of the draft, checked by the loader.

    With `tables` what stands on tables or columns that the draft's `schema` does not have is left out too. Raises
    DefinitionError when a fault belongs to no entry.
    """
    schema = draft.schema if tables else None
    with tempfile.TemporaryDirectory(prefix="tellwise-import-") as room:
        path = Path(room) / "imported.yml"
        for _ in range(_MOST_ROUNDS):
            path.write_text(_plain_yaml(draft), encoding="utf-8")
            try:
                layer = load([path], schema)
                break
            except DefinitionError as error:
                _drop(draft, read_document(path), error)
        else:
            raise DefinitionError([Fault(form, 1, "the model cannot be made sound.", "Import less of it.")])
    return Imported(form, layer, draft, extends)


def _plain_yaml(draft: Draft) -> str:
    """The draft without comments, for the loader alone: fifty times faster than the text for people."""
    root: Plain = {"version": 1, "name": draft.name, "extends": "none", **draft.header}
    root.update({section: [filled(one) for one in getattr(draft, section).values()] for section in _SECTIONS})
    return yaml.dump(root, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=10_000)


def _drop(draft: Draft, document: Document, error: DefinitionError) -> None:
    """Leave out the entries that the faults are about."""
    places: dict[Place, Fault] = {}
    for fault in error.faults:
        if place := _place(document, fault.line):
            places.setdefault(place, fault)
    if not places:
        raise error
    for place, fault in places.items():
        origin = draft.origins.get(place) or draft.origins.get(place[:2], Origin("", 0))
        _remove(draft, place)
        why = f"{fault.message} {fault.remedy}".strip()
        what = f"{place[-2 if len(place) == 4 else 0].removesuffix('s')} {'.'.join(place[1::2])}"
        what = f"{what}: {place[2]}" if len(place) == 3 else what
        draft.remarks.append(Remark("lost", what, why, origin.file, origin.line, "refused", ".".join(place)))


def _place(document: Document, line: int) -> Place | None:
    """The smallest entry, or key that can be spared, that the line belongs to."""
    before = [(start, len(location), location) for location, start in document.lines.items() if start <= line]
    location = max(before, key=lambda one: one[:2])[2] if before else ()
    while location:
        if _is_entry(location):
            return _by_name(document, location)
        location = location[:-1]
    return None


def _is_entry(location: Location) -> bool:
    if len(location) == 3:
        return location[0] == "datasets" and location[2] in _SPARED
    if len(location) == 4:
        return location[0] == "datasets" and location[2] in ("fields", "measures")
    return len(location) == 2 and location[0] in _SECTIONS


def _by_name(document: Document, location: Location) -> Place:
    """The location with names in the place of numbers."""
    names: list[str] = []
    node: Any = document.data
    for step in location:
        node = node[step]
        names.append(str(node["name"]) if isinstance(step, int) else step)
    return tuple(names)


def _remove(draft: Draft, place: Place) -> None:
    section: dict[str, Plain] = getattr(draft, place[0])
    if len(place) == 2:
        section.pop(place[1], None)
    elif len(place) == 3:
        section[place[1]].pop(place[2], None)
    else:
        entry = section[place[1]]
        entry[place[2]] = [one for one in entry[place[2]] if one["name"] != place[3]]


def pruned(draft: Draft) -> Draft:
    """The draft without the hidden metrics that were made for others and that nothing uses now."""
    unused = draft.parts & draft.metrics.keys() - _used(draft)
    if not unused:
        return draft
    return pruned(replace(draft, metrics={name: one for name, one in draft.metrics.items() if name not in unused}))


def _used(draft: Draft) -> set[str]:
    """Names that other metrics are computed from, as far as these can be read."""
    keys = ("numerator", "denominator", "metric", "base", "conversion", "activity")
    used = {str(one[key]) for one in draft.metrics.values() for key in keys if key in one}
    texts = [str(one.get(key, "")) for one in draft.metrics.values() for key in ("expression", "condition")]
    return used | {word for text in texts for word in re.findall(r"\w+", text)}
