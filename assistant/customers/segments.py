"""Saved segments: rules for lists of customers under a name, shared in the workspace; and offered in questions."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import yaml

from assistant.customers.reading import CUSTOMER
from assistant.errors import AssistantError
from semantic_layer import DefinitionError, SemanticLayer, SemanticQuery, load_workspace
from warehouse import Schema

if TYPE_CHECKING:
    from assistant.store import Store

FILE = "saved_segments.yml"
LONGEST_NAME = 80
_HEAD = "# Segments that were saved in Tellwise and offered in questions. Edit them here or there.\n"


class SegmentError(AssistantError):
    """A segment cannot be saved or offered; the text says why."""


@dataclass(frozen=True)
class SavedSegment:
    """A rule for a list of customers under a name; `offered` is the name that questions know it by, if they do."""

    id: str
    name: str
    question: str
    query: SemanticQuery
    by: str
    at: datetime
    offered: str = ""


@dataclass(frozen=True)
class SegmentShelf:
    """The saved segments of a workspace."""

    store: Store

    def save(self, name: str, question: str, query: SemanticQuery) -> SavedSegment:
        """The list's rule, kept under a name; raises SegmentError for an empty, too long or taken name."""
        title = " ".join(name.split())
        if not title or len(title) > LONGEST_NAME:
            raise SegmentError(f"Give the segment a name of at most {LONGEST_NAME} letters.")
        if any(title.casefold() == one.name.casefold() for one in self.all()):
            raise SegmentError(f"There is a segment “{title}” already. Choose another name, or remove that one.")
        now = datetime.now(UTC).replace(tzinfo=None)
        made = SavedSegment(uuid4().hex, title, question, query, self.store.by, now)
        self.store.write(_table().insert().values(_row(made)))
        return made

    def all(self) -> tuple[SavedSegment, ...]:
        """Every saved segment, by name."""
        from sqlalchemy import select

        rows = self.store.rows(select(_table()))
        return tuple(sorted(map(_segment, rows), key=lambda one: one.name.casefold()))

    def one(self, segment_id: str) -> SavedSegment:
        """A saved segment; raises SegmentError when it is gone."""
        found = next((one for one in self.all() if one.id == segment_id), None)
        if found is None:
            raise SegmentError("This segment is there no more. Somebody may have removed it.")
        return found

    def remove(self, segment_id: str) -> None:
        """Take a segment off the shelf; one that is offered in questions stays in the definitions."""
        self.store.write(_table().delete().where(_table().c.id == segment_id))

    def offered_as(self, segment_id: str, name: str) -> SavedSegment:
        """The segment with the name that questions know it by now."""
        self.store.write(_table().update().where(_table().c.id == segment_id).values(offered=name))
        return replace(self.one(segment_id), offered=name)


def _table() -> Any:
    from assistant.store.segment_tables import saved_segment

    return saved_segment


def _row(one: SavedSegment) -> dict[str, Any]:
    query = one.query.model_dump_json(exclude_defaults=True)
    told = {"id": one.id, "name": one.name, "question": one.question, "query": query, "by": one.by}
    return told | {"at": one.at, "offered": one.offered}


def _segment(row: Any) -> SavedSegment:
    query = SemanticQuery.model_validate_json(row.query)
    return SavedSegment(row.id, row.name, row.question, query, row.by, row.at, row.offered)


# --- in questions


def offer_in_questions(home: Path, schema: Schema, layer: SemanticLayer, segment: SavedSegment) -> str:
    """The name under which questions know the segment from now on: it is written into the workspace's definitions.

    Raises SegmentError when its rule is more than conditions, its words are taken, or the definitions would not hold;
    then nothing is changed.
    """
    query = segment.query
    if query != SemanticQuery(entity=CUSTOMER, filters=query.filters) or not query.filters:
        raise SegmentError(
            "Only a list by conditions can be used in questions, without a period, an order or a cut of its own."
        )
    name = re.sub(r"\W+", "_", segment.name.casefold(), flags=re.ASCII).strip("_")
    if not name or not name[0].isalpha():
        raise SegmentError(f"Questions need a name that begins with a letter from a to z, not “{segment.name}”.")
    if clash := _clash(layer, name, segment.name):
        raise SegmentError(f"“{segment.name}” already means {clash}. Save the segment under another name.")
    _write(home, schema, _entry(name, segment))
    return name


def _clash(layer: SemanticLayer, name: str, title: str) -> str:
    """What of the definitions is called so already, or nothing."""
    said = {name, title.casefold()}
    known = {**layer.metrics, **layer.segments, **layer.datasets, **layer.fields}
    for other, one in known.items():
        words = {other.casefold(), one.title.casefold(), *(word.casefold() for word in one.ai_context.synonyms)}
        if said & words:
            return f"{one.title} (`{other}`)"
    return ""


def _entry(name: str, segment: SavedSegment) -> dict[str, Any]:
    filters = [one.model_dump(mode="json", exclude_defaults=True) for one in segment.query.filters]
    told = f"Saved from “{segment.question}”." if segment.question else "Saved from a list of conditions."
    entry = {"name": name, "label": segment.name, "entity": CUSTOMER, "owner": segment.by, "description": told}
    return entry | {"filters": filters, "ai_context": {"synonyms": [segment.name.casefold()]}}


def _write(home: Path, schema: Schema, entry: dict[str, Any]) -> None:
    """Add the entry to the file; taken back when the definitions as a whole cannot be read with it."""
    path = home / "definitions" / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else None
    content = yaml.safe_load(before) if before else {"version": 1, "extends": "shipped", "segments": []}
    content["segments"] = [*content.get("segments", []), entry]
    _replace(path, _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110))
    try:
        load_workspace(home, schema)
    except DefinitionError as error:
        if before is None:
            path.unlink()
        else:
            _replace(path, before)
        raise SegmentError(f"The definitions would not hold with it: {error}") from error


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
