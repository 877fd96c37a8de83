"""What Tellwise writes beside the objects of an Ossie document for itself, read back."""

from __future__ import annotations

import json
from typing import Any, cast

from semantic_layer.interchange.draft import Draft, Origin
from semantic_layer.interchange.items import Item, Plain

VENDOR = "TELLWISE"
_SECTIONS = ("metrics", "segments", "calendars")
_NOT_HERE = ("name", "source", "fields", "datasets", "relationships", "version", "extends")


def kept(item: Item) -> Plain:
    """The definition that Tellwise wrote beside the object; empty when it wrote none, or the SQL was changed since."""
    found: Plain = {}
    for one in item.items("custom_extensions"):
        vendor = one.text("vendor_name")
        if vendor != VENDOR:
            item.lost(f"{item.text('name')}: {vendor}", "the extension of another vendor.", "extension")
            continue
        found = _content(item, one.text("data"))
    return found


def _content(item: Item, text: str) -> Plain:
    try:
        content = json.loads(text)
        definition = cast("Plain", dict(content["definition"]))
        of = content.get("of", "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        item.lost(f"{item.text('name')}: {VENDOR}", "its `data` is no definition as JSON.", "extension")
        return {}
    if of and of != expression_text(item.raw("expression")):
        item.changed(
            f"{item.text('name')}", "its SQL was changed since Tellwise wrote it; the SQL is taken.", "changed"
        )
        return {}
    found = {key: value for key, value in definition.items() if key not in _NOT_HERE}
    lists = [found[key] for key in (*_SECTIONS, "measures") if key in found]
    if not all(_are_entries(one) for one in lists):
        item.lost(f"{item.text('name')}: {VENDOR}", "its lists are not lists of named entries.", "extension")
        return {}
    return found


def _are_entries(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(cast("Plain", one).get("name"), str) for one in cast("list[Any]", value)
    )


def expression_text(expression: Any) -> str:
    """An expression as its document spells it, to tell whether somebody changed it."""
    return expression if isinstance(expression, str) else json.dumps(expression, sort_keys=True)


def add_rest(draft: Draft, item: Item) -> None:
    """Take in sections and settings that Ossie has no place for."""
    for key, value in kept(item).items():
        if key not in _SECTIONS:
            draft.header[key] = value
            continue
        section: dict[str, Plain] = getattr(draft, key)
        for one in cast("list[Plain]", value):
            section.setdefault(one["name"], one)
            draft.origins[key, one["name"]] = Origin(item.file, item.line("custom_extensions"))
